// Referrals of a trial: those that rows give, kept until the end of the file, and those that there would be then.
import type { OrganisationDatabase } from '../../../database/organisation-database.ts';
import type { Statement } from '../../../database/statement.ts';
import { Referrers } from '../../referral/chain.ts';
import type { GivenReferral, ReferralStore } from './referrals.ts';
import { findSimulatedReferrers } from './simulated.ts';
import { type KeptReferral, type KeptRow, keptReferral } from './waiting-referrals.ts';

const SET = 'pg_temp.import_referral_set';

/** A referral as it would be. */
const lookUp = (id: string) => `
  select s.referrer_id from ${SET} s where s.customer_id = ${id} and s.referrer_id is not null
  union all
  select f.referrer_id from referral f where f.organisation_id = $1 and f.customer_id = ${id}
    and not exists (select from ${SET} s where s.customer_id = ${id})`;

const makeTables: readonly Statement[] = [
  `create temp table import_referral_kept (
     position bigint primary key, line bigint not null, customer_id bigint not null, referral text null, is_unchanged boolean not null,
     cu_ref_no text null, email text null, phone text null
   ) on commit drop`,
  'create temp table import_referral_set (customer_id bigint primary key, referrer_id bigint null) on commit drop',
].map((text) => ({ name: undefined, text }));

const keep: Statement = {
  name: undefined,
  text: `
    insert into pg_temp.import_referral_kept (position, line, customer_id, referral, is_unchanged, cu_ref_no, email, phone)
    select position, line, customer_id, referral, is_unchanged, cu_ref_no, email, phone
    from unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::text[], $5::boolean[], $6::text[], $7::text[], $8::text[])
      g (position, line, customer_id, referral, is_unchanged, cu_ref_no, email, phone)`,
};

const read: Statement = {
  name: undefined,
  text: `
    select position, line, customer_id, referral, is_unchanged, cu_ref_no, email, phone, false as is_gone
    from pg_temp.import_referral_kept where position > $1 order by position limit $2`,
};

const write: Statement = {
  name: undefined,
  text: `
    insert into ${SET} (customer_id, referrer_id)
    select customer_id, referrer_id from unnest($1::bigint[], $2::bigint[]) g (customer_id, referrer_id)
    on conflict (customer_id) do update set referrer_id = excluded.referrer_id`,
};

/** Makes the tables, which go with the transaction. */
export async function openTrialReferrals(tx: OrganisationDatabase): Promise<void> {
  for (const statement of makeTables) await tx.run(statement, []);
}

/** A referral that a row gives, with what names its customer in a report. */
export type TrialReferral = GivenReferral & Pick<KeptReferral, 'cuRefNo' | 'email' | 'phone'>;

/** Keeps referrals. */
export async function keepTrialReferrals(tx: OrganisationDatabase, given: readonly TrialReferral[]): Promise<void> {
  if (given.length === 0) return;
  await tx.run(keep, [
    given.map(({ position }) => position),
    given.map(({ line }) => line),
    given.map(({ customerId }) => customerId),
    given.map(({ referral }) => referral),
    given.map(({ isUnchanged }) => isUnchanged),
    given.map(({ cuRefNo }) => cuRefNo),
    given.map(({ email }) => email),
    given.map(({ phone }) => phone),
  ]);
}

/** Reads referrals that were kept, of rows after a position in the file. */
export async function readTrialReferrals(
  tx: OrganisationDatabase,
  after: number,
  count: number,
): Promise<KeptReferral[]> {
  return (await tx.run<KeptRow>(read, [after, count])).map(keptReferral);
}

/** The referrals as they would be. */
export function simulatedReferrals(tx: OrganisationDatabase): ReferralStore {
  return {
    find: (references) => findSimulatedReferrers(tx, references),
    above: (ids) => Referrers.above(tx, ids, lookUp),
    async write(changes) {
      if (changes.length === 0) return;
      const customers = changes.map(({ customerId }) => customerId);
      await tx.run(write, [customers, changes.map(({ referrerId }) => referrerId)]);
    },
  };
}
