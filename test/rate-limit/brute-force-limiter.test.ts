// Keys that are guessed: how many an address may try, whose address it is, and who is not touched by it.
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { generateKey, SAMPLE_KEY } from '../../src/api-key/key.ts';
import { BRUTE_FORCE_LIMIT } from '../../src/rate-limit/brute-force-limiter.ts';
import { SlidingWindowStore } from '../../src/rate-limit/sliding-window.ts';
import { apis, rest } from '../support/apis.ts';
import { createDatabase, createKey, type KeyTraits, statementsOf } from '../support/database.ts';
import { startGateway, type TestGateway } from '../support/gateway.ts';
import { openProxy } from '../support/proxy.ts';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startGateway({ trustProxy: 1 });
});
afterAll(() => gateway.close());
afterEach(() => vi.restoreAllMocks());

const email = 'guesses@example.com';
const from = (address: string) => ({ 'x-forwarded-for': address });
const makeKey = (traits: KeyTraits = {}) => createKey(gateway.databaseUrl, gateway.organisationId, traits);

/** Sends bad keys until one is not looked at; says how many were. */
async function guess(address: string, make = (): string | null => generateKey('PROD'), most = BRUTE_FORCE_LIMIT + 20) {
  const codes = [];
  for (let i = 0; i < most; i++) {
    const api = apis[i % 2] as (typeof apis)[number];
    codes.push((await api.create(gateway, { email }, { key: make(), headers: from(address) })).code);
  }
  return codes.filter((code) => code !== 'INTERNAL_TOO_MANY_REQUESTS').length;
}

it.each(['PROD', 'DEV_', 'ROOT'] as const)(
  'lets an address try only so many %s keys that do not exist, on both APIs together',
  async (prefix) => {
    expect(await guess(`2001:db8:${prefix.charCodeAt(0)}::1`, () => generateKey(prefix))).toBe(BRUTE_FORCE_LIMIT);
  },
);

it.each([
  ['no key', () => null, 'PUBLIC_API_KEY_IS_EMPTY'],
  ['an empty key', () => '', 'PUBLIC_API_KEY_IS_EMPTY'],
  ['a key of no form', () => 'guess', 'PUBLIC_API_KEY_IS_NOT_IN_VALID_FORMAT'],
  ['a key that is a letter short', () => generateKey('PROD').slice(1), 'PUBLIC_API_KEY_IS_NOT_IN_VALID_FORMAT'],
  ['the sample key', () => SAMPLE_KEY, 'PUBLIC_API_KEY_SAMPLE_VALUE'],
])('takes %s for no guess: it is never looked up, and refuses nobody else at the address', async (name, make, code) => {
  const address = `2001:db8:aaaa:${name.length}::1`;
  const statements = await statementsOf(async () => {
    for (let i = 0; i < 3 * BRUTE_FORCE_LIMIT; i++) {
      const api = apis[i % 2] as (typeof apis)[number];
      expect((await api.create(gateway, { email }, { key: make(), headers: from(address) })).code).toBe(code);
    }
  });
  // Background work goes on meanwhile.
  expect(statements.filter((text) => !text.includes('as done from turn'))).toEqual([]);
  const unseen = await rest.create(gateway, { email }, { key: await makeKey(), headers: from(address) });
  expect(unseen.code).toBeUndefined();
  expect(await guess(address)).toBe(BRUTE_FORCE_LIMIT);
});

it('looks no more keys up in the database than that, however many come at once', async () => {
  const statements = await statementsOf(() =>
    Promise.all(
      Array.from({ length: 500 }, () =>
        rest.create(gateway, { email }, { key: generateKey('PROD'), headers: from('192.0.2.9') }),
      ),
    ),
  );
  expect(statements.filter((text) => text.includes('find_api_key'))).toHaveLength(BRUTE_FORCE_LIMIT);
});

it('counts a key that comes twice at once once, and refuses both alike', async () => {
  const statements = await statementsOf(async () => {
    for (let i = 0; i < BRUTE_FORCE_LIMIT + 20; i++) {
      const key = generateKey('PROD');
      const calls = [1, 2, 3].map(() => rest.create(gateway, { email }, { key, headers: from('192.0.2.77') }));
      const codes = (await Promise.all(calls)).map(({ code }) => code);
      const expected = i < BRUTE_FORCE_LIMIT ? 'PUBLIC_API_KEY_DOES_NOT_EXIST' : 'INTERNAL_TOO_MANY_REQUESTS';
      expect(new Set(codes), `key ${i}`).toEqual(new Set([expected]));
    }
  });
  // Nobody who comes a moment later, when the first one's look-up is over, is looked up for nothing.
  expect(statements.filter((text) => text.includes('find_api_key')).length).toBeLessThanOrEqual(BRUTE_FORCE_LIMIT);
});

it('refuses with 429 and the seconds to wait, and without a word about limits of keys', async () => {
  await guess('192.0.2.10', undefined, BRUTE_FORCE_LIMIT);
  for (const api of apis) {
    const { answer, code } = await api.create(
      gateway,
      { email },
      { key: generateKey('PROD'), headers: from('192.0.2.10') },
    );
    expect([answer.status, code]).toEqual([429, 'INTERNAL_TOO_MANY_REQUESTS']);
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(answer.headers.get('x-ratelimit-limit')).toBeNull();
  }
  expect(gateway.log).toContainEqual(
    expect.objectContaining({
      level: 40,
      address: '192.0.2.10',
      msg: 'brute-force limit reached; unknown keys from this address are refused',
    }),
  );
  const now = performance.now.bind(performance);
  vi.spyOn(performance, 'now').mockImplementation(() => now() + 61_000);
  const later = await rest.create(gateway, { email }, { key: generateKey('PROD'), headers: from('192.0.2.10') });
  expect(later.code).toBe('PUBLIC_API_KEY_DOES_NOT_EXIST');
});

it('goes on answering a key that is in use at the same address', async () => {
  const key = await makeKey();
  const call = () => rest.create(gateway, { email }, { key, headers: from('192.0.2.11') });
  await call();
  await guess('192.0.2.11');
  expect((await call()).code).toBeUndefined();
});

it('does not count keys that exist, used or not', async () => {
  const bad = await Promise.all([
    makeKey({ active: false }),
    makeKey({ deletedAt: new Date() }),
    makeKey({ expiresAt: new Date(0) }),
  ]);
  const good = await makeKey();
  for (let i = 0; i < BRUTE_FORCE_LIMIT; i++) {
    const key = bad[i % 3] as string;
    const { code } = await rest.create(gateway, { email }, { key, headers: from('192.0.2.12') });
    expect(code).not.toBe('INTERNAL_TOO_MANY_REQUESTS');
  }
  const burst = await Promise.all(
    Array.from({ length: 300 }, () => rest.create(gateway, { email }, { key: good, headers: from('192.0.2.12') })),
  );
  expect(burst.filter(({ code }) => code !== undefined)).toEqual([]);
  expect(await guess('192.0.2.12')).toBe(BRUTE_FORCE_LIMIT);
});

it('lets a burst of calls with a key that nobody has seen yet through', async () => {
  const key = await makeKey();
  const burst = await Promise.all(
    Array.from({ length: 400 }, () => rest.create(gateway, { email }, { key, headers: from('192.0.2.13') })),
  );
  expect(burst.filter(({ code }) => code !== undefined)).toEqual([]);
});

it('lets it through too where counting takes a while', async () => {
  const own = new SlidingWindowStore();
  const slow = await startGateway({
    databaseUrl: gateway.databaseUrl,
    rateLimitStore: () => ({
      async consume(...asked) {
        const result = own.consume(...asked);
        await sleep(500);
        return result;
      },
      refund: (...given) => own.refund(...given),
    }),
  });
  const key = await makeKey();
  const burst = await Promise.all(Array.from({ length: 300 }, () => rest.create(slow, { email }, { key })));
  expect(burst.filter(({ code }) => code !== undefined)).toEqual([]);
  await slow.close();
});

describe('whose address it is', () => {
  const guessAs = (address: string, most?: number) => guess(address, undefined, most);

  it('counts each address for itself, and an IPv6 network of 64 bits as one', async () => {
    expect(await guessAs('203.0.113.1')).toBe(BRUTE_FORCE_LIMIT);
    expect(await guessAs('203.0.113.2', 10)).toBe(10);
    expect(await guessAs('2001:db8:1:2::1', BRUTE_FORCE_LIMIT)).toBe(BRUTE_FORCE_LIMIT);
    expect(await guessAs('2001:db8:1:2:ffff::9', 10)).toBe(0);
    expect(await guessAs('2001:db8:1:3::1', 10)).toBe(10);
    expect(await guessAs('::ffff:203.0.113.1', 10)).toBe(0);
    expect(await guessAs('203.0.113.1:4711', 10)).toBe(0);
  });

  it('believes the nearest of the proxies only, as many as it is told', async () => {
    // One proxy is trusted: it wrote the last address; what stands before it is the caller's own invention.
    let i = 0;
    const forge = () => `198.51.100.${i++ % 250}, 203.0.113.50`;
    let looked = 0;
    for (let n = 0; n < BRUTE_FORCE_LIMIT + 10; n++) {
      const key = generateKey('PROD');
      const { code } = await rest.create(gateway, { email }, { key, headers: from(forge()) });
      if (code !== 'INTERNAL_TOO_MANY_REQUESTS') looked += 1;
    }
    expect(looked).toBe(BRUTE_FORCE_LIMIT);
  });

  it.each([
    [undefined, '203.0.113.60', false],
    [2, '203.0.113.60, 203.0.113.61', true],
    [['127.0.0.0/8', '203.0.113.61'], '203.0.113.60, 203.0.113.61', true],
    [['10.0.0.0/8'], '203.0.113.60', false],
    [['127.0.0.1'], 'unknown, 203.0.113.60', true],
    [['::1'], '203.0.113.60', false],
  ])('with TRUST_PROXY %j and the header "%s" the header is believed: %s', async (trustProxy, header, believed) => {
    const other = await startGateway({ trustProxy });
    const call = async (headers: Record<string, string>) =>
      (await rest.create(other, { email }, { key: generateKey('PROD'), headers })).code;
    for (let i = 0; i < BRUTE_FORCE_LIMIT; i++) await call(from(header));
    const spent = 'INTERNAL_TOO_MANY_REQUESTS';
    expect(await call(from(header))).toBe(spent);
    // The same caller without the header: touched only if the header was not believed.
    expect((await call({})) === spent).toBe(!believed);
    if (believed) expect(other.log).toContainEqual(expect.objectContaining({ address: '203.0.113.60' }));
    await other.close();
  });
});

describe('a header of proxies', () => {
  const warningsOf = (other: TestGateway) => other.log.filter(({ msg }) => String(msg).includes('TRUST_PROXY'));
  const call = (other: TestGateway, headers: Record<string, string>) => rest.create(other, { email }, { headers });

  it('is warned of once where no proxy is trusted, whatever comes of the request', async () => {
    const other = await startGateway();
    await call(other, {});
    expect(warningsOf(other)).toEqual([]);
    await other.send('/health/live', { headers: from('203.0.113.70') });
    for (let i = 0; i < 5; i++) await call(other, from(`203.0.113.${i}`));
    expect(warningsOf(other)).toMatchObject([{ level: 40, msg: expect.stringContaining('X-Forwarded-For') }]);
    expect(JSON.stringify(warningsOf(other))).not.toContain('203.0.113');
    await other.close();
  });

  it.each([1, 0, ['10.0.0.0/8']])('is not warned of where TRUST_PROXY is %j', async (trustProxy) => {
    const other = await startGateway({ trustProxy });
    await call(other, from('203.0.113.71'));
    expect(warningsOf(other)).toEqual([]);
    await other.close();
  });
});

it('counts no guess while the database cannot tell, and lets the key in as soon as it can', async () => {
  const proxy = await openProxy(await createDatabase());
  const behind = await startGateway({ databaseUrl: proxy.url });
  await proxy.cut();
  for (let i = 0; i < BRUTE_FORCE_LIMIT + 20; i++)
    expect((await rest.create(behind, { email })).code).toBe('INTERNAL_SERVICE_UNAVAILABLE');
  await proxy.mend();
  expect((await rest.create(behind, { email })).code).toBeUndefined();
  await behind.close();
  await proxy.close();
});
