// When a request is sent again, and how long it waits before that.
import { GatewayError } from './error.ts';

/** Milliseconds before the first retry where the gateway names no time; doubled with each further one. */
const FIRST_WAIT = 500;
const LONGEST_WAIT = 8_000;
/** Seconds: who would have to wait longer is told so instead. The minute of a limit is over by then. */
const LONGEST_RETRY_AFTER = 60;

/** How a request may be tried. */
export interface Attempts {
  /** Whether doing it twice is as good as once: it reads, or has an idempotency key. */
  readonly isSafe: boolean;
  readonly maxRetries: number;
  /** The caller's: it ends the wait too. */
  readonly signal: AbortSignal | undefined;
}

/**
 * Tries something until it succeeds, or fails for good.
 *
 * @param attempt - one try, which throws a `GatewayError` where it fails
 * @throws the last failure; the reason of the signal when the caller gives up
 */
export async function withRetries<Result>(
  attempt: () => Promise<Result>,
  { isSafe, maxRetries, signal }: Attempts,
): Promise<Result> {
  for (let retries = 0; ; retries++) {
    try {
      return await attempt();
    } catch (error) {
      if (!isSafe || retries >= maxRetries || !mayPass(error)) throw error;
      await sleep(waitBefore(retries, error), signal);
    }
  }
}

/** Statuses of answers that another try may change: of the gateway, or of a proxy that did not reach it. */
const PASSING: readonly number[] = [429, 500, 502, 503, 504];

/** Whether the same request may succeed later: no answer came, or one of those that pass. */
function mayPass(error: unknown): error is GatewayError {
  if (!(error instanceof GatewayError)) return false;
  const { code, status, retryAfter } = error;
  if (retryAfter !== undefined && retryAfter > LONGEST_RETRY_AFTER) return false;
  if (code === 'CLIENT_TIMEOUT' || code === 'CLIENT_NETWORK_FAILURE') return true;
  // Without a time to wait, 409 is final: another request has the key, or the state is another one.
  return PASSING.includes(status) || (status === 409 && retryAfter !== undefined);
}

/** Milliseconds to wait: what the gateway names, else twice as long each time, and not all callers at once. */
function waitBefore(retries: number, { retryAfter }: GatewayError): number {
  if (retryAfter !== undefined) return retryAfter * 1000;
  const most = Math.min(FIRST_WAIT * 2 ** retries, LONGEST_WAIT);
  return most * (0.5 + Math.random() / 2);
}

function sleep(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason);
    const giveUp = () => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', giveUp);
      resolve();
    }, milliseconds);
    signal?.addEventListener('abort', giveUp, { once: true });
  });
}
