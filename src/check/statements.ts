// The SQL of the check: reads a table batch by batch in the order of its keys, and asks of each batch what breaks an invariant.
import { createHash } from 'node:crypto';
import type { Statement } from '../database/statement.ts';
import type { BatchInvariant, RowInvariant, WholeInvariant } from './invariant.ts';
import { subjectOf } from './subjects.ts';
import type { Table } from './tables.ts';

/** Rows of a batch. */
export const BATCH_SIZE = 1_000;

/** The values of a key, as PostgreSQL writes them. */
export type Key = readonly string[];

/** Which rows of a table are looked at. */
export interface Scope {
  /** Undefined for those of all organisations. */
  readonly organisationId: number | undefined;
  /** They come after this one; undefined for the first batch. */
  readonly after: Key | undefined;
  /** The last of them; undefined while it is not known. */
  readonly upTo?: Key;
}

/** A statement with its values. */
export interface Call {
  readonly statement: Statement;
  readonly values: readonly unknown[];
}

/** A statement whose name stands for its text, as the names of prepared statements must. */
function statementOf(text: string): Statement {
  return { name: `check_${createHash('sha256').update(text).digest('hex').slice(0, 16)}`, text };
}

const keyOf = ({ key }: Table) => key.map(({ name }) => name).join(', ');

/** SQL of the rows of a table that are looked at. */
function rowsOf(table: Table, { organisationId, after, upTo }: Scope): { text: string; values: unknown[] } {
  const values: unknown[] = [];
  const place = (value: unknown, type: string) => `$${values.push(value)}::${type}`;
  const keyPlaces = (key: Key) => table.key.map(({ type }, i) => place(key[i], type)).join(', ');
  const conditions = [
    ...(organisationId === undefined ? [] : [`${table.organisation} = ${place(organisationId, 'int')}`]),
    ...(after ? [`(${keyOf(table)}) > (${keyPlaces(after)})`] : []),
    ...(upTo ? [`(${keyOf(table)}) <= (${keyPlaces(upTo)})`] : []),
  ];
  return { text: `${table.name}${conditions.length > 0 ? ` where ${conditions.join(' and ')}` : ''}`, values };
}

/** Asks how far the next batch goes: `last`, its last key, and `count`, how many rows it has. No row when nothing is left. */
export function boundOf(table: Table, scope: Scope): Call {
  const { text, values } = rowsOf(table, scope);
  const key = keyOf(table);
  const last = table.key.map(({ name }) => `${name}::text`).join(', ');
  const statement = statementOf(`
    select array[${last}] as last, (count(*) over ())::int as count
    from (select ${key} from ${text} order by ${key} limit ${BATCH_SIZE}) batch
    order by ${table.key.map(({ name }) => `${name} desc`).join(', ')} limit 1`);
  return { statement, values };
}

/** SQL that calls an organisation by its slug, also one that is not there. */
const organisationOf = (id: string) => `
  case when ${id} is not null then coalesce((select o.slug from organisation o where o.id = ${id}), 'with the id ' || ${id}) end`;

/** Asks which rows of a batch break which of several invariants: `invariant, organisation, subject, detail`. */
export function rowsThatBreak(table: Table, invariants: readonly RowInvariant[], scope: Scope): Call {
  const { text, values } = rowsOf(table, scope);
  const cases = invariants.map(
    ({ name, broken, detail }) => `case when ${broken} then jsonb_build_array('${name}', ${detail}) end`,
  );
  const isAnyBroken = invariants.map(({ broken }) => `(${broken})`).join(' or ');
  // A batch is of so many rows, hence so is what is found.
  const statement = statementOf(`
    select f.found ->> 0 as invariant, ${organisationOf(`b.${table.organisation}`)} as organisation,
      ${subjectOf(table.name, 'b')} as subject, f.found ->> 1 as detail
    from (select * from (select * from ${text} order by ${keyOf(table)}) b where ${isAnyBroken}) b
    cross join lateral unnest(array[${cases.join(', ')}]) f (found)
    where f.found is not null`);
  return { statement, values };
}

/** Asks the same of one invariant for all that belongs to a batch; `total` is how many break it, of whom some are given. */
export function foundInBatch(table: Table, { name, found }: BatchInvariant, scope: Scope, most: number): Call {
  const { text, values } = rowsOf(table, scope);
  const batch = `batch as materialized (select * from ${text} order by ${keyOf(table)})`;
  const statement = statementOf(`with ${batch} ${listed(name, found, most, 'true')}`);
  return { statement, values };
}

/** Asks the same of all rows. */
export function foundInWhole(invariant: WholeInvariant, organisationId: number | undefined, most: number): Call {
  const isInScope = 'f.organisation_id is null or $1::int is null or f.organisation_id = $1::int';
  return {
    statement: statementOf(listed(invariant.name, invariant.found, most, isInScope)),
    values: [organisationId ?? null],
  };
}

function listed(name: string, found: string, most: number, isInScope: string): string {
  return `
    select '${name}' as invariant, ${organisationOf('f.organisation_id')} as organisation, f.subject, f.detail, f.total
    from (select f.*, (count(*) over ())::float8 as total from (${found}) f where ${isInScope} limit ${most}) f`;
}
