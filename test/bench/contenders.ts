// Who is measured, and how each is asked for the same thing.
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { createOrganisation, runSql } from '../support/database.ts';
import { fillOrganisation } from '../support/organisation.ts';
import { freePort, spawnGateway } from '../support/process.ts';
import { type Bench, processUsage, type Usage } from './support.ts';

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

/** A server that runs. */
export interface Contender {
  name: string;
  url: string;
  organisationId: number;
  /** E-mail addresses of the customers that its organisation begins with: this and a number from 1 on. */
  label: string;
  usage: Usage;
  ask(question: Question): Template;
  /** Reads the customers of an answer. */
  read(question: Question, body: never): Said[];
}

export const EMAIL = '@@EMAIL@@';
/** In a header or a body: sixteen digits that no other request has. */
export const REFERENCE = '@@REFERENCE@@';
const PEERS = new URL('./peers/', import.meta.url);
const CUSTOMERS = 20_000;
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

const handWritten = {
  ask: graphqlQuestions('CustomerBy', `customers { ${PROFILE} }`),
  read: readGraphQL,
};

const restQuestions = (create: string, customer: Template, customers: string) => (question: Question) =>
  ({
    create: (): Template => ({ method: 'POST', path: create, headers: JSON_TYPE, body: JSON.stringify(BODY) }),
    customer: () => customer,
    page: (): Template => ({ method: 'GET', path: customers, headers: {} }),
  })[question]();

const floor = {
  ask: restQuestions('/customers', { method: 'GET', path: `/customer?email=${EMAIL}`, headers: {} }, '/customers'),
  read: (question: Question, body: Said | Said[]) => (question === 'page' ? (body as Said[]) : [body as Said]),
};

const sofa = {
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

const postgraphile = (organisation: number) => ({
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

interface Peer {
  name: string;
  program: string;
  environment?: Record<string, string>;
  talk(organisationId: number): Pick<Contender, 'ask' | 'read'>;
}

const peers: Peer[] = [
  { name: 'floor', program: 'floor.js', talk: () => floor },
  { name: 'floor, coalescing', program: 'floor.js', environment: { COALESCING: '1' }, talk: () => floor },
  { name: 'Yoga + Pothos + MikroORM, usual', program: 'yoga.js', talk: () => handWritten },
  { name: 'Mercurius + jit', program: 'mercurius.js', talk: () => handWritten },
  { name: 'Apollo Server', program: 'apollo.js', talk: () => handWritten },
  { name: 'SOFA', program: 'sofa.js', talk: () => sofa },
  { name: 'PostGraphile', program: 'postgraphile.js', talk: postgraphile },
];

const throughGraphQL = (key: string) =>
  graphqlQuestions('CustomerBy', `customers(first: 50) { edges { node { ${PROFILE} } } }`, {
    Authorization: `Bearer ${key}`,
  });

/** The two APIs of a gateway, and how each is asked with a key. REST has no look-ups: those go to the other one. */
export const apis: readonly { name: string; ask(key: string): Contender['ask']; read: Contender['read'] }[] = [
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

/** Installs the peers from their own lock file, unless that was done. */
export async function installPeers(): Promise<void> {
  if (existsSync(new URL('node_modules', PEERS))) return;
  await promisify(execFile)('npm', ['ci', '--no-audit', '--no-fund'], { cwd: PEERS });
}

/** Starts a peer as a process of its own and waits until it answers. */
export async function startPeer(
  program: string,
  environment: Record<string, string>,
): Promise<Usage & { url: string; stop(): Promise<unknown> }> {
  const port = String(await freePort());
  const path = new URL(program, PEERS).pathname;
  const { child, stop, output } = spawnGateway({ PORT: port, NODE_ENV: 'production', ...environment }, path);
  const url = `http://127.0.0.1:${port}`;
  await answers(url, output);
  return { url, stop, ...processUsage(child) };
}

/** Starts every contender on the bench's database, each with an organisation of its own. */
export async function startContenders(bench: Bench): Promise<{ contenders: Contender[]; stop(): Promise<void> }> {
  await installPeers();
  await runSql(bench.databaseUrl, await readFile(new URL('functions.sql', PEERS), 'utf8'));
  const started: (() => Promise<unknown>)[] = [];
  const contenders: Contender[] = [];

  async function ownOrganisation() {
    const organisationId = await createOrganisation(bench.databaseUrl);
    const label = `c${organisationId}-`;
    await fillOrganisation(bench.databaseUrl, organisationId, label, CUSTOMERS);
    return { organisationId, label };
  }

  for (const { name, program, environment, talk } of peers) {
    const own = await ownOrganisation();
    const { url, stop, ...usage } = await startPeer(program, {
      DATABASE_URL: bench.databaseUrl,
      ORGANISATION: String(own.organisationId),
      ...environment,
    });
    started.push(stop);
    contenders.push({ name, url, ...own, usage, ...talk(own.organisationId) });
  }

  const gateway = await bench.startGateway();
  for (const { name, ask, read } of apis) {
    const own = await ownOrganisation();
    const key = await bench.makeKey('PROD', 2_000_000_000, own.organisationId);
    contenders.push({ name: `gateway, ${name}`, url: gateway.url, ...own, usage: gateway, ask: ask(key), read });
  }
  await runSql(bench.databaseUrl, 'vacuum analyze');
  return { contenders, stop: async () => void (await Promise.all(started.map((stop) => stop()))) };
}

async function answers(url: string, output: () => string): Promise<void> {
  for (let i = 0; i < 200; i++) {
    if (await fetch(url).catch(() => undefined)) return;
    await sleep(50);
  }
  throw new Error(`a peer does not start: ${output()}`);
}
