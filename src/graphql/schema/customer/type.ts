// The customer in GraphQL.
import type { Customer } from '../../../customer/customer.entity.ts';
import { type CustomerMoments, momentNames } from '../../../customer/details.ts';
import { type CustomerKey, findCustomer } from '../../../customer/find.ts';
import { BARE, type Reading } from '../../../customer/profile.ts';
import type { Referrer } from '../../../customer/referral/referral.entity.ts';
import { builder } from '../../builder.ts';
import type { GatewayContext } from '../../context.ts';
import { CustomerGroupType } from '../group.ts';
import { CustomerSubscriptionType } from '../subscription.ts';

/** The fields of a customer that are read along with it, where any of them is selected. */
const relatedRecords = ['groups', 'referral', 'runningSubscriptions'];
const objects = ['meta', 'customFields'];
const moments: readonly string[] = momentNames;

/** What is read along with customers of whom these fields are selected; whatever else is resolved is loaded then. */
export function readingOf(fields: ReadonlySet<string>): Reading {
  return {
    related: relatedRecords.some((field) => fields.has(field)),
    objects: objects.some((field) => fields.has(field)),
    moments: moments.some((field) => fields.has(field)),
  };
}

/** Finds a customer, with what is read along. */
export async function find(context: GatewayContext, key: CustomerKey, reading: Reading): Promise<Customer | null> {
  const profile = await findCustomer(context, key, reading);
  return profile && context.relations.remember(profile);
}

/** When a customer was created, changed or last seen: there at once where it was read along, else loaded, for many customers in one statement. */
function momentOf<Name extends keyof CustomerMoments>(
  name: Name,
  customer: Customer,
  { relations }: GatewayContext,
): CustomerMoments[Name] | Promise<CustomerMoments[Name]> {
  // Lazy: the type does not say that it may not be there.
  const moment = customer[name] as CustomerMoments[Name] | undefined;
  if (moment !== undefined) return moment;
  return relations.moments(customer.id).then((loaded) => {
    if (!loaded) throw new Error('a customer that was read is gone');
    return loaded[name];
  });
}

export const CustomerType = builder.objectRef<Customer>('Customer');
export const ReferralType = builder.objectRef<Referrer>('Referral');

builder.node(CustomerType, {
  description: 'A person or company that is a customer of an organisation.',
  scope: 'customer:read',
  id: { resolve: (customer) => customer.cuRefNo },
  loadOne: (cuRefNo, context) => find(context, { cuRefNo }, BARE),
  fields: (t) => ({
    cuRefNo: t.exposeString('cuRefNo', { description: 'Public reference: 16 letters and digits; never changes.' }),
    email: t.exposeString('email', {
      nullable: true,
      description: 'Normalised e-mail address. Null for a contact that was imported with a phone alone.',
    }),
    phone: t.exposeString('phone', { nullable: true, description: 'Phone number: prefix, one space, digits.' }),
    firstName: t.exposeString('firstName', { nullable: true, description: 'First name; null for a company.' }),
    lastName: t.exposeString('lastName', { nullable: true, description: 'Last name; null for a company.' }),
    companyName: t.exposeString('companyName', { nullable: true, description: 'Name of the company.' }),
    companyRegistrationNumber: t.exposeString('companyRegistrationNumber', {
      nullable: true,
      description: 'Company registration number.',
    }),
    taxIdentificationNumber: t.exposeString('taxIdentificationNumber', {
      nullable: true,
      description: 'Tax or VAT number.',
    }),
    creditBalance: t.exposeInt('creditBalance', { description: 'Credit, in whole units; may be negative.' }),
    premium: t.exposeBoolean('premium', { description: 'Whether the customer has premium status.' }),
    ban: t.boolean({ description: 'Whether the customer is banned.', resolve: ({ bannedAt }) => bannedAt != null }),
    groups: t.field({
      type: [CustomerGroupType],
      description: 'Groups that the customer belongs to.',
      resolve: ({ id }, _, { relations }) => relations.groups(id),
    }),
    referral: t.field({
      type: ReferralType,
      nullable: true,
      description: 'The customer who referred this one.',
      resolve: ({ id }, _, { relations }) => relations.referrer(id),
    }),
    runningSubscriptions: t.field({
      type: [CustomerSubscriptionType],
      description: 'Subscriptions that are running now, oldest first.',
      resolve: ({ id }, _, { relations }) => relations.runningSubscriptions(id),
    }),
    version: t.exposeInt('version', {
      description: 'Version of the profile: grows with each change of it. Credit, bans and deletion do not change it.',
    }),
    createdAt: t.field({
      type: 'DateTime',
      description: 'When the customer was created.',
      resolve: (customer, _, context) => momentOf('createdAt', customer, context),
    }),
    updatedAt: t.field({
      type: 'DateTime',
      description: 'When the profile last changed.',
      resolve: (customer, _, context) => momentOf('updatedAt', customer, context),
    }),
    lastSeenAt: t.field({
      type: 'DateTime',
      nullable: true,
      description:
        'When the customer was last created or returned by `createCustomer`, or came from another address, exact to a day.',
      resolve: (customer, _, context) => momentOf('lastSeenAt', customer, context),
    }),
  }),
});

ReferralType.implement({
  description: 'The customer who referred another one.',
  fields: (t) => ({
    code: t.exposeString('cuRefNo', { description: "The referring customer's `cuRefNo`." }),
    email: t.exposeString('email', { nullable: true, description: "The referring customer's e-mail address." }),
    firstName: t.exposeString('firstName', { nullable: true, description: "The referring customer's first name." }),
    lastName: t.exposeString('lastName', { nullable: true, description: "The referring customer's last name." }),
    customer: t.field({
      type: CustomerType,
      nullable: true,
      description: 'The referring customer.',
      scope: 'customer:read',
      resolve: ({ id }, _, { relations }) => relations.customer(id),
    }),
  }),
});
