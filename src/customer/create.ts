// Create or return: the gateway's main job, in one statement; in a second one where blanks are filled.
import type { BatchStatement } from '../database/batch/batch-queue.ts';
import type { OrganisationDatabase } from '../database/organisation-database.ts';
import type { HarmlessStatement } from '../database/readiness/write-probe.ts';
import type { OperationContext } from '../operation-context.ts';
import {
  batching,
  type Call,
  type FilledField,
  fillsAny,
  isDue,
  leadsByMerge,
  lookedUp,
  seen,
  touchedColumns,
  touchedValues,
} from './create-call.ts';
import { createOrFindPlainly, makeNew } from './create-plain.ts';
import { canonicalEmail } from './email.ts';
import { type FilledRow, fillOrReturn } from './fill.ts';
import type { CreateCustomer } from './input.ts';
import { cutIpHistory } from './ip-history/ip-history.ts';
import { isNoted } from './ip-history/note.ts';
import { type Profile, type ProfileRow, readProfile, selectProfile, WHOLE } from './profile.ts';

/** A call that loses a race finds the winner's customer on its next attempt; only deletions in between make it go on. */
const ATTEMPTS = 10;

/** What became of a call. */
export interface Created extends Profile {
  /** Whether this call made the customer. */
  newAccount: boolean;
  /** The fields that it filled in on an existing profile. */
  filledFields: FilledField[];
}

/*
 * found    each call with the customer of its mailbox, and whether it fills blanks of that: such a customer is returned as it is, for `fillOrReturn`
 * locked   the customers to bring up to date, in order: batches of other processes that touch the same wait, and none waits in a circle. One that was
 *          merged meanwhile, or whose mailbox changed, is returned as it was
 * touched  those customers, with where and when they were last seen: by the last of several calls whose mailboxes lead to one by merges
 * made     the new customers, in order too, and after all that is touched. When another call makes one at the same moment, that one is left out:
 *          its caller tries again
 */
const createOrReturn: BatchStatement<Call> = {
  name: 'customer_create_or_return',
  text: `
    with ${lookedUp}, found as (
      select f.*, (customer).id, (customer).id is not null and ${fillsAny('(customer)', 'f')} as fills, ${isDue} as due
      from looked_up f
    ), locked as (
      select c.id from customer c
      where c.organisation_id = $1 and c.id = any(array(select id from found where id is not null and due and not fills))
        and c.merged_into is null
        and (c.canonical_email = any($3) or exists (select from found f where f.id = c.id and ${leadsByMerge('c')}))
      order by c.id
      for no key update
    ), touched as (
      update customer c set (${touchedColumns}) = (
        select ${touchedValues} from found f where f.id = c.id and f.due and not f.fills order by f.position desc limit 1
      )
      where c.organisation_id = $1 and c.id = any(array(select id from locked))
      returning c as customer
    ), made as (
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
      select position, coalesce(m.customer, t.customer, f.customer) as customer,
        case when not fills then ip end as ip, f.fills, f.id is null as new_account, (t.customer).id is not null as is_touched,
        f.id is not null as has_related_records,
        f.id is not null and not fills and ${isNoted('(f.customer)', 'ip')} as is_noted
      from found f
      left join made m on f.id is null and (m.customer).canonical_email = f.canonical_email
      left join touched t on (t.customer).id = f.id
      where f.id is not null or (m.customer).id is not null
    ), ${seen}
    select position::int, fills, new_account, is_noted and (customer).address_changes = 0 as cut_due, ${selectProfile(WHOLE)}
    from current`,
  ...batching,
};

/** Create no customer and fill in no blank: PostgreSQL still wants all tables and rights that creates need, and a database that takes writes. */
export const createNone: readonly HarmlessStatement[] = [createOrReturn, fillOrReturn, makeNew].map(
  ({ text, values }) => ({
    text,
    values: values(0, []),
  }),
);

interface Row extends ProfileRow {
  position: number;
  /** Whether the call fills blanks of the customer, which it has not done yet. */
  fills: boolean;
  new_account: boolean;
  /** Whether the address has changed often enough since the history was cut. */
  cut_due: boolean;
}

/**
 * Makes the customer of a mailbox in an organisation, or returns the one that is there, with company fields that its
 * profile did not have filled in from the input. However many calls race, on however many processes, one of them makes
 * the customer and none fails.
 *
 * @see the documentation of `POST /api/v1/customer/create`
 */
export async function createOrReturnCustomer(ctx: OperationContext, input: CreateCustomer): Promise<Created> {
  const { database, actor, requestId, newcomers } = ctx;
  const call = { ...input, canonicalEmail: canonicalEmail(input.email), actor, requestId };
  // In a transaction, all that it locks is locked by one statement, in order.
  const plain = newcomers && !database.isTransaction && (await createOrFindPlainly(database, call, newcomers));
  if (plain) return Object.assign(plain, { filledFields: [] });
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const { row, first } = await database.runBatched<Call, Row>(createOrReturn, call);
    const created = row?.fills ? await fillBlanks(database, call) : row && createdOf(database, row, first);
    if (!created) {
      // What was locked in vain stays locked, and the next customer may be one that others lock before it.
      if (database.isTransaction) database.beginAnew();
      continue;
    }
    const { id } = created.customer;
    // Should it fail, it is tried again after another hundred changes.
    if (created.cutDue) await database.onceCommitted((committed) => cutIpHistory(committed, id));
    return created;
  }
  throw new Error('the customer was made and deleted by others at every attempt');
}

/** What became of a call, and whether the history of addresses has to be cut. */
type Done = Created & { cutDue: boolean };

function createdOf(
  database: OrganisationDatabase,
  { fills: _, new_account: isNew, cut_due: cutDue, ...columns }: Row,
  first: boolean,
): Done {
  const profile = readProfile(database, columns);
  return Object.assign(profile, { newAccount: isNew && first, filledFields: [], cutDue: cutDue && first });
}

/** @returns undefined when the customer is gone */
async function fillBlanks(database: OrganisationDatabase, call: Call): Promise<Done | undefined> {
  const { row, first } = await database.runBatched<Call, FilledRow>(fillOrReturn, call);
  if (!row) return undefined;
  const { cut_due: cutDue, filled_fields: filledFields, ...columns } = row;
  const profile = readProfile(database, columns);
  return { ...profile, newAccount: false, filledFields: first ? (filledFields ?? []) : [], cutDue: cutDue && first };
}
