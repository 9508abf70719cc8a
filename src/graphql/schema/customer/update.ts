// `updateCustomer` and `changeCustomerEmail` in GraphQL.
import { addressInput, addressMembers } from '../../../customer/address.ts';
import { changeCustomerEmail, changeCustomerEmailInput, turnsOfEmailChange } from '../../../customer/change-email.ts';
import { updateCustomer, updateCustomerInput, updateCustomerMembers } from '../../../customer/update.ts';
import { builder, validatedBy } from '../../builder.ts';
import { described } from '../described.ts';
import { CustomerByInput } from './by.ts';
import { changing, customerPayload } from './change.ts';

const BY = 'The customer to change.';
/** What is said of the version in an input. */
export const VERSION =
  '`version` of the customer as you have read it; with another one nothing is changed. Absent or null for any.';

const AddressInputType = builder.inputType('AddressInput', {
  description: 'Members of an address to change. What is absent stays, null clears.',
  extensions: { schema: addressInput },
  fields: (t) => Object.fromEntries(addressMembers.map((name) => [name, t.string(described(addressInput, name))])),
});

const member = (name: keyof typeof updateCustomerMembers) => described({ shape: updateCustomerMembers }, name);

const UpdateCustomerInputType = builder.inputType('UpdateCustomerInput', {
  description:
    'What to change of a profile. What is absent stays; null clears, and so does text of which nothing is left.',
  ...validatedBy(updateCustomerInput),
  fields: (t) => ({
    by: t.field({ type: CustomerByInput, required: true, description: BY }),
    version: t.int({ description: VERSION }),
    firstName: t.string(member('firstName')),
    lastName: t.string(member('lastName')),
    phone: t.string(member('phone')),
    companyName: t.string(member('companyName')),
    companyRegistrationNumber: t.string(member('companyRegistrationNumber')),
    taxIdentificationNumber: t.string(member('taxIdentificationNumber')),
    address: t.field({ type: AddressInputType, ...member('address') }),
    primaryLocale: t.string(member('primaryLocale')),
    newsletter: t.boolean(member('newsletter')),
    premium: t.boolean(member('premium')),
    meta: t.field({ type: 'JSONObject', ...member('meta') }),
    customFields: t.field({ type: 'JSONObject', ...member('customFields') }),
    customerRealIp: t.string(member('customerRealIp')),
  }),
});

const ChangeCustomerEmailInputType = builder.inputType('ChangeCustomerEmailInput', {
  description: 'The new e-mail address of a customer.',
  ...validatedBy(changeCustomerEmailInput),
  fields: (t) => ({
    by: t.field({ type: CustomerByInput, required: true, description: BY }),
    email: t.string({
      required: true,
      description: 'The new address. Its mailbox must not be that of another customer.',
    }),
    version: t.int({ description: VERSION }),
  }),
});

builder.mutationFields((t) => ({
  updateCustomer: t.field({
    type: customerPayload('updateCustomer'),
    nullable: true,
    description: 'Changes the profile of a customer. Nothing is written where nothing differs.',
    args: { input: t.arg({ type: UpdateCustomerInputType, required: true, description: 'What to change.' }) },
    scope: 'customer:write',
    resolve: changing(updateCustomer),
  }),
  changeCustomerEmail: t.field({
    type: customerPayload('changeCustomerEmail'),
    nullable: true,
    description: 'Changes the e-mail address of a customer.',
    args: { input: t.arg({ type: ChangeCustomerEmailInputType, required: true, description: 'The new address.' }) },
    scope: 'customer:write',
    resolve: changing(changeCustomerEmail, turnsOfEmailChange),
  }),
}));
