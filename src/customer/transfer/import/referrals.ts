// Who brought whom, as the rows of a file say it: settled once all of them are in, since a later row may bring the referrer.
import type { Referrers } from '../../referral/chain.ts';
import { referrerProblems } from '../../referral/set.ts';

/** A referral that a row gives. */
export interface GivenReferral {
  /** Of the row in the file. */
  readonly position: number;
  readonly line: number;
  /** Internal id. */
  readonly customerId: number;
  /** The reference of who brought the customer; null for nobody. */
  readonly referral: string | null;
  /** Whether the row has changed nothing else. */
  readonly isUnchanged: boolean;
}

/** What is wrong with the referral of a row. */
export interface ReferralProblem<Given extends GivenReferral> {
  readonly given: Given;
  readonly reason: string;
}

/** Who is to have brought a customer, by internal ids; null for nobody. */
export interface ReferralChange {
  readonly customerId: number;
  readonly referrerId: number | null;
}

/** Where referrals are: those of the organisation, or those that it would have. */
export interface ReferralStore {
  /** Internal ids of the customers whom references lead to. */
  find(references: readonly string[]): Promise<ReadonlyMap<string, number>>;
  /** The referrers above customers. */
  above(ids: readonly number[]): Promise<Referrers>;
  /** @param changes - each customer once */
  write(changes: readonly ReferralChange[]): Promise<void>;
}

/** What became of referrals. */
export interface ReferralsSettled<Given extends GivenReferral> {
  /** Those that have changed something. */
  readonly changed: readonly Given[];
  readonly problems: readonly ReferralProblem<Given>[];
}

/**
 * Sets referrals, one after the other as far as anybody can tell.
 *
 * @param isUpdate - whether one that is there is replaced
 */
export async function settleReferrals<Given extends GivenReferral>(
  store: ReferralStore,
  given: readonly Given[],
  isUpdate: boolean,
): Promise<ReferralsSettled<Given>> {
  const ids = await store.find(given.flatMap(({ referral }) => referral ?? []));
  const referrers = await store.above([...given.map(({ customerId }) => customerId), ...ids.values()]);
  const before = new Map<number, number | undefined>();
  const changed: Given[] = [];
  const problems: ReferralProblem<Given>[] = [];
  for (const each of given) {
    const { customerId, referral } = each;
    const present = referrers.of(customerId);
    const referrerId = ids.get(referral ?? '');
    const isKnown = referral === null || referrerId !== undefined;
    if (isKnown && (present === referrerId || (present !== undefined && !isUpdate))) continue;
    const reason = isKnown ? problemOf(referrers, customerId, referrerId) : referrerProblems.unknown;
    if (reason !== undefined) {
      problems.push({ given: each, reason });
      continue;
    }
    if (!before.has(customerId)) before.set(customerId, present);
    referrers.set(customerId, referrerId);
    changed.push(each);
  }
  await store.write(differing(before, referrers));
  return { changed, problems };
}

/** What became of customers besides what they had before. */
function differing(before: ReadonlyMap<number, number | undefined>, referrers: Referrers): ReferralChange[] {
  return [...before].flatMap(([customerId, was]) => {
    const referrerId = referrers.of(customerId);
    return referrerId === was ? [] : { customerId, referrerId: referrerId ?? null };
  });
}

/** What is wrong with a referrer; nothing is with none. */
function problemOf(referrers: Referrers, customerId: number, referrerId: number | undefined): string | undefined {
  if (referrerId === undefined) return undefined;
  if (customerId === referrerId) return referrerProblems.itself;
  const { isCircle, isLong } = referrers.pathFrom(referrerId, customerId);
  if (isCircle) return referrerProblems.circle;
  return isLong ? referrerProblems.long : undefined;
}
