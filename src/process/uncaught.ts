// The last resort for errors that no part has caught: they are logged and counted, and the gateway goes on.
import type { Log } from '../log.ts';

/** Lines a minute that are logged of such errors; what comes too often is merely counted. */
const LINES = 10;
const MINUTE = 60_000;

/** Tells how many errors no part has caught since the process started. */
export type UncaughtCount = () => number;

/**
 * Keeps this process alive whatever is thrown in it. Requests have their own errors; what arrives here comes from a part
 * beside them, mostly a library that met something unforeseen, and ending would end all the requests of others.
 *
 * @returns the count, for `/health/ready`
 */
export function surviveUncaught(log: Log): UncaughtCount {
  let count = 0;
  let minuteEnds = 0;
  let lines = 0;
  let unlogged = 0;
  // Rejections that nobody has handled come here too.
  process.on('uncaughtException', (error) => {
    count += 1;
    const now = performance.now();
    if (now >= minuteEnds) {
      minuteEnds = now + MINUTE;
      lines = 0;
    }
    if (lines === LINES) {
      unlogged += 1;
      return;
    }
    lines += 1;
    log.error({ err: error, ...(unlogged > 0 && { unlogged }) }, 'uncaught error; the gateway continues');
    unlogged = 0;
  });
  return () => count;
}
