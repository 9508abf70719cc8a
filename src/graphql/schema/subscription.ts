// Subscriptions in GraphQL.
import type { Subscription } from '../../customer/subscription/subscription.entity.ts';
import { builder } from '../builder.ts';

export const CustomerSubscriptionType = builder.objectRef<Subscription>('CustomerSubscription').implement({
  description: 'A subscription of a customer.',
  fields: (t) => ({
    externalId: t.exposeString('externalId', {
      description: 'Public reference of the subscription: 16 letters and digits.',
    }),
    productSlug: t.exposeString('productSlug', { description: 'Product, by the name in its URL.' }),
    productCode: t.exposeString('productCode', { description: 'Product, by its code in the catalogue.' }),
    orderNumber: t.exposeString('orderNumber', { description: 'Number of the order that started it.' }),
    orderHash: t.exposeString('orderHash', { description: 'Public reference of that order: 32 letters and digits.' }),
    autoRenew: t.exposeBoolean('autoRenew', { description: 'Whether it is renewed when its term ends.' }),
  }),
});
