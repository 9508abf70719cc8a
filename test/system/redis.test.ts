// One count for several gateways, in Redis; and what happens to callers when Redis goes away. Needs `redis-server`.
import { setImmediate, setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import pino from 'pino';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { openSharedWindows, type SharedWindows } from '../../src/rate-limit/redis-window.ts';
import { SLICE, SLICES, SlidingWindowStore } from '../../src/rate-limit/sliding-window.ts';
import { callMany } from '../support/crowd.ts';
import { createDatabase, createKey, createOrganisation } from '../support/database.ts';
import { type GatewayProcess, startProcess } from '../support/process.ts';
import { startRedis, type TestRedis } from '../support/redis.ts';

let redis: TestRedis;
let databaseUrl: string;
let organisationId: number;
let gateways: GatewayProcess[];

beforeAll(async () => {
  redis = await startRedis();
  databaseUrl = await createDatabase();
  organisationId = await createOrganisation(databaseUrl);
  gateways = await Promise.all(
    [0, 1].map(() => startProcess({ DATABASE_URL: databaseUrl, REDIS_URL: redis.url, LOG_LEVEL: 'info' })),
  );
});
afterAll(async () => {
  await Promise.all(gateways.map((gateway) => gateway.stop()));
  await redis.stop();
});

async function call(i: number, key: string) {
  const url = gateways[i % 2]?.url;
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${key}` };
  // Half of them through either API.
  const [path, body] =
    i % 4 < 2
      ? ['/api/v1/customer/create', { email: 'shared@example.com' }]
      : ['/graphql', { query: '{ customer(by: { email: "shared@example.com" }) { email } }' }];
  const response = await fetch(url + path, { method: 'POST', headers, body: JSON.stringify(body) });
  await response.arrayBuffer();
  return response;
}

const counting = async (i: number) => {
  const answer = await fetch(`${gateways[i]?.url}/health/ready`);
  return { ...((await answer.json()) as { rateLimits: string }), status: answer.status };
};

it('counts the requests of two processes together: 1,000 of 1,500 are answered', async () => {
  await expect.poll(() => counting(0)).toMatchObject({ status: 200, rateLimits: 'in Redis' });
  await expect.poll(() => counting(1)).toMatchObject({ status: 200, rateLimits: 'in Redis' });
  const key = await createKey(databaseUrl, organisationId, { prefix: 'DEV_' });
  const answers = await callMany(1_500, (i) => call(i, key));
  const refused = answers.filter(({ status }) => status === 429);
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(1_000);
  expect(refused).toHaveLength(500);
  for (const { headers } of refused) {
    expect(headers.get('x-ratelimit-limit')).toBe('1000');
    expect(headers.get('x-ratelimit-remaining')).toBe('0');
    expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
    expect(Number(headers.get('retry-after'))).toBeLessThanOrEqual(60);
  }
});

describe('the window in Redis', () => {
  const log = pino({ level: 'silent' });

  it('says what the one in memory says', async () => {
    const shared = openSharedWindows(redis.url, log);
    await expect.poll(shared.isReachable).toBe(true);
    const own = new SlidingWindowStore(100);
    for (let run = 0; run < 20; run++) {
      const limit = 1 + ((run * 7) % 23);
      for (let i = 0; i < 40; i++) {
        const cost = 1 + ((run + i) % 3);
        const result = await shared.consume(`test-${run}`, cost, limit);
        const expected = own.consume(`${run}`, cost, limit);
        // Their clocks have nothing in common but their pace.
        expect({ ...result, resetIn: 0, slice: 0 }).toEqual({ ...expected, resetIn: 0, slice: 0 });
        expect(Math.abs((result?.resetIn ?? 0) - expected.resetIn)).toBeLessThanOrEqual(4 * SLICE);
      }
    }
    shared.close();
  });

  it('is not taken for lost by a process that is too busy to hear it', async () => {
    const shared = openSharedWindows(redis.url, log);
    await expect.poll(shared.isReachable).toBe(true);
    redis.silence();
    const result = shared.consume('busy', 1, 10);
    await sleep(60);
    // From here on as in the handler of a request, between two looks at the clock and the network.
    await setImmediate();
    redis.wake();
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 700);
    expect(await result).toMatchObject({ allowed: true, remaining: 9 });
    expect(shared.isReachable()).toBe(true);
    shared.close();
  });

  it('forgets what is a minute old, and only that', async () => {
    const client = new Redis(redis.url);
    const shared = openSharedWindows(redis.url, log);
    await expect.poll(shared.isReachable).toBe(true);
    const slice = Math.floor(Date.now() / SLICE);
    const old = slice - SLICES - 3;
    const young = slice - SLICES + 40;
    const state = { total: 12, oldest: old, [old]: 5, [young]: 7 };
    await client.hset('customer-gateway:aging', state);
    expect(await shared.consume('aging', 1, 9)).toMatchObject({ allowed: true, remaining: 1 });
    const refused = await shared.consume('aging', 3, 9);
    expect(refused).toMatchObject({ allowed: false, limit: 9, remaining: 1 });
    const resetAt = (young + SLICES) * SLICE;
    expect(Math.abs(Date.now() + (refused?.resetIn ?? 0) - resetAt)).toBeLessThanOrEqual(4 * SLICE);
    expect(await client.hget('customer-gateway:aging', String(old))).toBeNull();
    expect(await client.pttl('customer-gateway:aging')).toBeGreaterThan(0);
    shared.close();
    client.disconnect();
  });
});

describe('the window in a Redis whose clock is set', () => {
  const HOUR = 3_600_000;
  let client: Redis;
  let shared: SharedWindows;
  beforeAll(async () => {
    client = new Redis(redis.url);
    shared = openSharedWindows(redis.url, pino({ level: 'silent' }));
    await vi.waitUntil(shared.isReachable);
  });
  afterAll(() => {
    shared.close();
    client.disconnect();
  });

  /** Moves the clock as a window sees it: it reads the clock's time and what it is ahead of that, and adds them up. */
  const move = (name: string, milliseconds: number) =>
    client.hincrby(`customer-gateway:${name}`, 'ahead', milliseconds);

  it('back by an hour refuses none of one request a second under a limit of 1,000 a minute', async () => {
    for (let second = 0; second < 20 * 60; second++) {
      const result = await shared.consume('set-back', 1, 1_000);
      expect(result?.allowed).toBe(true);
      expect(result?.remaining).toBeGreaterThanOrEqual(930);
      expect(result?.resetIn).toBeGreaterThan(0);
      expect(result?.resetIn).toBeLessThanOrEqual(60_000);
      await move('set-back', second === 0 ? -HOUR : 1_000);
    }
  });

  it('back by an hour leaves a limit as it is, and what a caller is told of it', async () => {
    for (let i = 0; i < 3; i++) expect(await shared.consume('full', 1, 3)).toMatchObject({ allowed: true });
    await move('full', -HOUR);
    const refused = await shared.consume('full', 1, 3);
    expect(refused).toMatchObject({ allowed: false, remaining: 0 });
    expect(refused?.resetIn).toBeGreaterThan(30_000);
    expect(refused?.resetIn).toBeLessThanOrEqual(60_000);
    await move('full', refused?.resetIn ?? 0);
    expect(await shared.consume('full', 1, 3)).toMatchObject({ allowed: true });
  });
});

describe('a Redis that answers and does not count', () => {
  let refusing: TestRedis;
  let client: Redis;
  beforeAll(async () => {
    refusing = await startRedis();
    client = new Redis(refusing.url);
  });
  afterAll(async () => {
    client.disconnect();
    await refusing.stop();
  });

  it.each<[name: string, refuse: () => Promise<unknown>, mend: () => Promise<unknown>]>([
    ['out of memory', () => client.config('SET', 'maxmemory', '1'), () => client.config('SET', 'maxmemory', '0')],
    ['a replica', () => client.replicaof('127.0.0.1', '1'), () => client.replicaof('NO', 'ONE')],
    [
      'that keeps too few copies',
      () => client.config('SET', 'min-replicas-to-write', '1'),
      () => client.config('SET', 'min-replicas-to-write', '0'),
    ],
    [
      'whose account may not',
      () => client.acl('SETUSER', 'default', '-eval', '-evalsha'),
      () => client.acl('SETUSER', 'default', '+@all'),
    ],
  ])('(%s) is away all the while, in at most three lines of the log, and is taken back', async (_, refuse, mend) => {
    await refuse();
    const gateway = await startProcess({ DATABASE_URL: databaseUrl, REDIS_URL: refusing.url });
    const health = async () => (await (await fetch(`${gateway.url}/health/ready`)).json()) as { rateLimits: string };
    const key = await createKey(databaseUrl, organisationId);
    const until = performance.now() + 3_000;
    while (performance.now() < until) {
      const answer = await fetch(`${gateway.url}/api/v1/customer/create?apiKey=${key}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: '{"email":"refused@example.com"}',
      });
      expect([answer.status, answer.headers.get('x-ratelimit-limit')]).toEqual([200, '500000']);
      expect(await health()).toMatchObject({ rateLimits: 'in memory, Redis is away' });
    }
    const lines = () => gateway.output().match(/"msg":"[^"]*Redis[^"]*"/g) ?? [];
    expect(lines().length).toBeLessThanOrEqual(3);
    await mend();
    await expect.poll(health, { timeout: 15_000 }).toMatchObject({ rateLimits: 'in Redis' });
    expect(lines().length).toBeLessThanOrEqual(4);
    expect(await gateway.stop()).toBe(0);
  });

  it.each([
    ['of a password that is wrong', (url: URL) => (url.password = 'wrong-secret')],
    ['of a database that is not there', (url: URL) => (url.pathname = '/99')],
    ['that has no TLS', (url: URL) => (url.protocol = 'rediss:')],
  ])('%s: the gateway serves and says so, in few lines and without the URL', async (_, spoil) => {
    await client.config('SET', 'requirepass', 'right-secret');
    const url = new URL(refusing.url);
    url.password = 'right-secret';
    spoil(url);
    const gateway = await startProcess({ DATABASE_URL: databaseUrl, REDIS_URL: url.href });
    const health = async () => (await fetch(`${gateway.url}/health/ready`)).json();
    for (let i = 0; i < 30; i++) {
      expect(await health()).toMatchObject({ status: 'ready', rateLimits: 'in memory, Redis is away' });
      await sleep(100);
    }
    expect(await gateway.stop()).toBe(0);
    expect(gateway.output().match(/Redis/g)?.length).toBeLessThanOrEqual(3);
    expect(gateway.output()).not.toContain('secret');
    await client.config('SET', 'requirepass', '');
  });
});

describe('while Redis is away', () => {
  /** Calls until told to stop; says what came of it. */
  function load(key: string) {
    const statuses = new Map<number, number>();
    let stopped = false;
    const lanes = Promise.all(
      Array.from({ length: 8 }, async (_, lane) => {
        for (let i = lane; !stopped; i += 1) {
          const status = await call(i, key).then(
            (answer) => answer.status,
            () => 0,
          );
          statuses.set(status, (statuses.get(status) ?? 0) + 1);
        }
      }),
    );
    return async () => {
      stopped = true;
      await lanes;
      return Object.fromEntries(statuses);
    };
  }

  it.each(['stopped', 'silent'] as const)(
    '(%s) no request fails, health and log say so, and it comes back',
    async (how) => {
      const key = await createKey(databaseUrl, organisationId);
      await expect.poll(() => counting(0)).toMatchObject({ rateLimits: 'in Redis' });
      const end = load(key);
      await sleep(200);
      if (how === 'stopped') await redis.stop();
      else redis.silence();
      for (const i of [0, 1])
        await expect
          .poll(() => counting(i), { timeout: 5_000 })
          .toMatchObject({ status: 200, rateLimits: 'in memory, Redis is away' });
      await sleep(200);
      if (how === 'stopped') await redis.start();
      else redis.wake();
      for (const i of [0, 1])
        await expect.poll(() => counting(i), { timeout: 5_000 }).toMatchObject({ rateLimits: 'in Redis' });
      await sleep(200);
      const statuses = await end();
      expect(Object.keys(statuses)).toEqual(['200']);
      for (const gateway of gateways) {
        await expect.poll(gateway.output).toContain('Redis is unavailable; each process counts');
        await expect.poll(gateway.output).toContain('Redis is available again');
      }
    },
  );

  it('each process goes on with what it has seen, and a limit still holds', async () => {
    const key = await createKey(databaseUrl, organisationId, { limitPerMinute: 10 });
    await expect.poll(() => counting(0)).toMatchObject({ rateLimits: 'in Redis' });
    for (let i = 0; i < 6; i++) expect((await call(0, key)).status).toBe(200);
    await redis.stop();
    await expect.poll(() => counting(0), { timeout: 5_000 }).toMatchObject({ rateLimits: 'in memory, Redis is away' });
    const statuses = [];
    for (let i = 0; i < 6; i++) statuses.push((await call(0, key)).status);
    expect(statuses).toEqual([200, 200, 200, 200, 429, 429]);
    await redis.start();
  });

  it('a gateway starts, serves and finds it later', async () => {
    await redis.stop();
    const started = await startProcess({ DATABASE_URL: databaseUrl, REDIS_URL: redis.url });
    const health = async () => (await fetch(`${started.url}/health/ready`)).json();
    expect(await health()).toMatchObject({ status: 'ready', rateLimits: 'in memory, Redis is away' });
    await redis.start();
    await expect.poll(health, { timeout: 5_000 }).toMatchObject({ status: 'ready', rateLimits: 'in Redis' });
    expect(await started.stop()).toBe(0);
  });
});
