// Finds customers by what names them.
import type { BatchStatement } from '../database/batch/batch-queue.ts';
import { givenRows } from '../database/batch/given.ts';
import type { Statement } from '../database/statement.ts';
import type { OperationContext } from '../operation-context.ts';
import type { Customer } from './customer.entity.ts';
import { canonicalEmail } from './email.ts';
import { ledTo } from './merge/followed.ts';
import {
  BARE,
  forEachReading,
  type Profile,
  type ProfileRow,
  type Reading,
  readingName,
  readProfile,
  selectChanged,
  selectProfile,
} from './profile.ts';

/** What names one customer of an organisation; `email` is normalised. */
export type CustomerKey = { cuRefNo: string } | { email: string };

/** Characters of a `cuRefNo`, and its form. */
export const REFERENCE_LENGTH = 16;
export const referenceForm = /^[A-Za-z0-9]{16}$/;

/** Columns by which a customer is found, with the type of their values. */
const nameTypes = { id: 'bigint', cu_ref_no: 'text', canonical_email: 'text' } as const;

/** Statements that find customers by a column which names each of them, with their positions among the names: many, and one. */
function finding(
  column: keyof typeof nameTypes,
  reading: Reading,
): Record<'many' | 'one', Statement & { name: string }> {
  const name = `customer_by_${column}${readingName(reading)}`;
  const given = givenRows({ name: nameTypes[column] });
  const find = (rows: string) => `
      with ${rows}, found as materialized (
        select position, true as has_related_records, ${ledTo(`c.${column} = g.name and c.deleted_at is null`)} as customer
        from given g
      )
      select position::int, ${selectProfile(reading)} from found where (customer).id is not null`;
  return { many: { name, text: find(given.many) }, one: { name: `${name}_one`, text: find(given.one) } };
}

/** Look-ups by what callers name customers by; those that arrive together are sent in one statement. */
function lookUp(column: 'cu_ref_no' | 'canonical_email', reading: Reading): BatchStatement<string> {
  const { many, one } = finding(column, reading);
  return {
    ...many,
    keyOf: (name) => name,
    isSame: () => true,
    values: (organisationId, names) => [organisationId, names],
    single: { ...one, values: (organisationId, name) => [organisationId, name] },
  };
}

const byReference = forEachReading((reading) => lookUp('cu_ref_no', reading));
const byMailbox = forEachReading((reading) => lookUp('canonical_email', reading));

/**
 * Finds the customer that a key names.
 *
 * @param reading - what is read along
 * @returns null when the organisation has none, or only a deleted one
 */
export async function findCustomer(
  { database }: Pick<OperationContext, 'database'>,
  key: CustomerKey,
  reading: Reading,
): Promise<Profile | null> {
  if ('cuRefNo' in key && !referenceForm.test(key.cuRefNo)) return null;
  const [statement, name] =
    'cuRefNo' in key ? [byReference(reading), key.cuRefNo] : [byMailbox(reading), canonicalEmail(key.email)];
  const { row } = await database.runBatched<string, ProfileRow>(statement, name);
  return row ? readProfile(database, row) : null;
}

const byId = finding('id', BARE).many;

/**
 * Finds customers by their internal ids, in one statement.
 *
 * @returns them in the order of the ids; null for one that the organisation does not have, or that was deleted
 */
export async function findCustomersById(
  { database }: OperationContext,
  ids: readonly number[],
): Promise<(Customer | null)[]> {
  const rows = await database.run<ProfileRow & { position: number }>(byId, [database.organisationId, ids]);
  const found: (Customer | null)[] = ids.map(() => null);
  for (const row of rows) found[row.position - 1] = readProfile(database, row).customer;
  return found;
}

const byReferenceOfAny: BatchStatement<string> = {
  name: 'customer_of_any_state',
  text: `
    with found as materialized (
      select position, ${ledTo('c.cu_ref_no = g.name')} as customer from unnest($2::text[]) with ordinality as g (name, position)
    )
    select position::int, ${selectChanged} from found where (customer).id is not null`,
  keyOf: (name) => name,
  isSame: () => true,
  values: (organisationId, names) => [organisationId, names],
};

/** Finds the customer that a reference leads to, also one that was deleted. */
export async function findAnyCustomer({ database }: OperationContext, cuRefNo: string): Promise<Customer | undefined> {
  const { row } = await database.runBatched<string, ProfileRow>(byReferenceOfAny, cuRefNo);
  return row && readProfile(database, row).customer;
}

/** Where a customer stands in the order by age; a deleted one keeps its place. */
const position: Statement = {
  name: 'customer_position',
  text: 'select id from customer where organisation_id = $1 and cu_ref_no = $2',
};

/** Finds where a customer stands in the order by age; undefined for one that this organisation does not have. */
export async function findPosition(
  { database }: Pick<OperationContext, 'database'>,
  cuRefNo: string,
): Promise<[id: string] | undefined> {
  if (!referenceForm.test(cuRefNo)) return undefined;
  const [row] = await database.run<{ id: string }>(position, [database.organisationId, cuRefNo]);
  return row && [row.id];
}
