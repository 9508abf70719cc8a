// When responses are written. Each write on its own wakes its client, which costs more than all else of it: those that can go together do.

/** Responses that are held back at most. */
const MOST_HELD = 16;

/**
 * The responses of the requests that were read in one turn of the event loop.
 *
 * First    the first is written at once: one that is alone waits for nothing
 * Held     those that are there in the same turn, too, are written when it ends, or when there are `MOST_HELD` of them
 * Later    all others are written at once: whatever they have waited for comes to several at the same moment
 */
export class ResponseWrites {
  #turn = 0;
  #isOpen = false;
  #isFirst = true;
  #held: (() => void)[] = [];

  /**
   * Takes note that a request was read.
   *
   * @returns the turn, for `add`
   */
  turn(): number {
    if (!this.#isOpen) {
      this.#isOpen = true;
      setImmediate(() => this.#end());
    }
    return this.#turn;
  }

  /**
   * Writes a response, now or before the turn ends.
   *
   * @param turn - in which its request was read
   * @param write - throws nothing
   */
  add(turn: number, write: () => void): void {
    if (turn !== this.#turn || this.#isFirst) {
      this.#isFirst &&= turn !== this.#turn;
      write();
      return;
    }
    this.#held.push(write);
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
