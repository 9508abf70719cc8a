// API keys through GraphQL, for ROOT keys: by the rules of the command, within the organisation of the key.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createKey, createOrganisation, runSql } from './support/database.ts';
import { rest } from './support/doors.ts';
import { startGateway, type TestGateway } from './support/gateway.ts';

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
      `mutation ($f: String!) { rotateApiKey(input: { fingerprint: $f, graceSeconds: 0 }) { key apiKey { ${fields} } } }`,
      { f: fingerprint },
    )
  ).data.rotateApiKey;
  expect(rotated.apiKey).toMatchObject({
    name: 'By GraphQL',
    scopes: ['customer:create'],
    expiresAt: '2099-01-01T00:00:00.000Z',
  });
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

it('reaches the keys of its own organisation alone', async () => {
  const other = await createOrganisation(gateway.databaseUrl);
  const key = await createKey(gateway.databaseUrl, other);
  const f = key.slice(0, 8);
  expect((await ask('query ($f: String!) { apiKey(fingerprint: $f) { name } }', { f })).data.apiKey).toBeNull();
  for (const change of ['deactivateApiKey', 'activateApiKey', 'deleteApiKey'])
    expect(
      (await ask(`mutation ($f: String!) { ${change}(input: { fingerprint: $f }) { apiKey { name } } }`, { f }))
        .errors[0].extensions,
    ).toMatchObject({ code: 'INTERNAL_RESOURCE_NOT_FOUND', status: 404 });
  expect(
    (await ask('mutation ($f: String!) { rotateApiKey(input: { fingerprint: $f }) { key } }', { f })).errors[0]
      .extensions.code,
  ).toBe('INTERNAL_RESOURCE_NOT_FOUND');
  expect(await codeOf(key)).toBeUndefined();
});

it('judges what is said of a key by the rules of the command', async () => {
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
  for (const f of ['', 'PROD\u0000bcd', 'x'.repeat(1_000)])
    expect(
      (await ask('mutation ($f: String!) { deleteApiKey(input: { fingerprint: $f }) { apiKey { name } } }', { f }))
        .errors[0].extensions.code,
    ).toBe('INTERNAL_RESOURCE_NOT_FOUND');
  expect(
    (await ask('mutation { rotateApiKey(input: { fingerprint: "PRODabcd", graceSeconds: -1 }) { key } }')).errors[0]
      .extensions.fields,
  ).toEqual([{ path: 'graceSeconds', message: 'must be at least 0' }]);
});

it('keeps no answer with a key in it', async () => {
  const input = { prefix: 'PROD', name: 'kept' };
  const answer = await gateway.graphql(create, { input }, { key: root, headers: { 'idempotency-key': 'once' } });
  expect(answer.body.errors[0].extensions).toMatchObject({
    code: 'INTERNAL_VALIDATION_FAILED',
    fields: [{ path: 'Idempotency-Key' }],
  });
  expect(await runSql(gateway.databaseUrl, `select * from api_key where name = 'kept'`)).toEqual([]);
});

it('gives a day of grace unless told, however often that is asked', async () => {
  let { key } = (await ask(create, { input: { prefix: 'PROD', name: 'rotating' } })).data.createApiKey;
  const rotate = 'mutation ($f: String!) { rotateApiKey(input: { fingerprint: $f }) { key } }';
  // Often enough to be compiled.
  for (let turn = 0; turn < 25; turn++) {
    const f = key.slice(0, 8);
    key = (await ask(rotate, { f })).data.rotateApiKey.key;
    const [old] = await runSql<{ left: number }>(
      gateway.databaseUrl,
      `select extract(epoch from expires_at - now())::int as left from api_key where fingerprint = $1`,
      [f],
    );
    expect(old?.left).toBeGreaterThan(86_300);
    expect(old?.left).toBeLessThanOrEqual(86_400);
  }
});
