// What is seldom asked for of a customer, in GraphQL: address, language, newsletter, and what callers store with it.
import { type AddressMember, addressMembers } from '../../../customer/address.ts';
import type { Customer } from '../../../customer/customer.entity.ts';
import type { CustomerDetails, CustomerObjects } from '../../../customer/details.ts';
import { builder } from '../../builder.ts';
import type { GatewayContext } from '../../context.ts';
import { CustomerType } from './type.ts';

/** What is seldom asked for of a customer: there at once after a change, else loaded, for many customers in one statement. */
async function detailsOf(customer: Customer, { relations }: GatewayContext): Promise<CustomerDetails> {
  // Lazy: the type does not say that it may not be there.
  const isThere = (customer.newsletter as boolean | undefined) !== undefined;
  const details = isThere ? customer : await relations.details(customer.id);
  if (!details) throw new Error('a customer that was read is gone');
  return details;
}

/** An object may be of 32 KiB, where a text has 255 characters. */
const PRICE_OF_OBJECT = 50;

/** What callers store with a customer: there at once where it was read along, else loaded, for many customers in one statement. */
function objectOf(name: keyof CustomerObjects, customer: Customer, { relations }: GatewayContext) {
  const object = customer[name] as CustomerObjects['meta'] | undefined;
  return object ?? relations.objects(customer.id).then((objects) => objects?.[name] ?? {});
}

const addressDescriptions: Record<AddressMember, string> = {
  streetAddress: 'Street and number.',
  city: 'City.',
  cityPart: 'Part of the city.',
  stateRegion: 'State or region.',
  postalCode: 'Postal code.',
  country: 'Country, as a code of ISO 3166-1 alpha-2.',
};

const AddressType = builder.objectRef<CustomerDetails>('Address').implement({
  description: 'An address.',
  fields: (t) =>
    Object.fromEntries(
      addressMembers.map((name) => [
        name,
        t.exposeString(name, { nullable: true, description: addressDescriptions[name] }),
      ]),
    ),
});

builder.objectFields(CustomerType, (t) => ({
  address: t.field({
    type: AddressType,
    nullable: true,
    description: 'Address; null when nothing of it is known.',
    async resolve(customer, _, context) {
      const details = await detailsOf(customer, context);
      return addressMembers.some((name) => details[name] != null) ? details : null;
    },
  }),
  primaryLocale: t.string({
    nullable: true,
    description: 'Language, as a tag such as `cs` or `en-GB`.',
    resolve: async (customer, _, context) => (await detailsOf(customer, context)).primaryLocale,
  }),
  newsletter: t.boolean({
    description: 'Whether the customer wants the newsletter.',
    resolve: async (customer, _, context) => (await detailsOf(customer, context)).newsletter,
  }),
  meta: t.field({
    type: 'JSONObject',
    description: 'Data that programs store with the customer.',
    complexity: PRICE_OF_OBJECT,
    resolve: (customer, _, context) => objectOf('meta', customer, context),
  }),
  customFields: t.field({
    type: 'JSONObject',
    description: 'Fields that the organisation defines itself.',
    complexity: PRICE_OF_OBJECT,
    resolve: (customer, _, context) => objectOf('customFields', customer, context),
  }),
}));
