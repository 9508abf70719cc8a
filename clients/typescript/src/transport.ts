// One try of a request: the key, the time-out, and the whole answer.
import { GatewayError } from './error.ts';
import type { Settings } from './options.ts';

/** An answer that was read. */
export interface ReadAnswer {
  readonly response: Response;
  readonly text: string;
}

/** What a request has to be made with: the signal that ends it, and that it follows no redirect. */
export interface RequestEnds {
  readonly signal: AbortSignal;
  readonly redirect: 'manual';
}

/**
 * Sends a request once, with the key of the client.
 *
 * @param requestWith - makes the request
 * @param signal - the caller's
 * @throws GatewayError `CLIENT_TIMEOUT` or `CLIENT_NETWORK_FAILURE` when no whole answer came, `CLIENT_UNREADABLE_ANSWER` for a redirect; the reason of
 *   the signal when the caller gave up
 */
export async function send(
  requestWith: (ends: RequestEnds) => Request,
  { apiKey, fetch, timeout }: Settings,
  signal: AbortSignal | undefined,
): Promise<ReadAnswer> {
  signal?.throwIfAborted();
  const ending = new AbortController();
  // What cannot be sent at all, such as a key that no header can hold, is no failure of the network.
  const request = requestWith({ signal: ending.signal, redirect: 'manual' });
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
    // A `fetch` of the caller's may not heed the signal.
    return await Promise.race([answerTo(request, fetch), abortOf(ending.signal)]);
  } catch (cause) {
    signal?.throwIfAborted();
    if (cause instanceof GatewayError) throw cause;
    throw isLate ? late(timeout, cause) : unreachable(cause);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', giveUp);
  }
}

/** @throws GatewayError for a redirect, or whatever `fetch` throws */
async function answerTo(request: Request, fetch: Settings['fetch']): Promise<ReadAnswer> {
  const response = await fetch(request);
  // Followed, it would make a GET of a POST, or take the key to wherever it leads.
  if (isRedirect(response)) throw redirected(response);
  return { response, text: await response.text() };
}

function abortOf(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason), { once: true }));
}

/** Browsers say that there is a redirect, and neither its status nor where it leads. */
const isRedirect = ({ type, status }: Response) => type === 'opaqueredirect' || (status >= 300 && status < 400);

function redirected({ status, headers }: Response): GatewayError {
  const location = headers.get('location');
  return new GatewayError({
    code: 'CLIENT_UNREADABLE_ANSWER',
    status,
    message: `The URL redirects${location === null ? '' : ` to ${location}`}, which is not followed: \`url\` must be that of the gateway itself.`,
  });
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
