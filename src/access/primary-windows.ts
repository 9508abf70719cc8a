// Sliding windows that the workers of one gateway share: the process that started them counts for all.
import { SlidingWindows, type Verdict, type Windows } from './sliding-window.ts';

/** What is counted. */
export type Counted = 'requests' | 'unknown keys';

type Take = [name: string, cost: number, limit: number];

/** What a worker says to the process that counts. */
interface Question {
  counted: Counted;
  takes?: Take[];
  giveBack?: [name: string, cost: number, slice: number];
}

/** What it hears: the verdicts on what it took, in order. They tell durations: the clocks of two processes have nothing in common. */
interface Reply {
  counted: Counted;
  verdicts: Verdict[];
}

/** One end of the channel between a worker and the process that started it. */
export interface Channel {
  send?(message: object): unknown;
  on(event: 'message', listener: (message: unknown) => void): unknown;
}

/** Windows as a worker sees them. What is asked while an answer is on its way travels together when it is there. */
export class PrimaryWindows implements Windows {
  readonly #channel: Channel;
  readonly #counted: Counted;
  #asked: ((verdict: Verdict) => void)[] = [];
  #waiting: { take: Take; resolve: (verdict: Verdict) => void }[] = [];

  constructor(channel: Channel, counted: Counted) {
    this.#channel = channel;
    this.#counted = counted;
    channel.on('message', (message) => {
      const reply = message as Partial<Reply> | undefined;
      if (reply?.counted === counted && reply.verdicts) this.#hear(reply.verdicts);
    });
  }

  take(name: string, cost: number, limit: number): Promise<Verdict> {
    return new Promise((resolve) => {
      this.#waiting.push({ take: [name, cost, limit], resolve });
      if (this.#asked.length === 0) this.#ask();
    });
  }

  giveBack(name: string, cost: number, slice: number): void {
    this.#say({ counted: this.#counted, giveBack: [name, cost, slice] });
  }

  #ask(): void {
    this.#asked = this.#waiting.map(({ resolve }) => resolve);
    const takes = this.#waiting.map(({ take }) => take);
    this.#waiting = [];
    this.#say({ counted: this.#counted, takes });
  }

  #hear(verdicts: Verdict[]): void {
    const asked = this.#asked;
    this.#asked = [];
    if (this.#waiting.length > 0) this.#ask();
    for (const [i, resolve] of asked.entries()) resolve(verdicts[i] as Verdict);
  }

  #say(question: Question): void {
    this.#channel.send?.(question);
  }
}

/** Counts for all workers that are joined to it. */
export class WindowsForWorkers {
  readonly #windows: Record<Counted, SlidingWindows> = {
    requests: new SlidingWindows(),
    'unknown keys': new SlidingWindows(),
  };

  /** Answers what a worker asks from now on. */
  join(worker: Channel): void {
    worker.on('message', (message) => {
      const { counted, takes, giveBack } = message as Partial<Question>;
      if (!counted) return;
      const windows = this.#windows[counted];
      if (giveBack) windows.giveBack(...giveBack);
      const verdicts = takes?.map(([name, cost, limit]) => windows.take(name, cost, limit));
      if (verdicts) worker.send?.({ counted, verdicts } satisfies Reply);
    });
  }
}
