// Sliding windows that the workers of one gateway share: the process that started them counts for all.
import { type RateLimitResult, type RateLimitStore, SlidingWindowStore } from './sliding-window.ts';

/** What is counted. */
export type Counted = 'requests' | 'unknown keys';

type Consume = [name: string, cost: number, limit: number];

/** What a worker says to the process that counts. */
interface Question {
  counted: Counted;
  consumptions?: Consume[];
  refund?: [name: string, cost: number, slice: number];
}

/** What it hears: the results of what it consumed, in order. They tell durations: the clocks of two processes have nothing in common. */
interface Reply {
  counted: Counted;
  results: RateLimitResult[];
}

/** One end of the channel between a worker and the process that started it. */
export interface Channel {
  send?(message: object): unknown;
  on(event: 'message', listener: (message: unknown) => void): unknown;
}

/** The store as a worker sees it. What is asked while an answer is on its way is sent in one message when it is there. */
export class PrimaryRateLimitStore implements RateLimitStore {
  readonly #channel: Channel;
  readonly #counted: Counted;
  #asked: ((result: RateLimitResult) => void)[] = [];
  #waiting: { consume: Consume; resolve: (result: RateLimitResult) => void }[] = [];

  constructor(channel: Channel, counted: Counted) {
    this.#channel = channel;
    this.#counted = counted;
    channel.on('message', (message) => {
      const reply = message as Partial<Reply> | undefined;
      if (reply?.counted === counted && reply.results) this.#hear(reply.results);
    });
  }

  consume(name: string, cost: number, limit: number): Promise<RateLimitResult> {
    return new Promise((resolve) => {
      this.#waiting.push({ consume: [name, cost, limit], resolve });
      if (this.#asked.length === 0) this.#ask();
    });
  }

  refund(name: string, cost: number, slice: number): void {
    this.#say({ counted: this.#counted, refund: [name, cost, slice] });
  }

  #ask(): void {
    this.#asked = this.#waiting.map(({ resolve }) => resolve);
    const consumptions = this.#waiting.map(({ consume }) => consume);
    this.#waiting = [];
    this.#say({ counted: this.#counted, consumptions });
  }

  #hear(results: RateLimitResult[]): void {
    const asked = this.#asked;
    this.#asked = [];
    if (this.#waiting.length > 0) this.#ask();
    for (const [i, resolve] of asked.entries()) resolve(results[i] as RateLimitResult);
  }

  #say(question: Question): void {
    this.#channel.send?.(question);
  }
}

/** Counts for all workers that are joined to it. */
export class RateLimitStoreForWorkers {
  readonly #windows: Record<Counted, SlidingWindowStore> = {
    requests: new SlidingWindowStore(),
    'unknown keys': new SlidingWindowStore(),
  };

  /** Answers what a worker asks from now on. */
  join(worker: Channel): void {
    worker.on('message', (message) => {
      const { counted, consumptions, refund } = message as Partial<Question>;
      if (!counted) return;
      const windows = this.#windows[counted];
      if (refund) windows.refund(...refund);
      const results = consumptions?.map(([name, cost, limit]) => windows.consume(name, cost, limit));
      if (results) worker.send?.({ counted, results } satisfies Reply);
    });
  }
}
