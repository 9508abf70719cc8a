// Referrals that rows give, kept until the end of the file, and set by then.
import { recording } from '../../../change-log/record.ts';
import { columnsOf } from '../../../database/columns.ts';
import type { OrganisationDatabase } from '../../../database/organisation-database.ts';
import type { Statement } from '../../../database/statement.ts';
import type { Actor } from '../../../operation-context.ts';
import { customerActions } from '../../actions.ts';
import { Referrers } from '../../referral/chain.ts';
import { findReferrers } from './references.ts';
import type { GivenReferral, ReferralChange, ReferralStore } from './referrals.ts';
import { ImportReferralEntity } from './run.entity.ts';

const keep: Statement = {
  name: 'import_referral_keep',
  text: `
    insert into import_referral (${columnsOf(ImportReferralEntity).join(', ')})
    select $1, $2, g.position, g.line, g.customer_id, g.referral, g.is_unchanged
    from unnest($3::bigint[], $4::bigint[], $5::bigint[], $6::text[], $7::boolean[]) g (position, line, customer_id, referral, is_unchanged)`,
};

/** Keeps referrals. */
export async function keepReferrals(
  tx: OrganisationDatabase,
  runId: number,
  given: readonly GivenReferral[],
): Promise<void> {
  if (given.length === 0) return;
  await tx.run(keep, [
    tx.organisationId,
    runId,
    given.map(({ position }) => position),
    given.map(({ line }) => line),
    given.map(({ customerId }) => customerId),
    given.map(({ referral }) => referral),
    given.map(({ isUnchanged }) => isUnchanged),
  ]);
}

/** A referral that was kept, with what names its customer in a report. */
export interface KeptReferral extends GivenReferral {
  readonly cuRefNo: string | null;
  readonly email: string | null;
  readonly phone: string | null;
  /** Whether the customer was deleted meanwhile. */
  readonly isGone: boolean;
}

/** A kept referral as it is read: PostgreSQL gives its whole numbers as text. */
export type KeptRow = Record<'position' | 'line' | 'customer_id', string> &
  Pick<KeptReferral, 'referral' | 'email' | 'phone'> & {
    cu_ref_no: string | null;
    is_unchanged: boolean;
    is_gone: boolean;
  };

/** Makes a kept referral of its row. */
export const keptReferral = (row: KeptRow): KeptReferral => ({
  position: Number(row.position),
  line: Number(row.line),
  customerId: Number(row.customer_id),
  referral: row.referral,
  isUnchanged: row.is_unchanged,
  cuRefNo: row.cu_ref_no,
  email: row.email,
  phone: row.phone,
  isGone: row.is_gone,
});

const take: Statement = {
  name: 'import_referral_take',
  text: `
    with taken as (
      delete from import_referral w
      where w.organisation_id = $1 and w.run_id = $2 and w.position = any(array(
        select position from import_referral where organisation_id = $1 and run_id = $2 and position > $3 order by position limit $4
      ))
      returning w.position, w.line, w.customer_id, w.referral, w.is_unchanged
    )
    select t.position, t.line, c.id as customer_id, t.referral, t.is_unchanged, c.cu_ref_no, c.email, c.phone, c.deleted_at is not null as is_gone
    from taken t
    cross join lateral (
      select coalesce(k.merged_into, k.id) as id from customer k where k.organisation_id = $1 and k.id = t.customer_id
    ) l
    join customer c on c.organisation_id = $1 and c.id = l.id
    order by t.position`,
};

/**
 * Takes the next referrals that were kept; a customer that was merged meanwhile is its survivor.
 *
 * @param after - the position of the last one that was taken: PostgreSQL does not walk over those before
 */
export async function takeReferrals(
  tx: OrganisationDatabase,
  runId: number,
  after: number,
  count: number,
): Promise<KeptReferral[]> {
  return (await tx.run<KeptRow>(take, [tx.organisationId, runId, after, count])).map(keptReferral);
}

/*
 * As `setCustomerReferral` does; in the order in which others lock customers. Of a customer whom this import made, and nobody has changed since, it is a part of
 * that and no change.
 *
 * there  those who were there, or were changed
 */
const write: Statement = {
  name: 'import_referrals',
  text: `
    with given as materialized (
      select * from unnest($2::bigint[], $3::bigint[]) g (customer_id, referrer_id)
    ), before as materialized (
      select f.customer_id, c.cu_ref_no as reference from given g
      join referral f on f.organisation_id = $1 and f.customer_id = g.customer_id
      join customer c on c.organisation_id = $1 and c.id = f.referrer_id
    ), removed as (
      delete from referral f using given g
      where f.organisation_id = $1 and f.customer_id = g.customer_id and g.referrer_id is null
    ), written as (
      insert into referral (organisation_id, customer_id, referrer_id)
      select $1, customer_id, referrer_id from given where referrer_id is not null order by customer_id
      on conflict (organisation_id, customer_id) do update set referrer_id = excluded.referrer_id
    ), there as materialized (
      select c.id from customer c
      where c.organisation_id = $1 and c.id = any(array(select customer_id from given)) and (
        c.version > 1 or c.creation_request_id is distinct from $5 or exists (select from before b where b.customer_id = c.id)
      )
    ), locked as materialized (
      select c.id from customer c where c.organisation_id = $1 and c.id = any(array(select id from there))
      order by c.id
      for no key update
    ), changed as (
      update customer c set version = c.version + 1, change_count = c.change_count + 1, updated_at = clock_timestamp()
      where c.organisation_id = $1 and c.id = any(array(select id from locked))
      returning c.id, c.cu_ref_no, c.change_count
    ), change as (
      select h.cu_ref_no as reference, '${customerActions.REFERRAL_SET.stored}' as action, $4::text as actor, null as reason, $5::text as request_id,
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

/** The referrals of an organisation, which are locked. */
export function referralsOf(tx: OrganisationDatabase, { actor, requestId }: Actor, runId: number): ReferralStore {
  return {
    find: (references) => findReferrers(tx, references, runId),
    above: (ids) => Referrers.above(tx, ids),
    async write(changes: readonly ReferralChange[]) {
      if (changes.length === 0) return;
      const customers = changes.map(({ customerId }) => customerId);
      const referrers = changes.map(({ referrerId }) => referrerId);
      await tx.run(write, [tx.organisationId, customers, referrers, actor, requestId]);
    },
  };
}
