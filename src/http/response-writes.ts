// When responses are written. To wake a client is the dearest part of a write; of several writes in a row, only the first one wakes it.

/** Responses that are held back at most. */
const MOST_HELD = 16;
/** Milliseconds after which those that are held back are written, when the next request is read. */
const LONGEST_HOLD = 1;
/** Length of a body above which a response is not held back: it takes longer to write than to wake anybody. */
const LARGEST_HELD = 16 * 1024;

/**
 * The responses of one turn of the event loop, from one look at timers and immediates to the next.
 *
 * First    the first response to a request of this turn is written at once: a call that is alone waits for nothing
 * Held     those that follow in the same turn are written when it ends, `MOST_HELD` are there, or a request is read after `LONGEST_HOLD`
 * Later    a response to a request of an earlier turn is written at once: what such requests wait for comes to several at the same moment
 */
export class ResponseWrites {
  #turn = 0;
  #isOpen = false;
  #isFirst = true;
  #held: (() => void)[] = [];
  /** When the last request was read, and when that of the first that is held. */
  #readAt = 0;
  #heldSince = 0;

  /**
   * Takes note that a request was read.
   *
   * @param now - by `performance.now()`
   * @returns the turn, for `add`
   */
  turn(now: number): number {
    if (!this.#isOpen) {
      this.#isOpen = true;
      setImmediate(() => this.#end());
    }
    if (this.#held.length > 0 && now - this.#heldSince > LONGEST_HOLD) this.#writeHeld();
    this.#readAt = now;
    return this.#turn;
  }

  /**
   * Writes a response, now or before the turn ends.
   *
   * @param turn - in which its request was read
   * @param length - of its body
   * @param write - throws nothing
   */
  add(turn: number, length: number, write: () => void): void {
    if (turn !== this.#turn || length > LARGEST_HELD) {
      write();
      return;
    }
    if (this.#isFirst) {
      this.#isFirst = false;
      write();
      return;
    }
    if (this.#held.push(write) === 1) this.#heldSince = this.#readAt;
    if (this.#held.length >= MOST_HELD) this.#writeHeld();
  }

  #writeHeld(): void {
    const held = this.#held;
    this.#held = [];
    for (const write of held) write();
  }

  #end(): void {
    this.#turn += 1;
    this.#isOpen = false;
    this.#isFirst = true;
    this.#writeHeld();
  }
}
