// Bans a customer.
import { z } from 'zod';
import { reasonInput } from '../change-log/reason.ts';
import type { OperationContext } from '../operation-context.ts';
import { customerBy } from './by.ts';
import { changeCustomer } from './change.ts';
import type { Customer } from './customer.entity.ts';

/** Who is banned, and why. */
export const banCustomerInput = z.object({ by: customerBy, reason: reasonInput });

/** Who is banned, and why. */
export type BanCustomer = z.output<typeof banCustomerInput>;

/** Bans a customer; one who is banned stays as it is. @throws ApiError `PUBLIC_CUSTOMER_DETAIL_NOT_PERMITTED` */
export function banCustomer(ctx: OperationContext, { by, reason }: BanCustomer): Promise<Customer> {
  return changeCustomer(ctx, by, { action: 'BANNED', reason }, () => ({ ban: true }));
}
