// Subscriptions of customers.
import { defineEntity, type InferEntity, p } from '@mikro-orm/postgresql';
import { type JsonRow, jsonOf } from '../../database/columns.ts';
import { tenantPolicy } from '../../database/tenant-policy.ts';
import { ownedByOrganisation } from '../../organisation/organisation.entity.ts';
import { ownedByCustomer } from '../customer.entity.ts';
import type { Relation } from '../relation.ts';

export const SubscriptionEntity = defineEntity({
  name: 'Subscription',
  tableName: 'subscription',
  ...tenantPolicy,
  primaryKeys: ['organisationId', 'id'],
  uniques: [{ name: 'subscription_external_unique', properties: ['organisationId', 'externalId'] }],
  indexes: [{ name: 'subscription_by_customer', properties: ['organisationId', 'customerId'] }],
  checks: [
    { name: 'subscription_external_form', expression: `external_id ~ '^[A-Za-z0-9]{16}$'` },
    { name: 'subscription_hash_form', expression: `order_hash ~ '^[A-Za-z0-9]{32}$'` },
  ],
  properties: {
    ...ownedByOrganisation,
    id: p.bigint('number').primary().autoincrement(),
    ...ownedByCustomer,
    externalId: p.string().length(16),
    productSlug: p.string().length(255),
    productCode: p.string().length(255),
    orderNumber: p.string().length(64),
    orderHash: p.string().length(32),
    autoRenew: p.boolean(),
    startsAt: p.datetime(3).defaultRaw('now()'),
    /** Null while no end is set. A subscription runs from `startsAt` until this moment. */
    endsAt: p.datetime(3).nullable(),
  },
});

/** What is read of a subscription. */
export const subscriptionMembers = [
  'externalId',
  'productSlug',
  'productCode',
  'orderNumber',
  'orderHash',
  'autoRenew',
] as const;

/** What is read of a subscription. */
export type Subscription = JsonRow<InferEntity<typeof SubscriptionEntity>, typeof subscriptionMembers>;

/** The subscriptions of a customer that run now, by the database's clock, the oldest first. */
export const runningSubscriptionsOfCustomer: Relation<Subscription[]> = {
  select: (customerId) => `
    select json_agg(${jsonOf(SubscriptionEntity, 's', subscriptionMembers)} order by s.id)
    from subscription s
    where s.organisation_id = $1 and s.customer_id = ${customerId}
      and s.starts_at <= now() and (s.ends_at is null or s.ends_at > now())
  `,
  none: () => [],
};
