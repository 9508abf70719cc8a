// The check: what of all that the tables promise does not hold, row by row. It changes nothing, and nobody waits for it.
import type { MikroORM } from '@mikro-orm/postgresql';
import type { Database } from '../database/open.ts';
import { findOrganisation } from '../organisation/manage.ts';
import { changeLogBatches, changeLogRows } from './change-log.ts';
import { creditBatches, creditRows } from './credit.ts';
import { customerRows } from './customers.ts';
import { erasedRows } from './erased.ts';
import type { BatchInvariant, Finding, RowInvariant, Unlisted, WholeInvariant } from './invariant.ts';
import { mergedRows } from './merged.ts';
import { foreignKeyRows, referenceBatches } from './references.ts';
import { schemaInvariants } from './schema.ts';
import { boundOf, type Call, foundInBatch, foundInWhole, type Key, rowsThatBreak, type Scope } from './statements.ts';
import { subscriptionRows } from './subscriptions.ts';
import { type Table, tablesOf } from './tables.ts';
import { uniqueInvariants } from './uniques.ts';

/** Findings of one invariant that are listed. */
export const MOST_LISTED = 1_000;

/** What is checked. */
export interface Invariants {
  readonly tables: readonly Table[];
  readonly rows: readonly RowInvariant[];
  readonly batches: readonly BatchInvariant[];
  readonly whole: readonly WholeInvariant[];
}

/** All that is checked; a new invariant has its line in one of these lists. */
export function invariantsOf(orm: MikroORM): Invariants {
  const tables = tablesOf(orm);
  return {
    tables,
    rows: [
      ...tables.flatMap(declaredChecks),
      ...tables.flatMap(foreignKeyRows),
      ...customerRows,
      ...mergedRows,
      ...erasedRows,
      ...creditRows,
      ...subscriptionRows,
      ...changeLogRows,
    ],
    batches: [...creditBatches, ...changeLogBatches, ...referenceBatches],
    whole: [...schemaInvariants(tables), ...tables.flatMap(uniqueInvariants)],
  };
}

/** The checks that a table declares: PostgreSQL does not look at rows that were there before, or came while they were off. */
function declaredChecks({ name: table, checks }: Table): RowInvariant[] {
  return checks.map(({ name, expression }) => ({
    name,
    promise: `every row of ${table} satisfies: ${expression}`,
    table,
    broken: `not (${expression})`,
    detail: `'breaks the check ${name}'`,
  }));
}

/** What is checked, and who hears how far it is. */
export interface CheckOptions {
  /** Slug of the only organisation whose rows are looked at; all, unless told. The tables themselves always are. */
  readonly organisation?: string | undefined;
  /** Hears of every batch from which table, and of how many rows, it was. */
  readonly onBatch?: (table: string, count: number) => void;
}

interface Found extends Finding {
  /** How many there are in all, where only some of them are given. */
  readonly total?: number;
}

/**
 * Finds the rows that break an invariant, in the memory of one batch. Each is judged by one statement, hence as the tables were at one moment: what is
 * changed meanwhile is no finding.
 *
 * @param owner - the database as the owner of its tables, whose statements may take as long as they take
 * @returns at most `MOST_LISTED` findings of each invariant, then how many more there are
 * @throws ApiError `INTERNAL_VALIDATION_FAILED` when there is no such organisation
 */
export async function* findings(
  owner: Database,
  { organisation: slug, onBatch = () => {} }: CheckOptions = {},
): AsyncGenerator<Finding | Unlisted> {
  const organisation = slug === undefined ? undefined : await findOrganisation(owner, { slug });
  const organisationId = organisation?.id;
  const { tables, rows, batches, whole } = invariantsOf(owner.orm);
  const ask = (call: Call) => owner.run<Found>(call.statement, call.values);
  const counts = new Map<string, number>();
  function* listed(found: readonly Found[]): Generator<Finding> {
    for (const [i, { total = found.length, ...finding }] of found.entries()) {
      const count = counts.get(finding.invariant) ?? 0;
      // What is not even given follows the last that is.
      const left = i === found.length - 1 ? total - found.length : 0;
      counts.set(finding.invariant, count + 1 + left);
      if (count < MOST_LISTED) yield finding;
    }
  }
  for (const invariant of whole) yield* listed(await ask(foundInWhole(invariant, organisationId, MOST_LISTED)));
  for (const table of tables) {
    const ofTable = <Invariant extends { table: string }>(all: readonly Invariant[]) =>
      all.filter((invariant) => invariant.table === table.name);
    const [ofRows, ofBatches] = [ofTable(rows), ofTable(batches)];
    for await (const { scope, count } of batchesOf(owner, table, organisationId)) {
      if (ofRows.length > 0) yield* listed(await ask(rowsThatBreak(table, ofRows, scope)));
      for (const invariant of ofBatches) yield* listed(await ask(foundInBatch(table, invariant, scope, MOST_LISTED)));
      onBatch(table.name, count);
    }
  }
  for (const [invariant, count] of counts) if (count > MOST_LISTED) yield { invariant, more: count - MOST_LISTED };
}

/** The rows of a table by the thousand, in the order of their keys. */
async function* batchesOf(owner: Database, table: Table, organisationId: number | undefined) {
  for (let after: Key | undefined; ; ) {
    const { statement, values } = boundOf(table, { organisationId, after });
    const [bound] = await owner.run<{ last: string[]; count: number }>(statement, values);
    if (!bound) return;
    const scope: Scope = { organisationId, after, upTo: bound.last };
    yield { scope, count: bound.count };
    after = bound.last;
  }
}
