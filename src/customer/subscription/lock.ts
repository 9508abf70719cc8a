// Subscriptions that are to be changed, locked with their customers for as long as a transaction takes.
import type { OrganisationDatabase } from '../../database/organisation-database.ts';
import type { Statement } from '../../database/statement.ts';
import { invalidField } from '../../errors/api-error.ts';
import { lockCustomer } from '../change.ts';
import type { Customer } from '../customer.entity.ts';
import { UNKNOWN } from './input.ts';
import { jsonOfSubscription, type Subscription } from './subscription.entity.ts';

/** A subscription, and whose it is. */
export interface OwnedSubscription {
  readonly customer: Customer;
  readonly subscription: Subscription;
}

const owner: Statement = {
  name: 'subscription_owner',
  text: `
    select c.cu_ref_no from subscription s
    join customer c on c.organisation_id = $1 and c.id = s.customer_id and c.deleted_at is null
    where s.organisation_id = $1 and s.external_id = $2`,
};

const lock: Statement = {
  name: 'subscription_lock',
  text: `
    select ${jsonOfSubscription('s')} as subscription from subscription s
    where s.organisation_id = $1 and s.external_id = $2 and s.customer_id = $3
    for no key update`,
};

/**
 * Locks a customer, then one of its subscriptions, until the transaction ends: everywhere in this order.
 *
 * @returns both as they are now
 * @throws ApiError `INTERNAL_VALIDATION_FAILED` at `externalId` when the organisation has no such subscription, or only one of a deleted customer
 */
export async function lockSubscription(tx: OrganisationDatabase, externalId: string): Promise<OwnedSubscription> {
  const [found] = await tx.run<{ cu_ref_no: string }>(owner, [tx.organisationId, externalId]);
  if (!found) throw invalidField('externalId', UNKNOWN);
  const { customer } = await lockCustomer(tx, { anyCuRefNo: found.cu_ref_no });
  const [row] = await tx.run<{ subscription: Subscription }>(lock, [tx.organisationId, externalId, customer.id]);
  // Else it was deleted meanwhile, or has the subscription no longer.
  return row && customer.deletedAt == null ? { customer, subscription: row.subscription } : tx.beginAnew();
}
