// The key checks: their order, their codes, on both APIs; and how fast a change of a key is noticed.
import { setTimeout as sleep } from 'node:timers/promises';
import pino from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createApiKeyCache } from '../../src/api-key/cache.ts';
import { digestOf, generateKey, SAMPLE_KEY } from '../../src/api-key/key.ts';
import { LISTENER_NAME, Listener } from '../../src/database/listener.ts';
import { openDatabase } from '../../src/database/open.ts';
import { parseDatabaseUrl } from '../../src/database-url.ts';
import { entities } from '../../src/entities.ts';
import { apis, CREATE, rest } from '../support/apis.ts';
import { createDatabase, createKey, createOrganisation, runSql } from '../support/database.ts';
import { startGateway, type TestGateway } from '../support/gateway.ts';
import { openProxy } from '../support/proxy.ts';

let gateway: TestGateway;
let keys: Record<'deleted' | 'inactive' | 'expired' | 'readOnly' | 'creating' | 'root' | 'developer', string>;
const past = new Date(Date.now() - 1000);

beforeAll(async () => {
  gateway = await startGateway();
  const make = (traits: Parameters<typeof createKey>[2]) =>
    createKey(gateway.databaseUrl, gateway.organisationId, traits);
  keys = {
    // Each bad key is bad in all later ways too, so that a check out of order shows.
    deleted: await make({ deletedAt: past, active: false, expiresAt: past, scopes: ['customer:read'] }),
    inactive: await make({ active: false, expiresAt: past, scopes: ['customer:read'] }),
    expired: await make({ expiresAt: past, scopes: ['customer:read'] }),
    readOnly: await make({ scopes: ['customer:read'] }),
    creating: await make({ scopes: ['customer:create'] }),
    root: await make({ prefix: 'ROOT', scopes: ['customer:read'] }),
    developer: await make({ prefix: 'DEV_' }),
  };
});
afterAll(() => gateway.close());

const email = 'keys@example.com';

describe.each(apis)('$name API', (api) => {
  it.each([
    ['no key', () => null, 404, 'PUBLIC_API_KEY_IS_EMPTY'],
    ['an empty key', () => '', 404, 'PUBLIC_API_KEY_IS_EMPTY'],
    ['a placeholder', () => 'YOUR_API_KEY', 404, 'PUBLIC_API_KEY_IS_NOT_IN_VALID_FORMAT'],
    ['a key of 33 characters', () => `${gateway.key}x`, 404, 'PUBLIC_API_KEY_IS_NOT_IN_VALID_FORMAT'],
    ['another prefix', () => `TEST${gateway.key.slice(4)}`, 404, 'PUBLIC_API_KEY_IS_NOT_IN_VALID_FORMAT'],
    ['the sample key', () => SAMPLE_KEY, 404, 'PUBLIC_API_KEY_SAMPLE_VALUE'],
    ['a key that was never made', () => generateKey('PROD'), 404, 'PUBLIC_API_KEY_DOES_NOT_EXIST'],
    ['a deleted key', () => keys.deleted, 404, 'PUBLIC_API_KEY_HAS_BEEN_DELETED'],
    ['an inactive key', () => keys.inactive, 404, 'PUBLIC_API_KEY_IS_NOT_ACTIVE'],
    ['an expired key', () => keys.expired, 404, 'PUBLIC_API_KEY_HAS_BEEN_EXPIRED'],
    ['a key with another scope', () => keys.readOnly, 403, 'PUBLIC_API_KEY_SCOPE_NOT_ALLOWED'],
  ])('refuses %s', async (_, key, status, code) => {
    const outcome = await api.create(gateway, { email }, { key: key() });
    expect({ status: outcome.answer.status, code: outcome.code }).toEqual({ status, code });
    expect(outcome.answer.headers.get('x-request-id')).toBeTruthy();
    // Nothing else of the request is looked at before the key.
    expect((await api.create(gateway, { email: 5 }, { key: key() })).code).toBe(code);
  });

  it.each(['deleted', 'inactive', 'expired'] as const)(
    'names a key that is %s in the log, by its fingerprint',
    async (state) => {
      const { answer } = await api.create(gateway, { email }, { key: keys[state] });
      const requestId = answer.headers.get('x-request-id');
      const line = () => gateway.log.find((each) => each.requestId === requestId && each.msg === 'request');
      await expect.poll(line).toMatchObject({ key: keys[state].slice(0, 8), status: 404 });
    },
  );

  it.each([
    ['a key without scopes', () => gateway.key],
    ['a developer key', () => keys.developer],
    ['a key with the scope', () => keys.creating],
    ['a ROOT key, whatever its scopes', () => keys.root],
  ])('accepts %s', async (_, key) => {
    expect((await api.create(gateway, { email }, { key: key() })).code).toBeUndefined();
  });
});

describe('where the key is looked for', () => {
  const send = (path: string, init: RequestInit) => gateway.send(path, { method: 'POST', ...init });
  const body = (members: object = {}) => JSON.stringify({ email, ...members });
  const headers = (key?: string) => ({
    'content-type': 'application/json',
    ...(key !== undefined && { authorization: `Bearer ${key}` }),
  });
  const create = '/api/v1/customer/create';

  it('takes the one of the URL before the one of the body before the one of the header', async () => {
    const good = gateway.key;
    const expectCode = async (answer: Promise<{ body: { error?: { code: string } } }>, code?: string) =>
      expect((await answer).body.error?.code).toBe(code);
    await expectCode(send(`${create}?apiKey=${good}`, { headers: headers('bad'), body: body({ apiKey: 'bad' }) }));
    await expectCode(
      send(`${create}?apiKey=bad`, { headers: headers(good), body: body({ apiKey: good }) }),
      'PUBLIC_API_KEY_IS_NOT_IN_VALID_FORMAT',
    );
    await expectCode(send(`${create}?apiKey=`, { headers: headers(good), body: body() }), 'PUBLIC_API_KEY_IS_EMPTY');
    await expectCode(send(create, { headers: headers('bad'), body: body({ apiKey: good }) }));
    await expectCode(
      send(create, { headers: headers(good), body: body({ apiKey: 'bad' }) }),
      'PUBLIC_API_KEY_IS_NOT_IN_VALID_FORMAT',
    );
    await expectCode(
      send(create, { headers: headers(good), body: body({ apiKey: 5 }) }),
      'PUBLIC_API_KEY_IS_NOT_IN_VALID_FORMAT',
    );
    await expectCode(send(create, { headers: headers(good), body: body({ apiKey: null }) }));
    await expectCode(
      send(create, {
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        body: `email=${email}&apiKey=${good}`,
      }),
    );
    await expectCode(send(create, { headers: headers(good), body: body() }));
  });

  it('checks the key before method, path, type and size of the request', async () => {
    for (const [path, init] of [
      [create, { method: 'DELETE' }],
      ['/api/v1/nothing', { method: 'GET' }],
      [create, { headers: { 'content-type': 'text/plain' }, body: 'x' }],
      [create, { headers: headers(), body: 'x'.repeat(100_000) }],
      [create, { headers: headers(), body: '{' }],
      ['/graphql', { headers: headers(), body: '{' }],
      ['/graphql', { method: 'DELETE' }],
    ] as [string, RequestInit][]) {
      const answer = await send(path, init);
      const error = answer.body.error ?? answer.body.errors[0].extensions;
      expect([path, answer.status, error.code]).toEqual([path, 404, 'PUBLIC_API_KEY_IS_EMPTY']);
    }
  });

  it('takes the one of the URL at the GraphQL API, and none of the body', async () => {
    const query = { query: '{ __typename }' };
    const answer = await send(`/graphql?apiKey=${gateway.key}`, {
      headers: headers('bad'),
      body: JSON.stringify(query),
    });
    expect(answer.body).toEqual({ data: { __typename: 'Query' } });
    const inBody = await send('/graphql', {
      headers: headers(),
      body: JSON.stringify({ ...query, apiKey: gateway.key }),
    });
    expect(inBody.body.errors[0].extensions.code).toBe('PUBLIC_API_KEY_IS_EMPTY');
  });

  it('writes Bearer in any case', async () => {
    expect(
      (await send(create, { headers: { ...headers(), authorization: `bearer ${gateway.key}` }, body: body() })).status,
    ).toBe(200);
    const basic = await send(create, { headers: { ...headers(), authorization: 'Basic eDp5' }, body: body() });
    expect(basic.body.error.code).toBe('PUBLIC_API_KEY_IS_EMPTY');
  });
});

it('asks a scope of every field of an operation, also in fragments, and names the scope of no other operation', async () => {
  const refused = async (query: string, key: string) =>
    (await gateway.graphql(query, { input: { email } }, { key })).body.errors?.[0].extensions.code;
  expect(await refused('{ customer(by: { email: "a@b.cz" }) { email } }', keys.readOnly)).toBeUndefined();
  expect(await refused('{ customer(by: { email: "a@b.cz" }) { email } }', keys.creating)).toBe(
    'PUBLIC_API_KEY_SCOPE_NOT_ALLOWED',
  );
  expect(
    await refused('query { ...all } fragment all on Query { customers { edges { cursor } } }', keys.creating),
  ).toBe('PUBLIC_API_KEY_SCOPE_NOT_ALLOWED');
  expect(await refused('{ node(id: "x") { id } }', keys.creating)).toBe('PUBLIC_API_KEY_SCOPE_NOT_ALLOWED');
  expect(await refused('{ __schema { queryType { name } } }', keys.creating)).toBeUndefined();
  expect(await refused(CREATE, keys.creating)).toBeUndefined();
  const further = CREATE.replace('referral { code', 'referral { customer { cuRefNo } code');
  expect(await refused(further, keys.creating)).toBe('PUBLIC_API_KEY_SCOPE_NOT_ALLOWED');
});

describe('demo mode', () => {
  let demo: TestGateway;
  beforeAll(async () => {
    demo = await startGateway({ demo: true });
  });
  afterAll(() => demo.close());

  it('takes the sample key', async () => {
    expect(await rest.create(demo, { email }, { key: SAMPLE_KEY })).toMatchObject({ newAccount: true });
  });

  it('shows the schema without a key, and nothing else', async () => {
    const ask = (query: string) => demo.graphql(query, undefined, { key: null });
    expect((await ask('{ __schema { queryType { name } } __typename }')).body.data.__typename).toBe('Query');
    expect(
      (await demo.send(`/graphql?query=${encodeURIComponent('{ __type(name: "Customer") { name } }')}`)).body.data
        .__type.name,
    ).toBe('Customer');
    for (const query of [
      '{ customers { edges { cursor } } }',
      '{ __typename customers { edges { cursor } } }',
      '{ ...x } fragment x on Query { customers { edges { cursor } } }',
      '{',
    ]) {
      expect((await ask(query)).body.errors[0].extensions.code).toBe('PUBLIC_API_KEY_IS_EMPTY');
    }
  });

  it('has one customer like the example of the documentation', async () => {
    const { body } = await demo.graphql(
      `{ customer(by: { email: "jana.novakova@example.com" }) {
        phone creditBalance premium groups { slug } referral { code } runningSubscriptions { autoRenew } meta customFields } }`,
      undefined,
      { key: SAMPLE_KEY },
    );
    expect(body.data.customer).toMatchObject({ phone: '+420 777123456', creditBalance: 123, premium: true });
    expect(body.data.customer.groups).toHaveLength(2);
    expect(body.data.customer.runningSubscriptions).toHaveLength(1);
  });
});

it('does not show the schema without a key outside demo mode', async () => {
  expect((await gateway.graphql('{ __typename }', undefined, { key: null })).status).toBe(404);
  expect((await gateway.graphql('{ __schema { queryType { name } } }', undefined, { key: null })).status).toBe(404);
});

describe('a change of a key by another process', () => {
  /** Calls until the code is the expected one; milliseconds until then. */
  async function millisecondsUntil(key: string, code: string | undefined): Promise<number> {
    const start = performance.now();
    while ((await rest.create(gateway, { email }, { key })).code !== code) {
      if (performance.now() - start > 5000) throw new Error(`never became ${code}`);
      await sleep(5);
    }
    return performance.now() - start;
  }
  const change = (key: string, set: string) =>
    runSql(gateway.databaseUrl, `update api_key set ${set} where digest = $1`, [digestOf(key)]);

  it('is noticed, whatever it is', async () => {
    const key = await createKey(gateway.databaseUrl, gateway.organisationId);
    await millisecondsUntil(key, undefined);
    await change(key, 'active = false');
    await millisecondsUntil(key, 'PUBLIC_API_KEY_IS_NOT_ACTIVE');
    await change(key, 'active = true');
    await millisecondsUntil(key, undefined);
    await change(key, `scopes = '{customer:read}'`);
    await millisecondsUntil(key, 'PUBLIC_API_KEY_SCOPE_NOT_ALLOWED');
    await change(key, 'deleted_at = now()');
    await millisecondsUntil(key, 'PUBLIC_API_KEY_HAS_BEEN_DELETED');
    // The lock holds off the process that notes uses, whose rows refer to the key.
    await runSql(
      gateway.databaseUrl,
      `begin;
      select 1 from api_key where digest = '${digestOf(key)}' for update;
      delete from api_key_use where api_key_id = (select id from api_key where digest = '${digestOf(key)}');
      delete from api_key where digest = '${digestOf(key)}';
      commit`,
    );
    await millisecondsUntil(key, 'PUBLIC_API_KEY_DOES_NOT_EXIST');
  });

  const listeners = () =>
    runSql<{ pid: number }>(
      gateway.databaseUrl,
      'select pid from pg_stat_activity where datname = current_database() and application_name = $1',
      [LISTENER_NAME],
    );

  it('is noticed after the listening connection was lost', async () => {
    const key = await createKey(gateway.databaseUrl, gateway.organisationId);
    await millisecondsUntil(key, undefined);
    const [before] = await listeners();
    await runSql(gateway.databaseUrl, 'select pg_terminate_backend($1)', [before?.pid]);
    await change(key, 'active = false');
    await millisecondsUntil(key, 'PUBLIC_API_KEY_IS_NOT_ACTIVE');
    await expect
      .poll(async () => (await listeners())[0]?.pid, { timeout: 5000 })
      .toSatisfy((pid) => pid !== undefined && pid !== before?.pid);
    await change(key, 'active = true');
    await millisecondsUntil(key, undefined);
  });

  it('is noticed while the listening connection is open but silent', async () => {
    const proxy = await openProxy(await createDatabase());
    const behind = await startGateway({ databaseUrl: proxy.url });
    expect((await rest.create(behind, { email })).code).toBeUndefined();
    await sleep(500);
    expect((await rest.create(behind, { email })).code).toBeUndefined();
    proxy.silence(LISTENER_NAME);
    await runSql(behind.databaseUrl, 'update api_key set active = false');
    await expect
      .poll(async () => (await rest.create(behind, { email })).code, { timeout: 5000 })
      .toBe('PUBLIC_API_KEY_IS_NOT_ACTIVE');
    await behind.close();
    await proxy.close();
  });

  it('is noticed within a second when notifications cease to arrive, and nothing else does', async () => {
    // As after a failover: the pooler leads to the new server, and the old one still answers the listener.
    const databaseUrl = await createDatabase();
    const proxy = await openProxy(databaseUrl);
    const behind = await startGateway({ databaseUrl, directUrl: proxy.url });
    const { key } = behind;
    await expect.poll(async () => (await rest.create(behind, { email }, { key })).code).toBeUndefined();
    for (let i = 0; i < 10; i++) {
      await sleep(100);
      await rest.create(behind, { email }, { key });
    }
    proxy.deafen();
    await runSql(databaseUrl, 'update api_key set active = false');
    await sleep(1_000);
    expect((await rest.create(behind, { email }, { key })).code).toBe('PUBLIC_API_KEY_IS_NOT_ACTIVE');
    const said = () => behind.log.map(({ msg }) => String(msg)).filter((text) => text.includes('LISTEN connection'));
    await expect.poll(said).toEqual([expect.stringContaining('lost; key cache bypassed')]);
    await proxy.mend();
    await expect.poll(said, { timeout: 10_000 }).toHaveLength(2);
    expect(said()[1]).toContain('is back');
    await behind.close();
    await proxy.close();
  });

  it('is noticed at once where notifications are listened for in vain, which is said once', async () => {
    // As behind a pooler of transactions: everything is answered, and no notification arrives.
    const proxy = await openProxy(await createDatabase());
    proxy.deafen();
    const deaf = await startGateway({ databaseUrl: proxy.url });
    const complaints = () => deaf.log.filter(({ msg }) => String(msg).startsWith('LISTEN connection'));
    await expect.poll(complaints, { timeout: 5_000 }).toHaveLength(1);
    for (let i = 0; i < 3; i++) {
      await runSql(deaf.databaseUrl, 'update api_key set active = true');
      expect((await rest.create(deaf, { email })).code).toBeUndefined();
      await runSql(deaf.databaseUrl, 'update api_key set active = false');
      expect((await rest.create(deaf, { email })).code).toBe('PUBLIC_API_KEY_IS_NOT_ACTIVE');
      await sleep(700);
    }
    expect(complaints()).toHaveLength(1);
    await deaf.close();
    await proxy.close();
  });

  it('is noticed in the end where no notification tells of it', async () => {
    const databaseUrl = await createDatabase();
    const key = await createKey(databaseUrl, await createOrganisation(databaseUrl));
    const log = pino({ level: 'silent' });
    const connection = parseDatabaseUrl(databaseUrl);
    const database = openDatabase({ connection, entities, log });
    const listener = new Listener({ connection, database, log });
    const apiKeyCache = createApiKeyCache(database, listener, 500);
    listener.open();
    await expect
      .poll(async () => (await apiKeyCache.find(digestOf(key))) && apiKeyCache.getCached(digestOf(key))?.active)
      .toBe(true);
    await runSql(databaseUrl, 'alter table api_key disable trigger user; update api_key set active = false');
    await expect.poll(async () => (await apiKeyCache.find(digestOf(key)))?.active, { timeout: 3_000 }).toBe(false);
    listener.close();
    await database.close();
  });

  it('stores no key, only its digest and fingerprint', async () => {
    const dump = JSON.stringify(await runSql(gateway.databaseUrl, 'select * from api_key'));
    expect(dump).not.toContain(gateway.key);
    expect(dump).toContain(gateway.key.slice(0, 8));
  });
});
