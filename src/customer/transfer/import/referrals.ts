// Who brought whom, as rows say it: at once where the referrer is there, at the end of the file where a later row may bring it.
import { recording } from '../../../change-log/record.ts';
import type { OrganisationDatabase } from '../../../database/organisation-database.ts';
import type { Statement } from '../../../database/statement.ts';
import type { Actor } from '../../../operation-context.ts';
import { customerActions } from '../../actions.ts';
import { Referrers } from '../../referral/chain.ts';
import { referrerProblems } from '../../referral/set.ts';
import { findReferrers } from './references.ts';

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
