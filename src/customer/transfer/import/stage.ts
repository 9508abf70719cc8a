// Rows of a step in a table of the transaction, from which statements for many make customers.
import { columnOf } from '../../../database/columns.ts';
import type { OrganisationDatabase } from '../../../database/organisation-database.ts';
import type { Statement } from '../../../database/statement.ts';
import { mergePatch } from '../../../json-object.ts';
import { randomAlphanumeric } from '../../../random.ts';
import { TRANSACTION_ID_LENGTH } from '../../credit/adjust.ts';
import { CustomerEntity } from '../../customer.entity.ts';
import { objectNames } from '../../details.ts';
import { customerTexts } from '../../fields.ts';
import { REFERENCE_LENGTH } from '../../find.ts';
import type { ValidRow } from './validate.ts';

/** The table, which goes with the transaction. */
export const STAGED = 'pg_temp.import_row';

/** Columns of a customer that a row gives as they are, with the names that they have in a row. */
export const textColumns = customerTexts.map((name) => columnOf(CustomerEntity, name));
export const objectColumns = objectNames.map((name) => columnOf(CustomerEntity, name));

/*
 * position     of the row in the step
 * id           what its customer gets, should it be new: in the order of the file, whatever order it is made in
 * reference    what its customer gets, should it be new; `given` is what the row itself says
 */
const makeTable = (id: string): Statement => ({
  name: undefined,
  text: `
    create temp table if not exists import_row (
      position int not null,
      id bigint not null default ${id},
      reference text not null,
      given text null,
      ${textColumns.map((column) => `${column} text null`).join(', ')},
      newsletter boolean not null,
      premium boolean not null,
      ban boolean not null,
      credit_balance int not null,
      transaction_id text not null,
      ${objectColumns.map((column) => `${column} jsonb not null`).join(', ')}
    ) on commit drop`,
});

/** Those of customers; a trial draws none of them. */
const makeTables = { import: makeTable(`nextval('customer_id_seq')`), trial: makeTable('0') };

/** A trial is one transaction, in which one step comes after the other. */
const empty: Statement = { name: undefined, text: `truncate ${STAGED}` };

const copiedColumns = [
  ...['position', 'reference', 'given'],
  ...textColumns,
  ...['newsletter', 'premium', 'ban', 'credit_balance', 'transaction_id'],
  ...objectColumns,
];

const special = /[\\\t\n\r]/g;
const escapes: Readonly<Record<string, string>> = { '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r' };

/** A value in PostgreSQL's text format of COPY. */
function copied(value: string | number | boolean | null | undefined): string {
  if (value === null || value === undefined) return '\\N';
  return String(value).replace(special, (character) => escapes[character] as string);
}

function lineOf(row: ValidRow, position: number): string {
  const values = [
    ...[position, row.cuRefNo ?? randomAlphanumeric(REFERENCE_LENGTH), row.cuRefNo],
    ...customerTexts.map((name) => row[name]),
    ...[row.newsletter ?? false, row.premium ?? false, row.ban ?? false, row.creditBalance ?? 0],
    randomAlphanumeric(TRANSACTION_ID_LENGTH),
    ...objectNames.map((name) => JSON.stringify(mergePatch({}, row[name] ?? {}))),
  ];
  return `${values.map(copied).join('\t')}\n`;
}

/** Puts rows into the table, which it makes. @param rows - their positions are their places */
export async function stage(
  tx: OrganisationDatabase,
  rows: readonly ValidRow[],
  work: 'import' | 'trial',
): Promise<void> {
  await tx.run(makeTables[work], []);
  await tx.run(empty, []);
  await tx.copyIn(`copy ${STAGED} (${copiedColumns.join(', ')}) from stdin`, rows.map(lineOf));
}
