// How many requests a key may make: the limits of the prefixes, the counting, and what callers are told of it.

import type { KeyPrefix } from '../api-key/key.ts';
import type { Log } from '../log.ts';
import type { SharedWindows } from './redis-window.ts';
import { type RateLimitResult, type RateLimitStore, SlidingWindowStore } from './sliding-window.ts';

/** Requests a minute, unless the key carries a limit of its own; null for none. */
const defaultLimits: Record<KeyPrefix, number | null> = { PROD: 500_000, DEV_: 1_000, ROOT: null };

/**
 * The limit of a key.
 *
 * @param own - what the key itself says, in requests a minute; null for nothing
 * @returns requests a minute, or null for none: a `ROOT` key has no limit
 */
export function limitOf(prefix: KeyPrefix, own: number | null | undefined): number | null {
  return prefix === 'ROOT' ? null : (own ?? defaultLimits[prefix]);
}

/** How requests are counted: by each process, by all together, or by each because Redis is away. */
export type Counting = 'in memory' | 'in Redis' | 'in memory, Redis is away';

/** Counts requests in windows of one minute that slide. */
export interface RateLimiter {
  /**
   * Counts a request, unless it would be one too many.
   *
   * @param name - whose requests are counted together
   * @param cost - requests that it counts as
   * @param limit - requests a minute
   */
  consume(name: string, cost: number, limit: number): Promise<RateLimitResult> | RateLimitResult;
  counting(): Counting;
  close(): void;
}

/**
 * Opens a rate limiter.
 *
 * @param redisUrl - where several gateways count together; without it each counts by itself. While Redis is away each
 *   process goes on with what it has seen itself.
 * @param store - where this gateway counts by itself
 */
export function openRateLimiter(redisUrl: string | undefined, log: Log, store: RateLimitStore): RateLimiter {
  if (!redisUrl) {
    return {
      consume: (name, cost, limit) => store.consume(name, cost, limit),
      counting: () => 'in memory',
      close: () => {},
    };
  }
  let shared: SharedWindows | undefined;
  let closed = false;
  // Who counts in memory needs no client of Redis.
  import('./redis-window.ts')
    .then(({ openSharedWindows }) => {
      if (!closed) shared = openSharedWindows(redisUrl, log);
    })
    .catch((error: unknown) =>
      log.error({ err: error }, 'the Redis client could not be loaded; each process counts its own requests'),
    );
  const own = new SlidingWindowStore();
  return {
    async consume(name, cost, limit) {
      const result = await shared?.consume(name, cost, limit);
      if (!result) return own.consume(name, cost, limit);
      // Counted here too, so that the loss of Redis does not give every caller a fresh minute.
      if (result.allowed) own.consume(name, cost, Number.POSITIVE_INFINITY);
      return result;
    },
    counting: () => (shared?.isReachable() ? 'in Redis' : 'in memory, Redis is away'),
    close() {
      closed = true;
      shared?.close();
    },
  };
}

/** How a limit stands, as its caller is told. */
export interface RateLimitStatus {
  /** Requests a minute. */
  readonly limit: number;
  /** Requests that may be made at once. */
  readonly remaining: number;
  /** When more may be made; where a request was refused, when that one may. Unix seconds. */
  readonly resetAt: number;
}

/** How a limit stands now. */
export function statusOf({ limit, remaining, resetIn }: RateLimitResult): RateLimitStatus {
  // The one moment that is told by the machine's clock, since a caller compares it with its own.
  return { limit, remaining, resetAt: Math.ceil((Date.now() + resetIn) / 1000) };
}

/**
 * The headers that tell a caller about its limit.
 *
 * @returns `X-RateLimit-Limit` and `-Remaining` in requests, `-Reset` in Unix seconds
 */
export function rateLimitHeaders({ limit, remaining, resetAt }: RateLimitStatus): Record<string, string> {
  return {
    'X-RateLimit-Limit': String(limit),
    'X-RateLimit-Remaining': String(remaining),
    'X-RateLimit-Reset': String(resetAt),
  };
}

/** Seconds until a request that was refused may come again. */
export function secondsUntil({ resetIn }: RateLimitResult): number {
  return Math.max(Math.ceil(resetIn / 1000), 1);
}
