// When a server that was lost is tried again: soon at first, and ever later the shorter it stayed.
import { pauseAfter } from '../backoff.ts';

/** Between two tries while it is away. */
const AWAY = { first: 50, longest: 1_000 };
/** Before it is tried again when it comes and goes: each time is a change of how requests are counted, and two lines in the log. */
const COMING_AND_GOING = { first: 1_000, longest: 10_000 };
/** Milliseconds that it must have stayed for its next loss to count as the first. */
const SETTLED = 10_000;

/** The tries to win a server back, one at a time. All times are milliseconds. */
export class Probes {
  #dueAt = Number.NEGATIVE_INFINITY;
  #backAt = Number.NEGATIVE_INFINITY;
  #running = false;
  /** Losses in a row that each came soon after the server was back, the first one left out. */
  #relapses = 0;
  /** What has failed since it was there: the loss, and each try. */
  #failures = 0;

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
    else this.#fail();
  }

  /** Takes note that the server was lost. */
  lost(): void {
    const settled = performance.now() - this.#backAt > SETTLED;
    this.#relapses = settled ? 0 : this.#relapses + 1;
    this.#failures = 0;
    this.#fail();
  }

  #fail(): void {
    this.#failures += 1;
    const pause = this.#relapses > 0 ? pauseAfter(this.#relapses, COMING_AND_GOING) : pauseAfter(this.#failures, AWAY);
    this.#dueAt = performance.now() + pause;
  }
}
