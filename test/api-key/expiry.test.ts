// Keys that expire by themselves: after the lifetime of the setting, told by a header before.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createKey, runSql } from '../support/database.ts';
import { startGateway, type TestGateway } from '../support/gateway.ts';

const DAY = 86_400_000;
const LIFETIME = 90;
const HEADER = 'x-api-key-expires-at';
const LATER = '2099-01-01T00:00:00.000Z';

let gateway: TestGateway;
let unlimited: TestGateway;
let root: string;
beforeAll(async () => {
  gateway = await startGateway({ keyLifetimeDays: LIFETIME, corsOrigins: ['https://shop.example'] });
  const { databaseUrl, organisationId } = gateway;
  unlimited = await startGateway({ databaseUrl });
  root = await createKey(databaseUrl, organisationId, { prefix: 'ROOT' });
});
afterAll(async () => {
  await gateway.close();
  await unlimited.close();
});

async function create(traits: object, by = gateway) {
  const query =
    'mutation ($input: CreateApiKeyInput!) { createApiKey(input: $input) { apiKey { fingerprint expiresAt } } }';
  const { body } = await by.graphql(query, { input: { prefix: 'PROD', name: 'x', ...traits } }, { key: root });
  return body.data.createApiKey.apiKey as { fingerprint: string; expiresAt: string | null };
}

async function rotate({ fingerprint }: { fingerprint: string }, by = gateway) {
  const query =
    'mutation ($f: String!) { rotateApiKey(input: { fingerprint: $f }) { apiKey { fingerprint expiresAt } } }';
  const { body } = await by.graphql(query, { f: fingerprint }, { key: root });
  return body.data.rotateApiKey.apiKey as { fingerprint: string; expiresAt: string | null };
}

const daysUntil = (moment: string | null) => (Date.parse(moment ?? '') - Date.now()) / DAY;

describe('a new key', () => {
  it.each([{}, { expiresAt: null }])('expires after the lifetime, unless told: %j', async (traits) => {
    expect(daysUntil((await create(traits)).expiresAt)).toBeCloseTo(LIFETIME, 1);
    expect((await create(traits, unlimited)).expiresAt).toBeNull();
  });

  it('expires when it is told to', async () => {
    expect((await create({ expiresAt: LATER })).expiresAt).toBe(LATER);
  });
});

describe('a key in place of another', () => {
  it('has a lifetime of its own where the other one had the default', async () => {
    const made = await create({});
    await runSql(
      gateway.databaseUrl,
      `update api_key set expires_at = now() + interval '3 days' where fingerprint = $1`,
      [made.fingerprint],
    );
    const second = await rotate(made);
    expect(daysUntil(second.expiresAt)).toBeCloseTo(LIFETIME, 1);
    expect(daysUntil((await rotate(second)).expiresAt)).toBeCloseTo(LIFETIME, 1);
    // By a gateway that knows of no lifetime: what had an end does not become one for ever.
    const third = await create({});
    expect((await rotate(third, unlimited)).expiresAt).toBe(third.expiresAt);
    expect(daysUntil((await rotate(await create({}, unlimited))).expiresAt)).toBeCloseTo(LIFETIME, 1);
  });

  it('has a lifetime where a version before made the other one without an end, and its end where it had one', async () => {
    for (const expiresAt of [null, LATER]) {
      const made = await create({ expiresAt: LATER });
      await runSql(
        gateway.databaseUrl,
        'update api_key set expires_by_default = null, expires_at = $2 where fingerprint = $1',
        [made.fingerprint, expiresAt],
      );
      const end = (await rotate(made)).expiresAt;
      if (expiresAt) expect(end).toBe(expiresAt);
      else expect(daysUntil(end)).toBeCloseTo(LIFETIME, 1);
    }
  });

  it('ends when the other one would have, where somebody said when', async () => {
    const second = await rotate(await create({ expiresAt: LATER }));
    expect(second.expiresAt).toBe(LATER);
    expect((await rotate(second)).expiresAt).toBe(LATER);
  });
});

describe('the header', () => {
  const inDays = (days: number) => new Date(Date.now() + days * DAY);

  it.each([13.9, 1, 0.001])('tells the callers of a key that expires in %d days, of both APIs', async (days) => {
    const expiresAt = inDays(days);
    const key = await createKey(gateway.databaseUrl, gateway.organisationId, { expiresAt });
    const headers = { origin: 'https://shop.example' };
    const answers = [
      await gateway.rest({ email: 'expiry@example.com' }, { key, headers }),
      await gateway.rest({ email: 'not an address' }, { key, headers }),
      await gateway.graphql('{ customers(first: 1) { edges { cursor } } }', {}, { key, headers }),
      await gateway.graphql('{ nothing }', {}, { key, headers }),
    ];
    for (const answer of answers) {
      expect(answer.headers.get(HEADER)).toBe(expiresAt.toISOString());
      expect(answer.headers.get('access-control-expose-headers')).toContain('X-API-Key-Expires-At');
    }
  });

  it('is there where the key is refused for its limit or its scopes', async () => {
    const { databaseUrl, organisationId } = gateway;
    const traits = { expiresAt: inDays(1), limitPerMinute: 1, scopes: ['ip:read'] };
    const key = await createKey(databaseUrl, organisationId, traits);
    for (const status of [403, 429]) {
      const answer = await gateway.rest({ email: 'expiry@example.com' }, { key });
      expect([answer.status, answer.headers.has(HEADER)]).toEqual([status, true]);
    }
  });

  it('is not there before, without an end, nor where the key is refused', async () => {
    const { databaseUrl, organisationId } = gateway;
    const early = await createKey(databaseUrl, organisationId, { expiresAt: inDays(14.1) });
    const expired = await createKey(databaseUrl, organisationId, { expiresAt: inDays(-0.001) });
    const inactive = await createKey(databaseUrl, organisationId, { expiresAt: inDays(1), active: false });
    for (const key of [gateway.key, early, expired, inactive]) {
      const answer = await gateway.rest({ email: 'expiry@example.com' }, { key });
      expect(answer.headers.has(HEADER)).toBe(false);
    }
  });
});
