// Adds credit to customers, or takes it: entries of the ledger, balances and entries of the change log in one statement for many calls.
import { z } from 'zod';
import { recording } from '../../change-log/record.ts';
import type { BatchStatement } from '../../database/batch/batch-queue.ts';
import { columnsOf } from '../../database/columns.ts';
import { ApiError, invalidField } from '../../errors/api-error.ts';
import type { Actor, OperationContext } from '../../operation-context.ts';
import { randomAlphanumeric } from '../../random.ts';
import { MUST_BE_INT, REQUIRED, requiredText } from '../../text.ts';
import { customerActions } from '../actions.ts';
import { customerBy } from '../by.ts';
import { canonicalEmail } from '../email.ts';
import { referenceForm } from '../find.ts';
import { BARE, type Profile, type ProfileRow, readProfile, selectProfile } from '../profile.ts';
import { isBalanceSql } from './balance.ts';
import { type CreditEntry, CreditEntryEntity } from './credit.entity.ts';

/** Characters of a transaction id. */
export const TRANSACTION_ID_LENGTH = 16;
/** The form of a transaction id. */
export const transactionIdForm = /^[A-Za-z0-9]{16}$/;
/** Characters that a description may have. */
export const LONGEST_DESCRIPTION = 255;
/** A call whose transaction id another one took meanwhile finds that one's entry at its next attempt; only deletions in between make it go on. */
const ATTEMPTS = 10;

/** How much, to whom, and what for. */
export const adjustCustomerCreditInput = z.object({
  by: customerBy,
  amount: z
    .int32({ error: ({ input }) => (input == null ? REQUIRED : MUST_BE_INT) })
    .refine((amount) => amount !== 0, 'must not be 0'),
  description: requiredText(LONGEST_DESCRIPTION),
  transactionId: z
    .string('must be a string')
    .regex(transactionIdForm, 'must be 16 letters and digits')
    .nullish()
    .transform((id) => id ?? undefined),
});

/** How much, to whom, and what for. */
export type AdjustCustomerCredit = z.output<typeof adjustCustomerCreditInput>;

/** What became of a call. */
export interface CreditAdjusted extends Profile {
  entry: CreditEntry;
}

/** A call, ready for the statement. */
interface Call extends Pick<AdjustCustomerCredit, 'amount' | 'description'>, Actor {
  cuRefNo: string | undefined;
  canonicalEmail: string | undefined;
  transactionId: string;
  /** Whether the caller chose the transaction id. */
  isNamed: boolean;
}

/*
 * given     the calls
 * found     each with the customer that its name leads to, and with the entry that has its transaction id already
 * locked    the customers whose balance may change, in order, each with its balance and mailbox as they are now
 * queue     the calls that may change it, those for one customer in the order in which they came; of one transaction id only the first. A mailbox that
 *           changed hands while the row was waited for, or a customer that was merged, leads elsewhere: the call begins anew. So it does where the
 *           mailbox is one of a customer that was merged, and the survivor's version has grown: it may have let that mailbox go
 * run       the balance after each of them; one that would take it out of its range leaves it as it is
 * accepted  those that stay within
 * made      their entries. Where another call has made one with the same transaction id at the same moment, a statement of several calls fails, for the
 *           balances after it are wrong; that of one call makes none
 * changed   the customers with their new balance
 */

const adjust: BatchStatement<Call> = {
  name: 'customer_credit_adjust',
  text: `
    with recursive given as (
      select * from unnest($2::text[], $3::text[], $4::int[], $5::text[], $6::text[], $7::text[], $8::text[])
        with ordinality as g (cu_ref_no, canonical_email, amount, description, transaction_id, actor, request_id, position)
    ), found as materialized (
      select g.*, n.customer_id, n.survivor_version, (
        select e from credit_entry e where e.organisation_id = $1 and e.transaction_id = g.transaction_id
      ) as earlier
      from given g
      left join lateral (
        select coalesce(c.merged_into, c.id) as customer_id, null::int as survivor_version from customer c
        where c.organisation_id = $1 and c.cu_ref_no = g.cu_ref_no and c.deleted_at is null
        union all
        select coalesce(c.merged_into, c.id), (
          select s.version from customer s where s.organisation_id = $1 and s.id = c.merged_into
        ) from customer c
        where c.organisation_id = $1 and c.canonical_email = g.canonical_email and c.deleted_at is null
        limit 1
      ) n on true
    ), locked as materialized (
      select c.id, c.credit_balance, c.canonical_email, c.version from customer c
      where c.organisation_id = $1 and c.deleted_at is null and c.merged_into is null
        and c.id = any(array(select customer_id from found where customer_id is not null and (earlier).id is null))
      order by c.id
      for no key update
    ), queue as materialized (
      select f.*, row_number() over (partition by f.customer_id order by f.position) as place
      from (select distinct on (transaction_id) * from found where (earlier).id is null order by transaction_id, position) f
      join locked l on l.id = f.customer_id and (f.cu_ref_no is not null or l.canonical_email = f.canonical_email or l.version = f.survivor_version)
    ), run as (
      select l.id as customer_id, 0::bigint as place, null::bigint as position, l.credit_balance::bigint as balance, false as is_accepted
      from locked l
      union all
      select q.customer_id, q.place, q.position, case when ${isBalanceSql('r.balance + q.amount')} then r.balance + q.amount else r.balance end,
        ${isBalanceSql('r.balance + q.amount')}
      from run r
      join queue q on q.customer_id = r.customer_id and q.place = r.place + 1
    ), accepted as materialized (
      select q.*, r.balance as balance_after, row_number() over (partition by q.customer_id order by q.place) as nth,
        count(*) over (partition by q.customer_id) as of_customer
      from run r
      join queue q on q.position = r.position
      where r.is_accepted
    ), made as (
      insert into credit_entry as e (organisation_id, customer_id, transaction_id, amount, balance_after, description, author, created_at)
      select $1, customer_id, transaction_id, amount, balance_after, description, actor, clock_timestamp()
      from accepted
      order by customer_id, nth
      on conflict do nothing
      returning e as entry
    ), changed as (
      update customer c set (credit_balance, change_count) = (
        select a.balance_after, c.change_count + a.of_customer from accepted a where a.customer_id = c.id and a.nth = a.of_customer
      )
      where c.organisation_id = $1 and c.id = any(array(select (entry).customer_id from made))
      returning c as customer
    ), change as materialized (
      select (c.customer).cu_ref_no as reference, '${customerActions.CREDIT_ADJUSTED.stored}' as action, a.actor, a.description as reason, a.request_id,
        (c.customer).change_count - a.of_customer + a.nth as ordinal,
        jsonb_build_array(
          jsonb_build_object('name', 'creditBalance', 'before', a.balance_after - a.amount, 'after', a.balance_after)
        ) as fields
      from changed c
      join accepted a on a.customer_id = (c.customer).id
      order by a.customer_id, a.nth
    ), ${recording(`'customer'`, 'change')}, current as materialized (
      select f.position, coalesce(m.entry, f.earlier) as entry, coalesce(
          (select c.customer from changed c where (c.customer).id = f.customer_id),
          (select c from customer c where c.organisation_id = $1 and c.id = f.customer_id)
        ) as customer, r.is_accepted
      from found f
      left join run r on r.position = f.position
      left join made m on r.is_accepted and (m.entry).transaction_id = f.transaction_id
    )
    select position::int, (customer).id is not null as is_found, (entry).id is not null as is_entered, not is_accepted as is_out_of_range,
      (entry).customer_id = (customer).id
        or (select m.merged_into from customer m where m.organisation_id = $1 and m.id = (entry).customer_id) = (customer).id as is_of_customer,
      1 / (select case when (select count(*) from given) > 1 and (select count(*) from made) < (select count(*) from accepted) then 0 else 1 end)
        as is_whole,
      ${columnsOf(CreditEntryEntity, '(entry)')
        .map((column) => `${column} as entry_${column.replace('(entry).', '')}`)
        .join(', ')},
      ${selectProfile(BARE)}
    from current`,
  keyOf: ({ cuRefNo, canonicalEmail: mailbox }) => cuRefNo ?? mailbox ?? '',
  takesSeveral: true,
  isSame: (call, earlier) =>
    call.isNamed &&
    earlier.isNamed &&
    call.transactionId === earlier.transactionId &&
    call.amount === earlier.amount &&
    call.cuRefNo === earlier.cuRefNo &&
    call.canonicalEmail === earlier.canonicalEmail,
  values: (organisationId, calls) => [
    organisationId,
    calls.map(({ cuRefNo }) => cuRefNo),
    calls.map((call) => call.canonicalEmail),
    calls.map(({ amount }) => amount),
    calls.map(({ description }) => description),
    calls.map(({ transactionId }) => transactionId),
    calls.map(({ actor }) => actor),
    calls.map(({ requestId }) => requestId),
  ],
};

interface Row extends ProfileRow {
  is_found: boolean;
  is_entered: boolean;
  is_out_of_range: boolean | null;
  /** Whether the entry is of the customer, or of one that was merged into it. */
  is_of_customer: boolean | null;
  is_whole: number;
  [column: `entry_${string}`]: unknown;
}

/**
 * Adds credit to a customer, or takes it. A transaction id that comes again gives the entry of the first call.
 *
 * @throws ApiError `PUBLIC_CUSTOMER_DETAIL_NOT_PERMITTED`; `INTERNAL_VALIDATION_FAILED` at `amount` when the balance would leave 32 bits;
 *   `INTERNAL_CONFLICT` when the transaction id belongs to another amount or customer
 * @see section 11 of the contract
 */
export async function adjustCustomerCredit(
  ctx: OperationContext,
  input: AdjustCustomerCredit,
): Promise<CreditAdjusted> {
  const { database } = ctx;
  const call = callOf(ctx, input);
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const { row } = await database.runBatched<Call, Row>(adjust, call);
    if (!row?.is_found) throw new ApiError('PUBLIC_CUSTOMER_DETAIL_NOT_PERMITTED');
    // Unless it is the one that another call has just made under the same transaction id.
    if (row.is_out_of_range && (!call.isNamed || attempt > 0))
      throw invalidField('amount', 'must leave the balance within 32 bits');
    if (row.is_entered) return adjustedOf(ctx, row, call);
    // As in create or return.
    if (database.isTransaction && !row.is_out_of_range) database.beginAnew();
  }
  throw new Error('other calls came in between at every attempt');
}

function callOf(
  { actor, requestId }: OperationContext,
  { by, amount, description, transactionId }: AdjustCustomerCredit,
): Call {
  // No other form names anybody, and PostgreSQL takes no U+0000.
  if ('cuRefNo' in by && !referenceForm.test(by.cuRefNo)) throw new ApiError('PUBLIC_CUSTOMER_DETAIL_NOT_PERMITTED');
  return {
    cuRefNo: 'cuRefNo' in by ? by.cuRefNo : undefined,
    canonicalEmail: 'email' in by ? canonicalEmail(by.email) : undefined,
    amount,
    description,
    transactionId: transactionId ?? randomAlphanumeric(TRANSACTION_ID_LENGTH),
    isNamed: transactionId !== undefined,
    actor,
    requestId,
  };
}

function adjustedOf({ database }: OperationContext, row: Row, { amount }: Call): CreditAdjusted {
  const {
    is_found: _,
    is_entered: __,
    is_out_of_range: ___,
    is_of_customer: isOfCustomer,
    is_whole: ____,
    ...columns
  } = row;
  const [entryColumns = [], profileColumns = []] = [true, false].map((ofEntry) =>
    Object.entries(columns).filter(([column]) => column.startsWith('entry_') === ofEntry),
  );
  const named = entryColumns.map(([column, value]) => [column.slice('entry_'.length), value]);
  const entry = database.map<CreditEntry>(CreditEntryEntity, Object.fromEntries(named));
  const { customer } = readProfile(database, Object.fromEntries(profileColumns) as unknown as ProfileRow);
  if (entry.amount !== amount || !isOfCustomer) throw taken();
  return { customer, entry };
}

function taken(): ApiError {
  return new ApiError('INTERNAL_CONFLICT', {
    message: 'This transaction id belongs to another amount or customer.',
    description: 'Use a new transactionId for each change of credit, and the same one only to send a change again.',
  });
}
