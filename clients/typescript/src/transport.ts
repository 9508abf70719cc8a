// One try of a request: the key, the time-out, and the whole answer.
import { GatewayError } from './error.ts';
import type { Settings } from './options.ts';

/** An answer that was read. */
export interface ReadAnswer {
  readonly response: Response;
  readonly text: string;
}

/**
 * Sends a request once, with the key of the client.
 *
 * @param requestWith - makes the request, with the signal that ends it
 * @param signal - the caller's
 * @throws GatewayError `CLIENT_TIMEOUT` or `CLIENT_NETWORK_FAILURE` when no whole answer came; the reason of the signal when the caller gave up
 */
export async function send(
  requestWith: (signal: AbortSignal) => Request,
  { apiKey, fetch, timeout }: Settings,
  signal: AbortSignal | undefined,
): Promise<ReadAnswer> {
  signal?.throwIfAborted();
  const ending = new AbortController();
  // What cannot be sent at all, such as a key that no header can hold, is no failure of the network.
  const request = requestWith(ending.signal);
  request.headers.set('authorization', `Bearer ${apiKey}`);
  let isLate = false;
  const timer = setTimeout(() => {
    isLate = true;
    ending.abort();
  }, timeout);
  // Not AbortSignal.any: it would hold on to every request for as long as the caller's signal lives, on some Nodes.
  const giveUp = () => ending.abort(signal?.reason);
  signal?.addEventListener('abort', giveUp);
  try {
    const response = await fetch(request);
    return { response, text: await response.text() };
  } catch (cause) {
    signal?.throwIfAborted();
    throw isLate ? late(timeout, cause) : unreachable(cause);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', giveUp);
  }
}

const late = (timeout: number, cause: unknown) =>
  new GatewayError({
    code: 'CLIENT_TIMEOUT',
    status: 0,
    message: `No answer came within ${timeout} milliseconds.`,
    cause,
  });

const unreachable = (cause: unknown) =>
  new GatewayError({
    code: 'CLIENT_NETWORK_FAILURE',
    status: 0,
    message: 'The gateway could not be reached, or the connection was lost.',
    cause,
  });

/** What a text says as JSON; undefined where it is none. */
export function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
