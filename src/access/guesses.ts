// Keys that are guessed: how many bad ones an address may try, before a look-up is spent on the next.
import ipaddr from 'ipaddr.js';
import { ApiError } from '../errors.ts';
import type { Log } from '../log.ts';
import { secondsUntil } from './rate-limit.ts';
import type { Windows } from './sliding-window.ts';

/** Bad keys a minute and address. */
export const GUESS_LIMIT = 100;
/** Whoever has one IPv6 address has all that share its first 64 bits. */
const IPV6_NETWORK = 64;

/** Counts the bad keys of each client address. */
export interface Guesses {
  /**
   * Counts a key that may turn out to be bad.
   *
   * @param address - IPv4 or IPv6
   * @returns takes the guess back, unless the key turned out to be bad
   * @throws ApiError `INTERNAL_TOO_MANY_REQUESTS`
   */
  count(address: string): Promise<() => void>;
}

/** Starts to count guesses, in the windows that are given. */
export function countGuesses(log: Log, windows: Windows): Guesses {
  return {
    async count(address) {
      const name = networkOf(address);
      const now = Date.now();
      const verdict = await windows.take(name, 1, GUESS_LIMIT, now);
      if (!verdict.allowed) {
        const message = 'Too many requests with a bad API key came from this address.';
        throw new ApiError('INTERNAL_TOO_MANY_REQUESTS', { message, retryAfter: secondsUntil(verdict) });
      }
      if (verdict.remaining === 0) log.warn({ address: name }, 'keys are guessed from this address');
      return () => windows.giveBack(name, 1, now);
    },
  };
}

function networkOf(address: string): string {
  if (!ipaddr.isValid(address)) return address;
  const parsed = ipaddr.process(address);
  if (parsed.kind() === 'ipv4') return parsed.toString();
  return `${ipaddr.IPv6.networkAddressFromCIDR(`${parsed}/${IPV6_NETWORK}`)}/${IPV6_NETWORK}`;
}
