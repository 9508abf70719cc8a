// The two customers of a merge: who they are, and what belongs to them.
import { jsonOf } from '../../database/columns.ts';
import type { OrganisationDatabase } from '../../database/organisation-database.ts';
import type { Statement } from '../../database/statement.ts';
import { ApiError, invalidField } from '../../errors/api-error.ts';
import { type Customer, CustomerEntity } from '../customer.entity.ts';
import { canonicalEmail } from '../email.ts';
import { type CustomerKey, referenceForm } from '../find.ts';
import type { CustomerGroup } from '../group/group.entity.ts';
import { type ProfileRow, readProfile, relations, selectChanged } from '../profile.ts';
import { type Referrer, referrerMembers } from '../referral/referral.entity.ts';

/** Customers whose referrer changes at once: more would hold up all others of the organisation who set one. */
export const MOST_REFERRED = 10_000;

/** What names the two. */
export interface SideKeys {
  readonly survivor: CustomerKey;
  readonly duplicate: CustomerKey;
}

/** The internal ids of the two. */
export interface SideIds {
  readonly survivor: number;
  readonly duplicate: number;
}

/** A customer that is to be merged, with what belongs to it. */
export interface Side {
  readonly customer: Customer;
  readonly groups: readonly CustomerGroup[];
  /** External ids of all its subscriptions, the oldest first. */
  readonly subscriptions: readonly string[];
  /** Who brought it, deleted or not. */
  readonly referrer: Referrer | null;
  /** Whether that one was deleted, so that nothing of it is shown. */
  readonly isReferrerDeleted: boolean;
  /** Whether one of the two brought its referrer, or is that, directly or through others. */
  readonly isReferrerOfBoth: boolean;
  /** How many customers it brought; one more than may move stands for more. */
  readonly referredCount: number;
  /** How many were merged into it. */
  readonly mergedCount: number;
}

const find = (column: 'cu_ref_no' | 'canonical_email'): Statement => ({
  name: `customer_to_merge_by_${column}`,
  text: `
    select id, merged_into, (select s.cu_ref_no from customer s where s.organisation_id = $1 and s.id = c.merged_into) as survivor
    from customer c where organisation_id = $1 and ${column} = $2 and deleted_at is null`,
});

const byReference = find('cu_ref_no');
const byEmail = find('canonical_email');

/**
 * Finds the two customers of a merge. A reference is not followed to a survivor: one that was merged is not merged again. Nor is the mailbox of a duplicate:
 * it would merge the survivor of an earlier merge, whom nobody has named.
 *
 * @throws ApiError `PUBLIC_CUSTOMER_DETAIL_NOT_PERMITTED`; `INTERNAL_CONFLICT` when one of them was merged; `INTERNAL_VALIDATION_FAILED` at `duplicate` when
 *   both are one
 */
export async function findSides(database: OrganisationDatabase, keys: SideKeys): Promise<SideIds> {
  const survivor = await findOne(database, 'survivor', keys.survivor);
  const duplicate = await findOne(database, 'duplicate', keys.duplicate);
  if (survivor !== duplicate) return { survivor, duplicate };
  throw invalidField('duplicate', 'must be another customer than survivor');
}

/** @returns the internal id */
async function findOne(database: OrganisationDatabase, side: keyof SideKeys, key: CustomerKey): Promise<number> {
  // No other form names anybody, and PostgreSQL takes no U+0000.
  const isReference = 'cuRefNo' in key;
  if (isReference && !referenceForm.test(key.cuRefNo)) throw unknown(side);
  const [statement, name] = isReference ? [byReference, key.cuRefNo] : [byEmail, canonicalEmail(key.email)];
  const [row] = await database.run<{ id: string; merged_into: string | null; survivor: string }>(statement, [
    database.organisationId,
    name,
  ]);
  if (!row) throw unknown(side);
  if (row.merged_into === null) return Number(row.id);
  if (isReference || side === 'duplicate') throw merged(side, row.survivor);
  return Number(row.merged_into);
}

function unknown(side: keyof SideKeys): ApiError {
  return new ApiError('PUBLIC_CUSTOMER_DETAIL_NOT_PERMITTED', {
    message: `The customer named as ${side} does not exist.`,
  });
}

function merged(side: keyof SideKeys, survivor: string): ApiError {
  return new ApiError('INTERNAL_CONFLICT', {
    message: `The customer named as ${side} was merged into ${survivor}.`,
    description:
      'A customer is merged once, and a merge is not undone. Its reference and its mailbox lead to the customer that it was merged into.',
  });
}

/*
 * Merged, the two are one: a referrer whom either of them brought, or that one of them is, would close a circle. The referrers above it are followed to the
 * end, or to one of the two; one that comes twice ends it too.
 */
const read: Statement = {
  name: 'customers_to_merge',
  text: `
    select g.position::int, ${selectChanged},
      (${relations.groups.select('(customer).id')}) as "itsGroups",
      array(
        select s.external_id from subscription s where s.organisation_id = $1 and s.customer_id = (customer).id order by s.id
      ) as "itsSubscriptions",
      (
        select ${jsonOf(CustomerEntity, 'r', referrerMembers)}
        from referral f join customer r on r.organisation_id = $1 and r.id = f.referrer_id
        where f.organisation_id = $1 and f.customer_id = (customer).id
      ) as "itsReferrer",
      exists (
        select from referral f join customer r on r.organisation_id = $1 and r.id = f.referrer_id
        where f.organisation_id = $1 and f.customer_id = (customer).id and r.deleted_at is not null
      ) as "isReferrerDeleted",
      exists (
        with recursive above (id) as (
          select f.referrer_id from referral f where f.organisation_id = $1 and f.customer_id = (customer).id
          union
          select f.referrer_id from above a
          join referral f on f.organisation_id = $1 and f.customer_id = a.id
          where a.id <> all($2)
        )
        select from above where id = any($2)
      ) as "isReferrerOfBoth",
      (
        select count(*) from (
          select from referral f where f.organisation_id = $1 and f.referrer_id = (customer).id limit ${MOST_REFERRED + 1}
        ) brought
      )::int as "referredCount",
      (select count(*) from customer m where m.organisation_id = $1 and m.merged_into = (customer).id)::int as "mergedCount"
    from unnest($2::bigint[]) with ordinality g (id, position)
    cross join lateral (select c as customer from customer c where c.organisation_id = $1 and c.id = g.id and c.deleted_at is null and c.merged_into is null limit 1) found`,
};

interface Row
  extends ProfileRow,
    Pick<Side, 'isReferrerDeleted' | 'isReferrerOfBoth' | 'referredCount' | 'mergedCount'> {
  itsGroups: CustomerGroup[] | null;
  itsSubscriptions: string[];
  itsReferrer: Referrer | null;
}

/** Reads the two customers of a merge; undefined where one of them is gone. */
export async function readSides(
  database: OrganisationDatabase,
  { survivor, duplicate }: SideIds,
): Promise<{ survivor: Side; duplicate: Side } | undefined> {
  const rows = await database.run<Row>(read, [database.organisationId, [survivor, duplicate]]);
  const [first, second] = rows.toSorted((a, b) => (a.position ?? 0) - (b.position ?? 0));
  return first && second && { survivor: sideOf(database, first), duplicate: sideOf(database, second) };
}

function sideOf(database: OrganisationDatabase, row: Row): Side {
  const {
    itsGroups,
    itsSubscriptions,
    itsReferrer,
    isReferrerDeleted,
    isReferrerOfBoth,
    referredCount,
    mergedCount,
    ...columns
  } = row;
  return {
    customer: readProfile(database, columns).customer,
    groups: itsGroups ?? [],
    subscriptions: itsSubscriptions,
    referrer: itsReferrer,
    isReferrerDeleted,
    isReferrerOfBoth,
    referredCount,
    mergedCount,
  };
}
