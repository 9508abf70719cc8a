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

/** What is read of a subscription as it is stored. */
export const subscriptionMembers = [
  'externalId',
  'productSlug',
  'productCode',
  'orderNumber',
  'orderHash',
  'autoRenew',
] as const;

/** What is read of a subscription. */
export interface Subscription extends JsonRow<InferEntity<typeof SubscriptionEntity>, typeof subscriptionMembers> {
  /** As `timeOf` writes it. */
  startsAt: string;
  /** The same; null while no end is set. */
  endsAt: string | null;
  running: boolean;
}

/**
 * SQL for the present, by the database's clock: when the statement began. A transaction that has waited for a lock sees what was written after it began
 * itself, and to its `now()` all that would lie in the future.
 */
const PRESENT = 'statement_timestamp()';

/** SQL for the present as columns keep it: rounded instead, it could lie in the future. */
export const PRESENT_MILLISECOND = `date_trunc('milliseconds', ${PRESENT})`;

/** SQL for whether a subscription runs at present: the only place that decides it. */
export function runs(row: string): string {
  return `(${row}.starts_at <= ${PRESENT} and (${row}.ends_at is null or ${row}.ends_at > ${PRESENT}))`;
}

/** SQL for a moment as text, in UTC and with milliseconds, as JavaScript writes it; null for one that is infinite. */
export function timeOf(moment: string): string {
  return `to_char(${moment} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;
}

/** SQL for a subscription as JSON. */
export function jsonOfSubscription(row: string): string {
  return jsonOf(SubscriptionEntity, row, subscriptionMembers, {
    startsAt: timeOf(`${row}.starts_at`),
    endsAt: timeOf(`${row}.ends_at`),
    running: runs(row),
  });
}

function subscriptionsWhere(condition: string): Relation<Subscription[]> {
  return {
    select: (customerId) => `
      select json_agg(${jsonOfSubscription('s')} order by s.id)
      from subscription s
      where s.organisation_id = $1 and s.customer_id = ${customerId}${condition}
    `,
    none: () => [],
  };
}

/** The subscriptions of a customer that run now, the oldest first. */
export const runningSubscriptionsOfCustomer = subscriptionsWhere(` and ${runs('s')}`);

/** Those that do not run: they have ended, or not started yet. */
export const otherSubscriptionsOfCustomer = subscriptionsWhere(` and not ${runs('s')}`);

/** All of them. */
export const subscriptionsOfCustomer = subscriptionsWhere('');
