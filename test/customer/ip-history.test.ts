// Where a customer came from: the last address, and the history.
import pino from 'pino';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { createNone } from '../../src/customer/create.ts';
import { openDatabase } from '../../src/database/open.ts';
import { parseDatabaseUrl } from '../../src/database-url.ts';
import { entities } from '../../src/entities.ts';
import { createKey, createOrganisation, runSql, statementsOf } from '../support/database.ts';
import { startDns, type TestDns } from '../support/dns.ts';
import { startGateway, type TestGateway } from '../support/gateway.ts';
import { testDatabases } from '../support/geoip.ts';

let dns: TestDns;
let gateway: TestGateway;

beforeAll(async () => {
  dns = await startDns();
  gateway = await startGateway({ ipDatabases: testDatabases, reverseDns: [dns.server] });
});
afterAll(async () => {
  await gateway.close();
  await dns.close();
});

let email: string;
let number = 0;
beforeEach(() => {
  number += 1;
  email = `history${number}@example.com`;
});

const visit = (customerRealIp?: string) => gateway.rest({ email, customerRealIp });
const age = (by: string) =>
  runSql(gateway.databaseUrl, `update customer_ip set seen_at = seen_at - $1::interval`, [by]);

const HISTORY = `query ($email: String!, $first: Int, $after: String, $last: Int, $before: String) {
  customer(by: { email: $email }) {
    lastIp { address kind city }
    ipHistory(first: $first, after: $after, last: $last, before: $before) {
      edges { cursor seenAt node { address country { code } } }
      pageInfo { hasNextPage hasPreviousPage endCursor startCursor }
    }
  }
}`;

async function history(variables: object = {}) {
  const { body } = await gateway.graphql(HISTORY, { email, ...variables });
  expect(body.errors).toBeUndefined();
  const { lastIp, ipHistory } = body.data.customer;
  const { edges, pageInfo } = ipHistory as {
    edges: { cursor: string; seenAt: string; node: { address: string; country: { code: string } | null } }[];
    pageInfo: { hasNextPage: boolean; hasPreviousPage: boolean; endCursor: string; startCursor: string };
  };
  return { lastIp, edges, pageInfo, addresses: edges.map(({ node }) => node.address) };
}

it('is empty for a customer who came without an address', async () => {
  await visit();
  expect(await history()).toMatchObject({ lastIp: null, edges: [], pageInfo: { hasNextPage: false, endCursor: null } });
});

it('tells the last address, with what can be known about it', async () => {
  await visit('81.2.69.142');
  await visit();
  const { lastIp, edges } = await history();
  expect(lastIp).toEqual({ address: '81.2.69.142', kind: 'PUBLIC', city: 'London' });
  expect(edges).toMatchObject([{ node: { address: '81.2.69.142', country: { code: 'GB' } } }]);
  expect(Date.now() - Date.parse(edges[0]?.seenAt ?? '')).toBeLessThan(60_000);
});

it('tells the last address also when it is not noted again', async () => {
  for (const ip of ['1.1.1.1', '8.8.8.8', '1.1.1.1']) await visit(ip);
  const { lastIp, addresses } = await history();
  expect(lastIp.address).toBe('1.1.1.1');
  expect(addresses).toEqual(['8.8.8.8', '1.1.1.1']);
});

it('stays when the customer comes without an address, also when the profile changes', async () => {
  await visit('1.1.1.1');
  await gateway.rest({ email, companyName: 'BizKitHub' });
  expect((await history()).lastIp.address).toBe('1.1.1.1');
});

/** What `explain` says of one step. */
interface PlanNode {
  'Relation Name'?: string;
  'Node Type': string;
  'Shared Hit Blocks': number;
  'Shared Read Blocks': number;
  Plans?: PlanNode[];
}

/** Blocks of the history and its index that were looked at. */
function blocksRead(node: PlanNode): number {
  if (node['Relation Name'] === 'customer_ip' && node['Node Type'].includes('Scan'))
    return node['Shared Hit Blocks'] + node['Shared Read Blocks'];
  return (node.Plans ?? []).reduce((sum, plan) => sum + blocksRead(plan), 0);
}

it('notes an address when it is new to the customer, and again when a day has passed', async () => {
  for (const ip of ['1.1.1.1', '1.1.1.1', '2001:218::1', '::ffff:1.1.1.1']) await visit(ip);
  expect((await history()).addresses).toEqual(['2001:218::1', '1.1.1.1']);
  await age('23 hours');
  await visit('1.1.1.1');
  expect((await history()).addresses).toEqual(['2001:218::1', '1.1.1.1']);
  await age('2 hours');
  await visit('1.1.1.1');
  expect((await history()).addresses).toEqual(['1.1.1.1', '2001:218::1', '1.1.1.1']);
});

it('notes an address once, however many calls come from it at once through both APIs', async () => {
  const create = `mutation ($input: CreateCustomerInput!) { createCustomer(input: $input) { customer { createdAt } } }`;
  for (let round = 0; round < 20; round++) {
    const calls = Array.from({ length: 12 }, (_, i) => {
      const input = { email, customerRealIp: `9.9.${round}.${i % 3}` };
      return i % 2 ? gateway.rest(input) : gateway.graphql(create, { input });
    });
    await Promise.all(calls);
  }
  const { addresses } = await history({ first: 100 });
  expect(addresses).toHaveLength(60);
  expect(new Set(addresses).size).toBe(60);
});

it('costs a call no more when the customer has very many addresses', async () => {
  const own = await startGateway();
  // PostgreSQL was asked about the table when nothing was in it, and plans for few rows.
  await runSql(own.databaseUrl, 'vacuum analyze customer_ip');
  await own.rest({ email, customerRealIp: '1.1.1.1' });
  await runSql(
    own.databaseUrl,
    `insert into customer_ip (organisation_id, customer_id, address, seen_at)
     select organisation_id, id, inet '10.0.0.0' + n, now() - n * interval '1 millisecond' from customer, generate_series(1, 250000) n`,
  );
  const database = openDatabase({
    connection: parseDatabaseUrl(own.databaseUrl),
    entities,
    log: pino({ level: 'silent' }),
    poolSize: 1,
  });
  const tenant = database.forOrganisation(own.organisationId);
  // As the gateway has it: prepared once, and planned for whatever values come.
  await tenant.run({ name: 'prepare', text: `prepare visit as ${createNone[0]?.text}` }, []);
  const values = `${own.organisationId}, '{${email}}', '{${email}}', '{null}', '{null}', '{null}', '{${'0'.repeat(16)}}', '{10.9.9.9}', '{null}', '{null}'`;
  const [row] = await tenant.run<{ 'QUERY PLAN': [{ Plan: PlanNode }] }>(
    { name: 'explain', text: `explain (analyze, buffers, format json) execute visit (${values})` },
    [],
  );
  await database.close();
  expect(blocksRead((row as { 'QUERY PLAN': [{ Plan: PlanNode }] })['QUERY PLAN'][0].Plan)).toBeLessThan(40);
  for (let i = 0; i < 2; i++) await own.rest({ email, customerRealIp: '10.9.9.9' });
  expect(await runSql(own.databaseUrl, `select from customer_ip where address = '10.9.9.9'`)).toHaveLength(1);
  await own.close();
});

it('keeps the latest thousand, and up to a hundred more', async () => {
  await visit('1.1.1.1');
  await runSql(
    gateway.databaseUrl,
    `insert into customer_ip (organisation_id, customer_id, address, seen_at)
     select organisation_id, id, inet '10.0.0.0' + n, now() - n * interval '1 second' from customer, generate_series(1, 5000) n
     where email = $1`,
    [email],
  );
  const counted = async () => {
    const [row] = await runSql<{ count: string }>(
      gateway.databaseUrl,
      `select count(*) from customer_ip where customer_id = (select id from customer where email = $1)`,
      [email],
    );
    return Number(row?.count);
  };
  // Each cut takes two thousand at most.
  for (const [round, left] of [3_101, 1_201, 1_000, 1_000].entries()) {
    const before = await counted();
    for (let i = 0; i < 99; i++) await visit(`192.0.${round}.${i}`);
    expect(await counted()).toBe(before + 99);
    await visit(`192.0.${round}.200`);
    expect(await counted()).toBe(left);
  }
  expect((await history({ first: 2 })).addresses).toEqual(['192.0.3.200', '192.0.3.98']);
});

it('keeps no more of one who comes from the same address every day', async () => {
  await visit('1.1.1.1');
  await runSql(
    gateway.databaseUrl,
    `insert into customer_ip (organisation_id, customer_id, address, seen_at)
     select organisation_id, id, inet '1.1.1.1', now() - n * interval '1 day' from customer, generate_series(2, 1200) n
     where email = $1`,
    [email],
  );
  const aDayLater = `
    with later as (
      update customer_ip i set seen_at = seen_at - interval '25 hours' where customer_id = (select id from customer where email = $1)
    )
    update customer set last_seen_at = last_seen_at - interval '25 hours' where email = $1`;
  for (let day = 0; day < 101; day++) {
    await runSql(gateway.databaseUrl, aDayLater, [email]);
    await visit('1.1.1.1');
  }
  const [row] = await runSql<{ count: string }>(
    gateway.databaseUrl,
    `select count(*) from customer_ip where customer_id = (select id from customer where email = $1)`,
    [email],
  );
  expect(Number(row?.count)).toBeLessThanOrEqual(1_100);
});

it('does not take another address for a change of the profile', async () => {
  const versionOf = async () => {
    const [row] = await runSql(gateway.databaseUrl, 'select version, updated_at from customer where email = $1', [
      email,
    ]);
    return row;
  };
  await visit('1.1.1.1');
  const before = await versionOf();
  await visit('8.8.8.8');
  expect(await versionOf()).toEqual(before);
});

it('is written the one way, whatever PostgreSQL makes of an address', async () => {
  for (const ip of ['::102:304', '64:ff9b::1.2.3.4']) await visit(ip);
  const { lastIp, addresses } = await history();
  expect(lastIp.address).toBe('64:ff9b::102:304');
  expect(addresses).toEqual(['64:ff9b::102:304', '::102:304']);
});

it('is read page by page, both ways', async () => {
  const all: string[] = [];
  for (let i = 0; i < 25; i++) {
    await visit(`1.1.2.${i}`);
    all.unshift(`1.1.2.${i}`);
  }
  // Several of one moment: their order is the addresses'.
  await runSql(
    gateway.databaseUrl,
    `update customer_ip set seen_at = date_trunc('hour', seen_at) where host(address) similar to '1.1.2.(1_|[4-9])'`,
  );
  const whole = (await history({ first: 100 })).addresses;
  expect(whole.slice(-16)).toEqual(Array.from({ length: 16 }, (_, i) => `1.1.2.${19 - i}`));
  expect(whole.toSorted()).toEqual(all.toSorted());
  expect((await history()).addresses).toEqual(whole.slice(0, 20));

  const forward: string[] = [];
  for (let after: string | null = null, more = true; more; ) {
    const { addresses, pageInfo } = await history({ first: 4, after });
    forward.push(...addresses);
    after = pageInfo.endCursor;
    more = pageInfo.hasNextPage;
  }
  expect(forward).toEqual(whole);

  const backward: string[] = [];
  for (let before: string | null = null, more = true; more; ) {
    const { addresses, pageInfo } = await history({ last: 7, before });
    backward.unshift(...addresses);
    before = pageInfo.startCursor;
    more = pageInfo.hasPreviousPage;
  }
  expect(backward).toEqual(whole);
});

it.each([
  ['nonsense', 'nonsense'],
  ['a cursor of another list', Buffer.from('customer:abcdefgh12345678').toString('base64url')],
  ['no moment', Buffer.from('ipSighting:yesterday 1.1.1.1').toString('base64url')],
  ['no address', Buffer.from('ipSighting:2026-11-25T00:00:00.000Z example.com').toString('base64url')],
  [
    'an address written otherwise',
    Buffer.from('ipSighting:2026-11-25T00:00:00.000Z ::ffff:1.1.1.1').toString('base64url'),
  ],
  [
    'a year that PostgreSQL does not know',
    Buffer.from('ipSighting:-271820-01-01T00:00:00.000Z 1.1.1.1').toString('base64url'),
  ],
  ['a year of six digits', Buffer.from('ipSighting:+275760-09-13T00:00:00.000Z 1.1.1.1').toString('base64url')],
  ['SQL', Buffer.from("ipSighting:2026-11-25T00:00:00.000Z 1.1.1.1'; drop table customer; --").toString('base64url')],
])('refuses as a cursor: %s', async (_, after) => {
  await visit('1.1.1.1');
  const { body } = await gateway.graphql(HISTORY, { email, after });
  expect(body.errors[0].extensions).toMatchObject({
    code: 'INTERNAL_VALIDATION_FAILED',
    fields: [{ path: 'after', message: 'must be a cursor of this list' }],
  });
});

it.each(['0000-01-01T00:00:00.000Z', '9999-12-31T23:59:59.999Z'])(
  'takes %s for a place in the list',
  async (moment) => {
    await visit('1.1.1.1');
    const after = Buffer.from(`ipSighting:${moment} 1.1.1.1`).toString('base64url');
    expect((await history({ after })).addresses).toEqual(moment.startsWith('0') ? [] : ['1.1.1.1']);
  },
);

it('needs the scope customer:read, also behind createCustomer', async () => {
  const key = await createKey(gateway.databaseUrl, gateway.organisationId, { scopes: ['customer:create'] });
  for (const field of ['lastIp { address }', 'ipHistory { pageInfo { hasNextPage } }']) {
    const mutation = `mutation ($email: String!) { createCustomer(input: { email: $email }) { customer { ${field} } } }`;
    const { body } = await gateway.graphql(mutation, { email }, { key });
    expect(body.errors[0].extensions.code).toBe('PUBLIC_API_KEY_SCOPE_NOT_ALLOWED');
    expect((await gateway.graphql(mutation, { email })).body.errors).toBeUndefined();
  }
});

it('is not another organisation’s business', async () => {
  await visit('1.1.1.1');
  const other = await createOrganisation(gateway.databaseUrl);
  const key = await createKey(gateway.databaseUrl, other);
  await gateway.rest({ email, customerRealIp: '8.8.8.8' }, { key });
  const { body } = await gateway.graphql(HISTORY, { email }, { key });
  expect(body.data.customer.lastIp.address).toBe('8.8.8.8');
  expect(body.data.customer.ipHistory.edges).toHaveLength(1);
  expect((await history()).addresses).toEqual(['1.1.1.1']);
});

it('costs one statement for a page of customers with their last addresses, and two with their histories', async () => {
  const key = await createKey(gateway.databaseUrl, await createOrganisation(gateway.databaseUrl));
  for (let i = 0; i < 50; i++) {
    const pointer = `${i}.9.1.1.in-addr.arpa`;
    dns.zone[`PTR ${pointer}`] = [`host${i}.example`];
    dns.zone[`A host${i}.example`] = [`1.1.9.${i}`];
    await gateway.rest({ email: `page${i}@example.com`, customerRealIp: `1.1.9.${i}` }, { key });
  }
  const page = (field: string) => `{ customers(first: 50) { edges { node { ${field} } } } }`;
  const last = page('lastIp { country { code } asn reverseDns { name confirmed } }');
  const asked = dns.questions.length;
  let names: unknown[] = [];
  const count = async (query: string) => {
    const statements = await statementsOf(async () => {
      const { body } = await gateway.graphql(query, {}, { key });
      expect(body.errors).toBeUndefined();
      expect(body.data.customers.edges).toHaveLength(50);
      names = body.data.customers.edges.map(({ node }: { node: { lastIp?: object } }) => node.lastIp);
    });
    return statements.length;
  };
  await count(page('email'));
  expect(await count(last)).toBe(1);
  // A machine that is very busy may not come to all of them at once.
  const named = (i: number) => ({ asn: null, reverseDns: { name: `host${i}.example`, confirmed: true } });
  await expect
    .poll(() => count(last).then(() => names), { timeout: 5_000 })
    .toMatchObject(Array.from({ length: 50 }, (_, i) => named(49 - i)));
  // One for the name of each address, one for the way back; the second time none.
  expect(dns.questions.length - asked).toBe(100);
  expect(await count(last)).toBe(1);
  expect(dns.questions.length - asked).toBe(100);
  expect(await count(page('ipHistory(first: 5) { edges { seenAt node { asn } } }'))).toBe(2);
});
