// How many connections work of one kind may hold that holds them for long: transactions of several statements, which wait for locks, or lists, which may
// read much. None keeps others from calling, and no organisation another.
import { timedOut } from '../errors/classify.ts';

interface Waiter {
  resolve(): void;
  readonly timer: NodeJS.Timeout | undefined;
}

interface Share {
  running: number;
  readonly waiting: Waiter[];
}

/** Slots of one process. Organisations that wait take turns. */
export class ConnectionSlots {
  /** One connection is for calls of a single statement, where there is more than one. */
  readonly #most: number;
  readonly #mostOfOne: number;
  /** Those that have or want slots, whoever is next first. */
  readonly #shares = new Map<number, Share>();
  #running = 0;

  /** @param connections - of the pool */
  constructor(connections: number) {
    this.#most = Math.max(1, connections - 1);
    this.#mostOfOne = Math.max(1, Math.floor(connections / 2));
  }

  /**
   * Runs something in a slot.
   *
   * @param deadline - until when to wait for one, by `performance.now()`
   * @throws ApiError `INTERNAL_SERVICE_UNAVAILABLE` when none came in time
   */
  async run<Result>(organisationId: number, deadline: number, work: () => Promise<Result>): Promise<Result> {
    const share = this.#shares.get(organisationId) ?? { running: 0, waiting: [] };
    this.#shares.set(organisationId, share);
    if (share.waiting.length > 0 || !this.#hasRoom(share)) await this.#wait(organisationId, share, deadline);
    else this.#take(share);
    try {
      return await work();
    } finally {
      share.running -= 1;
      this.#running -= 1;
      this.#forgetIdle(organisationId, share);
      this.#handOn();
    }
  }

  /** The last slot is for an organisation that has none. */
  #hasRoom({ running }: Share): boolean {
    const most = running === 0 ? this.#most : this.#most - 1;
    return this.#running < most && running < this.#mostOfOne;
  }

  #take(share: Share): void {
    share.running += 1;
    this.#running += 1;
  }

  #forgetIdle(organisationId: number, { running, waiting }: Share): void {
    if (running === 0 && waiting.length === 0) this.#shares.delete(organisationId);
  }

  #wait(organisationId: number, share: Share, deadline: number): Promise<void> {
    return new Promise((resolve, reject) => {
      const giveUp = () => {
        share.waiting.splice(share.waiting.indexOf(waiter), 1);
        this.#forgetIdle(organisationId, share);
        reject(timedOut());
      };
      const left = Math.max(0, deadline - performance.now());
      const waiter: Waiter = { resolve, timer: Number.isFinite(left) ? setTimeout(giveUp, left) : undefined };
      share.waiting.push(waiter);
    });
  }

  /** Gives free slots to those who wait, one to each organisation in turn. */
  #handOn(): void {
    for (const [organisationId, share] of this.#shares) {
      const [first] = share.waiting;
      if (!first || !this.#hasRoom(share)) continue;
      share.waiting.shift();
      clearTimeout(first.timer);
      this.#take(share);
      // It is the last in turn from now on.
      this.#shares.delete(organisationId);
      this.#shares.set(organisationId, share);
      first.resolve();
    }
  }
}
