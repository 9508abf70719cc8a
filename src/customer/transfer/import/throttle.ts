// Keeps an import from taking what others need: it rests between steps for as long as the steps of late took longer than they would on an idle server.
import { setTimeout as sleep } from 'node:timers/promises';

/** Steps that are remembered. */
const MEMORY = 50;
/** How much longer than the fastest of late a step may take, a row, without a rest. */
const TOLERANCE = 1.5;
/** Milliseconds of rest at most. */
const LONGEST_REST = 2_000;

/** Times the steps of an import. */
export class Throttle {
  /** Milliseconds a row, of the steps of late. */
  #paces: number[] = [];

  /** Does a step, and rests. */
  async step<Result>(rows: number, work: () => Promise<Result>): Promise<Result> {
    const startedAt = performance.now();
    const result = await work();
    const took = performance.now() - startedAt;
    const pace = took / Math.max(1, rows);
    this.#paces = [...this.#paces.slice(1 - MEMORY), pace];
    const slowdown = pace / Math.min(...this.#paces);
    if (slowdown > TOLERANCE) await sleep(Math.min(LONGEST_REST, took * (slowdown - 1)));
    return result;
  }
}
