// What a merge moves from the duplicate to the survivor. Both are locked, with all that were merged into them.
import { columnsOf } from '../../database/columns.ts';
import type { OrganisationDatabase } from '../../database/organisation-database.ts';
import type { Statement } from '../../database/statement.ts';
import { CustomerGroupMembershipEntity } from '../group/group.entity.ts';
import type { SideIds } from './sides.ts';

type Moved = Pick<SideIds, 'survivor' | 'duplicate'>;

/** The ledger stays as it was written: credit leaves the one by an entry, and comes to the other by one. */
const credit: Statement = {
  name: 'merge_credit',
  text: `
    with entries as (
      insert into credit_entry (organisation_id, customer_id, transaction_id, amount, balance_after, description, author, created_at)
      values ($1, $2, $6, -$4::int, 0, $8, $10, clock_timestamp()), ($1, $3, $7, $4::int, $5::int, $9, $10, clock_timestamp())
    )
    update customer c set credit_balance = case when c.id = $2 then 0 else $5::int end
    where c.organisation_id = $1 and c.id in ($2, $3)`,
};

/**
 * Moves the credit of the duplicate.
 *
 * @param amount - the duplicate's balance
 * @param balance - the survivor's with it
 * @param transactionIds - of the two entries, the duplicate's first; so are the texts
 */
export async function moveCredit(
  tx: OrganisationDatabase,
  { survivor, duplicate }: Moved,
  amount: number,
  balance: number,
  transactionIds: readonly string[],
  texts: readonly string[],
  actor: string,
): Promise<void> {
  const values = [tx.organisationId, duplicate, survivor, amount, balance, ...transactionIds, ...texts, actor];
  await tx.run(credit, values);
}

const groups: Statement = {
  name: 'merge_groups',
  text: `
    with moved as (
      delete from customer_group_membership where organisation_id = $1 and customer_id = $2 returning group_id
    )
    insert into customer_group_membership (${columnsOf(CustomerGroupMembershipEntity).join(', ')})
    select $1, $3, g.id from customer_group g
    where g.organisation_id = $1 and g.id = any(array(select group_id from moved)) and g.deleted_at is null
    order by g.id
    on conflict do nothing`,
};

/** Moves the memberships of the duplicate. */
export async function moveGroups(tx: OrganisationDatabase, { survivor, duplicate }: Moved): Promise<void> {
  await tx.run(groups, [tx.organisationId, duplicate, survivor]);
}

const subscriptions: Statement = {
  name: 'merge_subscriptions',
  text: 'update subscription set customer_id = $3 where organisation_id = $1 and customer_id = $2',
};

/** Moves the subscriptions of the duplicate, running or not. */
export async function moveSubscriptions(tx: OrganisationDatabase, { survivor, duplicate }: Moved): Promise<void> {
  await tx.run(subscriptions, [tx.organisationId, duplicate, survivor]);
}

const referrals: Statement = {
  name: 'merge_referrals',
  text: `
    with left_ as (
      delete from referral where organisation_id = $1 and (customer_id = $2 or customer_id = $3 and $4::bigint is null)
    ), brought as (
      update referral set referrer_id = $3 where organisation_id = $1 and referrer_id = $2 and customer_id <> $3
    )
    insert into referral (organisation_id, customer_id, referrer_id)
    select $1, $3, $4::bigint where $4::bigint is not null
    on conflict (organisation_id, customer_id) do update set referrer_id = excluded.referrer_id`,
};

/**
 * Has those whom the duplicate brought be brought by the survivor.
 *
 * @param referrer - internal id of who brought the survivor then; null for nobody
 */
export async function moveReferrals(
  tx: OrganisationDatabase,
  { survivor, duplicate }: Moved,
  referrer: number | null,
): Promise<void> {
  await tx.run(referrals, [tx.organisationId, duplicate, survivor, referrer]);
}

const addresses: Statement = {
  name: 'merge_addresses',
  text: `
    with same as (
      delete from customer_ip d using customer_ip s
      where d.organisation_id = $1 and d.customer_id = $2
        and s.organisation_id = $1 and s.customer_id = $3 and s.seen_at = d.seen_at and s.address = d.address
    )
    update customer_ip d set customer_id = $3
    where d.organisation_id = $1 and d.customer_id = $2 and not exists (
      select from customer_ip s
      where s.organisation_id = $1 and s.customer_id = $3 and s.seen_at = d.seen_at and s.address = d.address
    )`,
};

/** Moves the addresses that the duplicate came from. */
export async function moveAddresses(tx: OrganisationDatabase, { survivor, duplicate }: Moved): Promise<void> {
  await tx.run(addresses, [tx.organisationId, duplicate, survivor]);
}

/** Those that were merged into the duplicate lead to the survivor too, so that nobody has to be followed twice. */
const mark: Statement = {
  name: 'merge_mark',
  text: `
    with latest as (
      update customer s set last_seen_at = greatest(s.last_seen_at, d.last_seen_at),
        last_ip = case when d.last_seen_at > s.last_seen_at then coalesce(d.last_ip, s.last_ip) else coalesce(s.last_ip, d.last_ip) end
      from customer d
      where s.organisation_id = $1 and s.id = $3 and d.organisation_id = $1 and d.id = $2
    )
    update customer set merged_into = $3
    where organisation_id = $1 and id = any(array(
      select $2::bigint
      union all
      select m.id from customer m where m.organisation_id = $1 and m.merged_into = $2
    ))`,
};

/** Has the duplicate, and all that were merged into it, lead to the survivor. */
export async function markMerged(tx: OrganisationDatabase, { survivor, duplicate }: Moved): Promise<void> {
  await tx.run(mark, [tx.organisationId, duplicate, survivor]);
}
