// Lifts the ban of a customer.
import { z } from 'zod';
import { reasonInput } from '../change-log/reason.ts';
import type { OperationContext } from '../operation-context.ts';
import { customerBy } from './by.ts';
import type { Customer } from './customer.entity.ts';
import { lockCustomer } from './lock.ts';
import { setCustomer } from './set.ts';

/** Who is no longer banned, and why. */
export const unbanCustomerInput = z.object({ by: customerBy, reason: reasonInput });

/** Who is no longer banned, and why. */
export type UnbanCustomer = z.output<typeof unbanCustomerInput>;

/** Lifts a ban; again is no change. @throws ApiError `PUBLIC_CUSTOMER_DETAIL_NOT_PERMITTED` */
export async function unbanCustomer(ctx: OperationContext, { by, reason }: UnbanCustomer): Promise<Customer> {
  return ctx.database.transaction(async (tx) => {
    const customer = await lockCustomer(tx, by);
    return setCustomer(tx, ctx, customer, { ban: false }, { action: 'UNBANNED', reason });
  });
}
