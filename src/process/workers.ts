// The workers of a gateway: started, replaced when they fall, and ended in peace.
import cluster, { type Worker } from 'node:cluster';
import { setTimeout as sleep } from 'node:timers/promises';
import { pauseAfter } from '../backoff.ts';
import type { Log } from '../log.ts';
import { RateLimitStoreForWorkers } from '../rate-limit/primary-store.ts';
import { Heartbeat } from './heartbeat.ts';
import { DRAIN_TIMEOUT } from './serve.ts';
import type { SharedPort } from './shared-port.ts';
import { DRAIN, END, READY, SERVING } from './worker.ts';

/** Milliseconds that a worker has beyond those of its answers in flight, before it is killed. */
const GRACE = 5_000;
/** Before a worker that fell is replaced. */
const RESTART = { first: 500, longest: 10_000 };
/** Milliseconds after which a worker that fell counts as one that had worked. */
const SETTLED = 60_000;

/** A worker that was started; each resolves to false when it ends before. */
interface Started {
  serves: Promise<boolean>;
  isReady: Promise<boolean>;
}

/** All workers of this process: it counts for them, and has their port. */
export class Workers {
  readonly #port: SharedPort;
  readonly #environment: Record<string, string> | undefined;
  readonly #log: Log;
  readonly #store = new RateLimitStoreForWorkers();
  #isServing = false;
  #isDraining = false;
  #isEnding = false;
  /** How many workers have fallen in a row, the first of them after it had worked. */
  #fallen = 1;

  /** @param environment - variables that workers have besides those of this process */
  constructor(port: SharedPort, environment: Record<string, string> | undefined, log: Log) {
    this.#port = port;
    this.#environment = environment;
    this.#log = log;
  }

  /** Whether one has served; from then on those that fall are replaced. */
  get isServing(): boolean {
    return this.#isServing;
  }

  get isDraining(): boolean {
    return this.#isDraining;
  }

  /**
   * Starts so many; resolves when all are ready.
   *
   * @returns whether the first one could serve; if not, no other is started
   */
  async start(count: number): Promise<boolean> {
    // The first one alone: if it cannot serve, it says why, and there is no point in others.
    const first = this.#startOne();
    if (!(await first.serves)) return false;
    this.#isServing = true;
    const all = [first, ...Array.from({ length: count - 1 }, () => this.#startOne())];
    await Promise.all(all.map(({ isReady }) => isReady));
    return true;
  }

  /** From here on none is ready, and each closes a connection after its next answer. */
  drain(): void {
    this.#isDraining = true;
    for (const worker of running()) worker.send(DRAIN);
  }

  /** Ends all, each when its answers in flight are given. */
  async end(): Promise<void> {
    this.#isEnding = true;
    await Promise.all(running().map((worker) => endWorker(worker, this.#log)));
  }

  /** Ends all at once. */
  kill(): void {
    for (const worker of running()) worker.process.kill('SIGKILL');
  }

  #startOne(): Started {
    const log = this.#log;
    const worker = cluster.fork(this.#environment);
    const startedAt = performance.now();
    this.#store.join(worker);
    if (this.#isDraining) worker.send(DRAIN);
    const heartbeat = new Heartbeat(worker, log);
    worker.on('message', (message) => {
      if (message !== SERVING) return;
      heartbeat.noteStarted();
      this.#port.join(worker, heartbeat);
    });
    // A message to a worker that has just fallen tells nothing that its end does not.
    worker.on('error', (error) => log.debug({ err: error }, 'a message to a worker could not be sent'));
    worker.once('error', (error) => {
      if (worker.process.pid !== undefined) return;
      log.error({ err: error }, 'worker could not be started');
      // One that never ran has no end to tell of; all that wait for it hear it here.
      worker.process.emit('exit', 1, null);
    });
    worker.once('exit', (code, signal) => {
      if (this.#isEnding || !this.#isServing) return;
      log.error({ worker: worker.process.pid, code, signal }, 'worker exited unexpectedly; restarting');
      void this.#replace(performance.now() - startedAt > SETTLED);
    });
    // Listened for from the beginning: one word may follow the other at once.
    return { serves: tells(worker, SERVING), isReady: tells(worker, READY) };
  }

  /** @param hadWorked - whether the worker that fell ran for long */
  async #replace(hadWorked: boolean): Promise<void> {
    this.#fallen = hadWorked ? 1 : this.#fallen + 1;
    await sleep(pauseAfter(this.#fallen, RESTART));
    if (this.#isEnding) return;
    try {
      this.#startOne();
    } catch (error) {
      this.#log.error({ err: error }, 'worker could not be started');
      await this.#replace(false);
    }
  }
}

function running(): Worker[] {
  return Object.values(cluster.workers ?? {}).filter((worker) => worker !== undefined);
}

/** Whether a worker says a word before it ends. */
function tells(worker: Worker, word: string): Promise<boolean> {
  return new Promise((resolve) => {
    worker.on('message', (message) => message === word && resolve(true));
    worker.once('exit', () => resolve(false));
  });
}

async function endWorker(worker: Worker, log: Log): Promise<void> {
  const gone = new Promise((resolve) => worker.once('exit', resolve));
  worker.send(END);
  const killed = setTimeout(() => {
    log.error({ worker: worker.process.pid }, 'worker did not exit in time; it was killed');
    worker.process.kill('SIGKILL');
  }, DRAIN_TIMEOUT + GRACE);
  await gone;
  clearTimeout(killed);
}
