// Work that touches something by name: what touches the same is done one after the other, and holds no connection while it waits.
import { timedOut } from '../errors/classify.ts';

interface Waiter {
  resolve(): void;
  readonly timer: NodeJS.Timeout | undefined;
}

/** The turns of one process. A lock in the database still decides between processes; it is then waited for by one of each. */
export class NamedTurns {
  /** The names that somebody has, each with those who wait for it, in the order of arrival. */
  readonly #taken = new Map<string, Set<Waiter>>();

  /**
   * Does some work when nobody else of this process does any that touches the same.
   *
   * @param names - of all that it touches; taken in one order, so that none waits in a circle
   * @param deadline - until when to wait for them, by `performance.now()`
   * @throws ApiError `INTERNAL_SERVICE_UNAVAILABLE` when its turn has not come by then
   */
  async run<Result>(names: Iterable<string>, deadline: number, work: () => Promise<Result>): Promise<Result> {
    const held: string[] = [];
    try {
      for (const name of [...new Set(names)].toSorted()) {
        await this.#take(name, deadline);
        held.push(name);
      }
      return await work();
    } finally {
      for (const name of held) this.#handOn(name);
    }
  }

  async #take(name: string, deadline: number): Promise<void> {
    const waiters = this.#taken.get(name);
    if (!waiters) {
      this.#taken.set(name, new Set());
      return;
    }
    await new Promise<void>((resolve, reject) => {
      const giveUp = () => {
        waiters.delete(waiter);
        reject(timedOut());
      };
      const left = Math.max(0, deadline - performance.now());
      const waiter: Waiter = { resolve, timer: Number.isFinite(left) ? setTimeout(giveUp, left) : undefined };
      waiters.add(waiter);
    });
  }

  #handOn(name: string): void {
    const waiters = this.#taken.get(name);
    const [first] = waiters ?? [];
    if (!waiters || !first) {
      this.#taken.delete(name);
      return;
    }
    waiters.delete(first);
    clearTimeout(first.timer);
    first.resolve();
  }
}
