// Calls of batch statements within one transaction: those that are made together are sent in one statement.
import DataLoader from 'dataloader';
import type { Statement } from '../statement.ts';
import { type Batched, type BatchStatement, statementFor } from './batch-queue.ts';
import { CallGroups } from './call-groups.ts';

/** Runs a statement of the transaction. */
type Run = (statement: Statement, values: unknown[]) => Promise<object[]>;

/**
 * Calls of one transaction, all of them in one statement however many they are, so that what they lock is locked in the order of the statement. Calls that
 * touch the same come one after the other, in as many statements as there are of them.
 */
export class TransactionBatcher {
  readonly #organisationId: number;
  readonly #run: Run;
  readonly #loaders = new Map<string, DataLoader<unknown, Batched<object>>>();

  constructor(organisationId: number, run: Run) {
    this.#organisationId = organisationId;
    this.#run = run;
  }

  run<Call, Row extends object>(statement: BatchStatement<Call>, call: Call): Promise<Batched<Row>> {
    let loader = this.#loaders.get(statement.name);
    if (!loader) {
      loader = new DataLoader((calls) => this.#runAll(statement as BatchStatement<unknown>, calls), { cache: false });
      this.#loaders.set(statement.name, loader);
    }
    return loader.load(call) as Promise<Batched<Row>>;
  }

  async #runAll(statement: BatchStatement<unknown>, calls: readonly unknown[]): Promise<Batched<object>[]> {
    const results: Batched<object>[] = [];
    for (let left = [...calls.keys()]; left.length > 0; ) {
      const { served, later } = round(statement, calls, left);
      const ofServed = served.map(({ call }) => call) as [unknown, ...unknown[]];
      const { values, ...of } = statementFor(statement, this.#organisationId, ofServed);
      const rows = (await this.#run(of, values)) as { position?: number }[];
      const byPosition = new Map(rows.map((row) => [row.position ?? 1, row]));
      served.forEach(({ positions }, i) => {
        for (const position of positions)
          results[position] = { row: byPosition.get(i + 1), first: position === positions[0] };
      });
      left = later;
    }
    return results;
  }
}

/** A call that the statement is given, and the positions of all that ask for the same. */
interface Served {
  readonly call: unknown;
  readonly positions: number[];
}

/** Which calls one statement serves, and the positions of those that touch what one of those touches. */
function round(statement: BatchStatement<unknown>, calls: readonly unknown[], positions: readonly number[]) {
  const groups = new CallGroups<Served>(statement);
  const later: number[] = [];
  for (const position of positions) {
    const call = calls[position];
    const key = statement.keyOf(call);
    const place = groups.placeOf(call, key);
    if (place === 'later') later.push(position);
    else if (place) place.positions.push(position);
    else groups.add(key, { call, positions: [position] });
  }
  return { served: groups.all, later };
}
