// Create or return: the gateway's main job, in one statement.
import { recording } from '../change-log/record.ts';
import type { BatchStatement } from '../database/batch/batch-queue.ts';
import type { HarmlessStatement } from '../database/readiness/write-probe.ts';
import type { Actor, OperationContext } from '../operation-context.ts';
import { randomAlphanumeric } from '../random.ts';
import { customerActions } from './actions.ts';
import { canonicalEmail } from './email.ts';
import type { CreateCustomer } from './input.ts';
import { cutIpHistory } from './ip-history/ip-history.ts';
import { ADDRESSES_BETWEEN_CUTS, isNoted, isUnseen } from './ip-history/note.ts';
import { type Profile, type ProfileRow, readProfile, selectProfile } from './profile.ts';

const REFERENCE_LENGTH = 16;
/** A call that loses a race finds the winner's customer on its next attempt; only deletions in between make it go on. */
const ATTEMPTS = 10;

/** The fields that a call fills in where they are blank, by their names in the API, with their columns. */
const filledColumns = {
  companyName: 'company_name',
  companyRegistrationNumber: 'company_registration_number',
  taxIdentificationNumber: 'tax_identification_number',
} as const;

/** A field that a call fills in where it is blank. */
export type FilledField = keyof typeof filledColumns;

/** All of them. */
export const filledFieldNames = Object.keys(filledColumns) as FilledField[];

/** What became of a call. */
export interface Created extends Profile {
  /** Whether this call made the customer. */
  newAccount: boolean;
  /** The fields that it filled in on an existing profile. */
  filledFields: FilledField[];
}

/** A call, ready for the statement. */
interface Call extends CreateCustomer, Actor {
  canonicalEmail: string;
}

/** SQL for whether a call fills a blank of a row. */
const fills = (row: string, given: string, column: string) =>
  `(${row}.${column} is null and ${given}.${column} is not null)`;
const fillsAny = (row: string, given: string) =>
  Object.values(filledColumns)
    .map((column) => fills(row, given, column))
    .join(' or ');
/** SQL for the fields that a call fills, as the change log takes them. */
const filledFields = Object.entries(filledColumns)
  .map(
    ([name, column]) =>
      `case when ${fills('l', 'f', column)} then jsonb_build_array(jsonb_build_object('name', '${name}', 'after', f.${column})) else '[]' end`,
  )
  .join(' || ');

/*
 * given    the calls; no two of them are for the same mailbox
 * found    each call with the customer of its mailbox, if there was one when the statement began
 * locked   the customers to bring up to date, in order: batches of other processes that touch the same wait, and none waits in a circle
 * touched  those customers, brought up to date: blanks filled from the request, and where and when it was last seen. The update works on the
 *          row's latest version, as it was locked, so of two calls that fill the same blank the first wins and neither is lost
 * fill     what was filled, for the change log
 * made     the new customers, in order too, and after all that is touched. When another call makes one at the same moment, that one is left out:
 *          its caller tries again
 * seen     the history of addresses
 *
 * Rows are named by sub-selects rather than joins: then every row is looked up by its whole key, also on tables that are new
 * and whose size PostgreSQL does not know yet.
 */
const createOrReturn: BatchStatement<Call> = {
  name: 'customer_create_or_return',
  text: `
    with given as (
      select * from unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::inet[],
          $9::text[], $10::text[])
        with ordinality as g (email, canonical_email, company_name, company_registration_number, tax_identification_number,
          cu_ref_no, ip, actor, request_id, position)
    ), looked_up as materialized (
      select g.*, (
        select c from customer c where c.organisation_id = $1 and c.canonical_email = g.canonical_email and c.deleted_at is null
      ) as customer
      from given g
    ), found as (
      select f.*, (customer).id, ${fillsAny('(customer)', 'f')}
          or (customer).last_seen_at is null or (customer).last_seen_at < now() - interval '1 day'
          or ip is not null and (customer).last_ip is distinct from ip as due
      from looked_up f
    ), locked as (
      select c.id, ${Object.values(filledColumns)
        .map((column) => `c.${column}`)
        .join(', ')}
      from customer c
      where c.organisation_id = $1 and c.id = any(array(select id from found where id is not null and due))
      order by c.id
      for no key update
    ), touched as (
      update customer c set
        (company_name, company_registration_number, tax_identification_number, last_seen_at, last_ip, address_changes, updated_at,
          version, change_count) = (
          select coalesce(c.company_name, f.company_name),
            coalesce(c.company_registration_number, f.company_registration_number),
            coalesce(c.tax_identification_number, f.tax_identification_number),
            now(),
            coalesce(f.ip, c.last_ip),
            (c.address_changes + (${isNoted('c', 'f.ip')})::int) % ${ADDRESSES_BETWEEN_CUTS},
            case when filling.any then now() else c.updated_at end,
            c.version + filling.any::int,
            c.change_count + filling.any::int
          from found f
          cross join lateral (select ${fillsAny('c', 'f')} as any) filling
          where f.id = c.id
        )
      where c.organisation_id = $1 and c.id = any(array(select id from locked))
      returning c as customer
    ), fill as materialized (
      select (t.customer).cu_ref_no as reference, '${customerActions.FILLED.stored}' as action, f.actor, null as reason, f.request_id,
        (t.customer).change_count as ordinal,
        ${filledFields} as fields
      from touched t
      join locked l on l.id = (t.customer).id
      join found f on f.id = l.id
      where ${fillsAny('l', 'f')}
    ), ${recording(`'customer'`, 'fill')}, made as (
      insert into customer as c (organisation_id, email, canonical_email, company_name, company_registration_number,
        tax_identification_number, cu_ref_no, last_seen_at, last_ip, created_by, creation_request_id)
      select $1, email, canonical_email, company_name, company_registration_number, tax_identification_number, cu_ref_no, now(), ip,
        actor, request_id
      from found
      where id is null and (select count(*) from touched) >= 0
      order by canonical_email
      on conflict do nothing
      returning c as customer
    ), current as (
      select position, ip, coalesce(
          m.customer,
          (select t.customer from touched t where (t.customer).id = f.id),
          f.customer
        ) as customer, f.id is null as new_account, f.id is not null as has_related_records,
        f.id is not null and ${isNoted('(f.customer)', 'ip')} as is_noted
      from found f
      left join made m on f.id is null and (m.customer).canonical_email = f.canonical_email
      where f.id is not null or (m.customer).id is not null
    ), seen as (
      insert into customer_ip (organisation_id, customer_id, address)
      select $1, (customer).id, ip from current
      where ip is not null and (new_account or ${isUnseen('(current.customer).id', 'ip')})
      order by (customer).id
      on conflict do nothing
    )
    select position::int, new_account, is_noted and (customer).address_changes = 0 as cut_due,
      (
        select array(select f ->> 'name' from jsonb_array_elements(fields) f) from fill where reference = (customer).cu_ref_no
      ) as filled_fields, ${selectProfile(true)}
    from current`,
  keyOf: ({ canonicalEmail: mailbox }) => mailbox,
  isSame: (call, earlier) =>
    call.companyName === earlier.companyName &&
    call.companyRegistrationNumber === earlier.companyRegistrationNumber &&
    call.taxIdentificationNumber === earlier.taxIdentificationNumber &&
    call.customerRealIp === earlier.customerRealIp,
  values: (organisationId, calls) => [
    organisationId,
    calls.map(({ email }) => email),
    calls.map((call) => call.canonicalEmail),
    calls.map(({ companyName }) => companyName),
    calls.map(({ companyRegistrationNumber }) => companyRegistrationNumber),
    calls.map(({ taxIdentificationNumber }) => taxIdentificationNumber),
    calls.map(() => randomAlphanumeric(REFERENCE_LENGTH)),
    calls.map(({ customerRealIp }) => customerRealIp),
    calls.map(({ actor }) => actor),
    calls.map(({ requestId }) => requestId),
  ],
};

/** Creates no customer: PostgreSQL still wants all tables and rights that creates need, and a database that takes writes. */
export const createNone: HarmlessStatement = { text: createOrReturn.text, values: createOrReturn.values(0, []) };

interface Row extends ProfileRow {
  position: number;
  new_account: boolean;
  /** Whether the address has changed often enough since the history was cut. */
  cut_due: boolean;
  filled_fields: FilledField[] | null;
}

/**
 * Makes the customer of a mailbox in an organisation, or returns the one that is there, with company fields that its
 * profile did not have filled in from the input. However many calls race, on however many processes, one of them makes
 * the customer and none fails.
 *
 * @see the documentation of `POST /api/v1/customer/create`
 */
export async function createOrReturnCustomer(ctx: OperationContext, input: CreateCustomer): Promise<Created> {
  const { database, actor, requestId } = ctx;
  const call = { ...input, canonicalEmail: canonicalEmail(input.email), actor, requestId };
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const { row, first } = await database.runBatched<Call, Row>(createOrReturn, call);
    if (!row) continue;
    const { new_account: isNew, cut_due: cutDue, filled_fields: filledFields, ...columns } = row;
    const profile = readProfile(database, columns);
    // Should it fail, it is tried again after another hundred changes.
    if (cutDue && first) await database.onceCommitted((committed) => cutIpHistory(committed, profile.customer.id));
    return { ...profile, newAccount: isNew && first, filledFields: first ? (filledFields ?? []) : [] };
  }
  throw new Error('the customer was made and deleted by others at every attempt');
}
