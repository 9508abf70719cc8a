// Ends a subscription.
import { z } from 'zod';
import { reasonInput } from '../../change-log/reason.ts';
import type { OrganisationDatabase } from '../../database/organisation-database.ts';
import type { Statement } from '../../database/statement.ts';
import { ApiError } from '../../errors/api-error.ts';
import type { OperationContext } from '../../operation-context.ts';
import { turnsOfSubscription } from '../change.ts';
import { endsTooEarly, externalIdInput, problemOfTimes, timeInput } from './input.ts';
import { lockSubscription, type OwnedSubscription } from './lock.ts';
import { PRESENT_MILLISECOND, timeOf } from './subscription.entity.ts';
import { setSubscription } from './write.ts';

/** The subscription to end. */
export const endCustomerSubscriptionInput = z.object({
  externalId: externalIdInput,
  endsAt: timeInput.nullish().meta({
    description:
      'When it ends, not before it starts; may be in the future. Now unless told, and where it has not started yet, when it would start.',
  }),
  reason: reasonInput,
});

/** The subscription to end. */
export type EndCustomerSubscription = z.output<typeof endCustomerSubscriptionInput>;

/**
 * Ends a subscription, which is renewed no longer. One that has not started yet never runs; one that has ended keeps its end unless another one is told.
 *
 * @throws ApiError `INTERNAL_VALIDATION_FAILED` at `externalId` when the organisation has no such subscription, and at `endsAt` when that is before the
 *   beginning
 * @see section 11 of the contract
 */
export function endCustomerSubscription(
  ctx: OperationContext,
  { externalId, endsAt: told, reason }: EndCustomerSubscription,
): Promise<OwnedSubscription> {
  return ctx.database.inTurn(turnsOfSubscription(externalId), () =>
    ctx.database.transaction(async (tx) => {
      const owned = await lockSubscription(tx, externalId);
      const { startsAt, endsAt: ended } = owned.subscription;
      // One that has ended already keeps its end.
      const endsAt = told ?? (await presentEnd(tx, externalId)) ?? ended;
      if (told != null && endsTooEarly({ startsAt, endsAt }))
        throw new ApiError('INTERNAL_VALIDATION_FAILED', { fields: [problemOfTimes({ endsAt })] });
      return setSubscription(tx, ctx, owned, { action: 'SUBSCRIPTION_ENDED', reason }, { endsAt, autoRenew: false });
    }),
  );
}

/** None where it has ended, or ends when it starts. */
const present: Statement = {
  name: 'subscription_present_end',
  text: `
    select ${timeOf('e.at')} as ends_at from subscription s
    cross join lateral (values (greatest(${PRESENT_MILLISECOND}, s.starts_at))) e (at)
    where s.organisation_id = $1 and s.external_id = $2 and (s.ends_at is null or s.ends_at > e.at)`,
};

/** When a subscription that is locked ends if it is ended now; undefined when it has ended. */
async function presentEnd(tx: OrganisationDatabase, externalId: string): Promise<string | undefined> {
  const [row] = await tx.run<{ ends_at: string }>(present, [tx.organisationId, externalId]);
  return row?.ends_at;
}
