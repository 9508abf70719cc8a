// A call of create or return, as its statements take it: what they have in common.
import type { BatchStatement } from '../database/batch/batch-queue.ts';
import type { Actor } from '../operation-context.ts';
import { randomAlphanumeric } from '../random.ts';
import { REFERENCE_LENGTH } from './find.ts';
import type { CreateCustomer } from './input.ts';
import { ADDRESSES_BETWEEN_CUTS, isNoted, isUnseen } from './ip-history/note.ts';
import { ledTo } from './merge/followed.ts';

/** A call, ready for a statement. */
export interface Call extends CreateCustomer, Actor {
  canonicalEmail: string;
}

/** How calls are put into a statement. */
export const batching: Omit<BatchStatement<Call>, 'name' | 'text'> = {
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

/*
 * Rows are named by sub-selects rather than joins: then every row is looked up by its whole key, also on tables that are new
 * and whose size PostgreSQL does not know yet.
 */

/** SQL of the CTEs of the calls, `given`, and of each with the customer that its mailbox led to when the statement began, if any: `looked_up`. */
export const lookedUp = `
  given as (
    select * from unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::inet[], $9::text[], $10::text[])
      with ordinality as g (email, canonical_email, company_name, company_registration_number, tax_identification_number,
        cu_ref_no, ip, actor, request_id, position)
  ), looked_up as materialized (
    select g.*, ${ledTo('c.canonical_email = g.canonical_email and c.deleted_at is null')} as customer
    from given g
  )`;

/**
 * SQL for whether the mailbox of a call `f` leads to a customer because one was merged into it that had the mailbox, and still does: whatever takes it away, an erasure or a change of
 * address, gives that customer another version.
 *
 * @param locked - the row of the customer as it is now
 */
export const leadsByMerge = (locked: string) => `(
  (f.customer).canonical_email is distinct from f.canonical_email and ${locked}.version = (f.customer).version)`;

/** SQL for whether a customer has to be brought up to date with where and when it was last seen. */
export const isDue = `(
  (customer).last_seen_at is null or (customer).last_seen_at < now() - interval '1 day'
  or ip is not null and (customer).last_ip is distinct from ip)`;

/** The columns of that, and SQL for what they become: of the row `c`, by the call `f`. */
export const touchedColumns = 'last_seen_at, last_ip, address_changes';
export const touchedValues = `
  now(), coalesce(f.ip, c.last_ip), (c.address_changes + (${isNoted('c', 'f.ip')})::int) % ${ADDRESSES_BETWEEN_CUTS}`;

/**
 * SQL of the CTE that notes addresses in the history. It reads `current`, with `customer`, `ip`, `new_account`, and `is_touched`: whether the row of the
 * customer is locked and brought up to date.
 */
export const seen = `
  seen as (
    insert into customer_ip (organisation_id, customer_id, address)
    select $1, (customer).id, ip from current
    where ip is not null and case
      when new_account then true
      when not ${isUnseen('(current.customer).id', 'ip')} then false
      when is_touched then true
      -- One that is being erased is waited for, and gets none.
      else (
        select true from customer k
        where k.organisation_id = $1 and k.id = (current.customer).id and k.erased_at is not distinct from (current.customer).erased_at
        for key share
      )
    end
    order by (customer).id
    on conflict do nothing
  )`;

/** The fields that a call fills in where they are blank, by their names in the API, with their columns. */
export const filledColumns = {
  companyName: 'company_name',
  companyRegistrationNumber: 'company_registration_number',
  taxIdentificationNumber: 'tax_identification_number',
} as const;

/** A field that a call fills in where it is blank. */
export type FilledField = keyof typeof filledColumns;

/** SQL for whether a call fills a blank of a row. */
export const fills = (row: string, given: string, column: string) =>
  `(${row}.${column} is null and ${given}.${column} is not null)`;

/** SQL for whether it fills any. */
export const fillsAny = (row: string, given: string) =>
  `(${Object.values(filledColumns)
    .map((column) => fills(row, given, column))
    .join(' or ')})`;
