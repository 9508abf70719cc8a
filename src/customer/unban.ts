// Lifts the ban of a customer.
import { z } from 'zod';
import { reasonInput } from '../change-log/reason.ts';
import type { OperationContext } from '../operation-context.ts';
import { customerBy } from './by.ts';
import { changeCustomer } from './change.ts';
import type { Customer } from './customer.entity.ts';

/** Who is no longer banned, and why. */
export const unbanCustomerInput = z.object({ by: customerBy, reason: reasonInput });

/** Who is no longer banned, and why. */
export type UnbanCustomer = z.output<typeof unbanCustomerInput>;

/** Lifts a ban; a customer who is not banned stays as it is. @throws ApiError `PUBLIC_CUSTOMER_DETAIL_NOT_PERMITTED` */
export function unbanCustomer(ctx: OperationContext, { by, reason }: UnbanCustomer): Promise<Customer> {
  return changeCustomer(ctx, by, { action: 'UNBANNED', reason }, () => ({ ban: false }));
}
