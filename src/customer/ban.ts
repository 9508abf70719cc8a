// Bans a customer.
import { z } from 'zod';
import { reasonInput } from '../change-log/reason.ts';
import type { OperationContext } from '../operation-context.ts';
import { customerBy } from './by.ts';
import type { Customer } from './customer.entity.ts';
import { lockCustomer } from './lock.ts';
import { setCustomer } from './set.ts';

/** Who is banned, and why. */
export const banCustomerInput = z.object({ by: customerBy, reason: reasonInput });

/** Who is banned, and why. */
export type BanCustomer = z.output<typeof banCustomerInput>;

/** Bans a customer; again is no change. @throws ApiError `PUBLIC_CUSTOMER_DETAIL_NOT_PERMITTED` */
export async function banCustomer(ctx: OperationContext, { by, reason }: BanCustomer): Promise<Customer> {
  return ctx.database.transaction(async (tx) => {
    const customer = await lockCustomer(tx, by);
    return setCustomer(tx, ctx, customer, { ban: true }, { action: 'BANNED', reason });
  });
}
