// Finds a subscription.
import type { Statement } from '../../database/statement.ts';
import type { OperationContext } from '../../operation-context.ts';
import { jsonOfSubscription, type Subscription } from './subscription.entity.ts';

const select = `
    select ${jsonOfSubscription('s')} as subscription from subscription s
    where s.organisation_id = $1 and s.external_id = $2`;

const byExternalId: Statement = { name: 'subscription_by_external_id', text: select };

/** A customer that was deleted is found nowhere, nor is what it has. */
const shownByExternalId: Statement = {
  name: 'subscription_shown_by_external_id',
  text: `${select} and exists (
      select from customer c where c.organisation_id = $1 and c.id = s.customer_id and c.deleted_at is null
    )`,
};

async function find(
  { database }: OperationContext,
  statement: Statement,
  externalId: string,
): Promise<Subscription | undefined> {
  const [row] = await database.run<{ subscription: Subscription }>(statement, [database.organisationId, externalId]);
  return row?.subscription;
}

/** Finds a subscription, also of a customer that was deleted; undefined when the organisation has none of this reference. */
export function findSubscription(ctx: OperationContext, externalId: string): Promise<Subscription | undefined> {
  return find(ctx, byExternalId, externalId);
}

/** Finds a subscription of a customer that can be found; undefined when there is none. */
export function findShownSubscription(ctx: OperationContext, externalId: string): Promise<Subscription | undefined> {
  return find(ctx, shownByExternalId, externalId);
}
