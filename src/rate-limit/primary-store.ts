// Sliding windows that the workers of one gateway share: the process that started them counts for all.
import { type RateLimitResult, type RateLimitStore, SlidingWindowStore } from './sliding-window.ts';

/** What is counted. */
export type Counted = 'requests' | 'unknown keys';

/** So many requests of one caller, one after the other. */
type Consume = [name: string, cost: number, limit: number, times: number];

/** What a worker says to the process that counts. Short: both processes have to write and read it. */
interface Question {
  counted: Counted;
  consumptions?: Consume[];
  refund?: [name: string, cost: number, slice: number];
}

/** What became of one request; its limit is known to who asked. */
type Outcome = [allowed: boolean, remaining: number, resetIn: number, slice: number];

/** What it hears: what became of each request, in order. Durations are told: the clocks of two processes have nothing in common. */
interface Reply {
  counted: Counted;
  outcomes: Outcome[];
}

/** One end of the channel between a worker and the process that started it. */
export interface Channel {
  send?(message: object): unknown;
  on(event: 'message', listener: (message: unknown) => void): unknown;
}

/** Turns of the event loop that a question waits for requests to come, where several came together just before. */
const TURNS = 3;

/** A request that waits to be counted. */
interface Waiting {
  readonly name: string;
  readonly cost: number;
  readonly limit: number;
  resolve(result: RateLimitResult): void;
}

/**
 * The store as a worker sees it. One message asks for all requests that came while an answer was on its way. Who is alone asks at
 * once; who comes with others waits a little for them: a message costs both processes more than what it says, and what is answered
 * together goes to the database together.
 */
export class PrimaryRateLimitStore implements RateLimitStore {
  readonly #channel: Channel;
  readonly #counted: Counted;
  #asked: Waiting[] = [];
  #waiting: Waiting[] = [];
  #isGathering = false;
  /** Whether the last question was about several requests. */
  #cameTogether = false;

  constructor(channel: Channel, counted: Counted) {
    this.#channel = channel;
    this.#counted = counted;
    channel.on('message', (message) => {
      const reply = message as Partial<Reply> | undefined;
      if (reply?.counted === counted && reply.outcomes) this.#hear(reply.outcomes);
    });
  }

  consume(name: string, cost: number, limit: number): Promise<RateLimitResult> {
    return new Promise((resolve) => {
      this.#waiting.push({ name, cost, limit, resolve });
      if (this.#asked.length === 0 && !this.#isGathering) this.#askSoon();
    });
  }

  refund(name: string, cost: number, slice: number): void {
    this.#say({ counted: this.#counted, refund: [name, cost, slice] });
  }

  #askSoon(): void {
    if (!this.#cameTogether && this.#waiting.length === 1) {
      this.#ask();
      return;
    }
    this.#isGathering = true;
    afterTurns(TURNS, () => {
      this.#isGathering = false;
      this.#ask();
    });
  }

  #ask(): void {
    this.#asked = this.#waiting;
    this.#waiting = [];
    this.#cameTogether = this.#asked.length > 1;
    this.#say({ counted: this.#counted, consumptions: consumptionsOf(this.#asked) });
  }

  #hear(outcomes: Outcome[]): void {
    const asked = this.#asked;
    this.#asked = [];
    if (this.#waiting.length > 0) this.#askSoon();
    for (const [i, { limit, resolve }] of asked.entries()) {
      const [allowed, remaining, resetIn, slice] = outcomes[i] as Outcome;
      resolve({ allowed, limit, remaining, resetIn, slice });
    }
  }

  #say(question: Question): void {
    this.#channel.send?.(question);
  }
}

/** Requests in their order; those in a row that are alike are told once. */
function consumptionsOf(requests: readonly Waiting[]): Consume[] {
  const all: Consume[] = [];
  for (const { name, cost, limit } of requests) {
    const last = all.at(-1);
    if (last?.[0] === name && last[1] === cost && last[2] === limit) last[3] += 1;
    else all.push([name, cost, limit, 1]);
  }
  return all;
}

/** Runs something so many turns of the event loop later: what can be read by then is read before. */
function afterTurns(turns: number, run: () => void): void {
  setImmediate(() => (turns === 1 ? run() : afterTurns(turns - 1, run)));
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
      if (consumptions) worker.send?.({ counted, outcomes: outcomesOf(consumptions, windows) } satisfies Reply);
    });
  }
}

/** Counts requests one by one, in their order. */
function outcomesOf(consumptions: readonly Consume[], windows: SlidingWindowStore): Outcome[] {
  return consumptions.flatMap(([name, cost, limit, times]) =>
    Array.from({ length: times }, (): Outcome => {
      const { allowed, remaining, resetIn, slice } = windows.consume(name, cost, limit);
      return [allowed, remaining, resetIn, slice];
    }),
  );
}
