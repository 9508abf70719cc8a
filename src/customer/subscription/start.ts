// Starts a subscription.
import { z } from 'zod';
import type { OrganisationDatabase } from '../../database/organisation-database.ts';
import type { Statement } from '../../database/statement.ts';
import { ApiError } from '../../errors/api-error.ts';
import type { OperationContext } from '../../operation-context.ts';
import { randomAlphanumeric } from '../../random.ts';
import { requiredText } from '../../text.ts';
import { customerBy } from '../by.ts';
import { lockCustomer, turnsOf } from '../change.ts';
import type { Customer } from '../customer.entity.ts';
import {
  endsTooEarly,
  flagInput,
  LONGEST_ORDER_NUMBER,
  LONGEST_PRODUCT,
  MOST_SUBSCRIPTIONS,
  orderHashInput,
  problemOfTimes,
  timeInput,
  timesRefused,
} from './input.ts';
import type { OwnedSubscription } from './lock.ts';
import { PRESENT_MILLISECOND, timeOf } from './subscription.entity.ts';
import { insertSubscription } from './write.ts';

const EXTERNAL_ID_LENGTH = 16;
const ORDER_HASH_LENGTH = 32;

const subscription = z.object({
  by: customerBy,
  productSlug: requiredText(LONGEST_PRODUCT).meta({
    description: `Product, by the name in its URL; at most ${LONGEST_PRODUCT} characters.`,
  }),
  productCode: requiredText(LONGEST_PRODUCT)
    .nullish()
    .meta({
      description: `Product, by its code in the catalogue; at most ${LONGEST_PRODUCT} characters. The \`productSlug\` unless told.`,
    }),
  orderNumber: requiredText(LONGEST_ORDER_NUMBER).meta({
    description: `Number of the order that starts it; at most ${LONGEST_ORDER_NUMBER} characters.`,
  }),
  orderHash: orderHashInput.nullish().meta({
    description: 'Public reference of that order: 32 letters and digits. The gateway chooses one unless told.',
  }),
  autoRenew: flagInput.nullish().meta({ description: 'Whether it is renewed when its term ends. No unless told.' }),
  startsAt: timeInput.nullish().meta({ description: 'When it starts, in the past or in the future. Now unless told.' }),
  endsAt: timeInput.nullish().meta({ description: 'When it ends, not before it starts. No end is set unless told.' }),
});

/** A subscription to start. */
export const startCustomerSubscriptionInput = subscription.refine((times) => !endsTooEarly(times), timesRefused);

/** A subscription to start. */
export type StartCustomerSubscription = z.output<typeof subscription>;

const before: Statement = {
  name: 'subscription_before_start',
  text: `
    select count(*)::int as count, ${timeOf(PRESENT_MILLISECOND)} as present from subscription s
    where s.organisation_id = $1 and s.customer_id = $2`,
};

/**
 * Starts a subscription of a customer.
 *
 * @throws ApiError `PUBLIC_CUSTOMER_DETAIL_NOT_PERMITTED`; `INTERNAL_VALIDATION_FAILED` at `by` when the customer has `MOST_SUBSCRIPTIONS`, and at
 *   `endsAt` when that is before the beginning
 * @see section 11 of the contract
 */
export function startCustomerSubscription(
  ctx: OperationContext,
  input: StartCustomerSubscription,
): Promise<OwnedSubscription> {
  const { by, productSlug, productCode, orderNumber, orderHash, autoRenew, endsAt } = input;
  return ctx.database.inTurn(turnsOf(by), () =>
    ctx.database.transaction(async (tx) => {
      const { customer } = await lockCustomer(tx, by);
      const startsAt = await beginningOf(tx, customer, input);
      return insertSubscription(tx, ctx, customer, randomAlphanumeric(EXTERNAL_ID_LENGTH), {
        productSlug,
        productCode: productCode ?? productSlug,
        orderNumber,
        orderHash: orderHash ?? randomAlphanumeric(ORDER_HASH_LENGTH),
        autoRenew: autoRenew ?? false,
        startsAt,
        endsAt: endsAt ?? null,
      });
    }),
  );
}

/** When a subscription begins, once it is found that it may. */
async function beginningOf(tx: OrganisationDatabase, { id }: Customer, input: StartCustomerSubscription) {
  const { count, present } = await tx.one<{ count: number; present: string }>(before, [tx.organisationId, id]);
  const { startsAt = null, endsAt = null } = input;
  const times = { startsAt: startsAt ?? present, endsAt };
  const fields = [
    ...(count >= MOST_SUBSCRIPTIONS ? [{ path: 'by', message: TOO_MANY }] : []),
    ...(endsTooEarly(times) ? [problemOfTimes(times)] : []),
  ];
  if (fields.length > 0) throw new ApiError('INTERNAL_VALIDATION_FAILED', { fields });
  return times.startsAt;
}

const TOO_MANY = `must be a customer with fewer than ${MOST_SUBSCRIPTIONS} subscriptions, ended ones included`;
