// How each contender is asked for the same thing, and what its answers say.

/** What can be asked of a contender. */
export type Question = 'create' | 'customer' | 'page';

/** A request, but for the e-mail address that goes where `EMAIL` stands. */
export interface Template {
  method: 'GET' | 'POST';
  path: string;
  headers: Record<string, string>;
  body?: string;
}

/** What an answer says of a customer. */
export interface Said {
  cuRefNo: string;
  groups: unknown[];
  newAccount?: boolean;
}

/** How a contender is asked, and how its answers are read. */
export interface Dialect {
  ask(question: Question): Template;
  /** Reads the customers of an answer. */
  read(question: Question, body: never): Said[];
}

export const EMAIL = '@@EMAIL@@';
/** In a header or a body: sixteen digits that no other request has. */
export const REFERENCE = '@@REFERENCE@@';
const JSON_TYPE = { 'Content-Type': 'application/json' };
const BODY = { email: EMAIL, companyName: 'BizKitHub', customerRealIp: '1.1.1.1' };

const PROFILE = `cuRefNo creditBalance phone firstName lastName companyName premium ban groups { name slug } meta customFields
  referral { code email firstName lastName }
  runningSubscriptions { externalId productSlug productCode orderNumber orderHash autoRenew }`;

const CREATE = `mutation ($input: CreateCustomerInput!) { createCustomer(input: $input) { newAccount customer { ${PROFILE} } } }`;

function postGraphQL(query: string, variables: object, headers: Record<string, string> = {}): Template {
  return {
    method: 'POST',
    path: '/graphql',
    headers: { ...JSON_TYPE, ...headers },
    body: JSON.stringify({ query, variables }),
  };
}

/** How the questions are put to a GraphQL server that lists customers as `pageField`. */
function graphqlQuestions(by: string, pageField: string, headers: Record<string, string> = {}) {
  return (question: Question) =>
    ({
      create: () => postGraphQL(CREATE, { input: BODY }, headers),
      customer: () =>
        postGraphQL(`query ($by: ${by}!) { customer(by: $by) { ${PROFILE} } }`, { by: { email: EMAIL } }, headers),
      page: () => postGraphQL(`{ ${pageField} }`, {}, headers),
    })[question]();
}

type Answer = {
  data: {
    createCustomer: { newAccount: boolean; customer: Said };
    customer: Said;
    customers: Said[] & { edges: { node: Said }[] };
  };
};

function readGraphQL(question: Question, { data }: Answer): Said[] {
  if (question === 'create') return [{ ...data.createCustomer.customer, newAccount: data.createCustomer.newAccount }];
  if (question === 'customer') return [data.customer];
  return data.customers.edges?.map(({ node }) => node) ?? data.customers;
}

/** How the GraphQL servers are asked that are written by hand. */
export const handWritten = {
  ask: graphqlQuestions('CustomerBy', `customers { ${PROFILE} }`),
  read: readGraphQL,
};

const restQuestions = (create: string, customer: Template, customers: string) => (question: Question) =>
  ({
    create: (): Template => ({ method: 'POST', path: create, headers: JSON_TYPE, body: JSON.stringify(BODY) }),
    customer: () => customer,
    page: (): Template => ({ method: 'GET', path: customers, headers: {} }),
  })[question]();

/** How the floors are asked. */
export const floor = {
  ask: restQuestions('/customers', { method: 'GET', path: `/customer?email=${EMAIL}`, headers: {} }, '/customers'),
  read: (question: Question, body: Said | Said[]) => (question === 'page' ? (body as Said[]) : [body as Said]),
};

/** How SOFA is asked. */
export const sofa = {
  ask: (question: Question): Template =>
    ({
      create: (): Template => ({
        method: 'POST',
        path: '/api/create-customer',
        headers: JSON_TYPE,
        body: JSON.stringify({ input: BODY }),
      }),
      customer: (): Template => ({
        method: 'POST',
        path: '/api/customer',
        headers: JSON_TYPE,
        body: JSON.stringify({ by: { email: EMAIL } }),
      }),
      page: (): Template => ({ method: 'GET', path: '/api/customers', headers: {} }),
    })[question](),
  read(question: Question, body: { newAccount: boolean; customer: Said } | Said | Said[]): Said[] {
    if (question === 'page') return body as Said[];
    if (question === 'customer') return [body as Said];
    const { newAccount, customer } = body as { newAccount: boolean; customer: Said };
    return [{ ...customer, newAccount }];
  },
};

const GRAPHILE_PROFILE = `cuRefNo creditBalance phone firstName lastName companyName premium bannedAt meta customFields
  groups: customerGroupMembershipsByOrganisationIdAndCustomerId {
    nodes { customerGroupByOrganisationIdAndGroupId { name slug } }
  }
  referralByOrganisationIdAndCustomerId {
    customerByOrganisationIdAndReferrerId { cuRefNo email firstName lastName }
  }
  customerSubscriptionsByOrganisationIdAndCustomerId {
    nodes { externalId productSlug productCode orderNumber orderHash autoRenew }
  }`;

type GraphileCustomer = { cuRefNo: string; groups: { nodes: unknown[] } };
const readGraphile = ({ cuRefNo, groups }: GraphileCustomer): Said => ({ cuRefNo, groups: groups.nodes });

/** How PostGraphile is asked for customers of an organisation. */
export const postgraphile = (organisation: number) => ({
  ask: (question: Question): Template =>
    ({
      create: () =>
        postGraphQL(
          `mutation ($reference: String!, $given: String!, $company: String, $ip: String) {
            peersCreateOrReturn(input: { organisation: ${organisation}, reference: $reference, given: $given, company: $company, ip: $ip }) {
              result { ${GRAPHILE_PROFILE} }
            }
          }`,
          { reference: REFERENCE, given: EMAIL, company: BODY.companyName, ip: BODY.customerRealIp },
        ),
      customer: () =>
        postGraphQL(
          `query ($given: String!) { peersCustomerByEmail(organisation: ${organisation}, given: $given) { ${GRAPHILE_PROFILE} } }`,
          { given: EMAIL },
        ),
      page: () =>
        postGraphQL(
          `{ peersNewestCustomers(organisation: ${organisation}, first: 50) { nodes { ${GRAPHILE_PROFILE} } } }`,
          {},
        ),
    })[question](),
  read(
    question: Question,
    {
      data,
    }: {
      data: {
        peersCreateOrReturn: { result: GraphileCustomer };
        peersCustomerByEmail: GraphileCustomer;
        peersNewestCustomers: { nodes: GraphileCustomer[] };
      };
    },
  ): Said[] {
    if (question === 'page') return data.peersNewestCustomers.nodes.map(readGraphile);
    return [readGraphile(question === 'create' ? data.peersCreateOrReturn.result : data.peersCustomerByEmail)];
  },
});

const throughGraphQL = (key: string) =>
  graphqlQuestions('CustomerBy', `customers(first: 50) { edges { node { ${PROFILE} } } }`, {
    Authorization: `Bearer ${key}`,
  });

/** The two APIs of a gateway, and how each is asked with a key. REST has no look-ups: those go to the other one. */
export const apis: readonly { name: string; ask(key: string): Dialect['ask']; read: Dialect['read'] }[] = [
  {
    name: 'REST',
    ask: (key) => {
      const lookUp = throughGraphQL(key);
      const create = restQuestions(`/api/v1/customer/create?apiKey=${key}`, lookUp('customer'), '');
      return (question) => (question === 'create' ? create(question) : lookUp(question));
    },
    read: (question, body) => (question === 'create' ? floor.read(question, body) : readGraphQL(question, body)),
  },
  { name: 'GraphQL', ask: throughGraphQL, read: readGraphQL },
];
