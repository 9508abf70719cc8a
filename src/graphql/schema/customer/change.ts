// What the mutations that change a customer have in common.
import type { ZodObject, ZodType } from 'zod';
import type { Customer } from '../../../customer/customer.entity.ts';
import { findCustomer } from '../../../customer/find.ts';
import type { OperationContext } from '../../../operation-context.ts';
import { builder } from '../../builder.ts';
import type { GatewayContext } from '../../context.ts';
import { mutation, NoLongerThereError } from '../../mutation.ts';
import { CustomerType, selectsRelatedRecords } from './type.ts';

/** What is said of the reason in an input. */
export const REASON = 'Why, for the change log: at most 1,000 characters.';

/** The customer in a payload. Whoever may change it sees its profile. */
export const changedCustomer = {
  type: CustomerType,
  description: 'The customer after the change.',
  scope: null,
  resolve: ({ customer }: { customer: Customer }) => customer,
} as const;

/** The payload of a mutation that changes a customer. */
export function customerPayload(mutationName: string) {
  const name = `${mutationName.charAt(0).toUpperCase()}${mutationName.slice(1)}Payload`;
  return builder.objectRef<{ customer: Customer }>(name).implement({
    description: `Result of \`${mutationName}\`.`,
    fields: (t) => ({ customer: t.field(changedCustomer) }),
  });
}

/** The description of a member of an input, from its zod schema. */
export function described({ shape }: Pick<ZodObject, 'shape'>, name: string): { description: string | undefined } {
  return { description: (shape[name] as ZodType | undefined)?.meta()?.description };
}

/**
 * Makes the resolver of a mutation that changes a customer, and gives it.
 *
 * @param load - loads it, for an answer that was not kept
 */
export function changing<Input>(
  change: (ctx: OperationContext, input: Input) => Promise<Customer>,
  load = loadCustomer,
) {
  return mutation({
    act: (context: GatewayContext, input: Input) => change(context, input),
    outcomeOf: ({ cuRefNo }) => ({ cuRefNo }),
    load,
    payloadOf: (context, customer) => ({ customer: context.relations.renew({ customer }) }),
  });
}

/** Loads the customer that was changed, for an answer that was not kept. */
export async function loadCustomer(context: GatewayContext, { cuRefNo }: { cuRefNo: string }): Promise<Customer> {
  const profile = await findCustomer(context, { cuRefNo }, selectsRelatedRecords(context.selected));
  if (!profile) throw new NoLongerThereError();
  return context.relations.remember(profile);
}
