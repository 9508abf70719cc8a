// What the state of the gateway means for a request: not started yet, or about to end.
import { ApiError } from '../../errors/api-error.ts';
import type { Middleware } from '../router.ts';

/**
 * Refuses requests until the gateway has started.
 *
 * @throws ApiError `INTERNAL_SERVICE_UNAVAILABLE`
 */
export function startedOnly(hasStarted: () => boolean): Middleware {
  return (next) => (request) => {
    if (!hasStarted()) throw new ApiError('INTERNAL_SERVICE_UNAVAILABLE', { retryAfter: 1 });
    return next(request);
  };
}

/** Closes connections with their next answer while the gateway drains: one that stays open would outlive it. */
export function closeWhileDraining(isDraining: () => boolean): Middleware {
  return (next) => async (request) => {
    const response = await next(request);
    if (isDraining()) response.headers.Connection = 'close';
    return response;
  };
}
