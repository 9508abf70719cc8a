// Finds a subscription.
import type { Statement } from '../../database/statement.ts';
import type { OperationContext } from '../../operation-context.ts';
import { jsonOfSubscription, type Subscription } from './subscription.entity.ts';

const byExternalId: Statement = {
  name: 'subscription_by_external_id',
  text: `
    select ${jsonOfSubscription('s')} as subscription from subscription s
    where s.organisation_id = $1 and s.external_id = $2`,
};

/** Finds a subscription, also of a customer that was deleted; undefined when the organisation has none of this reference. */
export async function findSubscription(
  { database }: OperationContext,
  externalId: string,
): Promise<Subscription | undefined> {
  const values = [database.organisationId, externalId];
  const [row] = await database.run<{ subscription: Subscription }>(byExternalId, values);
  return row?.subscription;
}
