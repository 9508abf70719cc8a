// Writes subscriptions, each with its entry of the change log about the customer, in one statement.
import { changedFields, fieldsJson, recording } from '../../change-log/record.ts';
import { columnOf } from '../../database/columns.ts';
import type { OrganisationDatabase } from '../../database/organisation-database.ts';
import type { Statement } from '../../database/statement.ts';
import type { Actor } from '../../operation-context.ts';
import { customerActions } from '../actions.ts';
import type { Customer } from '../customer.entity.ts';
import type { OwnedSubscription } from './lock.ts';
import { jsonOfSubscription, type Subscription, SubscriptionEntity } from './subscription.entity.ts';

/** What can be set of a subscription, in the order in which the change log tells it. */
const settable = [
  'productSlug',
  'productCode',
  'orderNumber',
  'orderHash',
  'autoRenew',
  'startsAt',
  'endsAt',
] as const satisfies (keyof Subscription)[];

/** What can be set of a subscription. */
export type SubscriptionState = Pick<Subscription, (typeof settable)[number]>;

const columns = settable.map((name) => columnOf(SubscriptionEntity, name)).join(', ');
/** Beginning with `$9`: `$2` is the customer, which is locked, `$3` to `$7` are of the entry, `$8` names the subscription. */
const values = '$9, $10, $11, $12, $13::boolean, $14::timestamptz, $15::timestamptz';

const noted = `
  changed as (
    update customer c set change_count = c.change_count + 1
    where c.organisation_id = $1 and c.id = $2
    returning c.cu_ref_no, c.change_count
  ), change as (
    select cu_ref_no as reference, $3::text as action, $4::text as actor, $5::text as reason, $6::text as request_id, change_count as ordinal,
      $7::jsonb as fields
    from changed
  ), ${recording(`'customer'`, 'change')}`;

const insert: Statement = {
  name: 'subscription_insert',
  text: `
    with written as (
      insert into subscription as s (organisation_id, customer_id, external_id, ${columns}) values ($1, $2, $8, ${values})
      returning ${jsonOfSubscription('s')} as subscription
    ), ${noted}
    select subscription from written`,
};

const set: Statement = {
  name: 'subscription_set',
  text: `
    with written as (
      update subscription s set (${columns}) = row (${values})
      where s.organisation_id = $1 and s.customer_id = $2 and s.external_id = $8
      returning ${jsonOfSubscription('s')} as subscription
    ), ${noted}
    select subscription from written`,
};

type Written = 'SUBSCRIPTION_STARTED' | 'SUBSCRIPTION_UPDATED' | 'SUBSCRIPTION_ENDED';

/** What is done, for the change log. */
interface Entry {
  readonly action: Written;
  readonly reason?: string | null | undefined;
}

/** Makes a subscription of a customer that is locked. */
export async function insertSubscription(
  tx: OrganisationDatabase,
  actor: Actor,
  customer: Customer,
  externalId: string,
  state: SubscriptionState,
): Promise<OwnedSubscription> {
  const subscription = await write(insert, tx, actor, customer, { action: 'SUBSCRIPTION_STARTED' }, externalId, {
    before: Object.fromEntries(settable.map((name) => [name, null])) as never,
    after: state,
  });
  return { customer, subscription };
}

/** Sets what becomes of a subscription that is locked with its customer. What differs in nothing is no change: nothing is written. */
export async function setSubscription(
  tx: OrganisationDatabase,
  actor: Actor,
  owned: OwnedSubscription,
  entry: Entry,
  becomes: Partial<SubscriptionState>,
): Promise<OwnedSubscription> {
  const { customer, subscription: before } = owned;
  const after = { ...before, ...becomes };
  if (Object.keys(changedFields<SubscriptionState>(before, after, settable)).length === 0) return owned;
  return { customer, subscription: await write(set, tx, actor, customer, entry, before.externalId, { before, after }) };
}

async function write(
  statement: Statement,
  tx: OrganisationDatabase,
  { actor, requestId }: Actor,
  { id }: Customer,
  { action, reason }: Entry,
  externalId: string,
  { before, after }: { before: SubscriptionState; after: SubscriptionState },
): Promise<Subscription> {
  const fields = Object.entries(changedFields<SubscriptionState>(before, after, settable)).map(
    ([name, value]) => [`subscriptions.${externalId}.${name}`, value] as const,
  );
  const row = await tx.one<{ subscription: Subscription }>(statement, [
    ...[tx.organisationId, id, customerActions[action].stored, actor, reason, requestId],
    ...[fieldsJson(Object.fromEntries(fields)), externalId],
    ...settable.map((name) => after[name]),
  ]);
  return row.subscription;
}
