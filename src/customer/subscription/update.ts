// Updates a subscription.
import { z } from 'zod';
import { ApiError } from '../../errors/api-error.ts';
import type { OperationContext } from '../../operation-context.ts';
import { requiredText } from '../../text.ts';
import { turnsOfSubscription } from '../change.ts';
import {
  endsTooEarly,
  externalIdInput,
  flagInput,
  LONGEST_ORDER_NUMBER,
  LONGEST_PRODUCT,
  orderHashInput,
  problemOfTimes,
  timeInput,
  timesRefused,
} from './input.ts';
import { lockSubscription, type OwnedSubscription } from './lock.ts';
import type { Subscription } from './subscription.entity.ts';
import { type SubscriptionState, setSubscription } from './write.ts';

const KEEPS = 'Absent or null to keep it.';

const changes = z.object({
  externalId: externalIdInput,
  productSlug: requiredText(LONGEST_PRODUCT)
    .nullish()
    .meta({ description: `New name of the product. ${KEEPS}` }),
  productCode: requiredText(LONGEST_PRODUCT)
    .nullish()
    .meta({ description: `New code of the product. ${KEEPS}` }),
  orderNumber: requiredText(LONGEST_ORDER_NUMBER)
    .nullish()
    .meta({ description: `New number of the order. ${KEEPS}` }),
  orderHash: orderHashInput.nullish().meta({ description: `New public reference of the order. ${KEEPS}` }),
  autoRenew: flagInput.nullish().meta({ description: `Whether it is renewed when its term ends. ${KEEPS}` }),
  startsAt: timeInput.nullish().meta({ description: `When it starts. ${KEEPS}` }),
  endsAt: timeInput
    .nullish()
    .meta({ description: 'When it ends, not before it starts. Absent to keep it; null for no end.' }),
});

/** What becomes of a subscription: what is absent or null stays, but for `endsAt`, which null clears. */
export const updateCustomerSubscriptionInput = changes.refine((times) => !endsTooEarly(times), timesRefused);

/** What becomes of a subscription. */
export type UpdateCustomerSubscription = z.output<typeof changes>;

/**
 * Updates a subscription. What does not differ is no change.
 *
 * @throws ApiError `INTERNAL_VALIDATION_FAILED` at `externalId` when the organisation has no such subscription, and at `endsAt` or `startsAt` when it would
 *   end before it starts
 * @see section 11 of the contract
 */
export function updateCustomerSubscription(
  ctx: OperationContext,
  input: UpdateCustomerSubscription,
): Promise<OwnedSubscription> {
  const { externalId } = input;
  return ctx.database.inTurn(turnsOfSubscription(externalId), () =>
    ctx.database.transaction(async (tx) => {
      const owned = await lockSubscription(tx, externalId);
      return setSubscription(tx, ctx, owned, { action: 'SUBSCRIPTION_UPDATED' }, becoming(owned.subscription, input));
    }),
  );
}

/** What a subscription becomes, of what an input tells. */
function becoming(subscription: Subscription, input: UpdateCustomerSubscription): Partial<SubscriptionState> {
  const { externalId: _, endsAt, ...others } = input;
  const told = Object.fromEntries(Object.entries(others).filter(([, value]) => value != null));
  const becomes: Partial<SubscriptionState> = { ...told, ...(endsAt !== undefined && { endsAt }) };
  // Times that do not fit, and that an operator has written, do not keep anything else from being changed.
  const isTold = becomes.startsAt !== undefined || becomes.endsAt !== undefined;
  if (isTold && endsTooEarly({ ...subscription, ...becomes }))
    throw new ApiError('INTERNAL_VALIDATION_FAILED', { fields: [problemOfTimes(input)] });
  return becomes;
}
