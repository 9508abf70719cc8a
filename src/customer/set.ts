// Writes what becomes of a customer, with its entry of the change log, in one statement.
import pg from 'pg';
import { type Change, type ChangedValue, entryColumns, entryValues, recording } from '../change-log/record.ts';
import { columnOf } from '../database/columns.ts';
import type { OrganisationDatabase } from '../database/organisation-database.ts';
import type { Statement } from '../database/statement.ts';
import { ApiError } from '../errors/api-error.ts';
import { differenceOf } from '../json-object.ts';
import type { OperationContext } from '../operation-context.ts';
import { type CustomerAction, customerActions } from './actions.ts';
import { addressMembers } from './address.ts';
import { type Customer, CustomerEntity } from './customer.entity.ts';
import { type ProfileRow, readProfile, selectProfile } from './profile.ts';

/** SQLSTATE of a second row where there may be one. */
const UNIQUE_VIOLATION = '23505';

/** What is set as it is. */
const plain = [
  'email',
  'canonicalEmail',
  'phone',
  'firstName',
  'lastName',
  'companyName',
  'companyRegistrationNumber',
  'taxIdentificationNumber',
  ...addressMembers,
  'primaryLocale',
  'newsletter',
  'premium',
] as const satisfies (keyof Customer)[];

/** What is left as it is unless it changes: it may be large. */
const objects = ['meta', 'customFields'] as const satisfies (keyof Customer)[];

/** What can be set of a customer. */
export interface Settable extends Pick<Customer, (typeof plain)[number] | (typeof objects)[number]> {
  ban: boolean;
  deleted: boolean;
}

/** The names that fields have in the API, where they differ from those of the entity; a name that is null is never shown. */
const shownNames: Partial<Record<keyof Settable, string | null>> = {
  canonicalEmail: null,
  ...Object.fromEntries(addressMembers.map((name) => [name, `address.${name}`])),
};

const setColumns = plain.map((name, i) => `${columnOf(CustomerEntity, name)} = $${i + 15}`).join(', ');

const set: Statement = {
  name: 'customer_set',
  text: `
    with changed as (
      update customer c set
        version = c.version + $10::int,
        updated_at = case when $10::int > 0 then clock_timestamp() else c.updated_at end,
        banned_at = case when $11::boolean then coalesce(c.banned_at, clock_timestamp()) end,
        deleted_at = case when $12::boolean then coalesce(c.deleted_at, clock_timestamp()) end,
        meta = coalesce($13::jsonb, c.meta),
        custom_fields = coalesce($14::jsonb, c.custom_fields),
        change_count = c.change_count + 1,
        ${setColumns}
      where c.organisation_id = $1 and c.id = $2
      returning c as customer
    ), change as (
      select (customer).cu_ref_no as reference, (customer).change_count as ordinal, ${entryColumns(3)} from changed
    ), ${recording(`'customer'`, 'change')}
    select ${selectProfile(false)} from changed`,
};

/**
 * Changes a customer that is locked. What it has already is no change; where that is all, nothing is written.
 *
 * @param given - what it becomes, where it is told
 * @param entry - for the change log
 * @returns the customer as it is then
 * @throws ApiError `INTERNAL_CONFLICT` when its mailbox is another customer's
 */
export async function setCustomer(
  tx: OrganisationDatabase,
  ctx: OperationContext,
  customer: Customer,
  given: Partial<Settable>,
  { action, reason }: { action: CustomerAction } & Pick<Change, 'reason'>,
): Promise<Customer> {
  const before = stateOf(customer);
  const after = { ...before, ...given };
  const changed = (Object.keys(given) as (keyof Settable)[]).filter((name) => differs(before[name], after[name]));
  if (changed.length === 0) return customer;
  const { stored, isOfProfile } = customerActions[action];
  const entry = { action: stored, reason, fields: fieldsOf(before, after, changed) };
  const row = await tx
    .one<ProfileRow>(set, [
      tx.organisationId,
      customer.id,
      ...entryValues(ctx, entry),
      isOfProfile ? 1 : 0,
      after.ban,
      after.deleted,
      ...objects.map((name) => (changed.includes(name) ? JSON.stringify(after[name]) : null)),
      ...plain.map((name) => after[name]),
    ])
    .catch((error: unknown) => {
      throw isTaken(error) ? mailboxTaken(error) : error;
    });
  return readProfile(tx, row).customer;
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
    const shown = shownNames[name] === undefined ? name : shownNames[name];
    if (shown === null) continue;
    const isObject = name === 'meta' || name === 'customFields';
    fields[shown] = (isObject && differenceOf(before[name], after[name])) || {
      before: before[name],
      after: after[name],
    };
  }
  return fields;
}

function isTaken(error: unknown): boolean {
  return error instanceof pg.DatabaseError && error.code === UNIQUE_VIOLATION;
}

function mailboxTaken(cause: unknown): ApiError {
  return new ApiError('INTERNAL_CONFLICT', {
    message: 'Another customer has this e-mail address.',
    description:
      'Each mailbox belongs to one customer of an organisation. Find that customer, then decide which of them keeps it.',
    cause,
  });
}
