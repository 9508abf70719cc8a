// What a merge does with two customers: worked out from what they are, before anything is changed.
import { ApiError } from '../../errors/api-error.ts';
import { assertObjectSize, differenceOf, type JsonObject } from '../../json-object.ts';
import { addressMembers } from '../address.ts';
import { isBalance } from '../credit/balance.ts';
import type { Customer } from '../customer.entity.ts';
import { type CustomerObjects, objectNames } from '../details.ts';
import { identityTexts, shownName } from '../fields.ts';
import type { CustomerGroup } from '../group/group.entity.ts';
import { MOST_GROUPS } from '../group/slug.ts';
import type { Referrer } from '../referral/referral.entity.ts';
import type { Settable } from '../set.ts';
import { MOST_SUBSCRIPTIONS } from '../subscription/input.ts';
import { MOST_MERGED } from './merged.ts';
import { MOST_REFERRED, type Side } from './sides.ts';

/** A field that both have, with different values: the survivor keeps its own. */
export interface MergeConflict {
  /** As the API names it: `firstName`, `address.city`, `meta.source`. */
  readonly name: string;
  readonly survivor: unknown;
  readonly duplicate: unknown;
}

/** What a merge does. */
export interface MergePlan {
  readonly survivor: Side;
  readonly duplicate: Side;
  /** What becomes of the survivor's row. */
  readonly given: Partial<Settable>;
  /** The fields of its profile that are filled in, as the API names them. */
  readonly filledFields: readonly string[];
  readonly conflicts: readonly MergeConflict[];
  /** Credit that moves. */
  readonly credit: number;
  readonly creditBalance: number;
  /** The groups that the survivor joins. */
  readonly groups: readonly CustomerGroup[];
  /** External ids of the subscriptions that move. */
  readonly subscriptions: readonly string[];
  /** Who brought the survivor then. */
  readonly referrer: Referrer | null;
  /** The same, unless that one was deleted. */
  readonly shownReferrer: Referrer | null;
}

type Filled = Pick<MergePlan, 'filledFields' | 'conflicts' | 'given'>;

/**
 * Works out what a merge does.
 *
 * @throws ApiError `INTERNAL_VALIDATION_FAILED` at `duplicate` with everything that is too much for one customer
 */
export function planMerge(survivor: Side, duplicate: Side): MergePlan {
  const joined = duplicate.groups.filter(({ id }) => survivor.groups.every((group) => group.id !== id));
  const credit = duplicate.customer.creditBalance;
  const creditBalance = survivor.customer.creditBalance + credit;
  const problems = [
    ...(isBalance(creditBalance) && isBalance(-credit) ? [] : ['must leave the credit balance within 32 bits']),
    ...(survivor.groups.length + joined.length > MOST_GROUPS
      ? [`must leave the survivor in at most ${MOST_GROUPS} groups`]
      : []),
    ...(survivor.subscriptions.length + duplicate.subscriptions.length > MOST_SUBSCRIPTIONS
      ? [`must leave the survivor with at most ${MOST_SUBSCRIPTIONS} subscriptions, ended ones included`]
      : []),
    ...(survivor.mergedCount + duplicate.mergedCount >= MOST_MERGED
      ? [`must leave at most ${MOST_MERGED} customers merged into the survivor`]
      : []),
    ...(duplicate.referredCount > MOST_REFERRED
      ? [`must have brought at most ${MOST_REFERRED} customers: merge the other one into it`]
      : []),
  ];
  const parts = [
    fillSingles(survivor.customer, duplicate.customer),
    fillAddress(survivor.customer, duplicate.customer),
    ...objectNames.map((name) => fillObject(name, survivor.customer, duplicate.customer, problems)),
  ];
  if (problems.length > 0) {
    const fields = problems.map((message) => ({ path: 'duplicate', message }));
    throw new ApiError('INTERNAL_VALIDATION_FAILED', { fields });
  }
  const brought = [survivor, duplicate].find((side) => side.referrer && !side.isReferrerOfBoth);
  return {
    survivor,
    duplicate,
    given: Object.assign({}, ...parts.map(({ given }) => given), statesOf(survivor.customer, duplicate.customer)),
    filledFields: parts.flatMap(({ filledFields }) => filledFields),
    conflicts: [...parts.flatMap(({ conflicts }) => conflicts), ...referralConflict(survivor, duplicate)],
    credit,
    creditBalance,
    groups: joined,
    subscriptions: duplicate.subscriptions,
    // The first of theirs who does not close a circle.
    referrer: brought?.referrer ?? null,
    shownReferrer: brought?.isReferrerDeleted ? null : (brought?.referrer ?? null),
  };
}

const nothing = { given: {}, filledFields: [], conflicts: [] } satisfies Filled;

function fillSingles(survivor: Customer, duplicate: Customer): Filled {
  const blank = identityTexts.filter((name) => survivor[name] == null && duplicate[name] != null);
  const both = identityTexts.filter((name) => survivor[name] != null && duplicate[name] != null);
  // Both mailboxes lead to the survivor, so that two addresses are no conflict.
  const email = survivor.email == null &&
    duplicate.email != null && { email: duplicate.email, canonicalEmail: duplicate.canonicalEmail };
  const others = survivor.newsletter === duplicate.newsletter ? [] : (['newsletter'] as const);
  return {
    given: { ...Object.fromEntries(blank.map((name) => [name, duplicate[name]])), ...email },
    filledFields: [...(email ? ['email'] : []), ...blank],
    // Nobody has agreed to a newsletter by being merged.
    conflicts: [...both.filter((name) => survivor[name] !== duplicate[name]), ...others].map((name) => ({
      name,
      survivor: survivor[name],
      duplicate: duplicate[name],
    })),
  };
}

/** An address is filled in as a whole: a street of one and a city of the other are no address. */
function fillAddress(survivor: Customer, duplicate: Customer): Filled {
  const given = addressMembers.filter((name) => duplicate[name] != null);
  if (addressMembers.every((name) => survivor[name] == null))
    return {
      ...nothing,
      given: Object.fromEntries(given.map((name) => [name, duplicate[name]])),
      filledFields: given.map(shownName),
    };
  const different = given.filter((name) => survivor[name] !== duplicate[name]);
  return {
    ...nothing,
    conflicts: different.map((name) => ({
      name: shownName(name),
      survivor: survivor[name] ?? null,
      duplicate: duplicate[name],
    })),
  };
}

/** Members of an object are filled in one by one, whatever they hold. */
function fillObject(name: keyof CustomerObjects, survivor: Customer, duplicate: Customer, problems: string[]): Filled {
  const [own, others] = [new Map(Object.entries(survivor[name])), Object.entries(duplicate[name])];
  const added = others.filter(([member]) => !own.has(member));
  const conflicts = others.flatMap(([member, value]) => {
    const kept = own.get(member);
    const differs = kept !== undefined && differenceOf({ member: kept }, { member: value }) !== undefined;
    return differs ? [{ name: `${name}.${member}`, survivor: kept, duplicate: value }] : [];
  });
  if (added.length === 0) return { ...nothing, conflicts };
  const filled: JsonObject = Object.fromEntries([...own, ...added]);
  try {
    assertObjectSize(filled);
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    problems.push(`${name} of both ${error.message}`);
  }
  return { given: { [name]: filled }, filledFields: added.map(([member]) => `${name}.${member}`), conflicts };
}

/** What holds of either holds of both. */
function statesOf(survivor: Customer, duplicate: Customer): Partial<Settable> {
  return {
    ...(duplicate.premium && !survivor.premium && { premium: true }),
    ...(duplicate.bannedAt != null && survivor.bannedAt == null && { ban: true }),
  };
}

/** A referral that closes a circle is in nobody's way. */
function referralConflict(survivor: Side, duplicate: Side): MergeConflict[] {
  const [own, other] = [survivor, duplicate].map((side) =>
    side.isReferrerOfBoth ? undefined : side.referrer?.cuRefNo,
  );
  return own && other && own !== other ? [{ name: 'referral', survivor: own, duplicate: other }] : [];
}
