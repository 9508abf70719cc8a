// Errors that no part of the gateway catches: no request notices, health and the log tell of them, and nothing ends.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createDatabase, createKey, createOrganisation } from '../support/database.ts';
import { counted, type FakeRedis, startFakeRedis } from '../support/fake-redis.ts';
import { type GatewayProcess, startProcess, workersOf } from '../support/process.ts';

let databaseUrl: string;
let key: string;
beforeAll(async () => {
  databaseUrl = await createDatabase();
  key = await createKey(databaseUrl, await createOrganisation(databaseUrl));
});

const PRELOAD = { NODE_OPTIONS: '--import=./test/programs/throw-on-signal.ts' };
const UNCAUGHT = 'uncaught error; the gateway continues';

const health = async ({ url }: GatewayProcess) => (await fetch(`${url}/health/ready`)).json();
const createCustomer = ({ url }: GatewayProcess) =>
  fetch(`${url}/api/v1/customer/create?apiKey=${key}`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ email: 'uncaught@example.com' }),
  });
const uncaughtLines = (gateway: GatewayProcess) =>
  gateway
    .output()
    .split('\n')
    .filter((line) => line.includes(UNCAUGHT));

it.each([
  ['of every kind', 'error,rejection,rejection without a reason,emitter,text,nothing,no prototype', 7],
  ['a thousand at once', 'flood', 1_000],
])('%s: the gateway goes on, logs at most ten of them a minute and counts all', async (_, THROWN, count) => {
  const gateway = await startProcess({ DATABASE_URL: databaseUrl, THROWN, ...PRELOAD });
  expect(await health(gateway)).toMatchObject({ status: 'ready', unexpectedErrors: 0 });
  gateway.child.kill('SIGUSR2');
  await expect.poll(() => health(gateway)).toMatchObject({ status: 'ready', unexpectedErrors: count });
  await expect.poll(() => uncaughtLines(gateway).length).toBe(Math.min(count, 10));
  expect(await gateway.stop()).toBe(0);
});

it('goes on with the same workers, where one of them or the process that started them meets one', async () => {
  const gateway = await startProcess({ DATABASE_URL: databaseUrl, THROWN: 'error', WORKERS: '2', ...PRELOAD });
  await expect.poll(() => gateway.output(), { timeout: 10_000 }).toContain('"msg":"ready"');
  const workers = workersOf(gateway.child);
  for (const pid of [Number(gateway.child.pid), ...workers]) process.kill(pid, 'SIGUSR2');
  await expect.poll(() => uncaughtLines(gateway).length).toBe(3);
  expect(workersOf(gateway.child)).toEqual(workers);
  expect(await gateway.stop()).toBe(0);
});

describe('a Redis that says more than it is asked', () => {
  let redis: FakeRedis;
  beforeAll(async () => {
    redis = await startFakeRedis();
  });
  afterAll(() => redis.close());

  it.each([
    ['nil', '$-1\r\n'],
    ['a nil array', '*-1\r\n'],
    ['nil of the third protocol', '_\r\n'],
    ['a push of nil', '>2\r\n$-1\r\n:1\r\n'],
    ['a push of nothing', '>0\r\n'],
    ['an answer to nothing', ':1\r\n'],
  ])(
    '%s: the gateway goes on, callers are told what was counted, and it counts in Redis when that is well again',
    async (_, more) => {
      const gateway = await startProcess({ DATABASE_URL: databaseUrl, REDIS_URL: redis.url, ...PRELOAD });
      await expect.poll(() => health(gateway)).toMatchObject({ rateLimits: 'in Redis' });
      redis.answer((...question) => `${counted(...question)}${more}`);
      for (let i = 0; i < 50; i++) {
        const { status, headers } = await createCustomer(gateway);
        expect([status, headers.get('x-ratelimit-limit')]).toEqual([200, '500000']);
        expect(Number(headers.get('x-ratelimit-remaining'))).toBeGreaterThan(400_000);
      }
      redis.answer(null);
      await expect.poll(() => health(gateway), { timeout: 10_000 }).toMatchObject({ rateLimits: 'in Redis' });
      expect(uncaughtLines(gateway).length).toBeLessThanOrEqual(10);
      expect(await gateway.stop()).toBe(0);
    },
  );
});
