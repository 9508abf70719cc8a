// Finds customers: one by what names it, many page by page.
import type { BatchStatement } from '../database/batch/batch-queue.ts';
import { keysetPages, type Page } from '../database/keyset.ts';
import type { OrganisationDatabase } from '../database/organisation-database.ts';
import type { Statement } from '../database/statement.ts';
import { unknownCursor } from '../errors/api-error.ts';
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

/** The form of a `cuRefNo`. */
export const referenceForm = /^[A-Za-z0-9]{16}$/;

/** Columns by which a customer is found, with the type of their values. */
const nameTypes = { id: 'bigint', cu_ref_no: 'text', canonical_email: 'text' } as const;

/** A statement that finds customers by a column which names each of them, with their positions among the names. */
function finding(column: keyof typeof nameTypes, reading: Reading): Statement {
  return {
    name: `customer_by_${column}${readingName(reading)}`,
    text: `
      with found as materialized (
        select position, true as has_related_records, ${ledTo(`c.${column} = g.name and c.deleted_at is null`)} as customer
        from unnest($2::${nameTypes[column]}[]) with ordinality as g (name, position)
      )
      select position::int, ${selectProfile(reading)} from found where (customer).id is not null`,
  };
}

/** Look-ups by what callers name customers by; those that arrive together are sent in one statement. */
function lookUp(column: 'cu_ref_no' | 'canonical_email', reading: Reading): BatchStatement<string> {
  return {
    ...finding(column, reading),
    keyOf: (name) => name,
    isSame: () => true,
    values: (organisationId, names) => [organisationId, names],
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

const byId = finding('id', BARE);

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

/** One page of customers; the places are references. */
export type CustomerPage = Page<string>;

/** Where a customer stands in the order by age; a deleted one keeps its place. */
const position: Statement = {
  name: 'customer_position',
  text: 'select id from customer where organisation_id = $1 and cu_ref_no = $2',
};

function newestFirst(reading: Reading) {
  return keysetPages({
    name: `customer_pages${readingName(reading)}`,
    sort: [{ sql: 'c.id', type: 'bigint' }],
    direction: 'desc',
    parameters: 1,
    text: ({ condition, order, limit, direction }) => `
      select ${selectProfile(reading)}
      from (
        select c as customer, true as has_related_records
        from customer c
        where c.organisation_id = $1 and c.deleted_at is null and c.merged_into is null${condition}
        order by ${order}
        limit ${limit}
      ) page
      order by (customer).id ${direction}`,
  });
}

const pages = forEachReading(newestFirst);

/**
 * Lists the customers of an organisation, the newest first.
 *
 * @param reading - what is read along
 * @throws ApiError `INTERNAL_VALIDATION_FAILED` at `after` or `before` when it is no customer of this organisation
 */
export async function listCustomers(
  { database }: OperationContext,
  page: CustomerPage,
  reading: Reading,
): Promise<Profile[]> {
  const [after, before] = await Promise.all([
    positionOf(database, 'after', page.after),
    positionOf(database, 'before', page.before),
  ]);
  const pageOf = pages(reading);
  const rows = await database.run<ProfileRow>(...pageOf({ ...page, after, before }, [database.organisationId]));
  return rows.map((row) => readProfile(database, row));
}

async function positionOf(
  database: OrganisationDatabase,
  argument: 'after' | 'before',
  cuRefNo: string | undefined,
): Promise<[id: string] | undefined> {
  if (cuRefNo === undefined) return undefined;
  const rows = referenceForm.test(cuRefNo)
    ? await database.run<{ id: string }>(position, [database.organisationId, cuRefNo])
    : [];
  if (!rows[0]) throw unknownCursor(argument);
  return [rows[0].id];
}
