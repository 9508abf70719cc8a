// Subscriptions in GraphQL.
import { findShownSubscription } from '../../customer/subscription/find.ts';
import type { Subscription } from '../../customer/subscription/subscription.entity.ts';
import { builder } from '../builder.ts';

export const CustomerSubscriptionType = builder.objectRef<Subscription>('CustomerSubscription');

builder.node(CustomerSubscriptionType, {
  description: 'A subscription of a customer.',
  id: { resolve: ({ externalId }) => externalId },
  loadOne: async (externalId, context) => (await findShownSubscription(context, externalId)) ?? null,
  fields: (t) => ({
    externalId: t.exposeString('externalId', {
      description: 'Public reference of the subscription: 16 letters and digits.',
    }),
    productSlug: t.exposeString('productSlug', { description: 'Product, by the name in its URL.' }),
    productCode: t.exposeString('productCode', { description: 'Product, by its code in the catalogue.' }),
    orderNumber: t.exposeString('orderNumber', { description: 'Number of the order that started it.' }),
    orderHash: t.exposeString('orderHash', { description: 'Public reference of that order: 32 letters and digits.' }),
    autoRenew: t.exposeBoolean('autoRenew', { description: 'Whether it is renewed when its term ends.' }),
    startsAt: t.field({
      type: 'DateTime',
      description: 'When it starts. From then on it is running.',
      resolve: ({ startsAt }) => new Date(startsAt),
    }),
    endsAt: t.field({
      type: 'DateTime',
      nullable: true,
      description: 'When it ends. From then on it is running no longer. Null while no end is set.',
      resolve: ({ endsAt }) => (endsAt === null ? null : new Date(endsAt)),
    }),
    running: t.exposeBoolean('running', { description: 'Whether it is running now.' }),
  }),
});
