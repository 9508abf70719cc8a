// What the calls themselves have met lately that a question to the database need not meet.
import pg from 'pg';

/** Milliseconds that a failure of a call is held against the database. Without calls, it is asked alone. */
const HELD_FOR = 3_000;
/** The pool's words for a caller who waited in vain. */
const NO_CONNECTION = /timeout exceeded when trying to connect/;
const DISK_FULL = '53100';

/** What keeps calls from being served: no connection of the pool comes free, or there is no room for what they write. */
export type Trouble = 'no free connection' | 'no room';

/**
 * Failures of calls that would befall the next one too. A lock on one row and a call that is slow are not among them: others are served
 * meanwhile, and one caller could take the whole gateway out with its own.
 */
export class CallTrouble {
  #fullAt = Number.NEGATIVE_INFINITY;
  #starvedAt = Number.NEGATIVE_INFINITY;

  /** Takes note that a call was given a connection. */
  connected(): void {
    this.#starvedAt = Number.NEGATIVE_INFINITY;
  }

  /** Takes note of what a call failed with. */
  failed(error: unknown): void {
    if (error instanceof pg.DatabaseError && error.code === DISK_FULL) this.#fullAt = performance.now();
    else if (error instanceof Error && NO_CONNECTION.test(error.message)) this.#starvedAt = performance.now();
  }

  current(): Trouble | undefined {
    const since = performance.now() - HELD_FOR;
    if (this.#fullAt > since) return 'no room';
    return this.#starvedAt > since ? 'no free connection' : undefined;
  }
}
