// How often a key may call: limits, windows that slide, what callers are told, and what a request counts as.
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { generateKey } from '../../src/api-key/key.ts';
import { BRUTE_FORCE_LIMIT } from '../../src/rate-limit/brute-force-limiter.ts';
import { SlidingWindowStore, WINDOW } from '../../src/rate-limit/sliding-window.ts';
import { apis, rest } from '../support/apis.ts';
import { callMany } from '../support/crowd.ts';
import { createKey, type KeyTraits, runSql } from '../support/database.ts';
import { type Answer, startGateway, type TestGateway } from '../support/gateway.ts';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startGateway();
});
afterAll(() => gateway.close());
afterEach(() => vi.restoreAllMocks());

const email = 'limits@example.com';
const makeKey = (traits: KeyTraits) => createKey(gateway.databaseUrl, gateway.organisationId, traits);

/** Lets time pass: the machine's clock and the one that only goes forward say the same. */
function setClock(milliseconds: number): void {
  vi.spyOn(Date, 'now').mockReturnValue(milliseconds);
  vi.spyOn(performance, 'now').mockReturnValue(milliseconds);
}

const told = ({ headers }: Answer) => ({
  limit: Number(headers.get('x-ratelimit-limit')),
  remaining: Number(headers.get('x-ratelimit-remaining')),
  reset: Number(headers.get('x-ratelimit-reset')),
});

describe.each(apis)('$name API', (api) => {
  it('lets exactly 1,000 requests of a DEV_ key through in a minute, and refuses the rest as the contract says', async () => {
    const key = await makeKey({ prefix: 'DEV_' });
    const outcomes = await callMany(1_500, () => api.create(gateway, { email }, { key }));
    const refused = outcomes.filter(({ code }) => code === 'INTERNAL_TOO_MANY_REQUESTS');
    expect(outcomes.filter(({ code }) => code === undefined)).toHaveLength(1_000);
    expect(refused).toHaveLength(500);
    const now = Date.now() / 1000;
    for (const { answer } of refused) {
      const body = answer.body.error ?? answer.body.errors[0].extensions;
      expect(answer.status).toBe(429);
      expect(body.retry_after).toBe(Number(answer.headers.get('retry-after')));
      expect(body.retry_after).toBeGreaterThan(0);
      expect(body.retry_after).toBeLessThanOrEqual(60);
      expect(told(answer)).toMatchObject({ limit: 1_000, remaining: 0 });
      expect(told(answer).reset).toBeGreaterThanOrEqual(Math.floor(now));
      expect(told(answer).reset).toBeLessThanOrEqual(Math.ceil(now) + 60);
    }
  });

  it('tells of the limit with every answer to a good key, also one that fails for another reason', async () => {
    const key = await makeKey({ limitPerMinute: 50, scopes: ['customer:create'] });
    const readOnly = await makeKey({ limitPerMinute: 50, scopes: ['customer:read'] });
    const { answer } = await api.create(gateway, { email }, { key });
    expect(told(answer)).toMatchObject({ limit: 50, remaining: 49 });
    expect(told((await api.create(gateway, { email: 'x' }, { key })).answer)).toMatchObject({ remaining: 48 });
    const refused = await api.create(gateway, { email }, { key: readOnly });
    expect([refused.answer.status, told(refused.answer).remaining]).toEqual([403, 49]);
    const path = api === rest ? '/api/v1/customer/create' : '/graphql';
    const headers = { authorization: `Bearer ${key}` };
    for (const [i, [init, status]] of [
      [{ method: 'DELETE', headers }, 405],
      [{ method: 'POST', headers, body: 'x' }, 415],
      [{ method: 'POST', headers: { ...headers, 'content-type': 'application/json' }, body: '{' }, 400],
      [{ method: 'POST', headers: { ...headers, 'content-type': 'application/json' }, body: ' '.repeat(70_000) }, 413],
    ].entries() as Iterable<[number, [RequestInit, number]]>) {
      const failed = await gateway.send(path, init);
      expect([failed.status, told(failed)]).toMatchObject([status, { limit: 50, remaining: 47 - i }]);
    }
  });

  it('tells a ROOT key and a bad key nothing of limits', async () => {
    for (const key of [await makeKey({ prefix: 'ROOT', limitPerMinute: 1 }), 'bad']) {
      for (let i = 0; i < 3; i++) {
        const { answer, code } = await api.create(gateway, { email }, { key });
        expect(code).toBe(key === 'bad' ? 'PUBLIC_API_KEY_IS_NOT_IN_VALID_FORMAT' : undefined);
        expect([...answer.headers.keys()].filter((name) => name.startsWith('x-ratelimit'))).toEqual([]);
      }
    }
  });
});

it('tells of the limit as it was when the request was counted, however long its answer takes', async () => {
  const key = await makeKey({ limitPerMinute: 5 });
  const holder = new pg.Client({ connectionString: gateway.databaseUrl });
  await holder.connect();
  await holder.query('begin; lock table customer');
  const start = Math.ceil(Date.now() / 60_000) * 60_000;
  setClock(start);
  const answer = gateway.graphql('{ customers(first: 1) { edges { cursor } } }', undefined, { key });
  const waiting = `select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`;
  while ((await runSql(gateway.databaseUrl, waiting)).length === 0) await sleep(10);
  setClock(start + 3_000);
  await holder.query('commit');
  await holder.end();
  expect(told(await answer).reset).toBe((start + 60_000) / 1000);
});

it('gives a PROD key 500,000 requests a minute, and a key with a limit of its own that one', async () => {
  expect(told(await gateway.rest({ email }, { key: await makeKey({}) })).limit).toBe(500_000);
  expect(told(await gateway.rest({ email }, { key: await makeKey({ limitPerMinute: 7 }) })).limit).toBe(7);
});

it('checks the limit after the state of the key and before its scopes', async () => {
  const spent = await makeKey({ limitPerMinute: 1, scopes: ['customer:read'] });
  await gateway.rest({ email }, { key: spent });
  expect((await gateway.rest({ email }, { key: spent })).body.error.code).toBe('INTERNAL_TOO_MANY_REQUESTS');
  const expired = await makeKey({ limitPerMinute: 1, expiresAt: new Date(Date.now() - 1000) });
  for (let i = 0; i < 3; i++)
    expect((await gateway.rest({ email }, { key: expired })).body.error.code).toBe('PUBLIC_API_KEY_HAS_BEEN_EXPIRED');
});

it('slides: what was counted leaves a minute later, piece by piece, and Retry-After says when', async () => {
  const key = await makeKey({ limitPerMinute: 4 });
  const start = Math.ceil(Date.now() / 60_000) * 60_000 + 50_000;
  const call = async (at: number) => {
    setClock(start + at);
    return gateway.rest({ email }, { key });
  };
  // Two at the end of one clock minute, two at the start of the next: a window that does not slide would give four more.
  expect((await call(0)).status).toBe(200);
  expect((await call(9_000)).status).toBe(200);
  expect((await call(12_000)).status).toBe(200);
  expect((await call(20_000)).status).toBe(200);
  const refused = await call(21_000);
  expect(refused.status).toBe(429);
  expect(refused.headers.get('retry-after')).toBe('39');
  expect(told(refused).reset).toBe((start + 60_000) / 1000);
  expect((await call(59_700)).status).toBe(429);
  expect(told(await call(60_000))).toMatchObject({ remaining: 0 });
  expect((await call(60_100)).status).toBe(429);
  expect(told(await call(69_000))).toMatchObject({ remaining: 0 });
  expect(told(await call(200_000))).toMatchObject({ remaining: 3 });
});

describe('a machine whose clock is set', () => {
  const HOUR = 3_600_000;

  /** Sets the machine's clock, and lets time pass beside it. */
  function control() {
    const [wall, forward] = [Date.now.bind(Date), performance.now.bind(performance)];
    const clock = { set: 0, passed: 0 };
    vi.spyOn(Date, 'now').mockImplementation(() => wall() + clock.passed + clock.set);
    vi.spyOn(performance, 'now').mockImplementation(() => forward() + clock.passed);
    return clock;
  }

  it('back by an hour refuses none of one request a second under a limit of 1,000 a minute', async () => {
    const clock = control();
    const key = await makeKey({ limitPerMinute: 1_000 });
    for (let second = 0; second < 20 * 60; second++) {
      const answer = await gateway.rest({ email }, { key });
      expect(answer.status).toBe(200);
      expect(told(answer).remaining).toBeGreaterThanOrEqual(930);
      expect(told(answer).reset - Date.now() / 1_000).toBeGreaterThan(0);
      expect(told(answer).reset - Date.now() / 1_000).toBeLessThanOrEqual(61);
      clock.passed += 1_000;
      if (second === 0) clock.set = -HOUR;
    }
  });

  it.each([
    ['back', -HOUR],
    ['forward', HOUR],
  ])('%s by an hour leaves a limit as it is, and what a caller is told of it', async (_, by) => {
    const clock = control();
    const key = await makeKey({ limitPerMinute: 3 });
    for (let i = 0; i < 3; i++) expect((await gateway.rest({ email }, { key })).status).toBe(200);
    clock.set = by;
    const refused = await gateway.rest({ email }, { key });
    expect(refused.status).toBe(429);
    const wait = Number(refused.headers.get('retry-after'));
    expect(wait).toBeGreaterThan(30);
    expect(wait).toBeLessThanOrEqual(60);
    expect(Math.abs(told(refused).reset - Date.now() / 1_000 - wait)).toBeLessThanOrEqual(2);
    clock.passed += wait * 1_000;
    expect((await gateway.rest({ email }, { key })).status).toBe(200);
  });

  it.each([
    ['back', -HOUR],
    ['forward', HOUR],
  ])('%s by an hour neither forgets guesses nor makes them last', async (_, by) => {
    const clock = control();
    const guessing = await startGateway({ databaseUrl: gateway.databaseUrl });
    const guess = async () => (await guessing.rest({ email }, { key: generateKey('PROD') })).status;
    for (let i = 0; i < BRUTE_FORCE_LIMIT; i++) expect(await guess()).toBe(404);
    clock.set = by;
    expect(await guess()).toBe(429);
    clock.passed += WINDOW;
    expect(await guess()).toBe(404);
    await guessing.close();
  });
});

describe('what a request counts as', () => {
  const remaining = async (key: string, query: string, headers = {}) => {
    const answer = await gateway.graphql(query, {}, { key, headers });
    return { ...told(answer), ...answer };
  };

  it('is one, however many operations or aliases are in it', async () => {
    const key = await makeKey({ limitPerMinute: 10 });
    const aliases = Array.from({ length: 20 }, (_, i) => `a${i}: customer(by: { email: "a${i}@b.cz" }) { email }`);
    expect((await remaining(key, `{ ${aliases.join(' ')} }`)).remaining).toBe(9);
    expect((await remaining(key, 'query a { __typename } query b { __typename }')).remaining).toBe(8);
    expect((await remaining(key, '{ nothing }')).remaining).toBe(7);
  });

  it('is more when it is complex, and its answer tells how much on request', async () => {
    const key = await makeKey({ limitPerMinute: 10 });
    const page =
      '{ customers(first: 50) { edges { node { cuRefNo groups { slug } referral { code } runningSubscriptions { orderNumber } } } } }';
    const cheap = await remaining(key, '{ customers(first: 5) { edges { node { cuRefNo } } } }', {
      'x-graphql-cost': '1',
    });
    expect(cheap.body.extensions).toEqual({ cost: { complexity: 16, requests: 1 } });
    const dear = await remaining(key, page, { 'x-graphql-cost': '1' });
    expect(dear.body.extensions.cost.complexity).toBeGreaterThan(1_000);
    expect(dear.body.extensions.cost.requests).toBe(Math.ceil(dear.body.extensions.cost.complexity / 1_000));
    expect(dear.remaining).toBe(9 - dear.body.extensions.cost.requests);
    expect((await remaining(key, page)).body.extensions).toBeUndefined();
  });

  it('is refused when the rest of it does not fit, and never more than the whole limit', async () => {
    const page = '{ customers(first: 100) { edges { node { cuRefNo email phone groups { slug name } } } } }';
    const key = await makeKey({ limitPerMinute: 3 });
    await remaining(key, '{ __typename }');
    const refused = await remaining(key, page);
    expect([refused.status, refused.body.errors[0].extensions.code]).toEqual([429, 'INTERNAL_TOO_MANY_REQUESTS']);
    expect(refused.body.data?.customers ?? null).toBeNull();
    expect(refused.body.errors[0].extensions.retry_after).toBe(Number(refused.headers.get('retry-after')));
    expect(refused.headers.get('retry-after')).toMatch(/^[1-9]\d?$/);
    const small = await makeKey({ limitPerMinute: 1 });
    expect((await remaining(small, page)).body.data.customers.edges).toEqual(expect.any(Array));
  });
});

/** Has requests come, up to so many slices one after the other, and compares each result with a list of all requests. */
function compareWithList(random: (most: number) => number, pause: number): void {
  // On the edge of a slice, where the window is exact.
  let now = 250 * random(1_000);
  const store = new SlidingWindowStore(10, () => now);
  const limit = 1 + random(20);
  const counted: { at: number; cost: number }[] = [];
  const heldAt = (moment: number) =>
    counted.filter(({ at }) => at > moment - WINDOW).reduce((sum, { cost }) => sum + cost, 0);
  for (let i = 0; i < 200; i++) {
    now += 250 * random(pause);
    const cost = 1 + random(3);
    const held = heldAt(now);
    const result = store.consume('one', cost, limit);
    expect(result.allowed).toBe(held + cost <= limit);
    if (result.allowed) counted.push({ at: now, cost });
    expect(result.remaining).toBe(limit - held - (result.allowed ? cost : 0));
    if (!result.allowed && cost <= limit) {
      expect(result.resetIn).toBeGreaterThan(0);
      expect(heldAt(now + result.resetIn) + cost).toBeLessThanOrEqual(limit);
    }
  }
}

describe('the window', () => {
  it('agrees with a list of all requests, whatever comes when', () => {
    let seed = 7;
    const random = (most: number) => {
      seed = (seed * 48_271) % 2_147_483_647;
      return seed % most;
    };
    for (let run = 0; run < 200; run++) compareWithList(random, run % 2 === 0 ? 40 : 4);
  });

  it('takes back what was counted, where it was counted, and nothing else', () => {
    let now = 0;
    const store = new SlidingWindowStore(1, () => now);
    const takeAt = (moment: number) => {
      now = moment;
      return store.consume('one', 1, 3);
    };
    const first = takeAt(0);
    takeAt(1_000);
    store.refund('one', 1, first.slice);
    const third = takeAt(2_000);
    expect(third).toMatchObject({ remaining: 1, resetIn: 59_000 });
    takeAt(90_000);
    store.refund('one', 1, third.slice);
    expect(takeAt(91_000)).toMatchObject({ remaining: 1 });
  });

  it('keeps no more windows than it may', () => {
    const store = new SlidingWindowStore(2);
    for (const name of ['a', 'b', 'c', 'a']) expect(store.consume(name, 1, 1).allowed).toBe(true);
    expect(store.consume('c', 1, 1).allowed).toBe(false);
  });
});
