// What is done with the subscriptions of customers, in GraphQL.
import { turnsOf, turnsOfSubscription } from '../../../customer/change.ts';
import {
  type EndCustomerSubscription,
  endCustomerSubscription,
  endCustomerSubscriptionInput,
} from '../../../customer/subscription/end.ts';
import { findSubscription } from '../../../customer/subscription/find.ts';
import { MOST_SUBSCRIPTIONS } from '../../../customer/subscription/input.ts';
import type { OwnedSubscription } from '../../../customer/subscription/lock.ts';
import {
  type StartCustomerSubscription,
  startCustomerSubscription,
  startCustomerSubscriptionInput,
} from '../../../customer/subscription/start.ts';
import {
  type UpdateCustomerSubscription,
  updateCustomerSubscription,
  updateCustomerSubscriptionInput,
} from '../../../customer/subscription/update.ts';
import type { OperationContext } from '../../../operation-context.ts';
import { builder, validatedBy } from '../../builder.ts';
import type { GatewayContext } from '../../context.ts';
import type { ValidateArguments } from '../../execution/arguments.ts';
import { mutation, NoLongerThereError } from '../../mutation.ts';
import { described, REASON } from '../described.ts';
import { CustomerSubscriptionType } from '../subscription.ts';
import { CustomerByInput } from './by.ts';
import { changedCustomer, loadCustomer } from './change.ts';
import { CustomerType } from './type.ts';

/** What the list is priced as: a customer may have ten times as many subscriptions, and hardly any has a tenth of them. */
const PRICE_OF_LIST = 100;

builder.objectFields(CustomerType, (t) => ({
  subscriptions: t.field({
    type: [CustomerSubscriptionType],
    description: `Subscriptions, in the order in which they were added: those that are running, those that have ended, and those that start later. At most ${MOST_SUBSCRIPTIONS} can be started.`,
    args: {
      running: t.arg.boolean({
        description: 'True for those that are running, false for those that are not. Absent or null for all.',
      }),
    },
    complexity: { multiplier: PRICE_OF_LIST },
    // GraphQL itself checks all that can be wrong with it.
    extensions: { validate: (() => {}) satisfies ValidateArguments },
    resolve: ({ id }, { running }, { relations }) => relations.subscriptions(id, running ?? undefined),
  }),
}));

const EXTERNAL_ID = 'The subscription, by its public reference.';

const StartCustomerSubscriptionInputType = builder.inputType('StartCustomerSubscriptionInput', {
  description: 'The subscription to start.',
  ...validatedBy(startCustomerSubscriptionInput),
  fields: (t) => ({
    by: t.field({ type: CustomerByInput, required: true, description: 'The customer who subscribes.' }),
    productSlug: t.string({ required: true, ...described(startCustomerSubscriptionInput, 'productSlug') }),
    productCode: t.string(described(startCustomerSubscriptionInput, 'productCode')),
    orderNumber: t.string({ required: true, ...described(startCustomerSubscriptionInput, 'orderNumber') }),
    orderHash: t.string(described(startCustomerSubscriptionInput, 'orderHash')),
    autoRenew: t.boolean(described(startCustomerSubscriptionInput, 'autoRenew')),
    startsAt: t.field({ type: 'DateTime', ...described(startCustomerSubscriptionInput, 'startsAt') }),
    endsAt: t.field({ type: 'DateTime', ...described(startCustomerSubscriptionInput, 'endsAt') }),
  }),
});

const UpdateCustomerSubscriptionInputType = builder.inputType('UpdateCustomerSubscriptionInput', {
  description: 'What to change of a subscription.',
  ...validatedBy(updateCustomerSubscriptionInput),
  fields: (t) => ({
    externalId: t.string({ required: true, description: EXTERNAL_ID }),
    productSlug: t.string(described(updateCustomerSubscriptionInput, 'productSlug')),
    productCode: t.string(described(updateCustomerSubscriptionInput, 'productCode')),
    orderNumber: t.string(described(updateCustomerSubscriptionInput, 'orderNumber')),
    orderHash: t.string(described(updateCustomerSubscriptionInput, 'orderHash')),
    autoRenew: t.boolean(described(updateCustomerSubscriptionInput, 'autoRenew')),
    startsAt: t.field({ type: 'DateTime', ...described(updateCustomerSubscriptionInput, 'startsAt') }),
    endsAt: t.field({ type: 'DateTime', ...described(updateCustomerSubscriptionInput, 'endsAt') }),
  }),
});

const EndCustomerSubscriptionInputType = builder.inputType('EndCustomerSubscriptionInput', {
  description: 'The subscription to end.',
  ...validatedBy(endCustomerSubscriptionInput),
  fields: (t) => ({
    externalId: t.string({ required: true, description: EXTERNAL_ID }),
    endsAt: t.field({ type: 'DateTime', ...described(endCustomerSubscriptionInput, 'endsAt') }),
    reason: t.string({ description: REASON }),
  }),
});

function subscriptionPayload(mutationName: string) {
  const name = `${mutationName.charAt(0).toUpperCase()}${mutationName.slice(1)}Payload`;
  return builder.objectRef<OwnedSubscription>(name).implement({
    description: `Result of \`${mutationName}\`.`,
    fields: (t) => ({
      subscription: t.field({
        type: CustomerSubscriptionType,
        description: 'The subscription after the change.',
        resolve: ({ subscription }) => subscription,
      }),
      customer: t.field({ ...changedCustomer, description: 'The customer who has it.' }),
    }),
  });
}

/** Makes the resolver of a mutation that changes a subscription, and gives it with its customer. */
function changingSubscription<Input>(
  change: (ctx: OperationContext, input: Input) => Promise<OwnedSubscription>,
  touches: (input: Input) => string[],
) {
  return mutation({
    act: (context: GatewayContext, input: Input) => change(context, input),
    touches,
    outcomeOf: ({ customer: { cuRefNo }, subscription: { externalId } }) => ({ cuRefNo, externalId }),
    load: async (context, { cuRefNo, externalId }) => {
      const customer = await loadCustomer(context, { cuRefNo });
      const subscription = await findSubscription(context, externalId);
      if (!subscription) throw new NoLongerThereError();
      return { customer, subscription };
    },
    payloadOf: (context, { customer, subscription }) => ({
      customer: context.relations.renew({ customer }),
      subscription,
    }),
  });
}

builder.mutationFields((t) => ({
  startCustomerSubscription: t.field({
    type: subscriptionPayload('startCustomerSubscription'),
    nullable: true,
    description: 'Starts a subscription of a customer. Sent again without an `Idempotency-Key`, it starts another one.',
    args: {
      input: t.arg({ type: StartCustomerSubscriptionInputType, required: true, description: 'The subscription.' }),
    },
    scope: 'customer:write',
    resolve: changingSubscription<StartCustomerSubscription>(startCustomerSubscription, ({ by }) => turnsOf(by)),
  }),
  updateCustomerSubscription: t.field({
    type: subscriptionPayload('updateCustomerSubscription'),
    nullable: true,
    description: 'Changes a subscription. Nothing is written where nothing differs.',
    args: {
      input: t.arg({ type: UpdateCustomerSubscriptionInputType, required: true, description: 'What to change.' }),
    },
    scope: 'customer:write',
    resolve: changingSubscription<UpdateCustomerSubscription>(updateCustomerSubscription, ({ externalId }) =>
      turnsOfSubscription(externalId),
    ),
  }),
  endCustomerSubscription: t.field({
    type: subscriptionPayload('endCustomerSubscription'),
    nullable: true,
    description:
      'Ends a subscription, now or at another time; it is renewed no longer. One that has not started yet never runs. Nothing changes if it has ended already and no time is told.',
    args: {
      input: t.arg({ type: EndCustomerSubscriptionInputType, required: true, description: 'The subscription.' }),
    },
    scope: 'customer:write',
    resolve: changingSubscription<EndCustomerSubscription>(endCustomerSubscription, ({ externalId }) =>
      turnsOfSubscription(externalId),
    ),
  }),
}));
