// The brute-force limiter: how many keys that do not exist an address may try, before a look-up is spent on the next.
import { ApiError, bruteForceRefused } from '../errors/api-error.ts';
import { networkOf } from '../ip/address.ts';
import type { Log } from '../log.ts';
import { secondsUntil } from './rate-limiter.ts';
import type { RateLimitStore } from './sliding-window.ts';

/** Keys that do not exist, a minute and address. */
export const BRUTE_FORCE_LIMIT = 100;

/** Counts the keys that each client address tried and that do not exist. */
export interface BruteForceLimiter {
  /**
   * Counts a key that is about to be looked up.
   *
   * @param address - IPv4 or IPv6
   * @returns gives the attempt back: to be called when the key exists, or when nobody can tell
   * @throws ApiError `INTERNAL_TOO_MANY_REQUESTS`
   */
  consume(address: string): Promise<() => void>;
}

/** Opens the limiter, which counts in the store that is given. */
export function openBruteForceLimiter(log: Log, store: RateLimitStore): BruteForceLimiter {
  return {
    async consume(address) {
      const name = networkOf(address);
      const result = await store.consume(name, 1, BRUTE_FORCE_LIMIT);
      if (!result.allowed) {
        throw new ApiError('INTERNAL_TOO_MANY_REQUESTS', { ...bruteForceRefused, retryAfter: secondsUntil(result) });
      }
      if (result.remaining === 0)
        log.warn({ address: name }, 'brute-force limit reached; unknown keys from this address are refused');
      return () => store.refund(name, 1, result.slice);
    },
  };
}
