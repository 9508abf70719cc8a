// What the mutations that change a customer have in common.
import { turnsOf } from '../../../customer/change.ts';
import type { Customer } from '../../../customer/customer.entity.ts';
import { type CustomerKey, findAnyCustomer } from '../../../customer/find.ts';
import type { OperationContext } from '../../../operation-context.ts';
import { builder } from '../../builder.ts';
import type { GatewayContext } from '../../context.ts';
import { mutation, NoLongerThereError } from '../../mutation.ts';
import { CustomerType } from './type.ts';

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

/**
 * Makes the resolver of a mutation that changes a customer, and gives it.
 *
 * @param touches - names of what it locks, where that is more than the customer
 * @param joins - names of what it locks beside others, as `Mutation` has them
 */
export function changing<Input extends { by: CustomerKey }>(
  change: (ctx: OperationContext, input: Input) => Promise<Customer>,
  touches: (input: Input) => readonly string[] = ({ by }) => turnsOf(by),
  joins: (input: Input) => readonly string[] = () => [],
) {
  return mutation({
    act: (context: GatewayContext, input: Input) => change(context, input),
    outcomeOf: ({ cuRefNo }) => ({ cuRefNo }),
    load: loadCustomer,
    touches,
    joins,
    payloadOf: (context, customer) => ({ customer: context.relations.renew({ customer }) }),
  });
}

/** Loads the customer that was changed, for an answer that was not kept; also one that was deleted since, maybe by the same document. */
export async function loadCustomer(context: GatewayContext, { cuRefNo }: { cuRefNo: string }): Promise<Customer> {
  const customer = await findAnyCustomer(context, cuRefNo);
  if (!customer) throw new NoLongerThereError();
  return customer;
}
