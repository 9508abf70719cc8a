// Who brought whom, as rows say it: at once where the referrer is there, at the end of the file where a later row may bring it.
import { recording } from '../../../change-log/record.ts';
import { columnsOf } from '../../../database/columns.ts';
import type { OrganisationDatabase } from '../../../database/organisation-database.ts';
import type { Statement } from '../../../database/statement.ts';
import type { Actor } from '../../../operation-context.ts';
import { customerActions } from '../../actions.ts';
import { ledTo } from '../../merge/followed.ts';
import { Referrers } from '../../referral/chain.ts';
import { referrerProblems } from '../../referral/set.ts';
import { ImportReferenceEntity, ImportReferralEntity } from './run.entity.ts';

/** A referral that a row gives. */
export interface GivenReferral {
  /** Of the row in the file. */
  readonly position: number;
  readonly line: number;
  /** Internal id. */
  readonly customerId: number;
  /** The reference of who brought it. */
  readonly referral: string;
  /** Whether the row has made the customer in this transaction: then it is a part of that, and no change. */
  readonly isNew: boolean;
}

/** What is wrong with the referral of a row. */
export interface ReferralProblem {
  readonly given: GivenReferral;
  readonly reason: string;
}

/** What became of referrals. */
export interface ReferralsSet {
  /** Positions of the rows that have changed one, and the customers whose it is. */
  readonly rows: ReadonlySet<number>;
  readonly customers: readonly number[];
  /** Those whose referrer is not there (yet). */
  readonly waiting: readonly GivenReferral[];
  readonly problems: readonly ReferralProblem[];
}

const find: Statement = {
  name: 'import_referrers',
  text: `
    with led as (
      select g.reference, ${ledTo('c.cu_ref_no = g.reference and c.deleted_at is null')} as customer from unnest($2::text[]) g (reference)
    ), found as (
      select l.reference, case
          when (l.customer).id is not null then (l.customer).id
          else (
            select coalesce(k.merged_into, k.id) from import_reference a
            join customer k on k.organisation_id = $1 and k.id = a.customer_id and k.deleted_at is null
            where a.organisation_id = $1 and a.run_id = $3 and a.reference = l.reference
          )
        end as id
      from led l
    )
    select reference, id from found where id is not null`,
};

/**
 * Internal ids of the customers whom references lead to.
 *
 * @param runId - of an import whose file calls customers by references that are not theirs
 */
export async function findReferrers(
  tx: OrganisationDatabase,
  references: readonly string[],
  runId?: number,
): Promise<Map<string, number>> {
  const values = [tx.organisationId, [...new Set(references)], runId];
  const rows = await tx.run<{ reference: string; id: string }>(find, values);
  return new Map(rows.map(({ reference, id }) => [reference, Number(id)]));
}

/*
 * Of customers who were there, as `setCustomerReferral` does; in the order in which others lock them.
 */
const write: Statement = {
  name: 'import_referrals',
  text: `
    with given as materialized (
      select * from unnest($2::bigint[], $3::bigint[], $4::boolean[]) g (customer_id, referrer_id, is_new)
    ), before as materialized (
      select f.customer_id, c.cu_ref_no as reference from given g
      join referral f on f.organisation_id = $1 and f.customer_id = g.customer_id
      join customer c on c.organisation_id = $1 and c.id = f.referrer_id
    ), written as (
      insert into referral (organisation_id, customer_id, referrer_id)
      select $1, customer_id, referrer_id from given order by customer_id
      on conflict (organisation_id, customer_id) do update set referrer_id = excluded.referrer_id
    ), locked as materialized (
      select c.id from customer c where c.organisation_id = $1 and c.id = any(array(select customer_id from given where not is_new))
      order by c.id
      for no key update
    ), changed as (
      update customer c set version = c.version + 1, change_count = c.change_count + 1, updated_at = clock_timestamp()
      where c.organisation_id = $1 and c.id = any(array(select id from locked))
      returning c.id, c.cu_ref_no, c.change_count
    ), change as (
      select h.cu_ref_no as reference, '${customerActions.REFERRAL_SET.stored}' as action, $5::text as actor, null as reason, $6::text as request_id,
        h.change_count as ordinal,
        jsonb_build_array(jsonb_build_object(
          'name', 'referral',
          'before', (select b.reference from before b where b.customer_id = h.id),
          'after', (select c.cu_ref_no from customer c where c.organisation_id = $1 and c.id = g.referrer_id)
        )) as fields
      from changed h join given g on g.customer_id = h.id
    ), ${recording(`'customer'`, 'change')}
    select`,
};

const call: Statement = {
  name: 'import_reference_keep',
  text: `
    insert into import_reference (${columnsOf(ImportReferenceEntity).join(', ')})
    select $1, $2, reference, customer_id from unnest($3::text[], $4::bigint[]) g (reference, customer_id)
    on conflict do nothing`,
};

/** Keeps what the rows of a file call customers who have another reference; of two who are called alike, the first is meant. */
export async function keepReferences(
  tx: OrganisationDatabase,
  runId: number,
  called: ReadonlyMap<string, number>,
): Promise<void> {
  if (called.size > 0) await tx.run(call, [tx.organisationId, runId, [...called.keys()], [...called.values()]]);
}

const forget: Statement = {
  name: 'import_reference_forget',
  text: 'delete from import_reference where organisation_id = $1 and run_id = $2',
};

/** Forgets that at the end of the file. */
export async function forgetReferences(tx: OrganisationDatabase, runId: number): Promise<void> {
  await tx.run(forget, [tx.organisationId, runId]);
}

/** How referrals are set. */
interface ReferralTerms {
  /** Whether one that is there is replaced. */
  readonly isUpdate: boolean;
  /** Of the import. */
  readonly runId: number;
  /** Customers of whom an earlier row has given one that waits: without an update, that comes first. */
  readonly before?: ReadonlySet<number>;
}

/**
 * Sets referrals, one after the other as far as anybody can tell. The referrals of the organisation are locked.
 */
export async function setReferrals(
  tx: OrganisationDatabase,
  { actor, requestId }: Actor,
  given: readonly GivenReferral[],
  { isUpdate, runId, before = new Set() }: ReferralTerms,
): Promise<ReferralsSet> {
  if (given.length === 0) return { rows: new Set(), customers: [], waiting: [], problems: [] };
  const ids = await findReferrers(
    tx,
    given.map(({ referral }) => referral),
    runId,
  );
  const { found, waiting } = inOrder(given, ids, isUpdate, before);
  const referrers = await Referrers.above(
    tx,
    found.flatMap(({ customerId, referrerId }) => [customerId, referrerId]),
  );
  const problems: ReferralProblem[] = [];
  const set = new Map<number, { referrerId: number; isNew: boolean }>();
  const rows = new Set<number>();
  for (const each of found) {
    const { customerId, referrerId, isNew } = each;
    const present = referrers.of(customerId);
    if (present === referrerId || (present !== undefined && !isUpdate)) continue;
    const reason = problemOf(referrers, customerId, referrerId);
    if (reason === undefined) {
      referrers.set(customerId, referrerId);
      set.set(customerId, { referrerId, isNew });
      rows.add(each.position);
    } else problems.push({ given: each, reason });
  }
  if (set.size > 0) {
    const values = [...set.values()];
    await tx.run(write, [
      tx.organisationId,
      [...set.keys()],
      values.map(({ referrerId }) => referrerId),
      values.map(({ isNew }) => isNew),
      actor,
      requestId,
    ]);
  }
  return { rows, customers: [...set.keys()], waiting, problems };
}

/** Which referrals can be set, and which wait: as if one row came after the other. */
function inOrder(
  given: readonly GivenReferral[],
  ids: ReadonlyMap<string, number>,
  isUpdate: boolean,
  before: ReadonlySet<number>,
) {
  const waits = new Set(before);
  const found: (GivenReferral & { referrerId: number })[] = [];
  let waiting: GivenReferral[] = [];
  for (const each of given) {
    const { customerId, referral } = each;
    const referrerId = ids.get(referral);
    if (referrerId === undefined || (waits.has(customerId) && !isUpdate)) {
      waiting.push(each);
      waits.add(customerId);
    } else {
      found.push({ ...each, referrerId });
      waiting = waiting.filter((earlier) => earlier.customerId !== customerId);
    }
  }
  return { found, waiting };
}

function problemOf(referrers: Referrers, customerId: number, referrerId: number): string | undefined {
  if (customerId === referrerId) return referrerProblems.itself;
  const { isCircle, isLong } = referrers.pathFrom(referrerId, customerId);
  if (isCircle) return referrerProblems.circle;
  return isLong ? referrerProblems.long : undefined;
}

const keep: Statement = {
  name: 'import_referral_keep',
  text: `
    insert into import_referral (${columnsOf(ImportReferralEntity).join(', ')})
    select $1, $2, g.position, g.line, g.customer_id, g.referral
    from unnest($3::bigint[], $4::bigint[], $5::bigint[], $6::text[]) g (position, line, customer_id, referral)`,
};

/** Keeps referrals until the file is at its end. */
export async function keepReferrals(
  tx: OrganisationDatabase,
  runId: number,
  waiting: readonly GivenReferral[],
): Promise<void> {
  if (waiting.length === 0) return;
  await tx.run(keep, [
    tx.organisationId,
    runId,
    waiting.map(({ position }) => position),
    waiting.map(({ line }) => line),
    waiting.map(({ customerId }) => customerId),
    waiting.map(({ referral }) => referral),
  ]);
}

const findWaiting: Statement = {
  name: 'import_referral_customers',
  text: `
    select distinct customer_id from import_referral
    where organisation_id = $1 and run_id = $2 and customer_id = any($3::bigint[])`,
};

/** Those of the customers of referrals who have one that waits. */
export async function customersWaiting(
  tx: OrganisationDatabase,
  runId: number,
  given: readonly GivenReferral[],
): Promise<Set<number>> {
  if (given.length === 0) return new Set();
  const ids = given.map(({ customerId }) => customerId);
  const rows = await tx.run<{ customer_id: string }>(findWaiting, [tx.organisationId, runId, ids]);
  return new Set(rows.map(({ customer_id: id }) => Number(id)));
}

const drop: Statement = {
  name: 'import_referral_drop',
  text: 'delete from import_referral where organisation_id = $1 and run_id = $2 and customer_id = any($3::bigint[])',
};

/** Forgets referrals that wait, of customers to whom a later row has given another. */
export async function dropReferrals(tx: OrganisationDatabase, runId: number, ids: readonly number[]): Promise<void> {
  if (ids.length > 0) await tx.run(drop, [tx.organisationId, runId, ids]);
}

/** A referral that waits, with what names its customer in a report. */
export interface WaitingReferral extends GivenReferral {
  readonly cuRefNo: string;
  readonly email: string | null;
  readonly phone: string | null;
  /** Whether the customer was deleted meanwhile. */
  readonly isGone: boolean;
}

const take: Statement = {
  name: 'import_referral_take',
  text: `
    with taken as (
      delete from import_referral w
      where w.organisation_id = $1 and w.run_id = $2 and w.position = any(array(
        select position from import_referral where organisation_id = $1 and run_id = $2 order by position limit $3
      ))
      returning w.position, w.line, w.customer_id, w.referral
    )
    select t.position, t.line, c.id as customer_id, t.referral, c.cu_ref_no, c.email, c.phone, c.deleted_at is not null as is_gone
    from taken t
    cross join lateral (
      select case when k.merged_into is null then k else (select s from customer s where s.organisation_id = $1 and s.id = k.merged_into) end as customer
      from customer k where k.organisation_id = $1 and k.id = t.customer_id
    ) l
    join customer c on c.organisation_id = $1 and c.id = (l.customer).id
    order by t.position`,
};

/** Takes the next referrals that wait; a customer that was merged meanwhile is its survivor. */
export async function takeReferrals(
  tx: OrganisationDatabase,
  runId: number,
  count: number,
): Promise<WaitingReferral[]> {
  const rows = await tx.run<
    Record<'position' | 'line' | 'customer_id' | 'referral' | 'cu_ref_no', string> &
      Pick<WaitingReferral, 'email' | 'phone'> & { is_gone: boolean }
  >(take, [tx.organisationId, runId, count]);
  return rows.map((row) => ({
    position: Number(row.position),
    line: Number(row.line),
    customerId: Number(row.customer_id),
    referral: row.referral,
    isNew: false,
    cuRefNo: row.cu_ref_no,
    email: row.email,
    phone: row.phone,
    isGone: row.is_gone,
  }));
}
