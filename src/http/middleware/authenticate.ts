// Who calls: the key of a request is found and checked once, before anything else of it is looked at.
import { type Authenticator, type Caller, expiryHeader } from '../../api-key/authenticate.ts';
import { ApiError } from '../../errors/api-error.ts';
import type { HttpRequest } from '../request.ts';
import type { Middleware } from '../router.ts';

/** How a route finds its caller. */
export interface AuthenticateOptions {
  authenticator: Authenticator;
  /** Finds the key that a request presents, by the precedence of its API; undefined when there is none. */
  keyOf(request: HttpRequest): unknown;
  /** Whether a request without a key is answered. */
  isOpen?(request: HttpRequest): Promise<boolean>;
}

/**
 * Makes the caller of a request known to what follows, and tells it where its limit stands, and that its key expires soon.
 *
 * @throws ApiError what `Authenticator` throws
 */
export function authenticate({ authenticator, keyOf, isOpen }: AuthenticateOptions): Middleware {
  return (next) => async (request) => {
    const presented = await keyOf(request);
    if (presented === undefined && (await isOpen?.(request))) return next(request);
    const key = await authenticator.findKey(presented, request);
    // Also of one that is refused: after a rotation, operators look for who still uses the old key.
    request.record.key = key.fingerprint;
    const expiry = expiryHeader(key);
    if (expiry) Object.assign(request.answerHeaders, expiry);
    const { caller, quota } = await authenticator.authenticate(key);
    request.caller = caller;
    request.quota = quota;
    try {
      return await next(request);
    } finally {
      Object.assign(request.answerHeaders, quota.headers);
    }
  };
}

/**
 * The caller of a request that came through `authenticate`.
 *
 * @throws ApiError `PUBLIC_API_KEY_IS_EMPTY` when there is none
 */
export function callerOf({ caller }: HttpRequest): Caller {
  if (!caller) throw new ApiError('PUBLIC_API_KEY_IS_EMPTY');
  return caller;
}
