// Calls for rows that somebody else has locked: a few connections are theirs together, and all others are for the rest.

/** Milliseconds that a call waits for its row before others in the same case have their turn. */
const TURN = 200;

/** A call for a locked row. */
export interface LockedCall {
  /**
   * Tries it.
   *
   * @param lockTimeout - milliseconds that it may wait for the lock; 0 for as long as its time lasts
   * @returns whether it is over: served, or failed
   */
  attempt(lockTimeout: number): Promise<boolean>;
}

/**
 * Waits for locks.
 *
 * Waiting    for a connection, in the order of arrival
 * Attempted  with the lock as long as its time lasts, where connections are left; the last one goes round, a turn each
 */
export class LockedCalls {
  readonly #most: number;
  readonly #waiting: LockedCall[] = [];
  #attempted = 0;
  #staying = 0;

  /**
   * @param most - how many may be attempted at once
   */
  constructor(most: number) {
    this.#most = most;
  }

  /** Takes over a call. */
  add(call: LockedCall): void {
    this.#waiting.push(call);
    this.#attemptNext();
  }

  #attemptNext(): void {
    while (this.#attempted < this.#most) {
      const call = this.#waiting.shift();
      if (!call) return;
      void this.#attempt(call);
    }
  }

  async #attempt(call: LockedCall): Promise<void> {
    const stays = this.#staying < this.#most - 1;
    this.#attempted += 1;
    if (stays) this.#staying += 1;
    const isOver = await call.attempt(stays ? 0 : TURN);
    this.#attempted -= 1;
    if (stays) this.#staying -= 1;
    if (!isOver) this.#waiting.push(call);
    this.#attemptNext();
  }
}
