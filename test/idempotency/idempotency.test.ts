// Idempotency-Key: the same request is answered once, another request under the same key is a conflict.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { apis, graphql, rest } from '../support/apis.ts';
import { createKey, createOrganisation, type KeyTraits, runSql } from '../support/database.ts';
import { startGateway, type TestGateway } from '../support/gateway.ts';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startGateway();
});
afterAll(() => gateway.close());

const keyed = (key: string, apiKey?: string) => ({
  headers: { 'idempotency-key': key },
  ...(apiKey && { key: apiKey }),
});
const age = (key: string, by: string) =>
  runSql(gateway.databaseUrl, `update idempotency_key set created_at = now() - $2::interval where key = $1`, [key, by]);

describe.each(apis)('$name API', (api) => {
  const email = `${api.name.toLowerCase()}@example.com`;

  it('tells the same answer again, word for word', async () => {
    const first = await api.create(gateway, { email }, keyed(`a-${api.name}`));
    const second = await api.create(gateway, { email }, keyed(`a-${api.name}`));
    expect([first.newAccount, second.newAccount]).toEqual([true, true]);
    expect(second.answer.text).toBe(first.answer.text);
    expect(second.answer.headers.get('content-type')).toBe(first.answer.headers.get('content-type'));
    expect(first.answer.headers.get('idempotent-replayed')).toBeNull();
    expect(second.answer.headers.get('idempotent-replayed')).toBe('true');
    const lines = () => gateway.log.filter(({ msg }) => msg === 'request').slice(-2);
    const idempotencyKey = expect.stringMatching(/^[\da-f]{8}$/);
    await expect.poll(lines).toMatchObject([
      { status: 200, idempotencyKey },
      { status: 200, idempotencyKey: lines()[0]?.idempotencyKey, replayed: true },
    ]);
    expect(lines()[0]).not.toHaveProperty('replayed');
    expect((await api.create(gateway, { email })).newAccount).toBe(false);
  });

  it('refuses another body under the same key, and changes nothing', async () => {
    await api.create(gateway, { email }, keyed(`b-${api.name}`));
    const other = await api.create(gateway, { email: `other-${email}` }, keyed(`b-${api.name}`));
    expect([other.code, other.answer.status]).toEqual(['INTERNAL_CONFLICT', 409]);
    expect(other.answer.headers.get('idempotent-replayed')).toBeNull();
    await expect
      .poll(() => gateway.log.filter(({ msg }) => msg === 'request').at(-1))
      .toMatchObject({ code: 'INTERNAL_CONFLICT', reason: 'This Idempotency-Key was sent with another request.' });
    expect(await runSql(gateway.databaseUrl, 'select * from customer where email = $1', [`other-${email}`])).toEqual(
      [],
    );
  });

  it('does not keep a failure', async () => {
    expect((await api.create(gateway, { email: 'x' }, keyed(`c-${api.name}`))).code).toBe('INTERNAL_VALIDATION_FAILED');
    expect((await api.create(gateway, { email }, keyed(`c-${api.name}`))).code).toBeUndefined();
  });

  it('makes one customer of many requests at once; the others hear that it runs, or what was done', async () => {
    const input = { email: `many-${email}` };
    const outcomes = await Promise.all(
      Array.from({ length: 30 }, () => api.create(gateway, input, keyed(`d-${api.name}`))),
    );
    const answered = outcomes.filter(({ code }) => !code);
    expect(answered.length).toBeGreaterThan(0);
    for (const outcome of answered) expect(outcome.newAccount).toBe(true);
    for (const { code, answer } of outcomes.filter((outcome) => outcome.code)) {
      expect([code, answer.headers.get('retry-after')]).toEqual(['INTERNAL_CONFLICT', '1']);
    }
  });
});

it('belongs to one organisation, and one address', async () => {
  const theirs = await createKey(gateway.databaseUrl, await createOrganisation(gateway.databaseUrl));
  await rest.create(gateway, { email: 'tenant@example.com' }, keyed('e'));
  expect(await rest.create(gateway, { email: 'tenant2@example.com' }, keyed('e', theirs))).toMatchObject({
    newAccount: true,
  });
  expect((await graphql.create(gateway, { email: 'tenant@example.com' }, keyed('e'))).code).toBe('INTERNAL_CONFLICT');
});

describe.each(apis)('an answer on the $name API', (api) => {
  const callers = ['ROOT', 'PROD', 'create', 'read'] as const;
  const keys = new Map<string, string>();
  beforeAll(async () => {
    const make = (traits: KeyTraits) => createKey(gateway.databaseUrl, gateway.organisationId, traits);
    keys.set('ROOT', await make({ prefix: 'ROOT' }));
    keys.set('PROD', await make({}));
    keys.set('create', await make({ scopes: ['customer:create'] }));
    keys.set('read', await make({ scopes: ['customer:read'] }));
  });

  it.each(callers.flatMap((first) => callers.map((second) => [first, second] as const)))(
    'to a key of %s is replayed to one of %s if that may do the same',
    async (first, second) => {
      const name = `${api.name}-${first}-${second}`;
      const input = { email: `${name}@example.com`.toLowerCase() };
      const call = (caller: string) => api.create(gateway, input, keyed(name, keys.get(caller)));
      const outcomes = [await call(first), await call(second)];
      const expected = (caller: string) => (caller === 'read' ? 'PUBLIC_API_KEY_SCOPE_NOT_ALLOWED' : undefined);
      expect(outcomes.map(({ code }) => code)).toEqual([expected(first), expected(second)]);
      const replayed = outcomes[1]?.answer.headers.get('idempotent-replayed');
      expect(replayed).toBe(first === 'read' || second === 'read' ? null : 'true');
      if (second !== 'read') expect(outcomes[1]?.newAccount).toBe(true);
    },
  );
});

it('does not tell a key that sees less what one that sees more was shown', async () => {
  const query =
    'mutation ($input: CreateCustomerInput!) { createCustomer(input: $input) { newAccount customer { id lastIp { country { code } } } } }';
  const input = { email: 'seen@example.com', customerRealIp: '192.0.2.1' };
  const scoped = await createKey(gateway.databaseUrl, gateway.organisationId, { scopes: ['customer:create'] });
  const first = await gateway.graphql(query, { input }, keyed('seen'));
  expect(first.body.errors).toBeUndefined();
  const second = await gateway.graphql(query, { input }, keyed('seen', scoped));
  expect(second.body.errors[0].extensions.code).toBe('PUBLIC_API_KEY_SCOPE_NOT_ALLOWED');
  expect(second.text).not.toContain('192.0.2.1');
});

it('is free again after a day', async () => {
  await rest.create(gateway, { email: 'day@example.com' }, keyed('f'));
  await age('f', '25 hours');
  expect(await rest.create(gateway, { email: 'day2@example.com' }, keyed('f'))).toMatchObject({ newAccount: true });
});

it('does nothing when its outcome could not be kept, and is free at once', async () => {
  await runSql(
    gateway.databaseUrl,
    `create function full_disk() returns trigger language plpgsql as $$ begin raise sqlstate '53100'; end $$;
     create trigger full_disk before update on idempotency_key for each row execute function full_disk()`,
  );
  for (let i = 0; i < 2; i++) {
    const { code } = await rest.create(gateway, { email: 'unkept@example.com' }, keyed('h'));
    expect(code).toBe('INTERNAL_SERVICE_UNAVAILABLE');
  }
  await runSql(gateway.databaseUrl, 'drop trigger full_disk on idempotency_key; drop function full_disk');
  expect((await rest.create(gateway, { email: 'unkept@example.com' }, keyed('h'))).newAccount).toBe(true);
});

it.each(['', 'has blank', 'x'.repeat(256)])('must have a form: %j', async (key) => {
  expect(await rest.create(gateway, { email: 'form@example.com' }, keyed(key))).toMatchObject({
    code: 'INTERNAL_VALIDATION_FAILED',
    fields: [{ path: 'Idempotency-Key' }],
  });
});

it('is checked after the API key', async () => {
  expect((await rest.create(gateway, { email: 'x' }, { ...keyed(''), key: null })).code).toBe(
    'PUBLIC_API_KEY_IS_EMPTY',
  );
});
