// Restores a deleted customer.
import { z } from 'zod';
import { requiredReason } from '../change-log/reason.ts';
import type { OperationContext } from '../operation-context.ts';
import { customerByReference } from './by.ts';
import { changeCustomer } from './change.ts';
import type { Customer } from './customer.entity.ts';
import { lockWholeCustomer } from './merge/lock.ts';

/** Who is restored, and why. */
export const restoreCustomerInput = z.object({ by: customerByReference, reason: requiredReason });

/** Who is restored, and why. */
export type RestoreCustomer = z.output<typeof restoreCustomerInput>;

/**
 * Restores a deleted customer; for one that is not deleted it is no change.
 *
 * @throws ApiError `PUBLIC_CUSTOMER_DETAIL_NOT_PERMITTED`; `INTERNAL_CONFLICT` when its mailbox is another customer's by now
 */
export function restoreCustomer(ctx: OperationContext, { by, reason }: RestoreCustomer): Promise<Customer> {
  const key = { anyCuRefNo: by.cuRefNo };
  return changeCustomer(ctx, key, { action: 'RESTORED', reason }, () => ({ deleted: false }), lockWholeCustomer);
}
