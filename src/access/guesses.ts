// Keys that are guessed: how many that do not exist an address may try, before a look-up is spent on the next.
import { ApiError, guessesRefused } from '../errors.ts';
import { networkOf } from '../ip/address.ts';
import type { Log } from '../log.ts';
import { secondsUntil } from './rate-limit.ts';
import type { Windows } from './sliding-window.ts';

/** Keys that do not exist, a minute and address. */
export const GUESS_LIMIT = 100;

/** Counts the keys that each client address tried and that do not exist. */
export interface Guesses {
  /**
   * Counts a key that is about to be looked up.
   *
   * @param address - IPv4 or IPv6
   * @returns takes the guess back, unless there is no such key
   * @throws ApiError `INTERNAL_TOO_MANY_REQUESTS`
   */
  count(address: string): Promise<() => void>;
}

/** Starts to count guesses, in the windows that are given. */
export function countGuesses(log: Log, windows: Windows): Guesses {
  return {
    async count(address) {
      const name = networkOf(address);
      const verdict = await windows.take(name, 1, GUESS_LIMIT);
      if (!verdict.allowed) {
        throw new ApiError('INTERNAL_TOO_MANY_REQUESTS', { ...guessesRefused, retryAfter: secondsUntil(verdict) });
      }
      if (verdict.remaining === 0) log.warn({ address: name }, 'keys are guessed from this address');
      return () => windows.giveBack(name, 1, verdict.slice);
    },
  };
}
