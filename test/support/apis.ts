// One call of `createCustomer` through either API, with the answer in one form, so that tests can compare them.
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
}

/** The mutation with everything that the REST API shows. */
export const CREATE = `mutation ($input: CreateCustomerInput!) {
  createCustomer(input: $input) {
    newAccount
    customer {
      cuRefNo creditBalance phone firstName lastName companyName premium ban
      groups { name slug }
      meta customFields
      referral { code email firstName lastName }
      runningSubscriptions { externalId productSlug productCode orderNumber orderHash autoRenew }
    }
  }
}`;

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
};

export const apis = [rest, graphql];

function withoutNulls(profile: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(profile).filter(([, value]) => value !== null));
}
