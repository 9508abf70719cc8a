// The plain cases of create or return, which take a small statement each: a customer that is there and up to date is returned; where nobody is, one is
// made. What they leave is for `create.ts`.

import type { BatchStatement } from '../database/batch/batch-queue.ts';
import { type GivenRows, givenRows } from '../database/batch/given.ts';
import type { OrganisationDatabase } from '../database/organisation-database.ts';
import { isUniqueViolation } from '../database/unique-violation.ts';
import type { NewcomerForecast } from '../operation-context.ts';
import { randomAlphanumeric } from '../random.ts';
import { batching, type Call, fillsAny, isDue } from './create-call.ts';
import { REFERENCE_LENGTH } from './find.ts';
import { isUnseen } from './ip-history/note.ts';
import { ledTo } from './merge/followed.ts';
import {
  columnsOfProfile,
  type Profile,
  type ProfileRow,
  readProfile,
  relations,
  selectProfile,
  WHOLE,
} from './profile.ts';

/** Makes the statements of a plain case: for many calls, and for one. */
function plainCase(
  name: string,
  given: GivenRows,
  write: (given: string) => string,
  valuesOf: (call: Call) => unknown[],
): BatchStatement<Call> {
  const { keyOf, isSame } = batching;
  return {
    name,
    text: write(given.many),
    keyOf,
    isSame,
    values(organisationId, calls) {
      const rows = calls.map(valuesOf);
      return [organisationId, ...Array.from({ length: given.columns }, (_, column) => rows.map((row) => row[column]))];
    },
    single: {
      name: `${name}_one`,
      text: write(given.one),
      values: (organisationId, call) => [organisationId, ...valuesOf(call)],
    },
  };
}

/** The customers that are there. One that is due to be brought up to date, or has blanks that the call fills, is only told to be there. */
const findSettled = plainCase(
  'customer_find_settled',
  givenRows({
    canonical_email: 'text',
    company_name: 'text',
    company_registration_number: 'text',
    tax_identification_number: 'text',
    ip: 'inet',
  }),
  (given) => `
    with ${given}, looked_up as materialized (
      select g.*, ${ledTo('c.canonical_email = g.canonical_email and c.deleted_at is null')} as customer
      from given g
    ), found as materialized (
      select position, customer,
        not ${fillsAny('(customer)', 'f')} and not ${isDue} and (ip is null or not ${isUnseen('(customer).id', 'ip')}) as has_related_records
      from looked_up f
      where (customer).id is not null
    )
    select position::int, has_related_records as settled, ${selectProfile(WHOLE)}
    from found`,
  (call) => [
    call.canonicalEmail,
    call.companyName,
    call.companyRegistrationNumber,
    call.taxIdentificationNumber,
    call.customerRealIp,
  ],
);

interface FoundRow extends ProfileRow {
  position: number;
  /** Whether the call has nothing to change: otherwise nothing is read of what belongs to the customer. */
  settled: boolean;
}

const noRelatedRecords = Object.keys(relations)
  .map((name) => `null::json as ${name}`)
  .join(', ');

/**
 * The customers that are made, in order: those of mailboxes at which nobody is, and for which no other call makes one at the same moment. Whoever is there
 * is left out before the insert, which would wait for others that change that customer.
 */
export const makeNew = plainCase(
  'customer_make_new',
  givenRows({
    email: 'text',
    canonical_email: 'text',
    company_name: 'text',
    company_registration_number: 'text',
    tax_identification_number: 'text',
    cu_ref_no: 'text',
    ip: 'inet',
    actor: 'text',
    request_id: 'text',
  }),
  (given) => `
    with ${given}, made as (
      insert into customer as c (organisation_id, email, canonical_email, company_name, company_registration_number,
        tax_identification_number, cu_ref_no, last_seen_at, last_ip, created_by, creation_request_id)
      select $1, email, canonical_email, company_name, company_registration_number, tax_identification_number, cu_ref_no, now(), ip,
        actor, request_id
      from given g
      where not exists (
        select from customer c where c.organisation_id = $1 and c.canonical_email = g.canonical_email and c.deleted_at is null
      )
      order by canonical_email
      on conflict (organisation_id, canonical_email) where deleted_at is null do nothing
      returning ${columnsOfProfile(WHOLE)}
    ), seen as (
      insert into customer_ip (organisation_id, customer_id, address)
      select $1, id, last_ip from made where last_ip is not null
    )
    select position::int, m.*, ${noRelatedRecords}
    from made m join given g on g.canonical_email = m.canonical_email`,
  (call) => [
    call.email,
    call.canonicalEmail,
    call.companyName,
    call.companyRegistrationNumber,
    call.taxIdentificationNumber,
    randomAlphanumeric(REFERENCE_LENGTH),
    call.customerRealIp,
    call.actor,
    call.requestId,
  ],
);

/** A customer that a call made, or found as it leaves it. */
export interface Plain extends Profile {
  newAccount: boolean;
}

/** @returns undefined when it was not made: somebody is there already, or has the reference that was drawn for it */
async function made(database: OrganisationDatabase, call: Call): Promise<Plain | undefined> {
  try {
    const { row, first } = await database.runBatched<Call, ProfileRow>(makeNew, call);
    return row && Object.assign(readProfile(database, row), { newAccount: first });
  } catch (error) {
    if (isUniqueViolation(error)) return undefined;
    throw error;
  }
}

/**
 * Makes the customer of a call, or finds the one that is there, where that is all there is to do.
 *
 * @param newcomers - which of both is tried first; whichever it is, what comes of it is the same
 * @returns undefined where a customer is there that the call has to change, or others change it at the same moment: nothing was done then
 */
export async function createOrFindPlainly(
  database: OrganisationDatabase,
  call: Call,
  newcomers: NewcomerForecast,
): Promise<Plain | undefined> {
  const { organisationId } = database;
  const isLikelyNew = newcomers.areLikely(organisationId);
  const madeAtOnce = isLikelyNew ? await made(database, call) : undefined;
  if (madeAtOnce) {
    newcomers.note(organisationId, true);
    return madeAtOnce;
  }
  const { row } = await database.runBatched<Call, FoundRow>(findSettled, call);
  newcomers.note(organisationId, !row);
  if (row) {
    const { settled, ...columns } = row;
    return settled ? Object.assign(readProfile(database, columns), { newAccount: false }) : undefined;
  }
  return isLikelyNew ? undefined : made(database, call);
}
