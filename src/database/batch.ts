// Calls that arrive together travel together: one statement, one commit for all that waited for a lane.
import type { Statement } from './orm.ts';

/**
 * Statements of one organisation that run at once. One that is alone goes at once; what arrives while all lanes are
 * busy waits for the next that is free.
 */
const LANES = 1;
/** Calls in one statement. */
const LARGEST_BATCH = 64;

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

interface Queue {
  busy: number;
  waiting: (Rider & { call: unknown })[];
}

/** What batches need of the database. */
export interface BatchRunner {
  /** Runs a statement that sees one organisation and ends by the deadline. */
  run(
    organisationId: number,
    deadline: number,
    statement: Statement & { values: unknown[] },
  ): Promise<{ position: number }[]>;
  /** Whether a failure is that of a single call, rather than of the database. */
  isOfOneCall(error: unknown): boolean;
}

/** Queues of calls, by organisation and statement. */
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
    const name = `${organisationId}/${statement.name}`;
    let queue = this.#queues.get(name);
    if (!queue) {
      queue = { busy: 0, waiting: [] };
      this.#queues.set(name, queue);
    }
    const { waiting } = queue;
    return new Promise((resolve, reject) => {
      waiting.push({ call, deadline, resolve: resolve as Rider['resolve'], reject });
      this.#depart(name, queue, organisationId, statement as BatchStatement<unknown>);
    });
  }

  #depart(name: string, queue: Queue, organisationId: number, statement: BatchStatement<unknown>): void {
    if (queue.waiting.length === 0 && queue.busy === 0) this.#queues.delete(name);
    if (queue.waiting.length === 0 || queue.busy >= LANES) return;
    const seats = takeSeats(queue, statement);
    queue.busy += 1;
    void this.#ride(organisationId, statement, seats).finally(() => {
      queue.busy -= 1;
      this.#depart(name, queue, organisationId, statement);
    });
  }

  async #ride(organisationId: number, statement: BatchStatement<unknown>, seats: Seat[]): Promise<void> {
    const deadline = Math.max(...seats.flatMap(({ riders }) => riders.map((rider) => rider.deadline)));
    const { name, text } = statement;
    try {
      const values = statement.values(
        organisationId,
        seats.map(({ call }) => call),
      );
      const rows = await this.#runner.run(organisationId, deadline, { name, text, values });
      const byPosition = new Map(rows.map((row) => [row.position, row]));
      seats.forEach(({ riders }, i) => {
        const row = byPosition.get(i + 1);
        for (const rider of riders) rider.resolve({ row, first: rider === riders[0] });
      });
    } catch (error) {
      if (seats.length > 1 && this.#runner.isOfOneCall(error)) {
        await Promise.all(seats.map((seat) => this.#ride(organisationId, statement, [seat])));
      } else for (const { riders } of seats) for (const { reject } of riders) reject(error);
    }
  }
}

/** Takes as many calls out of a queue as may travel together. */
function takeSeats(queue: Queue, { keyOf, isSame }: BatchStatement<unknown>): Seat[] {
  const seats = new Map<string, Seat>();
  const left: Queue['waiting'] = [];
  for (const rider of queue.waiting) {
    const key = keyOf(rider.call);
    const seat = seats.get(key);
    if (seat && isSame(rider.call, seat.call)) seat.riders.push(rider);
    else if (seat || seats.size >= LARGEST_BATCH) left.push(rider);
    else seats.set(key, { call: rider.call, riders: [rider] });
  }
  queue.waiting.splice(0, queue.waiting.length, ...left);
  return [...seats.values()];
}
