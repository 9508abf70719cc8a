// Bans and deletion of customers in GraphQL.
import { banCustomer, banCustomerInput } from '../../../customer/ban.ts';
import type { Customer } from '../../../customer/customer.entity.ts';
import { deleteCustomer, deleteCustomerInput } from '../../../customer/delete.ts';
import {
  type EraseCustomer,
  eraseCustomer,
  eraseCustomerInput,
  turnsOfErasure,
} from '../../../customer/erase/erase.ts';
import { restoreCustomer, restoreCustomerInput } from '../../../customer/restore.ts';
import { unbanCustomer, unbanCustomerInput } from '../../../customer/unban.ts';
import { builder, validatedBy } from '../../builder.ts';
import { REASON } from '../described.ts';
import { CustomerByInput, CustomerByReferenceInput } from './by.ts';
import { changedCustomer, changing, customerPayload } from './change.ts';
import { CustomerType } from './type.ts';

const BanCustomerInputType = builder.inputType('BanCustomerInput', {
  description: 'The customer to ban.',
  ...validatedBy(banCustomerInput),
  fields: (t) => ({
    by: t.field({ type: CustomerByInput, required: true, description: 'The customer to ban.' }),
    reason: t.string({ description: REASON }),
  }),
});

const UnbanCustomerInputType = builder.inputType('UnbanCustomerInput', {
  description: 'The customer whose ban to lift.',
  ...validatedBy(unbanCustomerInput),
  fields: (t) => ({
    by: t.field({ type: CustomerByInput, required: true, description: 'The customer whose ban to lift.' }),
    reason: t.string({ description: REASON }),
  }),
});

const DeleteCustomerInputType = builder.inputType('DeleteCustomerInput', {
  description: 'The customer to delete.',
  ...validatedBy(deleteCustomerInput),
  fields: (t) => ({
    by: t.field({ type: CustomerByInput, required: true, description: 'The customer to delete.' }),
    reason: t.string({ required: true, description: REASON }),
  }),
});

const RestoreCustomerInputType = builder.inputType('RestoreCustomerInput', {
  description: 'The customer to restore.',
  ...validatedBy(restoreCustomerInput),
  fields: (t) => ({
    by: t.field({ type: CustomerByReferenceInput, required: true, description: 'The customer to restore.' }),
    reason: t.string({ required: true, description: REASON }),
  }),
});

const EraseCustomerInputType = builder.inputType('EraseCustomerInput', {
  description: 'The customer to erase.',
  ...validatedBy(eraseCustomerInput),
  fields: (t) => ({
    by: t.field({
      type: CustomerByReferenceInput,
      required: true,
      description: 'The customer to erase, with all that were merged into it.',
    }),
    reason: t.string({ required: true, description: `${REASON} It stays: it must not hold what is to be erased.` }),
  }),
});

const DeleteCustomerPayload = builder.objectRef<{ customer: Customer }>('DeleteCustomerPayload').implement({
  description: 'Result of `deleteCustomer`.',
  fields: (t) => ({
    deletedCustomerId: t.globalID({
      description: 'Global id of the customer, for caches: it is no longer found by it.',
      resolve: ({ customer }) => ({ type: CustomerType, id: customer.cuRefNo }),
    }),
    customer: t.field({ ...changedCustomer, description: 'The customer as it was deleted.' }),
  }),
});

builder.mutationFields((t) => ({
  banCustomer: t.field({
    type: customerPayload('banCustomer'),
    nullable: true,
    description: 'Bans a customer. Nothing changes if it is banned already.',
    args: { input: t.arg({ type: BanCustomerInputType, required: true, description: 'The customer.' }) },
    scope: 'customer:write',
    resolve: changing(banCustomer),
  }),
  unbanCustomer: t.field({
    type: customerPayload('unbanCustomer'),
    nullable: true,
    description: 'Lifts the ban of a customer. Nothing changes if it is not banned.',
    args: { input: t.arg({ type: UnbanCustomerInputType, required: true, description: 'The customer.' }) },
    scope: 'customer:write',
    resolve: changing(unbanCustomer),
  }),
  deleteCustomer: t.field({
    type: DeleteCustomerPayload,
    nullable: true,
    description:
      'Deletes a customer: it is no longer found, and its e-mail address is free again. `restoreCustomer` brings it back.',
    args: { input: t.arg({ type: DeleteCustomerInputType, required: true, description: 'The customer, and why.' }) },
    scope: 'customer:write',
    resolve: changing(deleteCustomer),
  }),
  restoreCustomer: t.field({
    type: customerPayload('restoreCustomer'),
    nullable: true,
    description:
      'Restores a deleted customer. Nothing changes if it is not deleted; refused if another customer has its e-mail address by now.',
    args: { input: t.arg({ type: RestoreCustomerInputType, required: true, description: 'The customer, and why.' }) },
    scope: 'customer:write',
    resolve: changing(restoreCustomer),
  }),
  eraseCustomer: t.field({
    type: customerPayload('eraseCustomer'),
    nullable: true,
    description:
      'Erases what is personal of a customer, for good: name, e-mail and IP addresses, phone, company, address, language, `meta`, `customFields`, the values in its change log, and kept answers that tell of it. Its reference, credit ledger and subscriptions stay, and so do reasons and descriptions that were written of it. The change log keeps which fields were erased. Nothing changes where nothing is left to erase.',
    args: { input: t.arg({ type: EraseCustomerInputType, required: true, description: 'The customer, and why.' }) },
    scope: 'customer:write',
    resolve: changing<EraseCustomer>(eraseCustomer, turnsOfErasure),
  }),
}));
