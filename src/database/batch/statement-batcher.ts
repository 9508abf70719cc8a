// Calls that arrive together are sent in one statement: one commit for all that waited while the last one ran.

import { timedOut } from '../../errors/classify.ts';
import type { Statement } from '../statement.ts';
import {
  type Batched,
  type BatchStatement,
  countSingles,
  type Entry,
  firstOfEach,
  LARGEST_BATCH,
  mayEndSoon,
  type Queue,
  statementFor,
  takeBatch,
  type Waiter,
  withoutExpired,
} from './batch-queue.ts';
import { LockedCalls } from './locked-calls.ts';

/** Milliseconds that calls wait for the statement before theirs; then they go beside it, for it may wait for a lock. */
const PATIENCE = 5;
/** Milliseconds that a statement waits for a lock. Then each of its calls goes alone, and one that is alone is for `LockedCalls`. */
const LOCK_PATIENCE = 200;
/** Milliseconds after a statement of several calls for which a call that could go at once waits for those that come with it. */
const TOGETHER = 20;
/**
 * Calls that go beside one statement, without waiting for it or for the end of the turn: PostgreSQL would have nothing to do while other calls are read
 * and answers written.
 */
const WORTH_ANOTHER = 12;
/** Statements of one queue that run at once. */
const MOST_AT_ONCE = 8;

/** How long a statement may take. */
export interface Limits {
  /** When its time is up, by `performance.now()`. */
  deadline: number;
  /** Milliseconds that it may wait for a lock; 0 for as long as it takes. */
  lockTimeout: number;
}

/** What batches need of the database. */
export interface BatchRunner {
  /** Runs a statement that sees one organisation. */
  run(
    organisationId: number,
    limits: Limits,
    statement: Statement & { values: unknown[] },
  ): Promise<{ position: number }[]>;
  /** Whether a failure is that of a single call, rather than of the database. */
  isOfOneCall(error: unknown): boolean;
  /** Whether a statement has waited for a lock for as long as it may. */
  isLocked(error: unknown): boolean;
}

/**
 * Queues of calls, by organisation and statement.
 *
 * Idle     a call goes at once; where calls came together just before, at the end of the turn of the event loop, with all others of that turn
 * Running  what arrives waits, and is sent in one statement when the running one is done, `PATIENCE` is over or there are enough to go beside it
 * Single   what was in a statement that failed for one of its calls goes alone, in half of the slots
 * Locked   what found its row locked when it went alone is left to `LockedCalls`
 * Busy     what touches the same as a running or locked call waits for that one alone, however long it takes: all who call for a locked row
 *          have one slot together
 */
export class StatementBatcher {
  readonly #queues = new Map<string, Queue>();
  readonly #runner: BatchRunner;
  readonly #slots: number;
  readonly #locked: LockedCalls;
  /** When the last statement was done, if it was one of several calls, by `performance.now()`. */
  #togetherAt = Number.NEGATIVE_INFINITY;

  /**
   * @param connections - how many there are; locked calls have half of them at most
   */
  constructor(runner: BatchRunner, connections: number) {
    this.#runner = runner;
    this.#slots = Math.min(MOST_AT_ONCE, connections);
    this.#locked = new LockedCalls(Math.max(1, Math.floor(connections / 2)));
  }

  /**
   * Runs a call, together with others of its organisation that wait for the same statement.
   *
   * @param deadline - when the call's time is up, by `performance.now()`
   * @throws whatever the statement failed with; a failure that is another call's own is not this one's
   */
  run<Call, Row extends object>(
    organisationId: number,
    deadline: number,
    statement: BatchStatement<Call>,
    call: Call,
  ): Promise<Batched<Row>> {
    const queue = this.#queueOf(organisationId, statement as BatchStatement<unknown>);
    const key = statement.keyOf(call);
    return new Promise((resolve, reject) => {
      const waiter = { call, key, deadline, resolve: resolve as Waiter['resolve'], reject };
      const behind = queue.busy.get(key);
      if (behind) {
        behind.push(waiter);
        return;
      }
      queue.waiting.push(waiter);
      if (queue.waiting.length >= LARGEST_BATCH || this.#isWorthAnother(queue)) this.#flush(queue);
      else if (queue.running.size === 0 && this.#comeTogether()) queue.turn ??= setImmediate(() => this.#flush(queue));
      else if (mayEndSoon(queue)) this.#flushSoon(queue);
      else this.#flush(queue);
    });
  }

  /** Whether others are likely to come with a call: the first of a crowd would have a statement for itself, and all others would wait for it. */
  #comeTogether(): boolean {
    return performance.now() - this.#togetherAt < TOGETHER;
  }

  #isWorthAnother({ running, waiting }: Queue): boolean {
    return running.size === 1 && this.#slots > 1 && waiting.length >= WORTH_ANOTHER;
  }

  #queueOf(organisationId: number, statement: BatchStatement<unknown>): Queue {
    const name = `${organisationId}/${statement.name}`;
    let queue = this.#queues.get(name);
    if (!queue) {
      queue = { name, organisationId, statement, running: new Set(), waiting: [], singles: [], busy: new Map() };
      this.#queues.set(name, queue);
    }
    return queue;
  }

  #flushSoon(queue: Queue): void {
    queue.timer ??= setTimeout(() => this.#flush(queue), PATIENCE);
  }

  #flush(queue: Queue): void {
    clearTimeout(queue.timer);
    queue.timer = undefined;
    clearImmediate(queue.turn);
    queue.turn = undefined;
    const { running, singles } = queue;
    const mostSingles = Math.max(1, this.#slots / 2);
    while (singles.length > 0 && running.size < this.#slots && countSingles(queue) < mostSingles)
      this.#start(queue, singles.splice(0, 1), true);
    if (queue.waiting.length > 0 && running.size < this.#slots) {
      const entries = takeBatch(queue);
      if (entries.length > 0) this.#start(queue, entries, false);
    }
    // What did not fit must not wait for new calls, nor for a statement that waits itself.
    if (queue.waiting.length > 0) this.#flushSoon(queue);
    this.#forgetIdle(queue);
  }

  #forgetIdle({ name, running, waiting, busy }: Queue): void {
    if (running.size === 0 && waiting.length === 0 && busy.size === 0) this.#queues.delete(name);
  }

  #start(queue: Queue, entries: Entry[], single: boolean): void {
    const run = { startedAt: performance.now(), single };
    queue.running.add(run);
    void this.#runBatch(queue, entries).finally(() => {
      queue.running.delete(run);
      this.#togetherAt = entries.length > 1 ? performance.now() : Number.NEGATIVE_INFINITY;
      this.#flush(queue);
    });
  }

  async #runBatch(queue: Queue, entries: Entry[]): Promise<void> {
    try {
      await this.#run(queue, entries, LOCK_PATIENCE);
    } catch (error) {
      const [first] = entries as [Entry];
      if (entries.length > 1 && this.#runner.isOfOneCall(error)) {
        queue.singles.push(...firstOfEach(queue, entries));
        return;
      }
      if (entries.length === 1 && this.#runner.isLocked(error)) {
        this.#wait(queue, first);
        return;
      }
      for (const { waiters } of entries) for (const { reject } of waiters) reject(error);
    }
    this.#release(queue, entries);
  }

  /** Runs the statement for calls, and answers all who wait for them. */
  async #run(queue: Queue, entries: readonly Entry[], lockTimeout: number): Promise<void> {
    const { organisationId, statement } = queue;
    const deadline = Math.max(...entries.flatMap(({ waiters }) => waiters.map((waiter) => waiter.deadline)));
    const calls = entries.map(({ call }) => call) as [unknown, ...unknown[]];
    const config = statementFor(statement, organisationId, calls);
    const rows = await this.#runner.run(organisationId, { deadline, lockTimeout }, config);
    const byPosition = new Map(rows.map((row) => [row.position, row]));
    entries.forEach(({ waiters }, i) => {
      const row = byPosition.get(i + 1);
      for (const waiter of waiters) waiter.resolve({ row, first: waiter === waiters[0] });
    });
  }

  /** Tries a call whose row was locked. Each of those who wait for it is told when its own time is up. */
  async #attempt(queue: Queue, entry: Entry, lockTimeout: number): Promise<boolean> {
    try {
      await this.#run(queue, [entry], lockTimeoutWithin(entry.waiters, lockTimeout));
      this.#release(queue, [entry]);
      return true;
    } catch (error) {
      const now = performance.now();
      const locked = this.#runner.isLocked(error);
      const isLeft = ({ deadline }: Waiter) => locked && deadline > now;
      const left = entry.waiters.filter(isLeft);
      for (const waiter of entry.waiters) if (!isLeft(waiter)) waiter.reject(locked ? timedOut(error) : error);
      entry.waiters.splice(0, entry.waiters.length, ...left);
      if (left.length > 0) return false;
    }
    this.#lockedNext(queue, entry.key);
    return true;
  }

  /** The row may still be locked for the next call that waits for it: that one must not hold up others either. */
  #lockedNext(queue: Queue, key: string): void {
    const behind = withoutExpired(queue.busy.get(key) ?? []);
    const [first] = behind;
    if (!first) {
      this.#release(queue, [{ key }]);
      return;
    }
    const { isSame } = queue.statement;
    const { same = [], other = [] } = Object.groupBy(behind, (waiter) =>
      waiter === first || isSame(waiter.call, first.call) ? 'same' : 'other',
    );
    queue.busy.set(key, other);
    this.#wait(queue, { call: first.call, key, waiters: same });
  }

  #wait(queue: Queue, entry: Entry): void {
    this.#locked.add({ attempt: (lockTimeout) => this.#attempt(queue, entry, lockTimeout) });
  }

  /** Lets those go on who waited for what a statement touched. */
  #release(queue: Queue, entries: readonly Pick<Entry, 'key'>[]): void {
    for (const { key } of entries) {
      const behind = queue.busy.get(key) ?? [];
      queue.busy.delete(key);
      for (const waiter of behind) queue.waiting.push(waiter);
    }
    if (queue.waiting.length > 0) this.#flushSoon(queue);
    this.#forgetIdle(queue);
  }
}

/** How long a call may wait for its lock: no longer than until the first time of those who wait for it is up; 0 for ever. */
function lockTimeoutWithin(waiters: readonly Waiter[], lockTimeout: number): number {
  const earliest = Math.min(...waiters.map(({ deadline }) => deadline));
  if (!Number.isFinite(earliest)) return lockTimeout;
  const untilThen = Math.max(1, Math.ceil(earliest - performance.now()));
  return lockTimeout === 0 ? untilThen : Math.min(lockTimeout, untilThen);
}
