// Pauses that grow, between the tries of something that may fail for long.

/** How pauses grow. */
export interface Backoff {
  /** Milliseconds. */
  readonly first: number;
  /** Milliseconds. */
  readonly longest: number;
  /** The share of a pause that chance may take off, so that many who lost the same do not all come back at once; none unless told. */
  readonly jitter?: number;
}

/**
 * Tells how long to wait before another try: twice as long after each failure.
 *
 * @param failures - how many tries have failed in a row, the last one included
 * @returns milliseconds
 */
export function pauseAfter(failures: number, { first, longest, jitter = 0 }: Backoff): number {
  return Math.min(first * 2 ** (failures - 1), longest) * (1 - jitter * Math.random());
}
