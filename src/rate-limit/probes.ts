// When a server that was lost is tried again: soon at first, and ever later the shorter it stayed.

const FIRST_PAUSE = 50;
/** Between two tries while it is away. */
const LONGEST_PAUSE = 1_000;
/** Milliseconds that it must have stayed for its next loss to count as the first. */
const SETTLED = 10_000;
/** Before it is tried again when it comes and goes: each time is a change of how requests are counted, and two lines in the log. */
const LONGEST_REST = 10_000;

/** The tries to win a server back, one at a time. All times are milliseconds. */
export class Probes {
  #pause = FIRST_PAUSE;
  #dueAt = Number.NEGATIVE_INFINITY;
  #backAt = Number.NEGATIVE_INFINITY;
  #running = false;

  /** Whether to try now; then `end` must be called. */
  begin(): boolean {
    if (this.#running || performance.now() < this.#dueAt) return false;
    this.#running = true;
    return true;
  }

  /** Takes note of what a try came to. */
  end(succeeded: boolean): void {
    this.#running = false;
    if (succeeded) this.#backAt = performance.now();
    else this.#rest(Math.min(this.#pause * 2, Math.max(this.#pause, LONGEST_PAUSE)));
  }

  /** Takes note that the server was lost. */
  lost(): void {
    const settled = performance.now() - this.#backAt > SETTLED;
    this.#rest(settled ? FIRST_PAUSE : Math.min(Math.max(this.#pause * 2, LONGEST_PAUSE), LONGEST_REST));
  }

  #rest(pause: number): void {
    this.#pause = pause;
    this.#dueAt = performance.now() + pause;
  }
}
