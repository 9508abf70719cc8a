// The end of a gateway, in order: callers are led away, what is in flight is answered, and nothing is left behind.
import { setTimeout as sleep } from 'node:timers/promises';
import type { Config } from '../config.ts';
import type { Log } from '../log.ts';
import type { EndRequest } from './signals.ts';

/** What ends. */
export interface Ending {
  log: Log;
  flush(): Promise<void>;
  /** From here on the gateway is not ready, and closes each connection after its next answer; the port stays open. */
  drain(): void;
  /** Closes the port, answers what is in flight, and lets go of everything. */
  close(): Promise<void>;
}

/**
 * Ends this process, with exit code 0.
 *
 * For as long as `DRAIN_SECONDS` says it is merely not ready: a balancer that looks at `/health/ready` has the time to
 * notice, and connections that are kept open are closed by an answer, which leaves no request on its way to a closed one.
 */
export async function endInOrder(
  { signal, drains }: EndRequest,
  { drainSeconds }: Pick<Config, 'drainSeconds'>,
  { log, flush, drain, close }: Ending,
): Promise<void> {
  drain();
  if (drains && drainSeconds > 0) {
    log.info({ signal, drainSeconds }, 'draining: not ready; each connection is closed after its next response');
    await sleep(drainSeconds * 1_000);
  }
  try {
    log.info({ signal }, 'shutting down; completing the requests in flight');
    await close();
    log.info('shut down');
  } catch (error) {
    log.error({ err: error }, 'shutdown failed; exiting with code 1');
    process.exitCode = 1;
  }
  await flush();
  process.exit();
}
