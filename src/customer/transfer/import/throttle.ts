// Keeps an import from taking what others need: between steps it rests, the longer the more others do, and the slower steps have become.
import { setTimeout as sleep } from 'node:timers/promises';
import type { OrganisationDatabase } from '../../../database/organisation-database.ts';
import type { Statement } from '../../../database/statement.ts';

/** Steps that are remembered. */
const MEMORY = 50;
/** Customers that a step has to make to be like others that do. */
const ENOUGH = 500;
/** How much longer than the fastest of late a step may take, a row, without a rest. */
const TOLERANCE = 1.5;
/** Transactions of others a second that make it rest for as long as it works. */
const BUSY = 50;
/** Transactions of its own from one look to the next: the step, and the look. */
const OWN = 2;
/** Milliseconds of rest at most. */
const LONGEST_REST = 2_000;

/** Whoever may connect may know that, unlike what the sessions of others do. */
const committed: Statement = {
  name: undefined,
  text: 'select xact_commit::float8 as count from pg_stat_database where datname = current_database()',
};

/** Times the steps of an import. */
export class Throttle {
  readonly #database: OrganisationDatabase;
  /** Milliseconds for each customer that was made, of the steps of late. */
  #paces: number[] = [];
  #last: { at: number; count: number } | undefined;
  /** Milliseconds to rest before the next step. */
  #rest = 0;

  constructor(database: OrganisationDatabase) {
    this.#database = database;
  }

  /** Rests, where the steps before have shown that others want something. */
  async rest(): Promise<void> {
    if (this.#rest > 0) await sleep(this.#rest);
  }

  /** Does a step, and tells by it how long to rest. @param work - gives how many customers it made */
  async time(work: () => Promise<number>): Promise<void> {
    const startedAt = performance.now();
    const made = await work();
    const took = performance.now() - startedAt;
    // What finds customers who are there, or refuses rows, takes another time.
    const slowdown = made < ENOUGH ? 0 : this.#slowdownBy(took / made);
    this.#rest = Math.min(LONGEST_REST, took * Math.max(slowdown, await this.#trafficOfOthers()));
  }

  /** By how much of itself a step was slower than the fastest of late; 0 where that is little. */
  #slowdownBy(pace: number): number {
    this.#paces = [...this.#paces.slice(1 - MEMORY), pace];
    const slowdown = pace / Math.min(...this.#paces);
    return slowdown > TOLERANCE ? slowdown - 1 : 0;
  }

  /** How busy others are with the database, from 0 to 1. */
  async #trafficOfOthers(): Promise<number> {
    const { count } = await this.#database.one<{ count: number }>(committed, []);
    const now = { at: performance.now(), count };
    const last = this.#last ?? now;
    this.#last = now;
    const seconds = (now.at - last.at) / 1_000;
    return seconds > 0 ? Math.min(1, Math.max(0, count - last.count - OWN) / seconds / BUSY) : 0;
  }
}
