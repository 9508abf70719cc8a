// Requests that come at once under one Idempotency-Key, or while others wait: nobody waits for them, and no connection is held.
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { apis, rest } from '../support/apis.ts';
import { runSql } from '../support/database.ts';
import { startGateway, type TestGateway } from '../support/gateway.ts';

let gateway: TestGateway;
let second: TestGateway;
beforeAll(async () => {
  gateway = await startGateway();
  second = await startGateway({ databaseUrl: gateway.databaseUrl });
});
afterAll(() => Promise.all([gateway.close(), second.close()]));

const keyed = (key: string, apiKey = gateway.key) => ({ headers: { 'idempotency-key': key }, key: apiKey });
const customers = async (prefix: string) =>
  (await runSql(gateway.databaseUrl, 'select from customer where email like $1', [`${prefix}%`])).length;

/** Runs something while statements of creates wait. */
async function whileLocked<Result>(work: () => Promise<Result>): Promise<Result> {
  const holder = new pg.Client({ connectionString: gateway.databaseUrl });
  await holder.connect();
  await holder.query('begin; lock table customer in share row exclusive mode');
  try {
    return await work();
  } finally {
    await holder.end();
  }
}

/** Resolves when so many statements wait for a lock. */
async function waiting(count: number): Promise<void> {
  const text = `select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`;
  await expect.poll(() => runSql(gateway.databaseUrl, text), { timeout: 10_000 }).toHaveLength(count);
}

describe('fifty times at once over two processes', () => {
  const fifty = () =>
    Promise.all(
      Array.from({ length: 50 }, (_, i) =>
        rest.create(i % 2 ? gateway : second, { email: 'fifty@example.com' }, keyed('fifty')),
      ),
    );

  it('is done once; all others hear at once that it runs, or what was done', async () => {
    const outcomes = await fifty();
    for (const { code, newAccount, answer } of outcomes)
      expect([code, newAccount, answer.headers.get('retry-after')]).toEqual(
        code ? ['INTERNAL_CONFLICT', undefined, '1'] : [undefined, true, null],
      );
    expect(await customers('fifty')).toBe(1);
  });

  it('is replayed alike to all when it is done: replays do not refuse each other', async () => {
    const outcomes = await fifty();
    expect(outcomes.map(({ code }) => code)).toEqual(outcomes.map(() => undefined));
    expect(new Set(outcomes.map(({ answer }) => answer.text)).size).toBe(1);
    await runSql(gateway.databaseUrl, `update idempotency_key set answer = null where key = 'fifty'`);
    const again = await fifty();
    expect(new Set([...outcomes, ...again].map(({ answer }) => answer.text)).size).toBe(1);
  });
});

it.each<[string, () => TestGateway]>([
  ['the same process', () => gateway],
  ['another process', () => second],
])('is told at once that it runs, while the first one waits: %s', async (_, which) => {
  const name = which() === gateway ? 'same' : 'other';
  const call = (to: TestGateway) => rest.create(to, { email: `${name}@example.com` }, keyed(name));
  const { first } = await whileLocked(async () => {
    const running = call(gateway);
    await waiting(1);
    const { code, answer } = await call(which());
    expect([code, answer.headers.get('retry-after')]).toEqual(['INTERNAL_CONFLICT', '1']);
    return { first: running };
  });
  expect((await first).newAccount).toBe(true);
});

it('is told so also where no connection is left for it', async () => {
  const small = await startGateway({ databaseUrl: gateway.databaseUrl, poolSize: 2 });
  const call = () => rest.create(small, { email: 'small@example.com' }, keyed('small'));
  const { first } = await whileLocked(async () => {
    const running = call();
    await waiting(1);
    for (let i = 0; i < 5; i++) expect((await call()).code).toBe('INTERNAL_CONFLICT');
    return { first: running };
  });
  expect((await first).newAccount).toBe(true);
  await small.close();
});

it.each(apis)('that took too long may be sent again at once, and says what was done: $name', async (api) => {
  const hasty = await startGateway({ databaseUrl: gateway.databaseUrl, operationTimeout: 1_000 });
  const name = `late-${api.name.toLowerCase()}`;
  const holder = new pg.Client({ connectionString: gateway.databaseUrl });
  await holder.connect();
  await holder.query('begin; lock table customer in share row exclusive mode');
  const call = (to: TestGateway) => api.create(to, { email: `${name}@example.com` }, keyed(name));
  const { code, answer } = await call(hasty);
  expect([code, answer.status]).toEqual(['INTERNAL_SERVICE_UNAVAILABLE', 503]);
  await holder.query('commit');
  await holder.end();
  // To the one that has the time that a busy machine may take.
  expect(await call(second)).toMatchObject({ newAccount: true, answer: { status: 200 } });
  await hasty.close();
});

it.each(apis)('is answered when it is done, however long its answer takes to be kept: $name', async (api) => {
  const hasty = await startGateway({ databaseUrl: gateway.databaseUrl, operationTimeout: 2_000 });
  await runSql(
    gateway.databaseUrl,
    `create function slowly() returns trigger language plpgsql as $$ begin perform pg_sleep(3); return new; end $$;
     create trigger slowly before update of answer on idempotency_key for each row execute function slowly()`,
  );
  const name = `slow-${api.name.toLowerCase()}`;
  const call = () => api.create(hasty, { email: `${name}@example.com` }, keyed(name));
  expect(await call()).toMatchObject({ newAccount: true, answer: { status: 200 } });
  await runSql(gateway.databaseUrl, 'drop trigger slowly on idempotency_key; drop function slowly');
  expect(await call()).toMatchObject({ newAccount: true, answer: { status: 200 } });
  await hasty.close();
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
