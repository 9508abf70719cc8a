// A window of one minute that slides: how many requests it holds, and whether one more fits. Counted in this process.
import { LRUCache } from 'lru-cache';

/** Milliseconds that a request is counted for. */
export const WINDOW = 60_000;
/** Milliseconds of one slice of the window. Requests are forgotten a slice at a time. */
export const SLICE = 250;
/** Slices that are counted, the present one included. */
export const SLICES = WINDOW / SLICE;

/** What became of a request that wanted into a window. */
export interface RateLimitResult {
  readonly allowed: boolean;
  /** Requests that a window may hold. */
  readonly limit: number;
  /** Requests that still fit. */
  readonly remaining: number;
  /** Milliseconds until more will fit; of a request that was refused, until that one will. */
  readonly resetIn: number;
  /** Where it was counted, for `refund`. Means something to the windows that gave it alone. */
  readonly slice: number;
}

/** The requests of the last minute, by slices in a ring. A request that is refused is not counted. */
class SlidingWindow {
  readonly #counts = new Uint32Array(SLICES);
  /** Number of the newest slice that was looked at. */
  #newest = 0;
  /** No slice before this one holds anything. */
  #oldest = 0;
  #total = 0;

  consume(cost: number, limit: number, now: number): RateLimitResult {
    this.#slide(Math.floor(now / SLICE));
    const allowed = this.#total + cost <= limit;
    if (allowed) this.#add(cost);
    const missing = allowed ? 1 : this.#total + cost - limit;
    return {
      allowed,
      limit,
      remaining: Math.max(limit - this.#total, 0),
      resetIn: this.#whenFree(missing, now) - now,
      slice: this.#newest,
    };
  }

  refund(cost: number, slice: number): void {
    if (slice <= this.#newest - SLICES || slice > this.#newest) return;
    const slot = slice % SLICES;
    const returned = Math.min(cost, this.#counts[slot] as number);
    this.#counts[slot] = (this.#counts[slot] as number) - returned;
    this.#total -= returned;
  }

  #add(cost: number): void {
    if (this.#total === 0) this.#oldest = this.#newest;
    const slot = this.#newest % SLICES;
    this.#counts[slot] = (this.#counts[slot] as number) + cost;
    this.#total += cost;
  }

  /** Forgets the slices that left the window. */
  #slide(slice: number): void {
    if (slice <= this.#newest) return;
    const leaving = Math.min(slice - this.#newest, SLICES);
    for (let i = 1; i <= leaving; i++) {
      const slot = (this.#newest + i) % SLICES;
      this.#total -= this.#counts[slot] as number;
      this.#counts[slot] = 0;
    }
    this.#newest = slice;
    this.#oldest = Math.max(this.#oldest, slice - SLICES + 1);
  }

  /** When `wanted` of the counted requests will have left the window. */
  #whenFree(wanted: number, now: number): number {
    if (this.#total === 0) return now;
    while (this.#oldest < this.#newest && this.#counts[this.#oldest % SLICES] === 0) this.#oldest += 1;
    let slice = this.#oldest;
    for (let free = 0; slice <= this.#newest; slice++) {
      free += this.#counts[slice % SLICES] as number;
      if (free >= wanted) break;
    }
    return (slice + SLICES) * SLICE;
  }
}

/** Windows that are kept at once; each takes about a kilobyte. */
const MOST_WINDOWS = 20_000;

/** Sliding windows by name, wherever they are counted. */
export interface RateLimitStore {
  /**
   * Counts a request, unless the window is full.
   *
   * @param name - whose window it is
   * @param cost - requests that it counts as
   * @param limit - requests that the window may hold
   */
  consume(name: string, cost: number, limit: number): RateLimitResult | Promise<RateLimitResult>;
  /**
   * Takes back what was counted.
   *
   * @param slice - where it was counted, as the result says
   */
  refund(name: string, cost: number, slice: number): void;
}

/** Sliding windows that are counted in this process. The one that was used longest ago goes when there are too many. */
export class SlidingWindowStore implements RateLimitStore {
  readonly #windows: LRUCache<string, SlidingWindow>;
  readonly #clock: () => number;

  /**
   * @param most - windows that are kept at once
   * @param clock - milliseconds since any moment; goes forward only, whatever the machine's clock is set to
   */
  constructor(most = MOST_WINDOWS, clock = () => performance.now()) {
    this.#windows = new LRUCache({ max: most });
    this.#clock = clock;
  }

  consume(name: string, cost: number, limit: number): RateLimitResult {
    let window = this.#windows.get(name);
    if (!window) {
      window = new SlidingWindow();
      this.#windows.set(name, window);
    }
    return window.consume(cost, limit, this.#clock());
  }

  refund(name: string, cost: number, slice: number): void {
    this.#windows.peek(name)?.refund(cost, slice);
  }
}
