// Deletes a customer, softly.
import { z } from 'zod';
import { requiredReason } from '../change-log/reason.ts';
import type { OperationContext } from '../operation-context.ts';
import { customerBy } from './by.ts';
import { changeCustomer } from './change.ts';
import type { Customer } from './customer.entity.ts';
import { lockWholeCustomer } from './merge/lock.ts';

/** Who is deleted, and why. */
export const deleteCustomerInput = z.object({ by: customerBy, reason: requiredReason });

/** Who is deleted, and why. */
export type DeleteCustomer = z.output<typeof deleteCustomerInput>;

/**
 * Deletes a customer: it is no longer found, and its mailbox is free. Its rows stay.
 *
 * @throws ApiError `PUBLIC_CUSTOMER_DETAIL_NOT_PERMITTED`, also when it was deleted before
 */
export function deleteCustomer(ctx: OperationContext, { by, reason }: DeleteCustomer): Promise<Customer> {
  return changeCustomer(ctx, by, { action: 'DELETED', reason }, () => ({ deleted: true }), lockWholeCustomer);
}
