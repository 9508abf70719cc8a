// What one request consumes of its caller's limit.
import { ApiError } from '../errors/api-error.ts';
import { type RateLimiter, type RateLimitStatus, rateLimitHeaders, secondsUntil, statusOf } from './rate-limiter.ts';

/** Whose requests are counted together, and how many a minute there may be. */
export interface Limited {
  readonly digest: string;
  /** Requests a minute; null for no limit. */
  readonly limit: number | null;
}

/** The limit of a caller, as one request meets it. */
export class Quota {
  /** What tells the caller where its limit stood when something was last consumed; none where there is no limit. */
  headers: Readonly<Record<string, string>> = {};
  /** The same, for those who ask; undefined where there is no limit. */
  status: RateLimitStatus | undefined;
  readonly #limiter: RateLimiter;
  readonly #caller: Limited;

  constructor(limiter: RateLimiter, caller: Limited) {
    this.#limiter = limiter;
    this.#caller = caller;
  }

  /**
   * Counts the request itself.
   *
   * @throws ApiError `INTERNAL_TOO_MANY_REQUESTS`, with the headers of the limit
   */
  async consumeRequest(): Promise<void> {
    const { limit } = this.#caller;
    if (limit !== null) await this.#consume(1, limit);
  }

  /**
   * Counts what a request turned out to cost besides itself. No request costs more than the whole limit.
   *
   * @param requests - requests that it counts as, besides the one
   * @throws ApiError `INTERNAL_TOO_MANY_REQUESTS`, with the headers of the limit
   */
  async consumeMore(requests: number): Promise<void> {
    const { limit } = this.#caller;
    const cost = Math.min(requests, (limit ?? 1) - 1);
    if (limit !== null && cost > 0) await this.#consume(cost, limit);
  }

  async #consume(cost: number, limit: number): Promise<void> {
    const result = await this.#limiter.consume(this.#caller.digest, cost, limit);
    // Made now, since they say how long from now.
    this.status = statusOf(result);
    this.headers = rateLimitHeaders(this.status);
    if (result.allowed) return;
    throw new ApiError('INTERNAL_TOO_MANY_REQUESTS', { retryAfter: secondsUntil(result), headers: this.headers });
  }
}
