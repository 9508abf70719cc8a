// Calls that arrive together travel together: one statement, one commit for all that waited while the last one ran.
import type { Statement } from './orm.ts';

/** Calls in one statement. */
const LARGEST_BATCH = 64;
/** Milliseconds that calls wait for the statement before theirs; then they go beside it, for it may wait for a lock. */
const PATIENCE = 5;
/** Milliseconds after which a statement is waited for no more at all: it does wait for a lock. */
const STUCK = 100;
/** Milliseconds that a statement of several calls waits for a lock; then each goes alone, and one alone goes on waiting. */
const LOCK_PATIENCE = 200;
/** Statements of one queue that run at once. */
const MOST_AT_ONCE = 8;

/** A statement that serves many calls at once: its parameters are lists, its rows say by `position` whose they are. */
export interface BatchStatement<Call> extends Statement {
  /** What a call touches. Of two calls that touch the same, the later one waits until the earlier one is over. */
  keyOf(call: Call): string;
  /** Whether a call that touches the same as an earlier one asks for nothing else either. */
  isSame(call: Call, earlier: Call): boolean;
  /** The statement's parameters. */
  values(organisationId: number, calls: readonly Call[]): unknown[];
}

/** What a batch gave for one call. */
export interface Batched<Row> {
  /** Undefined when the statement gave no row for the call. */
  row: Row | undefined;
  /** False when the row is that of an earlier call that asked for the same: this one ran right after it, as it were. */
  first: boolean;
}

interface Waiter {
  readonly call: unknown;
  /** What the call touches. */
  readonly key: string;
  /** When the call's time is up, by `performance.now()`. */
  deadline: number;
  resolve(result: Batched<object>): void;
  reject(error: unknown): void;
}

/** A call that a statement serves, and all who wait for it. */
interface Entry {
  readonly call: unknown;
  readonly key: string;
  readonly waiters: Waiter[];
}

/** Calls of one statement in one organisation. */
interface Queue {
  readonly name: string;
  readonly organisationId: number;
  readonly statement: BatchStatement<unknown>;
  /** When the statements that run began, by `performance.now()`. */
  readonly running: Set<{ readonly startedAt: number }>;
  waiting: Waiter[];
  /** What running statements touch, and who waits for it: they hold no slot. */
  readonly busy: Map<string, Waiter[]>;
  timer?: NodeJS.Timeout | undefined;
}

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
}

/**
 * Queues of calls, by organisation and statement.
 *
 * Idle     a call goes at once
 * Running  what arrives waits, and travels together when the statement is done or `PATIENCE` is over, whichever comes first
 * Busy     what touches the same as a running call waits for that one alone, however long it takes: all who call for a locked row have one
 *          slot together
 */
export class Batches {
  readonly #queues = new Map<string, Queue>();
  readonly #runner: BatchRunner;

  constructor(runner: BatchRunner) {
    this.#runner = runner;
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
      if (queue.waiting.length >= LARGEST_BATCH || !mayEndSoon(queue)) this.#flush(queue);
      else this.#flushSoon(queue);
    });
  }

  #queueOf(organisationId: number, statement: BatchStatement<unknown>): Queue {
    const name = `${organisationId}/${statement.name}`;
    let queue = this.#queues.get(name);
    if (!queue) {
      queue = { name, organisationId, statement, running: new Set(), waiting: [], busy: new Map() };
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
    if (queue.waiting.length === 0) {
      if (queue.running.size === 0) this.#queues.delete(queue.name);
      return;
    }
    if (queue.running.size >= MOST_AT_ONCE) return;
    const entries = takeBatch(queue);
    const run = { startedAt: performance.now() };
    queue.running.add(run);
    void this.#runBatch(queue, entries).finally(() => {
      queue.running.delete(run);
      this.#flush(queue);
    });
    // What did not fit must not wait for new calls, nor for a statement that waits itself.
    if (queue.waiting.length > 0) this.#flushSoon(queue);
  }

  async #runBatch(queue: Queue, entries: Entry[]): Promise<void> {
    const { organisationId, statement } = queue;
    const { name, text } = statement;
    const deadline = Math.max(...entries.flatMap(({ waiters }) => waiters.map((waiter) => waiter.deadline)));
    try {
      const values = statement.values(
        organisationId,
        entries.map(({ call }) => call),
      );
      const lockTimeout = entries.length > 1 ? LOCK_PATIENCE : 0;
      const rows = await this.#runner.run(organisationId, { deadline, lockTimeout }, { name, text, values });
      const byPosition = new Map(rows.map((row) => [row.position, row]));
      entries.forEach(({ waiters }, i) => {
        const row = byPosition.get(i + 1);
        for (const waiter of waiters) waiter.resolve({ row, first: waiter === waiters[0] });
      });
    } catch (error) {
      if (entries.length > 1 && this.#runner.isOfOneCall(error)) {
        await Promise.all(entries.map((entry) => this.#runBatch(queue, [entry])));
        return;
      }
      for (const { waiters } of entries) for (const { reject } of waiters) reject(error);
      // What failed alone may be locked: whoever is next must not hold up others.
      if (entries.length === 1) {
        await this.#runNext(queue, (entries[0] as Entry).key);
        return;
      }
    }
    this.#release(queue, entries);
  }

  /** Runs the next call of those that wait for a row, alone and in the same slot. */
  async #runNext(queue: Queue, key: string): Promise<void> {
    const behind = queue.busy.get(key) ?? [];
    const [first] = behind;
    if (!first) {
      queue.busy.delete(key);
      return;
    }
    const { isSame } = queue.statement;
    const { same = [], other = [] } = Object.groupBy(behind, ({ call }) =>
      isSame(call, first.call) ? 'same' : 'other',
    );
    queue.busy.set(key, other);
    await this.#runBatch(queue, [{ call: first.call, key, waiters: same }]);
  }

  /** Lets those go on who waited for what a statement touched. */
  #release(queue: Queue, entries: readonly Entry[]): void {
    for (const { key } of entries) {
      const behind = queue.busy.get(key) ?? [];
      queue.busy.delete(key);
      for (const waiter of behind) queue.waiting.push(waiter);
    }
    if (queue.waiting.length > 0) this.#flushSoon(queue);
  }
}

/** Whether a statement runs that may soon be done. */
function mayEndSoon({ running }: Queue): boolean {
  if (running.size === 0) return false;
  const stuckSince = performance.now() - STUCK;
  for (const { startedAt } of running) if (startedAt > stuckSince) return true;
  return false;
}

/** Takes as many calls out of a queue as may travel together. What touches the same as one of them waits for it. */
function takeBatch(queue: Queue): Entry[] {
  const { statement, busy } = queue;
  const entries = new Map<string, Entry>();
  const left: Waiter[] = [];
  for (const waiter of queue.waiting) {
    const { call, key } = waiter;
    const entry = entries.get(key);
    if (entry && statement.isSame(call, entry.call)) entry.waiters.push(waiter);
    else if (entry) busy.get(key)?.push(waiter);
    else if (entries.size >= LARGEST_BATCH) left.push(waiter);
    else {
      entries.set(key, { call, key, waiters: [waiter] });
      busy.set(key, []);
    }
  }
  queue.waiting = left;
  return [...entries.values()];
}
