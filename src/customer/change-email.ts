// Changes the e-mail address of a customer.
import { z } from 'zod';
import type { OperationContext } from '../operation-context.ts';
import { customerBy, seenVersion } from './by.ts';
import { changeCustomer } from './change.ts';
import type { Customer } from './customer.entity.ts';
import { canonicalEmail } from './email.ts';
import { emailInput } from './input.ts';
import { assertVersion } from './version.ts';

/** Whose address becomes which. */
export const changeCustomerEmailInput = z.object({ by: customerBy, email: emailInput, version: seenVersion });

/** Whose address becomes which. */
export type ChangeCustomerEmail = z.output<typeof changeCustomerEmailInput>;

/**
 * Changes the e-mail address of a customer; also gives one to a contact that has none.
 *
 * @throws ApiError `PUBLIC_CUSTOMER_DETAIL_NOT_PERMITTED`; `INTERNAL_CONFLICT` when the mailbox is another customer's, or the version seen is not the
 *   present one
 */
export function changeCustomerEmail(
  ctx: OperationContext,
  { by, email, version }: ChangeCustomerEmail,
): Promise<Customer> {
  return changeCustomer(ctx, by, { action: 'EMAIL_CHANGED' }, (customer) => {
    assertVersion(customer, version);
    return { email, canonicalEmail: canonicalEmail(email) };
  });
}
