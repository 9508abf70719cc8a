// How a customer is changed: it is read, what it becomes is worked out, and that is written if nobody was quicker; then it is locked first.

import type { BatchStatement } from '../database/batch/batch-queue.ts';
import { columnsOf } from '../database/columns.ts';
import type { OrganisationDatabase } from '../database/organisation-database.ts';
import type { Statement } from '../database/statement.ts';
import { ApiError } from '../errors/api-error.ts';
import type { OperationContext } from '../operation-context.ts';
import { type Customer, CustomerEntity } from './customer.entity.ts';
import { detailNames, objectNames } from './details.ts';
import { canonicalEmail } from './email.ts';
import { type CustomerKey, referenceForm } from './find.ts';
import { type Entry, type Settable, setCustomer } from './set.ts';

/** What names a customer that is to be changed; `anyCuRefNo` also one that was deleted. */
export type ChangeKey = CustomerKey | { anyCuRefNo: string };

/** A customer as it was read, and which version of its row that was. */
export interface ReadCustomer {
  readonly customer: Customer;
  /** PostgreSQL's number of the transaction that wrote the row. */
  readonly rowVersion: string;
}

/** How customers are read by one kind of key. */
interface Way {
  readonly read: BatchStatement<string>;
  readonly lock: Statement;
}

const columns = columnsOf(CustomerEntity, 'c', [...detailNames, ...objectNames]).join(', ');

function wayBy(column: 'cu_ref_no' | 'canonical_email', condition: string): Way {
  const name = `customer_by_${column}${condition && '_undeleted'}`;
  const where = (value: string) => `c.organisation_id = $1 and c.${column} = ${value}${condition}`;
  return {
    read: {
      name: `${name}_to_change`,
      text: `
        select g.position::int, c.*
        from unnest($2::text[]) with ordinality as g (name, position)
        cross join lateral (
          select ${columns}, c.xmin::text as row_version from customer c where ${where('g.name')} limit 1
        ) c`,
      keyOf: (value) => value,
      isSame: () => true,
      values: (organisationId, names) => [organisationId, names],
    },
    lock: {
      name: `${name}_lock`,
      text: `select ${columns}, c.xmin::text as row_version from customer c where ${where('$2')} for no key update`,
    },
  };
}

const UNDELETED = ' and c.deleted_at is null';
const byReference = wayBy('cu_ref_no', UNDELETED);
const byEmail = wayBy('canonical_email', UNDELETED);
const byReferenceOfAny = wayBy('cu_ref_no', '');

function wayOf(by: ChangeKey): [way: Way, name: string] {
  if ('email' in by) return [byEmail, canonicalEmail(by.email)];
  const [way, name] =
    'cuRefNo' in by ? ([byReference, by.cuRefNo] as const) : ([byReferenceOfAny, by.anyCuRefNo] as const);
  // PostgreSQL takes no U+0000, and no other form names anybody.
  if (!referenceForm.test(name)) throw nobody();
  return [way, name];
}

const CUSTOMER = 'customer/';

/** What work that touches a customer takes turns by: the name by which it is named; none where it names nobody. */
export function turnsOf(by: ChangeKey): string[] {
  if ('email' in by) return [`${CUSTOMER}${canonicalEmail(by.email)}`];
  const reference = 'cuRefNo' in by ? by.cuRefNo : by.anyCuRefNo;
  return referenceForm.test(reference) ? [`${CUSTOMER}${reference}`] : [];
}

const identify: Statement = {
  name: 'customer_identify',
  text: `
    select coalesce(
      (select c.cu_ref_no from customer c where c.organisation_id = $1 and c.cu_ref_no = g.name),
      (select c.cu_ref_no from customer c where c.organisation_id = $1 and c.canonical_email = g.name and c.deleted_at is null),
      g.name
    ) as name
    from unnest($2::text[]) g (name)`,
};

/**
 * Names things by what they are now, for locks: a customer by its reference, also where it was named by its mailbox.
 *
 * @param names - such as `turnsOf` gives; others stay as they are
 */
export async function identified(tx: OrganisationDatabase, names: readonly string[]): Promise<string[]> {
  const [ofCustomers = [], others = []] = [true, false].map((isWanted) =>
    names.filter((name) => name.startsWith(CUSTOMER) === isWanted),
  );
  const given = ofCustomers.map((name) => name.slice(CUSTOMER.length));
  const rows = await tx.run<{ name: string }>(identify, [tx.organisationId, given]);
  return [...new Set([...others, ...rows.map(({ name }) => `${CUSTOMER}${name}`)])];
}

function nobody(): ApiError {
  return new ApiError('PUBLIC_CUSTOMER_DETAIL_NOT_PERMITTED');
}

type Row = { position?: number; row_version: string };

function readRow(database: OrganisationDatabase, row: Row | undefined): ReadCustomer {
  if (!row) throw nobody();
  const { position: _, row_version: rowVersion, ...profile } = row;
  return { customer: database.map<Customer>(CustomerEntity, profile), rowVersion };
}

/**
 * Locks a customer until the transaction ends.
 *
 * @returns it as it is now
 * @throws ApiError `PUBLIC_CUSTOMER_DETAIL_NOT_PERMITTED` when the organisation has none, or only a deleted one where the key means no such
 */
export async function lockCustomer(tx: OrganisationDatabase, by: ChangeKey): Promise<ReadCustomer> {
  const [{ lock }, name] = wayOf(by);
  const [row] = await tx.run<Row>(lock, [tx.organisationId, name]);
  return readRow(tx, row);
}

/** Says what a customer becomes, where it becomes something. May be asked again. */
export type Become = (customer: Customer) => Partial<Settable>;

/**
 * Changes a customer. What differs in nothing is no change, and nothing is written.
 *
 * Others are not waited for: who changed the row since it was read is noticed by the row's version. Then it is done once more, with the row locked, so that
 * however many come at once, each is done.
 *
 * @returns it as it is then
 * @throws ApiError `PUBLIC_CUSTOMER_DETAIL_NOT_PERMITTED` as `lockCustomer`; `INTERNAL_CONFLICT` when its mailbox is another customer's; whatever
 *   `become` throws
 */
export async function changeCustomer(
  ctx: OperationContext,
  by: ChangeKey,
  entry: Entry,
  become: Become,
): Promise<Customer> {
  const { database } = ctx;
  const [{ read }, name] = wayOf(by);
  // Those of this process do not get in each other's way.
  return database.inTurn(turnsOf(by), async () => {
    const { row } = await database.runBatched<string, Row>(read, name);
    const seen = readRow(database, row);
    const changed = await setCustomer(ctx, database, seen, become(seen.customer), entry);
    return changed ?? database.transaction((tx) => changeLocked(ctx, tx, by, entry, become));
  });
}

/** Changes a customer that is locked first, as a part of a transaction. */
export async function changeLocked(
  ctx: OperationContext,
  tx: OrganisationDatabase,
  by: ChangeKey,
  entry: Entry,
  become: Become,
): Promise<Customer> {
  const locked = await lockCustomer(tx, by);
  const changed = await setCustomer(ctx, tx, locked, become(locked.customer), entry);
  if (!changed) throw new Error('a locked customer was changed by others');
  return changed;
}
