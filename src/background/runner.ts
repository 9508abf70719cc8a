// Runs jobs in the background: one step at a time, whenever a job is due, until it is closed.
import { setTimeout as sleep } from 'node:timers/promises';
import { pauseAfter } from '../backoff.ts';
import type { Log } from '../log.ts';
import type { Job } from './job.ts';

/** Between two tries of a step that failed. */
const RETRY = { first: 1_000, longest: 60_000, jitter: 0.25 };
/** Milliseconds that a process which ends gives to the last steps of its jobs: no more than what they know is worth. */
const LAST_STEPS = 2_000;
/** Milliseconds after which a job that keeps failing is told by health; a restart of the database is over by then. */
const LONG = 600_000;

/** What a runner needs. */
export interface RunnerOptions {
  jobs: readonly Job[];
  log: Log;
}

/** What health says of background work; nothing while all is well. */
export interface BackgroundHealth {
  /** Names of the jobs that have not done a step for ten minutes, because each one failed. */
  failingJobs?: string[];
  /** Names of the jobs that have more to do than one step does, and are at it. */
  busyJobs?: string[];
}

interface Scheduled {
  readonly job: Job;
  /** When its next step begins, by `performance.now()`. */
  dueAt: number;
  /** Steps in a row that have failed. */
  failures: number;
  /** Since when each step has failed. */
  failingSince: number | undefined;
  /** What full steps in a row have done, while there may be more. */
  backlog: { readonly rows: number; readonly since: number } | undefined;
}

/**
 * Runs the jobs of one process.
 *
 * At rest   not started, or without a job: no timer, no connection
 * Waiting   until the job that is next is due; keeps no process alive
 * Stepping  one step of one job; it is due again after its short pause where the step was full, after its pause where it was not or another process
 *           has the turn, and after a pause that grows where it failed
 * Closed    no step begins but the last ones of what only this process knows of; the one on its way is waited for
 */
export class BackgroundRunner {
  readonly #scheduled: Scheduled[];
  readonly #log: Log;
  #timer: NodeJS.Timeout | undefined;
  #step: Promise<void> | undefined;
  #isClosed = false;

  constructor({ jobs, log }: RunnerOptions) {
    this.#scheduled = jobs.map((job) => ({ job, dueAt: 0, failures: 0, failingSince: undefined, backlog: undefined }));
    this.#log = log;
  }

  /** Begins. The first steps are spread over a pause, so that processes which start together do not come together. */
  start(): void {
    const now = performance.now();
    for (const scheduled of this.#scheduled) scheduled.dueAt = now + Math.random() * scheduled.job.pause;
    this.#wait();
  }

  /** What `/health/ready` says of it; it makes the gateway no less ready. */
  health(): BackgroundHealth {
    const longAgo = performance.now() - LONG;
    const failing = this.#scheduled.filter(({ failingSince }) => failingSince !== undefined && failingSince <= longAgo);
    const busy = this.#scheduled.filter(({ backlog }) => backlog);
    return {
      ...(failing.length > 0 && { failingJobs: failing.map(({ job }) => job.name) }),
      ...(busy.length > 0 && { busyJobs: busy.map(({ job }) => job.name) }),
    };
  }

  /** Begins nothing any more; resolves when the step that is on its way has ended, and what only this process knows of is done, where that works. */
  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    await this.#step;
    const last = this.#scheduled.filter(({ job }) => job.isDoneBeforeEnd).map((scheduled) => this.#finish(scheduled));
    if (last.length > 0) await Promise.race([Promise.all(last), sleep(LAST_STEPS, undefined, { ref: false })]);
  }

  /** Does what is left of a job, a step after the other, unless it has been failing. Never rejects. */
  async #finish(scheduled: Scheduled): Promise<void> {
    const { job } = scheduled;
    for (let done = job.stepSize; scheduled.failingSince === undefined && done >= job.stepSize; ) {
      done =
        (await job.run(job.stepSize).catch((error: unknown) => {
          this.#failed(scheduled, error);
          return 0;
        })) ?? 0;
    }
  }

  #wait(): void {
    if (this.#isClosed || this.#scheduled.length === 0) return;
    const next = this.#scheduled.reduce((first, other) => (other.dueAt < first.dueAt ? other : first));
    this.#timer = setTimeout(
      () => {
        this.#step = this.#stepOf(next).then(() => this.#wait());
      },
      Math.max(0, next.dueAt - performance.now()),
    ).unref();
  }

  /** Never rejects. */
  async #stepOf(scheduled: Scheduled): Promise<void> {
    const { job } = scheduled;
    let pause: number;
    try {
      const done = await job.run(job.stepSize);
      // Where another process has the turn, nothing is known of how it fares.
      if (done !== undefined) this.#worked(scheduled, done);
      pause = done !== undefined && done >= job.stepSize ? job.fullPause : jittered(job.pause);
    } catch (error) {
      this.#failed(scheduled, error);
      scheduled.failures += 1;
      pause = pauseAfter(scheduled.failures, RETRY);
    }
    scheduled.dueAt = performance.now() + pause;
  }

  #worked(scheduled: Scheduled, done: number): void {
    const { job, failingSince } = scheduled;
    this.#count(scheduled, done);
    if (failingSince === undefined) return;
    scheduled.failingSince = undefined;
    scheduled.failures = 0;
    this.#log.info({ job: job.name }, 'background job works again');
  }

  /** Says how much full steps in a row have done, when one that is not full ends them. */
  #count(scheduled: Scheduled, done: number): void {
    const { job, backlog } = scheduled;
    const { rows, since } = backlog ?? { rows: 0, since: performance.now() };
    if (done >= job.stepSize) {
      scheduled.backlog = { rows: rows + done, since };
    } else if (backlog) {
      scheduled.backlog = undefined;
      const seconds = Math.round((performance.now() - since) / 1_000);
      this.#log.info({ job: job.name, rows: rows + done, seconds }, 'background job has worked off its backlog');
    }
  }

  /** One line for a streak of failures, however long it is. */
  #failed(scheduled: Scheduled, error: unknown): void {
    const isFirst = scheduled.failingSince === undefined;
    scheduled.failingSince ??= performance.now();
    this.#log[isFirst ? 'error' : 'debug'](
      { job: scheduled.job.name, err: error },
      'background job failed; its work waits, and it is tried again until it works',
    );
  }
}

/** A pause, give or take a quarter: processes that came together come apart. */
function jittered(pause: number): number {
  return pause * (0.75 + Math.random() / 2);
}
