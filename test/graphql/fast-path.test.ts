// The fast path of a POST, compiled operations included, against Yoga as it is: the same requests, the same answers.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { CREATE } from '../support/apis.ts';
import { createDatabase, createOrganisation, runSql } from '../support/database.ts';
import { startGateway, type TestGateway } from '../support/gateway.ts';
import { fillOrganisation } from '../support/organisation.ts';
import { seededRandom } from '../support/random.ts';

const REQUESTS = 1_500;
const CUSTOMERS = 30;

let short: TestGateway;
let long: TestGateway;

/** A gateway on a database of its own, with what all such databases hold. */
async function openGateway(fastPath: boolean): Promise<TestGateway> {
  const databaseUrl = await createDatabase();
  const organisationId = await createOrganisation(databaseUrl, 'same');
  await fillOrganisation(databaseUrl, organisationId, 'c', CUSTOMERS);
  const gateway = await startGateway({ databaseUrl, parts: { fastPath } });
  await runSql(databaseUrl, 'update api_key set organisation_id = $1', [organisationId]);
  return gateway;
}

beforeAll(async () => {
  [short, long] = await Promise.all([openGateway(true), openGateway(false)]);
});
afterAll(() => Promise.all([short.close(), long.close()]));

const CUSTOMER = 'id cuRefNo email companyName ban meta groups { slug } referral { code customer { email } } createdAt';

/** Documents of every sort; most recur often enough to be compiled. */
const documents = [
  CREATE,
  '{ __typename }',
  'mutation ($input: CreateCustomerInput!) { createCustomer(input: $input) { newAccount } }',
  'mutation A($input: CreateCustomerInput!) { one: createCustomer(input: $input) { newAccount customer { email } } two: createCustomer(input: { email: "bad" }) { newAccount } }',
  'mutation ($email: String!) { createCustomer(input: { email: $email, customerRealIp: "" }) { __typename customer { __typename lastIp { address } } } }',
  'mutation ($email: String!) { createCustomer(input: { email: $email }) { customer { a: ipHistory(first: 500) { pageInfo { hasNextPage } } b: ipHistory(first: 500) { pageInfo { hasNextPage } } } } }',
  'query ($email: String!) { customer(by: { email: $email }) { referral { customer { ipHistory(first: 500) { pageInfo { hasNextPage } } } } ipHistory(last: 500) { pageInfo { hasNextPage } } } }',
  `query ($email: String!) { customer(by: { email: $email }) { ${CUSTOMER} } }`,
  `query ($by: CustomerBy!) { customer(by: $by) { ${CUSTOMER} runningSubscriptions { externalId } } }`,
  `query A($email: String!, $deep: Boolean = false) { customer(by: { email: $email }) { ...C @include(if: $deep) ... on Customer @skip(if: $deep) { email } } } fragment C on Customer { ${CUSTOMER} }`,
  `query A($email: String!, $deep: Boolean!) { customer(by: { email: $email }) { ...C @include(if: $deep) ... on Customer @skip(if: $deep) { email } } } fragment C on Customer { ${CUSTOMER} }`,
  'query ($first: Int, $after: String) { customers(first: $first, after: $after) { edges { cursor node { cuRefNo groups { name } ipHistory(first: 2) { edges { node { address } } } } } pageInfo { hasNextPage endCursor } } }',
  'query ($first: Int) { customers(first: $first) { edges { node { email ipHistory(first: 500) { pageInfo { hasNextPage } } } } } }',
  'query ($last: Int) { customers(last: $last) { edges { node { email referral { code email } } } } other: customers(first: 101) { pageInfo { endCursor } } }',
  'query ($id: ID!) { node(id: $id) { __typename id ... on Customer { email referral { customer { email } } } } }',
  'query ($address: String!) { ipInfo(ip: $address) { address kind country { code } } }',
  'query A { __typename } query B($email: String!) { customer(by: { email: $email }) { email } }',
  '{ apiKeys { edges { node { name } } } }',
  'mutation { rotateApiKey(input: { fingerprint: "PRODnone" }) { secret } }',
  '{ __schema { queryType { name } } }',
  '{ __type(name: "Customer") { fields { name } } }',
  '{ a: __typename b: __typename customer(by: { cuRefNo: "0000000000000000" }) { email } }',
  '{ customer(by: {}) { email } }',
  '{ customer(by: { email: "c1@example.com", cuRefNo: "x" }) { email } }',
  '{ customer(by: { email: null }) { email } }',
  '{ customer { email } }',
  '{ nothing }',
  '{ customers(first: "1") { edges { cursor } } }',
  'query ($a: Int) { __typename }',
  'query ($email: Int) { customer(by: { email: $email }) { email } }',
  'subscription { nothing }',
  'fragment X on Customer { email }',
  '{ ...X } fragment X on Query { ...X }',
  '{',
  '',
  '#',
  `{ ${'a: __typename '.repeat(3)} }`,
  `{ customer(by: { email: "c1@example.com" }) ${'{ referral { customer '.repeat(7)} { email } ${'} }'.repeat(7)} }`,
];

function generator(seed: number) {
  const random = seededRandom(seed);
  const pick = <Value>(values: readonly Value[]) => values[Math.floor(random() * values.length)] as Value;
  const chance = (share: number) => random() < share;
  const email = () =>
    pick([
      `c${1 + Math.floor(random() * CUSTOMERS)}@example.com`,
      `n${Math.floor(random() * 500)}@example.com`,
      ' C2@Example.com ',
      'x',
      '',
      5,
      null,
    ]);
  const value = () =>
    pick<unknown>([
      '',
      'x',
      0,
      3,
      -1,
      101,
      2 ** 40,
      1.5,
      true,
      null,
      undefined,
      [],
      ['c1@example.com'],
      {},
      { email: 'c1@example.com' },
    ]);
  /** What is wanted, most of the time. */
  const mostly = (share: number, wanted: () => unknown) => (chance(share) ? wanted() : value());
  const by = () =>
    chance(0.8)
      ? { email: email() }
      : pick<unknown>([{ cuRefNo: '0123456789abcdef' }, {}, { email: 'a@b.cz', cuRefNo: 'x' }, value()]);
  const variables = () => {
    if (chance(0.03)) return value();
    const input = {
      email: email(),
      ...(chance(0.4) && { companyName: pick<unknown>(['A', ' B  b ', '', null, 7]) }),
      ...(chance(0.3) && { customerRealIp: pick(['1.1.1.1', '', 'x', '2001:db8::1']) }),
      ...(chance(0.03) && { more: 1 }),
    };
    return {
      ...(chance(0.95) && { input: mostly(0.95, () => input) }),
      ...(chance(0.95) && { email: email() }),
      ...(chance(0.95) && { by: by() }),
      ...(chance(0.9) && { first: mostly(0.8, () => 1 + Math.floor(random() * 10)) }),
      ...(chance(0.5) && { last: 1 + Math.floor(random() * 10) }),
      ...(chance(0.1) && { after: pick(['x', 'Y3VzdG9tZXI6eA==']) }),
      ...(chance(0.9) && { id: pick(['Q3VzdG9tZXI6MDEyMzQ1Njc4OWFiY2RlZg==', 'x']) }),
      ...(chance(0.9) && { address: pick(['10.0.0.1', '127.0.0.1', 'x']) }),
      ...(chance(0.5) && { deep: mostly(0.9, () => chance(0.5)) }),
    };
  };
  return () => {
    const params: Record<string, unknown> = {
      query: pick(chance(0.7) ? documents.slice(0, 17) : documents),
      variables: variables(),
    };
    if (chance(0.3)) params.operationName = pick<unknown>(['A', 'B', 'C', '', null, 1]);
    if (chance(0.05)) params.extensions = pick<unknown>([{}, null, 'x', [], { a: 1 }]);
    if (chance(0.02)) params.query = value();
    if (chance(0.02)) params.unknown = pick<unknown>([1, null]);
    const body = chance(0.01) ? pick(['{', '[]', 'null', '"x"']) : JSON.stringify(params);
    const accept = pick([
      undefined,
      '*/*',
      'application/json',
      'application/graphql-response+json',
      'application/graphql-response+json, application/json;q=0.9',
      'text/event-stream',
      'multipart/mixed',
    ]);
    return { body, headers: { 'content-type': 'application/json', ...(accept && { accept }) } };
  };
}

/** What must be the same; references and moments of what is new cannot be. */
function comparable(text: string): string {
  const known = /^[0-9a-f]{16}$/;
  const mask = (reference: string) => (known.test(reference) ? reference : 'new');
  return text
    .replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'moment')
    .replace(/"(id|cursor|endCursor|startCursor)":"([\w+/=-]+)"/g, (_, name, value) => {
      const [type, reference = ''] = Buffer.from(value, 'base64').toString().split(':');
      return `"${name}":"${type}:${mask(reference)}"`;
    })
    .replace(/"(cuRefNo|code)":"([A-Za-z0-9]{16})"/g, (_, name, reference) => `"${name}":"${mask(reference)}"`);
}

async function ask(
  gateway: TestGateway,
  { body, headers }: { body: string; headers: Record<string, string> },
  i: number,
) {
  const answer = await gateway.send('/graphql', {
    method: 'POST',
    headers: { ...headers, authorization: `Bearer ${gateway.key}`, 'x-request-id': `r${i}` },
    body,
  });
  const header = (name: string) => answer.headers.get(name);
  return {
    status: answer.status,
    type: header('content-type'),
    allow: header('allow'),
    caching: header('cache-control'),
    // How many are left depends on when: the window slides.
    limited: header('x-ratelimit-remaining') !== null,
    text: comparable(answer.text),
  };
}

it(`gives the same answers as Yoga to ${REQUESTS} generated requests`, async () => {
  const next = generator(1);
  const statuses: Record<number, number> = {};
  let withData = 0;
  for (let i = 0; i < REQUESTS; i++) {
    const request = next();
    const [one, other] = await Promise.all([ask(short, request, i), ask(long, request, i)]);
    expect(one, request.body).toEqual(other);
    statuses[one.status] = (statuses[one.status] ?? 0) + 1;
    if (one.text.startsWith('{"data":{')) withData += 1;
  }
  // The requests are of all sorts.
  expect(withData).toBeGreaterThan(REQUESTS / 6);
  for (const status of [200, 400, 403]) expect(statuses[status]).toBeGreaterThan(REQUESTS / 200);
}, 180_000);
