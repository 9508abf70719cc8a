// How a customer is changed: it is read, what it becomes is worked out, and that is written if nobody was quicker; then it is locked first.

import type { BatchStatement } from '../database/batch/batch-queue.ts';
import type { OrganisationDatabase } from '../database/organisation-database.ts';
import type { Statement } from '../database/statement.ts';
import { ApiError } from '../errors/api-error.ts';
import type { OperationContext } from '../operation-context.ts';
import { type Customer, CustomerEntity } from './customer.entity.ts';
import { canonicalEmail } from './email.ts';
import { type CustomerKey, referenceForm } from './find.ts';
import { selectChangedOf } from './profile.ts';
import { type Entry, type Settable, setCustomer } from './set.ts';

/** What names a customer that is to be changed; `anyCuRefNo` also one that was deleted. */
export type ChangeKey = CustomerKey | { anyCuRefNo: string };

/** A customer as it was read, and which version of its row that was. */
export interface ReadCustomer {
  readonly customer: Customer;
  /** PostgreSQL's number of the transaction that wrote the row. */
  readonly rowVersion: string;
}

/** How customers are found by one kind of key. */
interface Way {
  /** Reads the customer that has the name, also one that was merged into another. */
  readonly read: BatchStatement<string>;
  /** Tells whom the name leads to, by internal id, and how many were merged into that one. */
  readonly find: Statement;
  /** Locks the customer that the name leads to, and gives nothing where the row has the name no longer once it is there. */
  readonly lock: Statement;
}

const columns = selectChangedOf('c');

function wayBy(column: 'cu_ref_no' | 'canonical_email', undeleted: boolean): Way {
  const name = `customer_by_${column}${undeleted ? '_undeleted' : ''}`;
  const isUndeleted = (row: string) => (undeleted ? ` and ${row}.deleted_at is null` : '');
  const has = (row: string, value: string) =>
    `${row}.organisation_id = $1 and ${row}.${column} = ${value}${isUndeleted(row)}`;
  return {
    read: {
      name: `${name}_to_change`,
      text: `
        select g.position::int, c.*
        from unnest($2::text[]) with ordinality as g (name, position)
        cross join lateral (
          select ${columns}, c.xmin::text as row_version, c.merged_into is not null as is_merged from customer c where ${has('c', 'g.name')} limit 1
        ) c`,
      keyOf: (value) => value,
      isSame: () => true,
      values: (organisationId, names) => [organisationId, names],
    },
    find: {
      name: `${name}_find`,
      text: `
        select l.id, (select count(*) from customer m where m.organisation_id = $1 and m.merged_into = l.id)::int as merged
        from (select coalesce(c.merged_into, c.id) as id from customer c where ${has('c', '$2')}) l`,
    },
    // Of one that was merged, the row is not needed: the name leads to its survivor.
    lock: {
      name: `${name}_lock`,
      text: `
        select ${columns}, c.xmin::text as row_version, false as is_merged
        from customer c
        where c.organisation_id = $1
          and c.id = (select case when n.merged_into is null then n.id else n.merged_into end from customer n where ${has('n', '$2')})
          and c.merged_into is null${isUndeleted('c')}
          and (c.${column} = $2 or exists (select from customer n where ${has('n', '$2')} and n.merged_into = c.id))
        for no key update`,
    },
  };
}

const byReference = wayBy('cu_ref_no', true);
const byEmail = wayBy('canonical_email', true);
const byReferenceOfAny = wayBy('cu_ref_no', false);

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

const SUBSCRIPTION = 'subscription/';

/** What work that touches a subscription takes turns by. */
export function turnsOfSubscription(externalId: string): string[] {
  return [`${SUBSCRIPTION}${externalId}`];
}

/** SQL for the reference of the customer that a row `n` leads to. */
const referenceOf = (condition: string) => `(
  select case
    when n.merged_into is null then n.cu_ref_no
    else (select s.cu_ref_no from customer s where s.organisation_id = $1 and s.id = n.merged_into)
  end
  from customer n where n.organisation_id = $1 and ${condition})`;

const identify: Statement = {
  name: 'customer_identify',
  text: `
    select coalesce(${referenceOf('n.cu_ref_no = g.name')}, ${referenceOf('n.canonical_email = g.name and n.deleted_at is null')}, g.name) as name
    from unnest($2::text[]) g (name)
    union all
    select coalesce((
      select c.cu_ref_no from subscription s
      join customer c on c.organisation_id = $1 and c.id = s.customer_id
      where s.organisation_id = $1 and s.external_id = g.external_id
    ), g.external_id)
    from unnest($3::text[]) g (external_id)`,
};

/**
 * Names things by what they are now, for locks: a customer by its reference, also where it was named by its mailbox, or by a subscription of it.
 *
 * @param names - such as `turnsOf` gives; others stay as they are
 */
export async function identified(tx: OrganisationDatabase, names: readonly string[]): Promise<string[]> {
  const after = (prefix: string) =>
    names.filter((name) => name.startsWith(prefix)).map((name) => name.slice(prefix.length));
  const others = names.filter((name) => ![CUSTOMER, SUBSCRIPTION].some((prefix) => name.startsWith(prefix)));
  const rows = await tx.run<{ name: string }>(identify, [tx.organisationId, after(CUSTOMER), after(SUBSCRIPTION)]);
  return [...new Set([...others, ...rows.map(({ name }) => `${CUSTOMER}${name}`)])];
}

const lockAll: Statement = {
  name: 'customers_lock_in_order',
  text: `
    select from customer c
    where c.organisation_id = $1 and c.id = any(array(
      select n.id from customer n where n.organisation_id = $1 and n.cu_ref_no = any($2::text[])
      union all
      select m.id from customer m where m.organisation_id = $1 and m.merged_into = any(array(
        select n.id from customer n where n.organisation_id = $1 and n.cu_ref_no = any($2::text[])
      ))
    ))
    order by c.id
    for no key update`,
};

/**
 * Locks those of the names that are customers', as `identified` gives them, with all that were merged into them, in the order in which statements for many
 * customers lock them.
 */
export async function lockInOrder(tx: OrganisationDatabase, names: readonly string[]): Promise<void> {
  const ofCustomers = names.filter((name) => name.startsWith(CUSTOMER));
  await tx.run(lockAll, [tx.organisationId, ofCustomers.map((name) => name.slice(CUSTOMER.length))]);
}

/** The failure of a name that leads to no customer of the organisation. */
export function nobody(): ApiError {
  return new ApiError('PUBLIC_CUSTOMER_DETAIL_NOT_PERMITTED');
}

/** A row that is read as `ReadCustomer`. */
export type ReadRow = { position?: number; row_version: string; is_merged: boolean };

/** Reads a row; @throws ApiError `PUBLIC_CUSTOMER_DETAIL_NOT_PERMITTED` when there is none */
export function readRow(database: OrganisationDatabase, row: ReadRow | undefined): ReadCustomer {
  if (!row) throw nobody();
  const { position: _, row_version: rowVersion, is_merged: __, ...profile } = row;
  return { customer: database.map<Customer>(CustomerEntity, profile), rowVersion };
}

/**
 * Locks the customer that a name leads to until the transaction ends.
 *
 * @returns it as it is now
 * @throws ApiError `PUBLIC_CUSTOMER_DETAIL_NOT_PERMITTED` when the organisation has none, or only a deleted one where the key means no such
 */
export async function lockCustomer(tx: OrganisationDatabase, by: ChangeKey): Promise<ReadCustomer> {
  const [{ lock }, name] = wayOf(by);
  const [row] = await tx.run<ReadRow>(lock, [tx.organisationId, name]);
  if (!row) {
    // While the row was waited for, its customer may have been merged, or the name have gone to another.
    await leadsTo(tx, by);
    return tx.beginAnew();
  }
  const locked = readRow(tx, row);
  // By the mailbox of one that was merged into it, which may have gone meanwhile too: that row is another one.
  if ('email' in by && locked.customer.canonicalEmail !== name) await assertLeads(tx, by, locked);
  return locked;
}

/** Whom a name leads to. */
interface Led {
  /** Internal id. */
  readonly id: number;
  /** How many were merged into that one. */
  readonly merged: number;
}

/** Tells whom a name leads to, without a lock. @throws ApiError as `lockCustomer` */
export async function leadsTo(tx: OrganisationDatabase, by: ChangeKey): Promise<Led> {
  const [{ find }, name] = wayOf(by);
  const [row] = await tx.run<{ id: string; merged: number }>(find, [tx.organisationId, name]);
  if (!row) throw nobody();
  return { id: Number(row.id), merged: row.merged };
}

/**
 * Begins anew where a name leads elsewhere by the time that its customer is locked: from then on it leads to that one.
 *
 * @param merged - how many were locked with it that were merged into it, where all of them must be
 */
export async function assertLeads(
  tx: OrganisationDatabase,
  by: ChangeKey,
  { customer }: ReadCustomer,
  merged?: number,
): Promise<void> {
  const led = await leadsTo(tx, by);
  if (led.id !== customer.id || (merged !== undefined && led.merged !== merged)) tx.beginAnew();
}

/** Locks the customer that a name leads to, with whatever else is changed with it. */
export type Lock = (tx: OrganisationDatabase, by: ChangeKey) => Promise<ReadCustomer>;

/** Says what a customer becomes, where it becomes something. May be asked again. */
export type Become = (customer: Customer) => Partial<Settable>;

/**
 * Changes a customer. What differs in nothing is no change, and nothing is written.
 *
 * Others are not waited for: who changed the row since it was read is noticed by the row's version. Then it is done once more, with the row locked, so that
 * however many come at once, each is done. So it is where the customer was merged into another, and in a transaction, which keeps what it has locked.
 *
 * @param lock - locks it where it has to be
 * @returns it as it is then
 * @throws ApiError `PUBLIC_CUSTOMER_DETAIL_NOT_PERMITTED` as `lockCustomer`; `INTERNAL_CONFLICT` when its mailbox is another customer's; whatever
 *   `become` throws
 */
export async function changeCustomer(
  ctx: OperationContext,
  by: ChangeKey,
  entry: Entry,
  become: Become,
  lock: Lock = lockCustomer,
): Promise<Customer> {
  const { database } = ctx;
  const [{ read }, name] = wayOf(by);
  if (database.isTransaction) return changeLocked(ctx, database, by, entry, become, lock);
  // Those of this process do not get in each other's way.
  return database.inTurn(turnsOf(by), async () => {
    const { row } = await database.runBatched<string, ReadRow>(read, name);
    if (!row?.is_merged) {
      const seen = readRow(database, row);
      const changed = await setCustomer(ctx, database, seen, become(seen.customer), entry);
      if (changed) return changed;
    }
    return database.transaction((tx) => changeLocked(ctx, tx, by, entry, become, lock));
  });
}

/** Changes a customer that is locked first, as a part of a transaction. */
export async function changeLocked(
  ctx: OperationContext,
  tx: OrganisationDatabase,
  by: ChangeKey,
  entry: Entry,
  become: Become,
  lock: Lock = lockCustomer,
): Promise<Customer> {
  const locked = await lock(tx, by);
  return setLocked(ctx, tx, locked, become(locked.customer), entry);
}

/** Writes what becomes of a customer that is locked, as `setCustomer`. */
export async function setLocked(
  ctx: OperationContext,
  tx: OrganisationDatabase,
  locked: ReadCustomer,
  given: Partial<Settable>,
  entry: Entry,
): Promise<Customer> {
  const changed = await setCustomer(ctx, tx, locked, given, entry);
  if (!changed) throw new Error('a locked customer was changed by others');
  return changed;
}
