// Merges a customer into another one.
import { z } from 'zod';
import { requiredReason } from '../../change-log/reason.ts';
import type { ChangedValue } from '../../change-log/record.ts';
import type { OrganisationDatabase } from '../../database/organisation-database.ts';
import type { OperationContext } from '../../operation-context.ts';
import { randomAlphanumeric } from '../../random.ts';
import { customerBy } from '../by.ts';
import { assertLeads, type ReadCustomer, setLocked, turnsOf } from '../change.ts';
import { TRANSACTION_ID_LENGTH } from '../credit/adjust.ts';
import type { Customer } from '../customer.entity.ts';
import { findAnyCustomer } from '../find.ts';
import { cutIpHistory } from '../ip-history/ip-history.ts';
import { lockMerges, lockWithMerged, MERGES } from './lock.ts';
import { markMerged, moveAddresses, moveCredit, moveGroups, moveReferrals, moveSubscriptions } from './moves.ts';
import { type MergePlan, planMerge } from './plan.ts';
import { findSides, readSides, type SideIds, type SideKeys } from './sides.ts';

/** Who is merged into whom, and why. */
export const mergeCustomersInput = z.object({ survivor: customerBy, duplicate: customerBy, reason: requiredReason });

/** Who is merged into whom, and why. */
export type MergeCustomers = z.output<typeof mergeCustomersInput>;

/** The survivor after a merge, and the reference of the other. */
export interface Merged {
  readonly customer: Customer;
  readonly mergedCuRefNo: string;
}

/** The names that a merge locks. */
export const turnsOfMerge = ({ survivor, duplicate }: SideKeys) => [
  MERGES,
  ...turnsOf(survivor),
  ...turnsOf(duplicate),
];

/**
 * Merges a customer, the duplicate, into another one, the survivor: what belongs to it moves, blanks are filled in, and its reference and mailbox lead to
 * the survivor from then on.
 *
 * @throws ApiError `PUBLIC_CUSTOMER_DETAIL_NOT_PERMITTED`; `INTERNAL_CONFLICT` when one of them was merged before; `INTERNAL_VALIDATION_FAILED` at `duplicate`
 *   when both are one, and with everything that is too much for one customer
 * @see section 11 of the contract
 */
export function mergeCustomers(ctx: OperationContext, input: MergeCustomers): Promise<Merged> {
  return ctx.database.inTurn(turnsOfMerge(input), () =>
    ctx.database.transaction(async (tx) => {
      await lockMerges(tx);
      const ids = await findSides(tx, input);
      const locked = await lockSides(tx, input, ids);
      const sides = await readSides(tx, ids);
      if (!sides) return tx.beginAnew();
      const plan = planMerge(sides.survivor, sides.duplicate);
      await merge(ctx, tx, plan, locked, input.reason);
      const customer = await findAnyCustomer({ ...ctx, database: tx }, plan.survivor.customer.cuRefNo);
      if (!customer) throw new Error('a survivor is gone');
      return { customer, mergedCuRefNo: plan.duplicate.customer.cuRefNo };
    }),
  );
}

interface LockedSides {
  readonly survivor: ReadCustomer;
  readonly duplicate: ReadCustomer;
}

/** Locks both, with those that were merged into them, which nobody adds to by then; begins anew where they are no longer named so. */
async function lockSides(tx: OrganisationDatabase, keys: SideKeys, ids: SideIds): Promise<LockedSides> {
  const family = await lockWithMerged(tx, [ids.survivor, ids.duplicate]);
  const [survivor, duplicate] = [family.of(ids.survivor), family.of(ids.duplicate)];
  await assertLeads(tx, keys.survivor, survivor);
  await assertLeads(tx, keys.duplicate, duplicate);
  return { survivor, duplicate };
}

async function merge(
  ctx: OperationContext,
  tx: OrganisationDatabase,
  plan: MergePlan,
  locked: LockedSides,
  reason: string,
): Promise<void> {
  const { survivor, duplicate, given, credit } = plan;
  const ids = { survivor: survivor.customer.id, duplicate: duplicate.customer.id };
  const [into, from] = [survivor.customer.cuRefNo, duplicate.customer.cuRefNo];
  // Its address goes to the survivor, who has none.
  const gone = given.email === undefined ? {} : { email: null, canonicalEmail: null };
  await setLocked(ctx, tx, locked.duplicate, gone, {
    action: 'MERGED_INTO',
    reason,
    also: { mergedInto: { before: null, after: into }, ...leftBy(plan) },
  });
  await setLocked(ctx, tx, locked.survivor, given, {
    action: 'MERGED',
    reason,
    also: { merged: { before: null, after: from }, ...gainedBy(plan) },
  });
  if (credit !== 0) {
    const transactionIds = [randomAlphanumeric(TRANSACTION_ID_LENGTH), randomAlphanumeric(TRANSACTION_ID_LENGTH)];
    const texts = [`Merged into ${into}`, `Merged from ${from}`];
    await moveCredit(tx, ids, credit, plan.creditBalance, transactionIds, texts, ctx.actor);
  }
  await moveGroups(tx, ids);
  await moveSubscriptions(tx, ids);
  await moveReferrals(tx, ids, plan.referrer?.id ?? null);
  await moveAddresses(tx, ids);
  await markMerged(tx, ids);
  await tx.onceCommitted((committed) => cutIpHistory(committed, ids.survivor));
}

type Fields = Record<string, ChangedValue>;

/** What changes where there is something to change. */
const changing = (isChanged: boolean, fields: Fields): Fields => (isChanged ? fields : {});

function gainedBy({ survivor, credit, creditBalance, groups, subscriptions, referrer }: MergePlan): Fields {
  const before = survivor.groups.map(({ slug }) => slug);
  const referral = { before: survivor.referrer?.cuRefNo ?? null, after: referrer?.cuRefNo ?? null };
  return {
    ...changing(credit !== 0, { creditBalance: { before: creditBalance - credit, after: creditBalance } }),
    ...changing(groups.length > 0, { groups: { before, after: [...before, ...groups.map(({ slug }) => slug)] } }),
    ...changing(subscriptions.length > 0, {
      subscriptions: { before: survivor.subscriptions, after: [...survivor.subscriptions, ...subscriptions] },
    }),
    ...changing(referral.before !== referral.after, { referral }),
  };
}

function leftBy({ duplicate, credit, subscriptions }: MergePlan): Fields {
  const groups = duplicate.groups.map(({ slug }) => slug);
  return {
    ...changing(credit !== 0, { creditBalance: { before: credit, after: 0 } }),
    ...changing(groups.length > 0, { groups: { before: groups, after: [] } }),
    ...changing(subscriptions.length > 0, { subscriptions: { before: subscriptions, after: [] } }),
    ...changing(duplicate.referrer !== null, {
      referral: { before: duplicate.referrer?.cuRefNo ?? null, after: null },
    }),
  };
}
