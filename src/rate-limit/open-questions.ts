// Questions to a server that have no answer yet, and for how long that has been so.

/**
 * Open questions, the oldest first. Their age is counted in looks, not in milliseconds: a process that is too busy to look is
 * too busy to read an answer that has long arrived, and must not take that for the silence of the server.
 */
export class OpenQuestions {
  /** How to go on without an answer, and how many looks there had been when the question was asked. */
  readonly #open = new Map<() => void, number>();
  #looks = 0;

  add(giveUp: () => void): void {
    this.#open.set(giveUp, this.#looks);
  }

  /** Takes note that a question was answered. */
  close(giveUp: () => void): void {
    this.#open.delete(giveUp);
  }

  giveUpAll(): void {
    for (const giveUp of this.#open.keys()) giveUp();
    this.#open.clear();
  }

  /** Looks, and tells during how many looks the oldest question has been open. */
  look(): number {
    this.#looks += 1;
    const [oldest = this.#looks] = this.#open.values();
    return this.#looks - oldest;
  }
}
