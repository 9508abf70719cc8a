// Sets who brought a customer.
import { z } from 'zod';
import { recording } from '../../change-log/record.ts';
import type { OrganisationDatabase } from '../../database/organisation-database.ts';
import type { Statement } from '../../database/statement.ts';
import { invalidField } from '../../errors/api-error.ts';
import type { Actor, OperationContext } from '../../operation-context.ts';
import { REQUIRED } from '../../text.ts';
import { customerActions } from '../actions.ts';
import { customerBy, seenVersion } from '../by.ts';
import { lockCustomer, turnsOf } from '../change.ts';
import type { Customer } from '../customer.entity.ts';
import { type CustomerKey, findCustomer } from '../find.ts';
import { BARE, type ProfileRow, readProfile, selectChanged } from '../profile.ts';
import { assertVersion } from '../version.ts';
import { lockReferrals, REFERRALS } from './lock.ts';

/** Who brought a customer; null for nobody. */
export const setCustomerReferralInput = z.object({
  by: customerBy,
  // Null says something, so that who forgets it does not clear what is there.
  referrer: z
    .unknown()
    .refine((referrer) => referrer !== undefined, REQUIRED)
    .pipe(customerBy.nullable()),
  version: seenVersion,
});

/** Who brought a customer. */
export type SetCustomerReferral = z.output<typeof setCustomerReferralInput>;

/** Referrals in a row that are looked at: more would take longer than a caller may have the others of the organisation wait. */
export const LONGEST_CHAIN = 1_000;

/** What is wrong with a referrer. */
export const referrerProblems = {
  unknown: 'must be a customer of this organisation',
  itself: 'must be another customer',
  circle: 'must not have been brought by this customer, neither directly nor by others',
  long: `must have at most ${LONGEST_CHAIN} referrers above it`,
};

/** The referrers above a customer, one after the other, with itself as the first. */
const chain: Statement = {
  name: 'referral_chain',
  text: `
    with recursive above (id, place) as (
      select $2::bigint, 0
      union all
      select f.referrer_id, a.place + 1
      from above a
      join referral f on f.organisation_id = $1 and f.customer_id = a.id
      where a.place < ${LONGEST_CHAIN} and a.id <> $3::bigint
    )
    select coalesce(bool_or(id = $3::bigint), false) as is_circle, count(*) > ${LONGEST_CHAIN} as is_long from above`,
};

const set: Statement = {
  name: 'referral_set',
  text: `
    with before as materialized (
      select f.referrer_id, (
        select c.cu_ref_no from customer c where c.organisation_id = $1 and c.id = f.referrer_id
      ) as reference
      from (values (1)) one
      left join referral f on f.organisation_id = $1 and f.customer_id = $2
    ), removed as (
      delete from referral where organisation_id = $1 and customer_id = $2 and $3::bigint is null
    ), written as (
      insert into referral (organisation_id, customer_id, referrer_id)
      select $1, $2, $3::bigint where $3::bigint is not null
      on conflict (organisation_id, customer_id) do update set referrer_id = excluded.referrer_id
    ), changed as (
      update customer c set version = c.version + 1, change_count = c.change_count + 1, updated_at = clock_timestamp()
      where c.organisation_id = $1 and c.id = $2
      returning c as customer
    ), change as (
      select (customer).cu_ref_no as reference, '${customerActions.REFERRAL_SET.stored}' as action, $4::text as actor, null as reason,
        $5::text as request_id, (customer).change_count as ordinal,
        jsonb_build_array(jsonb_build_object(
          'name', 'referral',
          'before', (select reference from before),
          'after', (select c.cu_ref_no from customer c where c.organisation_id = $1 and c.id = $3::bigint)
        )) as fields
      from changed
    ), ${recording(`'customer'`, 'change')}
    select ${selectChanged} from changed`,
};

const present: Statement = {
  name: 'referral_present',
  text: 'select referrer_id from referral where organisation_id = $1 and customer_id = $2',
};

/**
 * Sets who brought a customer, or that nobody did. What is so already is no change.
 *
 * @throws ApiError `PUBLIC_CUSTOMER_DETAIL_NOT_PERMITTED`; `INTERNAL_CONFLICT` when the version seen is not the present one; `INTERNAL_VALIDATION_FAILED` at
 *   `referrer` when the organisation has no such customer, when it is the customer itself, and when a circle would close
 * @see section 11 of the contract
 */
export function setCustomerReferral(ctx: OperationContext, input: SetCustomerReferral): Promise<Customer> {
  const { by, referrer, version } = input;
  return ctx.database.inTurn(turnsOfReferral(input), () =>
    ctx.database.transaction(async (tx) => {
      await lockReferrals(tx);
      const { customer } = await lockCustomer(tx, by);
      assertVersion(customer, version);
      const brought = referrer && (await referrerOf(tx, referrer));
      return writeReferral(tx, ctx, customer, brought?.id ?? null);
    }),
  );
}

/** What setting a referral takes turns by. */
export function turnsOfReferral({ by, referrer }: SetCustomerReferral): string[] {
  return [...turnsOf(by), ...(referrer ? turnsOf(referrer) : []), REFERRALS];
}

/** Not locked, but by its foreign key: whoever locks several customers does so in the order of their ids. */
async function referrerOf(tx: OrganisationDatabase, by: CustomerKey): Promise<Customer> {
  const found = await findCustomer({ database: tx }, by, BARE);
  if (!found) throw invalidField('referrer', referrerProblems.unknown);
  return found.customer;
}

/** Writes the referral of a locked customer, whose organisation's referrals are locked. */
async function writeReferral(
  tx: OrganisationDatabase,
  { actor, requestId }: Actor,
  customer: Customer,
  referrerId: number | null,
): Promise<Customer> {
  const { organisationId } = tx;
  const [now] = await tx.run<{ referrer_id: string }>(present, [organisationId, customer.id]);
  if ((now ? Number(now.referrer_id) : null) === referrerId) return customer;
  if (referrerId !== null) await assertNoCircle(tx, customer.id, referrerId);
  const row = await tx.one<ProfileRow>(set, [organisationId, customer.id, referrerId, actor, requestId]);
  return readProfile(tx, row).customer;
}

async function assertNoCircle(tx: OrganisationDatabase, customerId: number, referrerId: number): Promise<void> {
  if (referrerId === customerId) throw invalidField('referrer', referrerProblems.itself);
  const values = [tx.organisationId, referrerId, customerId];
  const { is_circle: isCircle, is_long: isLong } = await tx.one<{ is_circle: boolean; is_long: boolean }>(
    chain,
    values,
  );
  if (isCircle) throw invalidField('referrer', referrerProblems.circle);
  if (isLong) throw invalidField('referrer', referrerProblems.long);
}
