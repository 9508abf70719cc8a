// A mutation under an Idempotency-Key is done once: key, effect and outcome are one transaction, and its answer is rendered after that.
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { jobOfFunction } from '../../src/background/job.ts';
import type { Database } from '../../src/database/open.ts';
import { expiry } from '../../src/idempotency/expiry.ts';
import { apis, rest } from '../support/apis.ts';
import { createDatabase, createKey, createOrganisation, runSql } from '../support/database.ts';
import { startGateway, type TestGateway } from '../support/gateway.ts';

let gateway: TestGateway;
let second: TestGateway;
let root: string;
beforeAll(async () => {
  gateway = await startGateway();
  second = await startGateway({ databaseUrl: gateway.databaseUrl });
  root = await createKey(gateway.databaseUrl, gateway.organisationId, { prefix: 'ROOT' });
});
afterAll(() => Promise.all([gateway.close(), second.close()]));

const keyed = (key: string, apiKey = gateway.key) => ({ headers: { 'idempotency-key': key }, key: apiKey });
const customers = async (prefix: string) =>
  (await runSql(gateway.databaseUrl, 'select from customer where email like $1', [`${prefix}%`])).length;
const rows = (key: string) =>
  runSql<{ outcome: object | null; answer: string | null }>(
    gateway.databaseUrl,
    'select outcome, answer from idempotency_key where key = $1',
    [key],
  );
const CREATE_TWO = `mutation ($a: CreateCustomerInput!, $b: CreateCustomerInput!) {
  a: createCustomer(input: $a) { newAccount customer { cuRefNo email groups { slug } } }
  b: createCustomer(input: $b) { newAccount customer { cuRefNo } }
}`;

describe('the meaning of a body', () => {
  const create = '/api/v1/customer/create';
  const send = (key: string, headers: Record<string, string>, body: BodyInit) =>
    gateway.send(create, {
      method: 'POST',
      headers: { authorization: `Bearer ${gateway.key}`, 'idempotency-key': key, ...headers },
      body,
    });
  const json = { 'content-type': 'application/json' };

  it.each<[string, Record<string, string>, () => BodyInit]>([
    ['members in another order', json, () => '{"companyName":"BizKitHub", "email":"meaning@example.com"}'],
    ['other white space', json, () => '{\n  "email": "meaning@example.com",\n  "companyName": "BizKitHub"\n}'],
    ['characters written otherwise', json, () => '{"email":"m\\u0065aning@example.com","companyName":"BizKitHub"}'],
    ['members that are ignored', json, () => '{"email":"meaning@example.com","companyName":"BizKitHub","x":[1]}'],
    [
      'a form',
      { 'content-type': 'application/x-www-form-urlencoded' },
      () => 'email=meaning%40example.com&companyName=BizKitHub',
    ],
    [
      'parts with a boundary of their own',
      {},
      () => {
        const form = new FormData();
        form.set('email', 'meaning@example.com');
        form.set('companyName', 'BizKitHub');
        return form;
      },
    ],
  ])('is the same with %s', async (what, headers, body) => {
    const key = what.replaceAll(' ', '-');
    const first = await send(key, json, '{"email":"meaning@example.com","companyName":"BizKitHub"}');
    const again = await send(key, headers, body());
    expect([again.status, again.headers.get('idempotent-replayed')]).toEqual([200, 'true']);
    expect(again.text).toBe(first.text);
  });

  it('is another where a value differs', async () => {
    await send('differs', json, '{"email":"differs@example.com","companyName":"A"}');
    for (const other of ['{"email":"differs@example.com","companyName":"B"}', '{"email":"differs@example.com"}'])
      expect((await send('differs', json, other)).status).toBe(409);
  });

  it('is the same with variables in another order, and with a document written otherwise', async () => {
    const [a, b] = [{ email: 'order-a@example.com' }, { email: 'order-b@example.com' }];
    const first = await gateway.graphql(CREATE_TWO, { a, b }, keyed('order'));
    const again = await gateway.graphql(CREATE_TWO.replaceAll('\n', ' '), { b, a }, keyed('order'));
    expect(again.headers.get('idempotent-replayed')).toBe('true');
    expect(again.text).toBe(first.text);
  });
});

describe('a document of several mutations', () => {
  it('is done whole', async () => {
    const [a, b] = [{ email: 'whole-a@example.com' }, { email: 'whole-b@example.com' }];
    const { body } = await gateway.graphql(CREATE_TWO, { a, b }, keyed('whole'));
    expect(body.data).toMatchObject({
      a: { newAccount: true, customer: { email: 'whole-a@example.com', groups: [] } },
      b: { newAccount: true },
    });
    const [row] = await rows('whole');
    expect(row?.outcome).toEqual({
      a: { cuRefNo: body.data.a.customer.cuRefNo, newAccount: true },
      b: { cuRefNo: body.data.b.customer.cuRefNo, newAccount: true },
    });
    expect(JSON.parse(row?.answer ?? '')).toEqual(body.data);
  });

  it('is not done at all when a field fails, and the key is free', async () => {
    const query = `mutation {
      a: createCustomer(input: { email: "half-a@example.com" }) { newAccount }
      b: deactivateApiKey(input: { fingerprint: "PRODnone" }) { apiKey { active } }
      c: createCustomer(input: { email: "half-c@example.com" }) { newAccount }
    }`;
    const { body } = await gateway.graphql(query, {}, keyed('half', root));
    expect(body.data).toBeNull();
    expect(body.errors).toMatchObject([{ path: ['b'], extensions: { code: 'INTERNAL_VALIDATION_FAILED' } }]);
    expect([await customers('half-'), await rows('half')]).toEqual([0, []]);
    const other = 'mutation { createCustomer(input: { email: "half-a@example.com" }) { newAccount } }';
    expect((await gateway.graphql(other, {}, keyed('half', root))).body.data.createCustomer.newAccount).toBe(true);
  });

  it.each(['ipHistory(first: 500)', 'referral { customer { ipHistory(after: "x") { edges { cursor } } } } ipHistory'])(
    'is not done when its answer cannot be rendered: %s',
    async (selection) => {
      const query = `mutation { createCustomer(input: { email: "asked@example.com" }) { customer { ${selection} { edges { cursor } } } } }`;
      const { body } = await gateway.graphql(query, {}, keyed('asked'));
      expect(body).not.toHaveProperty('data');
      expect(body.errors).toMatchObject([{ extensions: { code: 'INTERNAL_VALIDATION_FAILED' } }]);
      expect([await customers('asked'), await rows('asked')]).toEqual([0, []]);
    },
  );

  it('with fragments, conditions and aliases does and shows what it does without a key', async () => {
    const query = (name: string) => `mutation ($no: Boolean = false) {
      ...Some
      ... on Mutation { __proto__: createCustomer(input: { email: "${name}-b@example.com" }) { newAccount } }
      c: createCustomer(input: { email: "${name}-c@example.com" }) @include(if: $no) { newAccount }
      __typename
    }
    fragment Some on Mutation { a: createCustomer(input: { email: "${name}-a@example.com" }) { newAccount ...Rest } }
    fragment Rest on CreateCustomerPayload { customer { email } }`;
    const plain = await gateway.graphql(query('plain'), {});
    const under = await gateway.graphql(query('under'), {}, keyed('fragments'));
    expect(under.text).toBe(plain.text.replaceAll('plain', 'under'));
    const again = await gateway.graphql(query('under'), {}, keyed('fragments'));
    expect(again.text).toBe(under.text);
    expect(await customers('under-')).toBe(2);
  });
});

describe('an answer that was not kept', () => {
  it.each(apis)('is rendered from the outcome, to all alike: $name', async (api) => {
    const name = `lost-${api.name.toLowerCase()}`;
    const first = await api.create(gateway, { email: `${name}@example.com`, companyName: 'A' }, keyed(name));
    await runSql(gateway.databaseUrl, 'update idempotency_key set answer = null where key = $1', [name]);
    const again = await api.create(gateway, { email: `${name}@example.com`, companyName: 'A' }, keyed(name));
    expect([again.newAccount, again.profile?.cuRefNo]).toEqual([true, first.profile?.cuRefNo]);
    expect(again.answer.text).toBe(first.answer.text);
    expect((await rows(name))[0]?.answer).not.toBeNull();
  });

  it('of a key is rendered too, and looks at nothing for the change log', async () => {
    const fingerprint = (await createKey(gateway.databaseUrl, gateway.organisationId)).slice(0, 8);
    const query = `mutation { deactivateApiKey(input: { fingerprint: "${fingerprint}" }) { apiKey { active history { action } } } }`;
    const first = await gateway.graphql(query, {}, keyed('key', root));
    await runSql(gateway.databaseUrl, `update idempotency_key set answer = null where key = 'key'`);
    const again = await gateway.graphql(query, {}, keyed('key', root));
    expect(first.body.data.deactivateApiKey.apiKey).toEqual({ active: false, history: [{ action: 'deactivated' }] });
    expect(again.text).toBe(first.text);
  });

  it('is a conflict where nothing is left to show', async () => {
    await rest.create(gateway, { email: 'gone@example.com' }, keyed('gone'));
    await runSql(gateway.databaseUrl, `update idempotency_key set answer = null where key = 'gone'`);
    await runSql(gateway.databaseUrl, `update customer set deleted_at = now() where email = 'gone@example.com'`);
    expect((await rest.create(gateway, { email: 'gone@example.com' }, keyed('gone'))).code).toBe('INTERNAL_CONFLICT');
  });
});

describe('fifty times at once over two processes', () => {
  const fifty = () =>
    Promise.all(
      Array.from({ length: 50 }, (_, i) =>
        rest.create(i % 2 ? gateway : second, { email: 'fifty@example.com' }, keyed('fifty')),
      ),
    );

  it('is done once; all others are told at once that it runs, or what was done', async () => {
    const outcomes = await fifty();
    for (const { code, newAccount, answer } of outcomes)
      expect([code, newAccount, answer.headers.get('retry-after')]).toEqual(
        code ? ['INTERNAL_CONFLICT', undefined, '1'] : [undefined, true, null],
      );
    expect(await customers('fifty')).toBe(1);
  });

  it('is told the same to all when it is done: replays do not refuse each other', async () => {
    const outcomes = await fifty();
    expect(outcomes.map(({ code }) => code)).toEqual(outcomes.map(() => undefined));
    expect(new Set(outcomes.map(({ answer }) => answer.text)).size).toBe(1);
    await runSql(gateway.databaseUrl, `update idempotency_key set answer = null where key = 'fifty'`);
    const again = await fifty();
    expect(new Set([...outcomes, ...again].map(({ answer }) => answer.text)).size).toBe(1);
  });
});

it.each(apis)('that took too long may be sent again at once, and says what was done: $name', async (api) => {
  const hasty = await startGateway({ databaseUrl: gateway.databaseUrl, operationTimeout: 500 });
  const name = `late-${api.name.toLowerCase()}`;
  const holder = new pg.Client({ connectionString: gateway.databaseUrl });
  await holder.connect();
  await holder.query('begin; lock table customer in share row exclusive mode');
  const call = () => api.create(hasty, { email: `${name}@example.com` }, keyed(name));
  const { code, answer } = await call();
  expect([code, answer.status]).toEqual(['INTERNAL_SERVICE_UNAVAILABLE', 503]);
  await holder.query('commit');
  await holder.end();
  expect((await call()).newAccount).toBe(true);
  await hasty.close();
});

it('is ignored by a query', async () => {
  const query = '{ customers(first: 1) { edges { node { email } } } }';
  for (const key of ['query', 'query', 'has blank']) {
    const { body, headers } = await gateway.graphql(query, {}, keyed(key));
    expect([body.errors, headers.get('idempotent-replayed')]).toEqual([undefined, null]);
  }
  expect(await rows('query')).toEqual([]);
});

it('leaves connections for other organisations, however many of its calls wait', async () => {
  const small = await startGateway({ databaseUrl: gateway.databaseUrl, poolSize: 4, operationTimeout: 20_000 });
  await rest.create(gateway, { email: 'held@example.com' });
  const holder = new pg.Client({ connectionString: gateway.databaseUrl });
  await holder.connect();
  await holder.query(`begin; select from customer where email = 'held@example.com' for update`);
  const waiting = Array.from({ length: 40 }, (_, i) =>
    rest.create(small, { email: 'held@example.com', companyName: `Held ${i}` }, keyed(`held-${i}`)),
  );
  await sleep(300);
  for (let i = 0; i < 20; i++) {
    const { code } = await rest.create(
      small,
      { email: `free-${i}@example.com` },
      { ...keyed(`free-${i}`), key: small.key },
    );
    expect(code).toBeUndefined();
  }
  await holder.query('commit');
  await holder.end();
  expect((await Promise.all(waiting)).map(({ code }) => code)).toEqual(waiting.map(() => undefined));
  await small.close();
});

it('what is kept of one organisation is bounded, the oldest goes first, answers before rows', async () => {
  const url = await createDatabase();
  const [many, few] = [await createOrganisation(url), await createOrganisation(url)];
  for (const [organisation, count] of [
    [many, 2_000],
    [few, 50],
  ])
    await runSql(
      url,
      `insert into idempotency_key (organisation_id, key, request_digest, outcome, answer, created_at)
       select $1, n::text, '', '{}', repeat('x', 100), now() - n * interval '1 second' from generate_series(1, $2::int) n`,
      [organisation, count],
    );
  await runSql(url, 'analyze idempotency_key');
  const step = async (rows: number, bytes: number) =>
    (await runSql<{ done: number }>(url, 'select bound_idempotency_keys(300, $1, $2) as done', [rows, bytes]))[0]?.done;
  const all = async (rows: number, bytes: number) => {
    for (let steps = 1; ; steps++) if ((await step(rows, bytes)) === 0) return steps;
  };
  const left = () =>
    runSql<{ o: number; rows: number; answers: number; oldest: number }>(
      url,
      `select organisation_id as o, count(*)::int as rows, count(answer)::int as answers, max(key::int) as oldest
       from idempotency_key group by 1 order by 1`,
    );
  const unchanged = { o: few, rows: 50, answers: 50, oldest: 50 };
  // A sample of so few rows is all of them; the last row of a step is one more or less.
  await all(10_000, 100_000);
  const [afterAnswers, others] = await left();
  expect([afterAnswers, others]).toMatchObject([{ o: many, rows: 2_000, oldest: 2_000 }, unchanged]);
  expect(Math.abs((afterAnswers?.answers ?? 0) - 1_000)).toBeLessThanOrEqual(1);
  expect(await all(500, 100_000)).toBeGreaterThanOrEqual(6);
  const [afterRows, stillOthers] = await left();
  expect([afterRows, stillOthers]).toMatchObject([{ o: many }, unchanged]);
  expect(Math.abs((afterRows?.rows ?? 0) - 500)).toBeLessThanOrEqual(1);
  expect(afterRows).toMatchObject({ answers: afterRows?.rows, oldest: afterRows?.rows });
});

it('what is kept goes after a day by itself, of every organisation', async () => {
  const hurried = (database: Database) => [jobOfFunction(database, { ...expiry, stepSize: 1_000, pause: 50 })];
  const other = await startGateway({ databaseUrl: gateway.databaseUrl, parts: { jobs: hurried } });
  for (const { organisationId } of [gateway, other])
    await runSql(
      gateway.databaseUrl,
      `insert into idempotency_key (organisation_id, key, request_digest, created_at)
       select $1, 'old-' || n, '', now() - interval '25 hours' from generate_series(1, 2500) n`,
      [organisationId],
    );
  const left = () => runSql(gateway.databaseUrl, `select from idempotency_key where key like 'old-%'`);
  await expect.poll(left, { timeout: 10_000 }).toEqual([]);
  expect((await rows('whole')).length).toBe(1);
  await other.close();
});

it('a step reads no more than it deletes, however much there is', async () => {
  const url = await createDatabase();
  const organisation = await createOrganisation(url);
  await runSql(
    url,
    `insert into idempotency_key (organisation_id, key, request_digest, outcome, answer, created_at)
     select $1, n::text, '', '{}', 'x', now() - interval '25 hours' from generate_series(1, 20000) n`,
    [organisation],
  );
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const scans = async () => {
    await client.query('select pg_stat_force_next_flush()');
    const { rows: found } = await client.query(
      `select seq_scan::int as scans from pg_stat_user_tables where relname = 'idempotency_key'`,
    );
    return found[0].scans;
  };
  const before = await scans();
  // More than five times, after which PostgreSQL plans for values that it does not know.
  for (const step of ['expire_idempotency_keys(500)', 'bound_idempotency_keys(500, 100, 100)'])
    for (let i = 0; i < 8; i++) await client.query(`select ${step}`);
  expect(await scans()).toBe(before);
  expect(await runSql(url, 'select count(*)::int from idempotency_key where answer is null')).toEqual([
    { count: 4_000 },
  ]);
  await client.end();
});
