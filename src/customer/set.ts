// Writes what becomes of a customer, with its entry of the change log, in one statement.
import { type Change, type ChangedValue, fieldsJson, recording } from '../change-log/record.ts';
import type { BatchStatement } from '../database/batch/batch-queue.ts';
import { columnOf } from '../database/columns.ts';
import type { OrganisationDatabase } from '../database/organisation-database.ts';
import { isUniqueViolation } from '../database/unique-violation.ts';
import { ApiError } from '../errors/api-error.ts';
import { differenceOf } from '../json-object.ts';
import type { Actor } from '../operation-context.ts';
import { type CustomerAction, customerActions } from './actions.ts';
import type { ReadCustomer } from './change.ts';
import { type Customer, CustomerEntity } from './customer.entity.ts';
import { objectNames } from './details.ts';
import { customerTexts, shownName } from './fields.ts';
import { type ProfileRow, readProfile, selectChanged } from './profile.ts';

/** What is set as it is. */
const plain = [...customerTexts, 'newsletter', 'premium'] as const satisfies (keyof Customer)[];

/** What can be set of a customer. */
export interface Settable extends Pick<Customer, (typeof plain)[number] | (typeof objectNames)[number]> {
  ban: boolean;
  deleted: boolean;
}

/** What is done, for the change log. */
export interface Entry extends Pick<Change, 'reason'> {
  action: CustomerAction;
  /** What is changed besides the row by the same transaction, by the names that it has in the API. */
  also?: Readonly<Record<string, ChangedValue>>;
}

/** A change, ready for the statement. */
interface Call extends Actor, Settable {
  id: number;
  rowVersion: string;
  action: string;
  reason: string | null | undefined;
  fields: string;
  isOfProfile: boolean;
  /** JSON of an object that changes; null for one that stays as it is: it may be large. */
  changedObjects: readonly (string | null)[];
}

const types = { newsletter: 'boolean', premium: 'boolean' } as const;
const plainColumns = plain.map((name) => columnOf(CustomerEntity, name));
const plainTypes = plain.map((name) => (name in types ? 'boolean' : 'text'));
const FIRST_PLAIN = 14;
const setColumns = [
  'version',
  'updated_at',
  'banned_at',
  'deleted_at',
  ...objectNames.map((name) => columnOf(CustomerEntity, name)),
  'change_count',
  ...plainColumns,
];

const withMerged = `
  select unnest($2::bigint[])
  union all
  select m.id from customer m where m.organisation_id = $1 and m.merged_into = any($2)`;
const mirrored = `mirrored as (
      update customer m set deleted_at = (c.customer).deleted_at
      from changed c
      where m.organisation_id = $1 and m.merged_into = (c.customer).id
    ), `;

/**
 * SQL for whether a row `c` is still as it was read. By the parameters: PostgreSQL looks once more at a row that it waited for, and would then read a CTE anew of
 * which others have read a part.
 */
const isAsRead = 'c.xmin::text = ($3::text[])[array_position($2::bigint[], c.id)]';

/**
 * given    the changes; no two of them are of the same customer
 * locked   the customers that are still as they were read, in order: batches of other processes that change the same wait, and none waits in a circle
 * changed  those, as they become. A customer that is not among them was changed by others: its caller begins anew
 *
 * @param isDeletion - whether customers may be deleted, or restored: with them, those that were merged into them, so that their mailboxes are free, or taken
 */
const settingText = (isDeletion: boolean) => `
    with given as (
      select * from unnest($2::bigint[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::int[], $10::boolean[],
          $11::boolean[], $12::text[], $13::text[], ${plainTypes.map((type, i) => `$${FIRST_PLAIN + i}::${type}[]`).join(', ')})
        with ordinality as g (id, row_version, action, actor, reason, request_id, fields, growth, ban, deleted, meta, custom_fields,
          ${plainColumns.join(', ')}, position)
    ), locked as materialized (
      select c.id from customer c
      where c.organisation_id = $1 and ${isDeletion ? `c.id = any(array(${withMerged}))` : 'c.id = any($2)'}
        and ${isDeletion ? `(c.merged_into = any($2) or ${isAsRead})` : isAsRead}
      order by c.id
      for no key update
    ), changed as (
      update customer c set (${setColumns.join(', ')}) = (
        select c.version + g.growth,
          case when g.growth > 0 then clock_timestamp() else c.updated_at end,
          case when g.ban then coalesce(c.banned_at, clock_timestamp()) end,
          case when g.deleted then coalesce(c.deleted_at, clock_timestamp()) end,
          coalesce(g.meta::jsonb, c.meta),
          coalesce(g.custom_fields::jsonb, c.custom_fields),
          c.change_count + 1,
          ${plainColumns.map((column) => `g.${column}`).join(', ')}
        from given g where g.id = c.id
      )
      where c.organisation_id = $1 and c.id = any(array(select id from locked))${isDeletion ? ' and c.id = any($2)' : ''}
      returning c as customer
    ), ${isDeletion ? mirrored : ''}change as (
      select g.position, c.customer, (c.customer).cu_ref_no as reference, (c.customer).change_count as ordinal, g.action, g.actor, g.reason,
        g.request_id, g.fields::jsonb as fields
      from changed c
      join given g on g.id = (c.customer).id
    ), ${recording(`'customer'`, 'change')}
    select position::int, ${selectChanged} from change`;

const batching: Omit<BatchStatement<Call>, 'name' | 'text'> = {
  keyOf: ({ id }) => String(id),
  isSame: () => false,
  values: (organisationId, calls) => [
    organisationId,
    calls.map(({ id }) => id),
    calls.map(({ rowVersion }) => rowVersion),
    calls.map(({ action }) => action),
    calls.map(({ actor }) => actor),
    calls.map(({ reason }) => reason),
    calls.map(({ requestId }) => requestId),
    calls.map(({ fields }) => fields),
    calls.map(({ isOfProfile }) => (isOfProfile ? 1 : 0)),
    calls.map(({ ban }) => ban),
    calls.map(({ deleted }) => deleted),
    ...objectNames.map((_, i) => calls.map(({ changedObjects }) => changedObjects[i])),
    ...plain.map((name) => calls.map((call) => call[name])),
  ],
};

const set: BatchStatement<Call> = { name: 'customer_set', text: settingText(false), ...batching };

const setDeletion: BatchStatement<Call> = { name: 'customer_set_deletion', text: settingText(true), ...batching };

/**
 * Writes what becomes of a customer, with its entry of the change log. What it has already is no change; where that is all, and nothing else is changed
 * either, nothing is written.
 *
 * @param read - the customer, and which version of its row that is
 * @param given - what it becomes, where it is told
 * @returns the customer as it is then; undefined when its row is another one by now: then nothing was written
 * @throws ApiError `INTERNAL_CONFLICT` when its mailbox is another customer's
 */
export async function setCustomer(
  { actor, requestId }: Actor,
  database: OrganisationDatabase,
  { customer, rowVersion }: ReadCustomer,
  given: Partial<Settable>,
  { action, reason, also }: Entry,
): Promise<Customer | undefined> {
  const before = stateOf(customer);
  const after = { ...before, ...given };
  const changed = changedNames(customer, given);
  if (changed.length === 0 && !also) return customer;
  const { stored, isOfProfile } = customerActions[action];
  const call: Call = {
    ...after,
    ...{ id: customer.id, rowVersion, actor, requestId, reason, isOfProfile },
    action: stored,
    fields: fieldsJson({ ...fieldsOf(before, after, changed), ...also }),
    changedObjects: objectNames.map((name) => (changed.includes(name) ? JSON.stringify(after[name]) : null)),
  };
  const { row } = await database
    .runBatched<Call, ProfileRow>(changed.includes('deleted') ? setDeletion : set, call)
    .catch((error: unknown) => {
      throw isUniqueViolation(error) ? mailboxTaken(error) : error;
    });
  return row && readProfile(database, row).customer;
}

/** What of that is not so already. */
export function changedNames(customer: Customer, given: Partial<Settable>): (keyof Settable)[] {
  const before = stateOf(customer);
  return (Object.keys(given) as (keyof Settable)[]).filter((name) => differs(before[name], given[name]));
}

function stateOf(customer: Customer): Settable {
  return { ...customer, ban: customer.bannedAt != null, deleted: customer.deletedAt != null };
}

function differs(before: unknown, after: unknown): boolean {
  if (typeof before === 'object' && before && typeof after === 'object' && after)
    return differenceOf(before as never, after as never) !== undefined;
  return (before ?? null) !== (after ?? null);
}

/** What the change log shows: of objects, the members that differ. */
function fieldsOf(before: Settable, after: Settable, changed: readonly (keyof Settable)[]) {
  const fields: Record<string, ChangedValue> = {};
  for (const name of changed) {
    if (name === 'canonicalEmail') continue;
    const isObject = name === 'meta' || name === 'customFields';
    fields[shownName(name)] = (isObject && differenceOf(before[name], after[name])) || {
      before: before[name],
      after: after[name],
    };
  }
  return fields;
}

function mailboxTaken(cause: unknown): ApiError {
  return new ApiError('INTERNAL_CONFLICT', {
    message: 'Another customer has this e-mail address.',
    description:
      'Each mailbox belongs to one customer of an organisation. Find that customer, then decide which of them keeps it. A customer is restored with the mailboxes of all that were merged into it.',
    cause,
  });
}
