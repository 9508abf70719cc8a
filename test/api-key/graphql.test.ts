// API keys through GraphQL, for ROOT keys: by the rules of the command, within the organisation of the key.
import type { GraphQLInputObjectType, GraphQLObjectType } from 'graphql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { scopes } from '../../src/api-key/scopes.ts';
import { schema } from '../../src/graphql/schema/schema.ts';
import { rest } from '../support/apis.ts';
import { createKey, createOrganisation, runSql } from '../support/database.ts';
import { startGateway, type TestGateway } from '../support/gateway.ts';

let gateway: TestGateway;
let root: string;
beforeAll(async () => {
  gateway = await startGateway();
  root = await createKey(gateway.databaseUrl, gateway.organisationId, { prefix: 'ROOT' });
});
afterAll(() => gateway.close());

const codeOf = async (key: string, email = 'keys@example.com') => (await rest.create(gateway, { email }, { key })).code;
const ask = async (query: string, variables: object = {}) =>
  (await gateway.graphql(query, variables, { key: root })).body;
const fields = 'fingerprint prefix name scopes limitPerMinute active createdAt expiresAt deletedAt';
const create = `mutation ($input: CreateApiKeyInput!) { createApiKey(input: $input) { key apiKey { ${fields} } } }`;
const mutationOf = (name: string) =>
  `mutation ($f: String!) { ${name}(input: { fingerprint: $f }) { apiKey { ${fields} } } }`;

it('does what the command does, with the same trail', async () => {
  const made = (
    await ask(create, {
      input: {
        prefix: 'DEV_',
        name: ' By  GraphQL ',
        scopes: ['customer:create'],
        expiresAt: '2099-01-01T00:00:00Z',
      },
    })
  ).data.createApiKey;
  const { fingerprint } = made.apiKey;
  expect(made.apiKey).toMatchObject({
    fingerprint: made.key.slice(0, 8),
    name: 'By GraphQL',
    scopes: ['customer:create'],
    limitPerMinute: 1_000,
    expiresAt: '2099-01-01T00:00:00.000Z',
  });
  expect(await codeOf(made.key)).toBeUndefined();
  await ask(
    'mutation ($f: String!) { deactivateApiKey(input: { fingerprint: $f, reason: "why" }) { apiKey { active } } }',
    {
      f: fingerprint,
    },
  );
  await expect.poll(() => codeOf(made.key), { timeout: 5_000 }).toBe('PUBLIC_API_KEY_IS_NOT_ACTIVE');
  expect(
    (await ask('mutation ($f: String!) { rotateApiKey(input: { fingerprint: $f }) { key } }', { f: fingerprint }))
      .errors[0].extensions.code,
  ).toBe('INTERNAL_CONFLICT');
  await ask('mutation ($f: String!) { activateApiKey(input: { fingerprint: $f }) { apiKey { active } } }', {
    f: fingerprint,
  });
  const rotated = (
    await ask(
      `mutation ($f: String!) { rotateApiKey(input: { fingerprint: $f, graceSeconds: 0 }) { key apiKey { ${fields} } replacedApiKey { ${fields} } } }`,
      { f: fingerprint },
    )
  ).data.rotateApiKey;
  expect(rotated.apiKey).toMatchObject({
    name: 'By GraphQL',
    scopes: ['customer:create'],
    expiresAt: '2099-01-01T00:00:00.000Z',
  });
  const { expiresAt: replacedAt, ...replaced } = rotated.replacedApiKey;
  expect(made.apiKey).toMatchObject(replaced);
  expect(Math.abs(Date.parse(replacedAt) - Date.now())).toBeLessThan(5_000);
  await expect.poll(() => codeOf(made.key), { timeout: 5_000 }).toBe('PUBLIC_API_KEY_HAS_BEEN_EXPIRED');
  await ask('mutation ($f: String!) { deleteApiKey(input: { fingerprint: $f }) { apiKey { deletedAt } } }', {
    f: rotated.apiKey.fingerprint,
  });
  await expect.poll(() => codeOf(rotated.key), { timeout: 5_000 }).toBe('PUBLIC_API_KEY_HAS_BEEN_DELETED');
  const { apiKey } = (
    await ask('query ($f: String!) { apiKey(fingerprint: $f) { name history { action author reason } } }', {
      f: fingerprint,
    })
  ).data;
  const by = `key:${root.slice(0, 8)}`;
  expect(apiKey.history).toEqual([
    { action: 'created', author: by, reason: null },
    { action: 'deactivated', author: by, reason: 'why' },
    { action: 'activated', author: by, reason: null },
    { action: 'rotated', author: by, reason: `replaced by ${rotated.apiKey.fingerprint}` },
    { action: 'shown', author: by, reason: null },
  ]);
});

it('lists keys page by page, their histories in one statement', async () => {
  const seen: string[] = [];
  let after: string | null = null;
  for (let page = 0; page < 50; page++) {
    const {
      apiKeys,
    }: {
      apiKeys: { edges: { node: { fingerprint: string } }[]; pageInfo: { hasNextPage: boolean; endCursor: string } };
    } = (
      await ask(
        'query ($after: String) { apiKeys(first: 3, after: $after) { edges { node { fingerprint history { action } } } pageInfo { hasNextPage endCursor } } }',
        { after },
      )
    ).data;
    seen.push(...apiKeys.edges.map(({ node }) => node.fingerprint));
    after = apiKeys.pageInfo.endCursor;
    if (!apiKeys.pageInfo.hasNextPage) break;
  }
  const stored = await runSql<{ fingerprint: string }>(
    gateway.databaseUrl,
    'select fingerprint from api_key where organisation_id = $1 order by id desc',
    [gateway.organisationId],
  );
  expect(seen).toEqual(stored.map(({ fingerprint }) => fingerprint));
  const back = (await ask('{ apiKeys(last: 2) { edges { node { fingerprint } } } }')).data.apiKeys.edges;
  expect(back.map(({ node }: { node: { fingerprint: string } }) => node.fingerprint)).toEqual(seen.slice(-2));
});

it.each([
  ['a query', '{ apiKeys { edges { cursor } } }'],
  ['a look', '{ apiKey(fingerprint: "PRODabcd") { name } }'],
  ['a mutation', 'mutation { createApiKey(input: { prefix: ROOT, name: "x" }) { key } }'],
  ['a change', 'mutation { deleteApiKey(input: { fingerprint: "PRODabcd" }) { apiKey { name } } }'],
  ['a fragment', 'query { ...f } fragment f on Query { apiKeys { edges { cursor } } }'],
])('refuses %s by any other key', async (_, query) => {
  for (const key of [gateway.key, await createKey(gateway.databaseUrl, gateway.organisationId, { prefix: 'DEV_' })]) {
    const answer = await gateway.graphql(query, {}, { key });
    expect([answer.status, answer.body.errors[0].extensions.code]).toEqual([403, 'PUBLIC_API_KEY_SCOPE_NOT_ALLOWED']);
  }
});

/** The mutations that name a key. */
const byFingerprint = ['deactivateApiKey', 'activateApiKey', 'deleteApiKey', 'updateApiKey', 'rotateApiKey'];

/** What a mutation answers for a fingerprint that is none of the organisation's keys. */
const unknownFingerprint = {
  code: 'INTERNAL_VALIDATION_FAILED',
  status: 422,
  fields: [{ path: 'fingerprint', message: 'must be the fingerprint of an API key of this organisation' }],
};

it('reaches the keys of its own organisation alone', async () => {
  const other = await createOrganisation(gateway.databaseUrl);
  const key = await createKey(gateway.databaseUrl, other);
  const f = key.slice(0, 8);
  expect((await ask('query ($f: String!) { apiKey(fingerprint: $f) { name } }', { f })).data.apiKey).toBeNull();
  for (const change of byFingerprint)
    expect((await ask(mutationOf(change), { f })).errors[0].extensions, change).toMatchObject(unknownFingerprint);
  expect(await codeOf(key)).toBeUndefined();
});

it.each([
  ['an empty text', ''],
  ['U+0000', 'PROD\u0000bcd'],
  ['a long text', 'x'.repeat(1_000)],
  ['a whole key', `PRODabcd${'x'.repeat(24)}`],
  ['one that is unknown', 'PRODabcd'],
])('refuses %s as the fingerprint of a key', async (_, f) => {
  for (const change of byFingerprint)
    expect((await ask(mutationOf(change), { f })).errors[0].extensions, change).toMatchObject(unknownFingerprint);
  const shown = await ask('query ($f: String!) { apiKey(fingerprint: $f) { name } }', { f });
  expect(shown).toEqual({ data: { apiKey: null } });
});

describe('updateApiKey', () => {
  const update = `mutation ($input: UpdateApiKeyInput!) { updateApiKey(input: $input) { apiKey { ${fields} history { action } } } }`;
  const make = async (input: object) => (await ask(create, { input: { name: 'Old', ...input } })).data.createApiKey;
  const changed = async (input: object) => (await ask(update, { input })).data.updateApiKey.apiKey;
  const fieldsOf = async (input: object) => (await ask(update, { input })).errors[0].extensions.fields;

  it('changes what is told, and nothing else', async () => {
    const { key, apiKey } = await make({ prefix: 'DEV_' });
    const { fingerprint } = apiKey;
    const traits = { name: 'New', limitPerMinute: 7, scopes: ['customer:read'], expiresAt: '2099-01-01T00:00:00.000Z' };
    expect(await changed({ fingerprint, ...traits, name: ' New ' })).toMatchObject(traits);
    await expect.poll(() => codeOf(key), { timeout: 5_000 }).toBe('PUBLIC_API_KEY_SCOPE_NOT_ALLOWED');
    expect(await changed({ fingerprint })).toMatchObject(traits);
    const back = await changed({ fingerprint, limitPerMinute: null, scopes: [], expiresAt: null });
    expect(back).toMatchObject({ name: 'New', limitPerMinute: 1_000, scopes: [], expiresAt: null });
    expect(back.history).toEqual([{ action: 'created' }, { action: 'updated' }, { action: 'updated' }]);
  });

  it('refuses what breaks the rules of a new key, and a key that was deleted', async () => {
    const { fingerprint } = (await make({ prefix: 'ROOT' })).apiKey;
    expect(await fieldsOf({ fingerprint, limitPerMinute: 5, scopes: ['ip:read'] })).toEqual([
      { path: 'limitPerMinute', message: 'must not be set: a ROOT key has no limit' },
      { path: 'scopes', message: 'must not be set: a ROOT key has no restriction' },
    ]);
    const wrong = { fingerprint, name: null, limitPerMinute: 0, scopes: ['all'], expiresAt: '2020-01-01T00:00:00Z' };
    expect((await fieldsOf(wrong)).map(({ path }: { path: string }) => path)).toEqual([
      ...['name', 'limitPerMinute', 'scopes.0', 'expiresAt'],
    ]);
    await ask(mutationOf('deleteApiKey'), { f: fingerprint });
    expect((await ask(update, { input: { fingerprint, name: 'x' } })).errors[0].extensions.code).toBe(
      'INTERNAL_CONFLICT',
    );
  });
});

it('writes nothing where nothing changes', async () => {
  const made = (await ask(create, { input: { prefix: 'PROD', name: 'switched' } })).data.createApiKey.apiKey;
  const f = made.fingerprint;
  const historyOf = async () =>
    (
      await runSql<{ action: string }>(
        gateway.databaseUrl,
        `select action from change_entry where subject = 'api_key' and reference = $1 order by id`,
        [f],
      )
    ).map(({ action }) => action);
  const switched = async (change: string) => (await ask(mutationOf(change), { f })).data[change].apiKey;
  expect(await switched('activateApiKey')).toEqual(made);
  expect(await historyOf()).toEqual(['created']);
  expect(await switched('deactivateApiKey')).toEqual({ ...made, active: false });
  expect(await switched('deactivateApiKey')).toEqual({ ...made, active: false });
  expect(await historyOf()).toEqual(['created', 'deactivated']);
  expect(await switched('activateApiKey')).toEqual(made);
  expect(await historyOf()).toEqual(['created', 'deactivated', 'activated']);
});

it('writes one entry, however many switch a key off at once', async () => {
  const f = (await ask(create, { input: { prefix: 'PROD', name: 'raced' } })).data.createApiKey.apiKey.fingerprint;
  const answers = await Promise.all(Array.from({ length: 10 }, () => ask(mutationOf('deactivateApiKey'), { f })));
  expect(answers.map(({ data }) => data.deactivateApiKey.apiKey.active)).toEqual(Array(10).fill(false));
  const written = `select from change_entry where reference = $1 and action = 'deactivated'`;
  expect(await runSql(gateway.databaseUrl, written, [f])).toHaveLength(1);
});

it('changes no deleted key', async () => {
  const f = (await ask(create, { input: { prefix: 'PROD', name: 'gone' } })).data.createApiKey.apiKey.fingerprint;
  expect((await ask(mutationOf('deleteApiKey'), { f })).data.deleteApiKey.apiKey).toMatchObject({
    active: true,
    deletedAt: expect.any(String),
  });
  for (const change of byFingerprint)
    expect((await ask(mutationOf(change), { f })).errors[0].extensions.code, change).toBe('INTERNAL_CONFLICT');
});

it('may delete the key that asks', async () => {
  const own = await createKey(gateway.databaseUrl, gateway.organisationId, { prefix: 'ROOT' });
  const answer = await gateway.graphql(mutationOf('deleteApiKey'), { f: own.slice(0, 8) }, { key: own });
  expect(answer.body.data.deleteApiKey.apiKey.deletedAt).toEqual(expect.any(String));
  await expect.poll(() => codeOf(own), { timeout: 5_000 }).toBe('PUBLIC_API_KEY_HAS_BEEN_DELETED');
});

it('checks what is said of a key by the rules of the command', async () => {
  const broken = await ask(create, {
    input: { prefix: 'ROOT', name: '', limitPerMinute: 0, scopes: ['x'], expiresAt: '2020-01-01T00:00:00Z' },
  });
  expect(broken.errors[0].extensions).toMatchObject({ code: 'INTERNAL_VALIDATION_FAILED' });
  expect(broken.errors[0].extensions.fields.map(({ path }: { path: string }) => path)).toEqual([
    'name',
    'limitPerMinute',
    'scopes.0',
    'expiresAt',
  ]);
  const noMoment = await ask(create, { input: { prefix: 'PROD', name: 'x', expiresAt: 'tomorrow' } });
  expect(noMoment.errors[0].extensions.fields).toEqual([
    { path: 'expiresAt', message: expect.stringContaining('RFC 3339') },
  ]);
  expect(
    (await ask('mutation { rotateApiKey(input: { fingerprint: "PRODabcd", graceSeconds: -1 }) { key } }')).errors[0]
      .extensions.fields,
  ).toEqual([{ path: 'graceSeconds', message: 'must be at least 0' }]);
});

it('keeps no answer with a key in it', async () => {
  const { fingerprint: f } = (await ask(create, { input: { prefix: 'PROD', name: 'stays' } })).data.createApiKey.apiKey;
  const before = await runSql(gateway.databaseUrl, 'select id, expires_at from api_key order by id');
  for (const [query, variables] of [
    [create, { input: { prefix: 'PROD', name: 'kept' } }],
    [mutationOf('rotateApiKey'), { f }],
  ] as const) {
    const answer = await gateway.graphql(query, variables, { key: root, headers: { 'idempotency-key': 'once' } });
    expect(answer.body.errors[0].extensions, query).toMatchObject({
      code: 'INTERNAL_VALIDATION_FAILED',
      fields: [{ path: 'Idempotency-Key' }],
    });
  }
  expect(await runSql(gateway.databaseUrl, 'select id, expires_at from api_key order by id')).toEqual(before);
});

const secondsLeft = async (fingerprint: string) => {
  const left = 'select extract(epoch from expires_at - now())::int as left from api_key where fingerprint = $1';
  return (await runSql<{ left: number }>(gateway.databaseUrl, left, [fingerprint]))[0]?.left;
};

it('gives a day of grace unless told, however often that is asked', async () => {
  let { key } = (await ask(create, { input: { prefix: 'PROD', name: 'rotating' } })).data.createApiKey;
  const rotate = 'mutation ($f: String!) { rotateApiKey(input: { fingerprint: $f }) { key } }';
  // Often enough to be compiled.
  for (let turn = 0; turn < 25; turn++) {
    const f = key.slice(0, 8);
    key = (await ask(rotate, { f })).data.rotateApiKey.key;
    expect(await secondsLeft(f)).toBeGreaterThan(86_300);
    expect(await secondsLeft(f)).toBeLessThanOrEqual(86_400);
  }
});

it.each([
  ['null in the document', 'graceSeconds: null', {}, 86_400],
  ['null in a variable', 'graceSeconds: $g', { g: null }, 86_400],
  ['a variable that is not there', 'graceSeconds: $g', {}, 86_400],
  ['a number', 'graceSeconds: $g', { g: 1_000 }, 1_000],
])('gives the replaced key its grace, told by %s', async (_, grace, variables, seconds) => {
  const { fingerprint: f } = (await ask(create, { input: { prefix: 'PROD', name: 'x' } })).data.createApiKey.apiKey;
  const declared = grace.includes('$g') ? ', $g: Int' : '';
  const rotate = `mutation ($f: String!${declared}) { rotateApiKey(input: { fingerprint: $f, ${grace} }) { replacedApiKey { fingerprint expiresAt } } }`;
  const { replacedApiKey } = (await ask(rotate, { f, ...variables })).data.rotateApiKey;
  expect(replacedApiKey.fingerprint).toBe(f);
  expect((Date.parse(replacedApiKey.expiresAt) - Date.now()) / 1_000).toBeCloseTo(seconds, -2);
  expect(await secondsLeft(f)).toBeLessThanOrEqual(seconds);
  expect(await secondsLeft(f)).toBeGreaterThan(seconds - 60);
});

it('says in the schema what may be given, and what can be read in a history', async () => {
  const described = (type: string, name: string) => {
    const found = schema.getType(type) as GraphQLInputObjectType | GraphQLObjectType;
    return found.getFields()[name]?.description ?? '';
  };
  for (const scope of Object.keys(scopes)) expect(described('CreateApiKeyInput', 'scopes')).toContain(`\`${scope}\``);
  expect(described('CreateApiKeyInput', 'name')).toContain('255');
  expect(described('CreateApiKeyInput', 'limitPerMinute')).toContain('1 to 2147483647');
  expect(described('RotateApiKeyInput', 'graceSeconds')).toContain('0 to 31622400');
  const written = await runSql<{ action: string }>(
    gateway.databaseUrl,
    `select distinct action from change_entry where subject = 'api_key' and reference <> '*'`,
  );
  for (const { action } of written) expect(described('AuditEntry', 'action')).toContain(`\`${action}\``);
});
