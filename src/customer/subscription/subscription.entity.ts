// Subscriptions of customers.
import { defineEntity, type InferEntity, p } from '@mikro-orm/postgresql';
import type { JsonRow } from '../../database/columns.ts';
import { tenantPolicy } from '../../database/tenant-policy.ts';
import { ownedByOrganisation } from '../../organisation/organisation.entity.ts';
import { ownedByCustomer } from '../customer.entity.ts';

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

/**
 * Writes the SQL that tells whether a subscription runs, by the database's clock.
 *
 * @param alias - what the statement calls the subscription
 */
export function runsNow(alias: string): string {
  return `${alias}.starts_at <= now() and (${alias}.ends_at is null or ${alias}.ends_at > now())`;
}

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
