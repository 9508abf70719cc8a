// Yoga, Pothos and MikroORM as they are usually written: an entity manager a request, findOne, persist, flush, populate.
import { createServer } from 'node:http';
import { defineEntity, MikroORM, p } from '@mikro-orm/postgresql';
import SchemaBuilder from '@pothos/core';
import { createYoga } from 'graphql-yoga';
import { databaseUrl, newReference, organisationId, PAGE, port } from './database.js';

const Group = defineEntity({
  name: 'CustomerGroup',
  tableName: 'customer_group',
  properties: { id: p.integer().primary(), name: p.string(), slug: p.string() },
});
const Subscription = defineEntity({
  name: 'Subscription',
  tableName: 'subscription',
  properties: {
    id: p.bigint('number').primary(),
    customer: () => p.manyToOne(Customer).joinColumn('customer_id'),
    externalId: p.string(),
    productSlug: p.string(),
    productCode: p.string(),
    orderNumber: p.string(),
    orderHash: p.string(),
    autoRenew: p.boolean(),
    startsAt: p.datetime(),
    endsAt: p.datetime().nullable(),
  },
});
const Referral = defineEntity({
  name: 'Referral',
  tableName: 'referral',
  properties: {
    customer: () => p.oneToOne(Customer).joinColumn('customer_id').primary(),
    referrer: () => p.manyToOne(Customer).joinColumn('referrer_id'),
  },
});
const Customer = defineEntity({
  name: 'Customer',
  tableName: 'customer',
  properties: {
    id: p.bigint('number').primary().autoincrement(),
    organisationId: p.integer(),
    cuRefNo: p.string(),
    email: p.string().nullable(),
    canonicalEmail: p.string().nullable(),
    phone: p.string().nullable(),
    firstName: p.string().nullable(),
    lastName: p.string().nullable(),
    companyName: p.string().nullable(),
    creditBalance: p.integer().default(0),
    premium: p.boolean().default(false),
    meta: p.json().defaultRaw(`'{}'`),
    customFields: p.json().defaultRaw(`'{}'`),
    lastIp: p.string().columnType('inet').nullable(),
    lastSeenAt: p.datetime().nullable(),
    bannedAt: p.datetime().nullable(),
    deletedAt: p.datetime().nullable(),
    groups: () =>
      p
        .manyToMany(Group)
        .pivotTable('customer_group_membership')
        .joinColumn('customer_id')
        .inverseJoinColumn('group_id'),
    subscriptions: () => p.oneToMany(Subscription).mappedBy('customer'),
    referral: () => p.oneToOne(Referral).mappedBy('customer').nullable(),
  },
});

const orm = new MikroORM({
  entities: [Customer, Group, Subscription, Referral],
  clientUrl: databaseUrl,
  pool: { min: 10, max: 10 },
});
const populate = ['groups', 'subscriptions', 'referral.referrer'];

const builder = new SchemaBuilder({});
builder.scalarType('JSONObject', { serialize: (value) => value });
const GroupType = builder.objectRef('Group').implement({
  fields: (t) => ({ name: t.exposeString('name'), slug: t.exposeString('slug') }),
});
const SubscriptionType = builder.objectRef('CustomerSubscription').implement({
  fields: (t) => ({
    externalId: t.exposeString('externalId'),
    productSlug: t.exposeString('productSlug'),
    productCode: t.exposeString('productCode'),
    orderNumber: t.exposeString('orderNumber'),
    orderHash: t.exposeString('orderHash'),
    autoRenew: t.exposeBoolean('autoRenew'),
  }),
});
const ReferralType = builder.objectRef('Referral').implement({
  fields: (t) => ({
    code: t.exposeString('cuRefNo'),
    email: t.exposeString('email', { nullable: true }),
    firstName: t.exposeString('firstName', { nullable: true }),
    lastName: t.exposeString('lastName', { nullable: true }),
  }),
});
const CustomerType = builder.objectRef('Customer').implement({
  fields: (t) => ({
    cuRefNo: t.exposeString('cuRefNo'),
    email: t.exposeString('email', { nullable: true }),
    creditBalance: t.exposeInt('creditBalance'),
    phone: t.exposeString('phone', { nullable: true }),
    firstName: t.exposeString('firstName', { nullable: true }),
    lastName: t.exposeString('lastName', { nullable: true }),
    companyName: t.exposeString('companyName', { nullable: true }),
    premium: t.exposeBoolean('premium'),
    ban: t.boolean({ resolve: ({ bannedAt }) => bannedAt != null }),
    groups: t.field({ type: [GroupType], resolve: ({ groups }) => groups.getItems() }),
    meta: t.expose('meta', { type: 'JSONObject' }),
    customFields: t.expose('customFields', { type: 'JSONObject' }),
    referral: t.field({ type: ReferralType, nullable: true, resolve: ({ referral }) => referral?.referrer }),
    runningSubscriptions: t.field({
      type: [SubscriptionType],
      resolve: ({ subscriptions }) => {
        const now = new Date();
        return subscriptions.getItems().filter(({ startsAt, endsAt }) => startsAt <= now && !(endsAt <= now && endsAt));
      },
    }),
  }),
});
const CustomerBy = builder.inputType('CustomerBy', { fields: (t) => ({ email: t.string({ required: true }) }) });
const Input = builder.inputType('CreateCustomerInput', {
  fields: (t) => ({ email: t.string({ required: true }), companyName: t.string(), customerRealIp: t.string() }),
});
const Payload = builder.objectRef('CreateCustomerPayload').implement({
  fields: (t) => ({
    newAccount: t.exposeBoolean('newAccount'),
    customer: t.field({ type: CustomerType, resolve: ({ customer }) => customer }),
  }),
});
const key = (email) => ({ organisationId, canonicalEmail: email.toLowerCase(), deletedAt: null });
builder.queryType({
  fields: (t) => ({
    customer: t.field({
      type: CustomerType,
      nullable: true,
      args: { by: t.arg({ type: CustomerBy, required: true }) },
      resolve: (_, { by }, { em }) => em.findOne(Customer, key(by.email), { populate }),
    }),
    customers: t.field({
      type: [CustomerType],
      resolve: (_, _args, { em }) =>
        em.find(Customer, { organisationId, deletedAt: null }, { populate, orderBy: { id: 'desc' }, limit: PAGE }),
    }),
  }),
});
builder.mutationType({
  fields: (t) => ({
    createCustomer: t.field({
      type: Payload,
      nullable: true,
      args: { input: t.arg({ type: Input, required: true }) },
      async resolve(_, { input }, { em }) {
        const found = await em.findOne(Customer, key(input.email), { populate });
        if (found) return { newAccount: false, customer: found };
        const { deletedAt: _deletedAt, ...columns } = key(input.email);
        const customer = em.create(Customer, {
          ...columns,
          email: input.email,
          companyName: input.companyName,
          lastIp: input.customerRealIp,
          lastSeenAt: new Date(),
          cuRefNo: newReference(),
          meta: {},
          customFields: {},
        });
        await em.persist(customer).flush();
        return { newAccount: true, customer };
      },
    }),
  }),
});

const yoga = createYoga({ schema: builder.toSchema(), context: () => ({ em: orm.em.fork() }), logging: false });
createServer(yoga).listen(port, '127.0.0.1');
