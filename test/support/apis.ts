// One call of `createCustomer` or `updateCustomer` through either API, with the answer in one form, so that tests can compare them.
import type { Answer, CallOptions, TestGateway } from './gateway.ts';

/** What came of a call, whichever API it took. */
export interface Outcome {
  code?: string;
  description?: string;
  fields?: { path: string; message: string }[];
  newAccount?: boolean;
  /** The profile, with the names of the REST API; members that are unknown are absent. */
  profile?: Record<string, unknown>;
}

/** An API as a function: input in, outcome out. */
export interface Api {
  name: string;
  create(
    gateway: Pick<TestGateway, 'rest' | 'graphql'>,
    input: unknown,
    options?: CallOptions,
  ): Promise<Outcome & { answer: Answer }>;
  /** @param input - as the REST API has it: flat, with `email` for whom it is about */
  update(
    gateway: Pick<TestGateway, 'send' | 'graphql'>,
    input: Record<string, unknown>,
    options: CallOptions & { key: string },
  ): Promise<Outcome & { answer: Answer }>;
}

const PROFILE = `
      cuRefNo creditBalance phone firstName lastName companyName premium ban
      groups { name slug }
      meta customFields
      referral { code email firstName lastName }
      runningSubscriptions { externalId productSlug productCode orderNumber orderHash autoRenew }`;

/** The mutation with everything that the REST API shows. */
export const CREATE = `mutation ($input: CreateCustomerInput!) {
  createCustomer(input: $input) {
    newAccount
    customer {${PROFILE}
    }
  }
}`;

/** The same of an update. */
const UPDATE = `mutation ($input: UpdateCustomerInput!) {
  updateCustomer(input: $input) { customer { email ${PROFILE} } }
}`;

const inAddress = ['streetAddress', 'city', 'cityPart', 'stateRegion', 'postalCode', 'country'];

/** The path of a field as the REST API names it. */
function flat(path: string): string {
  return path === 'by.email' ? 'email' : path.replace(/^address\.(?=.)/, '');
}

function outcomeOfError(error: { code?: string; description?: string; fields?: Outcome['fields'] }): Outcome {
  return { code: error.code, description: error.description, ...(error.fields && { fields: error.fields }) };
}

export const rest: Api = {
  name: 'REST',
  async create(gateway, input, options) {
    const answer = await gateway.rest(input, options);
    if (answer.body.error) return { answer, ...outcomeOfError(answer.body.error) };
    const { success: _, newAccount, ...profile } = answer.body;
    return { answer, newAccount, profile };
  },
  async update(gateway, input, { key, headers }) {
    const answer = await gateway.send('/api/v1/customer/update-profile', {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${key}`, ...headers },
      body: JSON.stringify(input),
    });
    if (answer.body.error) return { answer, ...outcomeOfError(answer.body.error) };
    const { success: _, ...profile } = answer.body;
    return { answer, profile };
  },
};

export const graphql: Api = {
  name: 'GraphQL',
  async create(gateway, input, options) {
    const answer = await gateway.graphql(CREATE, { input }, options);
    if (answer.body.errors) return { answer, ...outcomeOfError(answer.body.errors[0].extensions) };
    const { newAccount, customer } = answer.body.data.createCustomer;
    const { runningSubscriptions: runningSubscriptionList, ...rest } = customer;
    return { answer, newAccount, profile: withoutNulls({ ...rest, runningSubscriptionList }) };
  },
  async update(gateway, { email, ...given }, options) {
    const members = Object.entries(given);
    const address = Object.fromEntries(members.filter(([name]) => inAddress.includes(name)));
    const input = {
      by: { email },
      ...Object.fromEntries(members.filter(([name]) => !inAddress.includes(name))),
      ...(Object.keys(address).length > 0 && { address }),
    };
    const answer = await gateway.graphql(UPDATE, { input }, options);
    if (answer.body.errors) {
      const { fields, ...outcome } = outcomeOfError(answer.body.errors[0].extensions);
      const renamed = fields?.map(({ path, message }) => ({ path: flat(path), message }));
      return { answer, ...outcome, ...(renamed && { fields: renamed }) };
    }
    const { runningSubscriptions: runningSubscriptionList, ...rest } = answer.body.data.updateCustomer.customer;
    return { answer, profile: withoutNulls({ ...rest, runningSubscriptionList }) };
  },
};

export const apis = [rest, graphql];

function withoutNulls(profile: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(profile).filter(([, value]) => value !== null));
}
