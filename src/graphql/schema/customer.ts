// Customers in GraphQL: the type, the queries, the mutation.
import { createOrReturnCustomer } from '../../customer/create.ts';
import type { Customer } from '../../customer/customer.entity.ts';
import { type CustomerKey, findCustomer, listCustomers } from '../../customer/find.ts';
import { type CreateCustomer, createCustomerInput, emailInput } from '../../customer/input.ts';
import type { Referrer } from '../../customer/referral/referral.entity.ts';
import { builder, validatedBy } from '../builder.ts';
import type { GatewayContext } from '../context.ts';
import { mutation, NoLongerThereError } from '../mutation.ts';
import { cursorReader, encodeCursor } from './cursor.ts';
import { CustomerGroupType } from './group.ts';
import { DEFAULT_PAGE, LARGEST_PAGE, pricedByPage, readPage } from './page.ts';
import { CustomerSubscriptionType } from './subscription.ts';

/** The fields of a customer that are read along with it, where an operation selects any of them. */
const relatedRecords = ['Customer.groups', 'Customer.referral', 'Customer.runningSubscriptions'];

function selectsRelatedRecords(selected: ReadonlySet<string>): boolean {
  return relatedRecords.some((field) => selected.has(field));
}

async function find(key: CustomerKey, context: GatewayContext): Promise<Customer | null> {
  const profile = await findCustomer(context, key, selectsRelatedRecords(context.selected));
  return profile && context.relations.remember(profile);
}

export const CustomerType = builder.objectRef<Customer>('Customer');
const ReferralType = builder.objectRef<Referrer>('Referral');

builder.node(CustomerType, {
  description: 'A person or company that is a customer of an organisation.',
  scope: 'customer:read',
  id: { resolve: (customer) => customer.cuRefNo },
  loadOne: (cuRefNo, context) => find({ cuRefNo }, context),
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
    meta: t.expose('meta', { type: 'JSONObject', description: 'Data that programs store with the customer.' }),
    customFields: t.expose('customFields', {
      type: 'JSONObject',
      description: 'Fields that the organisation defines itself.',
    }),
    referral: t.field({
      type: ReferralType,
      nullable: true,
      description: 'The customer who referred this one.',
      resolve: ({ id }, _, { relations }) => relations.referrer(id),
    }),
    runningSubscriptions: t.field({
      type: [CustomerSubscriptionType],
      description: 'Subscriptions that are running now.',
      resolve: ({ id }, _, { relations }) => relations.runningSubscriptions(id),
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When the customer was created.' }),
    updatedAt: t.expose('updatedAt', { type: 'DateTime', description: 'When the profile last changed.' }),
    lastSeenAt: t.expose('lastSeenAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When the customer was last created or returned by `createCustomer`, exact to a day.',
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

const CustomerByInput = builder.inputType('CustomerBy', {
  description: 'Identifies one customer.',
  isOneOf: true,
  fields: (t) => ({
    cuRefNo: t.string({ description: 'By public reference.' }),
    email: t.string({
      description: 'By e-mail address, in any spelling that leads to the same mailbox.',
      validate: { schema: emailInput },
    }),
  }),
});

builder.queryFields((t) => ({
  customer: t.field({
    type: CustomerType,
    nullable: true,
    description: 'Finds one customer. Null when there is none.',
    args: { by: t.arg({ type: CustomerByInput, required: true, description: 'Identifies the customer.' }) },
    scope: 'customer:read',
    resolve: (_, { by }, context) => find(by as CustomerKey, context),
  }),
  customers: t.connection(
    {
      type: CustomerType,
      nullable: true,
      description: `Lists the customers of the organisation, newest first; ${DEFAULT_PAGE} per page by default, ${LARGEST_PAGE} at most.`,
      scope: 'customer:read',
      complexity: pricedByPage,
      resolve: (_, args, context) =>
        readPage<Customer, string>(
          args,
          ({ cuRefNo }) => encodeCursor('customer', cuRefNo),
          cursorReader('customer'),
          async (page) => {
            const profiles = await listCustomers(context, page, selectsRelatedRecords(context.selected));
            return profiles.map((profile) => context.relations.remember(profile));
          },
        ),
    },
    { name: 'CustomerConnection', description: 'A page of customers.', scope: 'customer:read' },
    { name: 'CustomerEdge', description: 'A customer in a page.', scope: 'customer:read' },
  ),
}));

const CreateCustomerInputType = builder.inputType('CreateCustomerInput', {
  description: 'The customer to create, or to find by its e-mail address.',
  ...validatedBy(createCustomerInput),
  fields: (t) => {
    const described = (name: keyof CreateCustomer) => ({
      description: createCustomerInput.shape[name].meta()?.description,
    });
    return {
      email: t.string({ required: true, ...described('email') }),
      companyName: t.string(described('companyName')),
      companyRegistrationNumber: t.string(described('companyRegistrationNumber')),
      taxIdentificationNumber: t.string(described('taxIdentificationNumber')),
      customerRealIp: t.string(described('customerRealIp')),
    };
  },
});

const CreateCustomerPayload = builder
  .objectRef<{ newAccount: boolean; customer: Customer }>('CreateCustomerPayload')
  .implement({
    description: 'Result of `createCustomer`.',
    fields: (t) => ({
      newAccount: t.exposeBoolean('newAccount', { description: 'Whether this call created the customer.' }),
      customer: t.field({
        type: CustomerType,
        description: 'The customer.',
        // Whoever may create a customer sees its profile, as on the REST API.
        scope: null,
        resolve: ({ customer }) => customer,
      }),
    }),
  });

builder.mutationFields((t) => ({
  createCustomer: t.field({
    type: CreateCustomerPayload,
    nullable: true,
    description:
      'Creates a customer, or returns the existing one with the same mailbox, with the company fields filled in that its profile lacks.',
    args: { input: t.arg({ type: CreateCustomerInputType, required: true, description: 'The customer.' }) },
    scope: 'customer:create',
    resolve: mutation({
      act: (context, input: CreateCustomer) => createOrReturnCustomer(context, input),
      outcomeOf: ({ customer, newAccount }) => ({ cuRefNo: customer.cuRefNo, newAccount }),
      load: async (context, { cuRefNo, newAccount }) => {
        const profile = await findCustomer(context, { cuRefNo }, selectsRelatedRecords(context.selected));
        if (!profile) throw new NoLongerThereError();
        return { ...profile, newAccount };
      },
      payloadOf: (context, created) => ({
        customer: context.relations.remember(created),
        newAccount: created.newAccount,
      }),
    }),
  }),
}));
