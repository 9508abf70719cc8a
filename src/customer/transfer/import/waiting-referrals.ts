// Referrals that wait for the end of the file, where a later row may have brought the referrer.
import { columnsOf } from '../../../database/columns.ts';
import type { OrganisationDatabase } from '../../../database/organisation-database.ts';
import type { Statement } from '../../../database/statement.ts';
import type { GivenReferral } from './referrals.ts';
import { ImportReferralEntity } from './run.entity.ts';

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
