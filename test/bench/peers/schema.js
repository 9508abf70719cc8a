// The schema of the peers that are written by hand: SDL and resolvers over prepared statements.
import { GraphQLScalarType } from 'graphql';
import { createCustomer, findCustomer, newestCustomers } from './database.js';

export const typeDefs = /* GraphQL */ `
  scalar JSONObject
  type Group { name: String! slug: String! }
  type Referral { code: String! email: String firstName: String lastName: String }
  type Subscription_ {
    externalId: String! productSlug: String! productCode: String! orderNumber: String! orderHash: String! autoRenew: Boolean!
  }
  type Customer {
    cuRefNo: String! email: String creditBalance: Int! phone: String firstName: String lastName: String companyName: String
    premium: Boolean! ban: Boolean! groups: [Group!]! meta: JSONObject! customFields: JSONObject! referral: Referral
    runningSubscriptions: [Subscription_!]!
  }
  type CreateCustomerPayload { newAccount: Boolean! customer: Customer! }
  input CreateCustomerInput { email: String! companyName: String customerRealIp: String }
  input CustomerBy { email: String! }
  type Query { customer(by: CustomerBy!): Customer customers: [Customer!]! }
  type Mutation { createCustomer(input: CreateCustomerInput!): CreateCustomerPayload }
`;

export const resolvers = {
  JSONObject: new GraphQLScalarType({ name: 'JSONObject' }),
  Query: {
    customer: (_, { by }) => findCustomer(by.email),
    customers: () => newestCustomers(),
  },
  Mutation: {
    async createCustomer(_, { input }) {
      const customer = await createCustomer(input);
      return { newAccount: customer.newAccount, customer };
    },
  },
};
