// Calls that arrive together travel together: one statement, one commit for all that waited for a lane.
import type { Statement } from './orm.ts';

/** Calls in one statement. */
const LARGEST_BATCH = 64;
/** Milliseconds that calls wait for the statement before theirs; then they go beside it, for it may wait for a lock. */
const PATIENCE = 5;
/** Milliseconds that a statement of several calls waits for a lock; then each goes alone, and one alone goes on waiting. */
const LOCK_PATIENCE = 200;
/** Statements of one queue that run at once. */
const MOST_AT_ONCE = 8;

/** A statement that serves many calls at once: its parameters are lists, its rows say by `position` whose they are. */
export interface BatchStatement<Call> extends Statement {
  /** What a call touches. Of two calls that touch the same, the later one waits for the next batch. */
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

interface Rider {
  /** When the call's time is up, by `performance.now()`. */
  deadline: number;
  resolve(result: Batched<object>): void;
  reject(error: unknown): void;
}

interface Seat {
  call: unknown;
  riders: Rider[];
}

/** Calls of one statement in one organisation. */
interface Queue {
  readonly name: string;
  readonly organisationId: number;
  readonly statement: BatchStatement<unknown>;
  /** Statements that run. */
  running: number;
  waiting: (Rider & { call: unknown })[];
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
 * Queues of calls, by organisation and statement. A call that is alone goes at once; what arrives while its statement runs
 * waits, and travels together when it is done.
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
    return new Promise((resolve, reject) => {
      queue.waiting.push({ call, deadline, resolve: resolve as Rider['resolve'], reject });
      if (queue.running === 0 || queue.waiting.length >= LARGEST_BATCH) this.#depart(queue);
      else queue.timer ??= setTimeout(() => this.#depart(queue), PATIENCE);
    });
  }

  #queueOf(organisationId: number, statement: BatchStatement<unknown>): Queue {
    const name = `${organisationId}/${statement.name}`;
    let queue = this.#queues.get(name);
    if (!queue) {
      queue = { name, organisationId, statement, running: 0, waiting: [] };
      this.#queues.set(name, queue);
    }
    return queue;
  }

  #depart(queue: Queue): void {
    clearTimeout(queue.timer);
    queue.timer = undefined;
    if (queue.waiting.length === 0) {
      if (queue.running === 0) this.#queues.delete(queue.name);
      return;
    }
    if (queue.running >= MOST_AT_ONCE) return;
    const seats = takeSeats(queue);
    queue.running += 1;
    void this.#ride(queue, seats).finally(() => {
      queue.running -= 1;
      this.#depart(queue);
    });
  }

  async #ride(queue: Queue, seats: Seat[]): Promise<void> {
    const { organisationId, statement } = queue;
    const { name, text } = statement;
    const deadline = Math.max(...seats.flatMap(({ riders }) => riders.map((rider) => rider.deadline)));
    try {
      const values = statement.values(
        organisationId,
        seats.map(({ call }) => call),
      );
      const lockTimeout = seats.length > 1 ? LOCK_PATIENCE : 0;
      const rows = await this.#runner.run(organisationId, { deadline, lockTimeout }, { name, text, values });
      const byPosition = new Map(rows.map((row) => [row.position, row]));
      seats.forEach(({ riders }, i) => {
        const row = byPosition.get(i + 1);
        for (const rider of riders) rider.resolve({ row, first: rider === riders[0] });
      });
    } catch (error) {
      if (seats.length > 1 && this.#runner.isOfOneCall(error)) {
        await Promise.all(seats.map((seat) => this.#ride(queue, [seat])));
      } else for (const { riders } of seats) for (const { reject } of riders) reject(error);
    }
  }
}

/** Takes as many calls out of a queue as may travel together. */
function takeSeats(queue: Queue): Seat[] {
  const { keyOf, isSame } = queue.statement;
  const seats = new Map<string, Seat>();
  const left: Queue['waiting'] = [];
  for (const rider of queue.waiting) {
    const key = keyOf(rider.call);
    const seat = seats.get(key);
    if (seat && isSame(rider.call, seat.call)) seat.riders.push(rider);
    else if (seat || seats.size >= LARGEST_BATCH) left.push(rider);
    else seats.set(key, { call: rider.call, riders: [rider] });
  }
  queue.waiting = left;
  return [...seats.values()];
}
