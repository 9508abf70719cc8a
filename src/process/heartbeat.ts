// Heartbeats: the first process asks every worker whether it still runs, and kills one that does not, so that another takes its place.
import type { Worker } from 'node:cluster';
import { EventEmitter } from 'node:events';
import type { Log } from '../log.ts';

/** What a worker is asked, and what it answers. */
const HEARTBEAT = 'heartbeat';
const ALIVE = 'alive';

/** Milliseconds between two beats. */
const INTERVAL = 500;
/** Beats in a row that a worker which serves may leave without an answer. */
const PATIENCE = 12;
/** The same for one that starts: it reads all its code first, on a machine that may have much to do. */
const PATIENCE_AT_START = 120;

/** `late` when a worker has let a whole beat pass, `answers` when it does answer again. */
interface HeartbeatEvents {
  late: [];
  answers: [];
}

/**
 * Whether a worker runs. Beats are counted and not seconds, and only those that came in time: when this process was stopped,
 * or has to wait for a processor itself, it cannot tell who would have answered.
 */
export class Heartbeat extends EventEmitter<HeartbeatEvents> {
  readonly #worker: Worker;
  readonly #log: Log;
  #patience = PATIENCE_AT_START;
  #isAnswered = true;
  #missed = 0;
  #lastBeat = performance.now();

  constructor(worker: Worker, log: Log) {
    super();
    this.#worker = worker;
    this.#log = log;
    worker.on('message', (message) => message === ALIVE && this.#hear());
    const beating = setInterval(() => this.#beat(), INTERVAL);
    worker.once('exit', () => clearInterval(beating));
  }

  get isLate(): boolean {
    return this.#missed > 0;
  }

  /** Hears that the worker has started: it answers promptly from here on. */
  noteStarted(): void {
    this.#missed = 0;
    this.#patience = PATIENCE;
  }

  #beat(): void {
    const now = performance.now();
    const isInTime = now - this.#lastBeat < 2 * INTERVAL;
    this.#lastBeat = now;
    if (this.#isAnswered) {
      // One question at a time: none pile up for a worker that does not read them.
      this.#isAnswered = false;
      this.#worker.send(HEARTBEAT);
    } else if (isInTime) {
      this.#miss();
    }
  }

  #miss(): void {
    this.#missed += 1;
    if (this.#missed === 1) this.emit('late');
    if (this.#missed !== this.#patience) return;
    const seconds = (this.#missed * INTERVAL) / 1_000;
    this.#log.error(
      { worker: this.#worker.process.pid, seconds },
      'worker does not respond; it is killed and replaced',
    );
    this.#worker.process.kill('SIGKILL');
  }

  #hear(): void {
    const { isLate } = this;
    this.#isAnswered = true;
    this.#missed = 0;
    if (isLate) this.emit('answers');
  }
}

/** Has this process, a worker, answer heartbeats. */
export function answerHeartbeats(): void {
  process.on('message', (message) => void (message === HEARTBEAT && process.send?.(ALIVE)));
}
