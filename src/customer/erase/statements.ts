// What erasing does to the tables of a customer, all of them locked with those that were merged into it.
import { recording } from '../../change-log/record.ts';
import { columnOf } from '../../database/columns.ts';
import type { OrganisationDatabase } from '../../database/organisation-database.ts';
import type { Statement } from '../../database/statement.ts';
import type { Actor } from '../../operation-context.ts';
import { customerActions } from '../actions.ts';
import { type Customer, CustomerEntity } from '../customer.entity.ts';
import { objectNames } from '../details.ts';
import { type ProfileRow, readProfile, selectChanged } from '../profile.ts';
import { personalTexts } from './personal.ts';

const profile: Statement = {
  name: 'erase_profile',
  text: `
    update customer set
      ${personalTexts.map((name) => `${columnOf(CustomerEntity, name)} = null`).join(', ')},
      ${objectNames.map((name) => `${columnOf(CustomerEntity, name)} = '{}'`).join(', ')},
      newsletter = false, address_changes = 0, erased_at = clock_timestamp()
    where organisation_id = $1 and id = any($2::bigint[])`,
};

/** Empties the rows of customers; their mailboxes are free. */
export async function eraseProfile(tx: OrganisationDatabase, ids: readonly number[]): Promise<void> {
  await tx.run(profile, [tx.organisationId, ids]);
}

const addresses: Statement = {
  name: 'erase_addresses',
  text: `
    with gone as (delete from customer_ip where organisation_id = $1 and customer_id = any($2::bigint[]) returning customer_id)
    select from gone limit 1`,
};

/** Takes away the addresses that customers came from. @returns whether there were any */
export async function eraseAddresses(tx: OrganisationDatabase, ids: readonly number[]): Promise<boolean> {
  return (await tx.run(addresses, [tx.organisationId, ids])).length > 0;
}

const values: Statement = {
  name: 'erase_change_values',
  text: `
    with gone as (
      delete from change_value v using change_entry e
      where e.organisation_id = $1 and e.subject = 'customer' and e.reference = any($2::text[])
        and v.organisation_id = $1 and v.entry_id = e.id
      returning v.entry_id
    )
    select from gone limit 1`,
};

/** Takes away the values in the change log of customers. @returns whether there were any */
export async function eraseValues(tx: OrganisationDatabase, references: readonly string[]): Promise<boolean> {
  return (await tx.run(values, [tx.organisationId, references])).length > 0;
}

const record: Statement = {
  name: 'erase_record',
  text: `
    with changed as (
      update customer c set version = c.version + 1, change_count = c.change_count + 1, updated_at = clock_timestamp()
      where c.organisation_id = $1 and c.id = $2
      returning c as customer
    ), change as (
      select (customer).cu_ref_no as reference, '${customerActions.ERASED.stored}' as action, $3::text as actor, $4::text as reason,
        $5::text as request_id, (customer).change_count as ordinal,
        (select jsonb_agg(jsonb_build_object('name', name)) from unnest($6::text[]) given (name)) as fields
      from changed
    ), ${recording(`'customer'`, 'change', false)}
    select ${selectChanged} from changed`,
};

/** Writes the entry of an erasure, which names what was erased without its values. @returns the customer as it is then */
export async function recordErasure(
  tx: OrganisationDatabase,
  { actor, requestId }: Actor,
  { id }: Customer,
  fields: readonly string[],
  reason: string,
): Promise<Customer> {
  const row = await tx.one<ProfileRow>(record, [tx.organisationId, id, actor, reason, requestId, fields]);
  return readProfile(tx, row).customer;
}
