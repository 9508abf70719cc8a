// A server that has no connections left: calls go on by those that there are.
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { rest } from '../support/apis.ts';
import { createDatabase, runSql, servingRoleOf } from '../support/database.ts';
import { startGateway, type TestGateway } from '../support/gateway.ts';
import { type Proxy as DatabaseProxy, openProxy } from '../support/proxy.ts';

const ACCOUNT = `account_${process.pid}`;
const WARNING = 'PostgreSQL has no connections left; requests wait for one of the open ones';

let admin: string;
let gateway: TestGateway;
/** How many connections the gateway has, besides the one that listens. */
const connections = async () => {
  const [row] = await runSql<{ count: number }>(
    admin,
    `select count(*)::int as count from pg_stat_activity where usename = $1 and application_name <> 'gateway listener'`,
    [ACCOUNT],
  );
  return row?.count ?? 0;
};
/** Lets the gateway have so many connections, and leaves those that it has. */
const allow = (count: number) => runSql(admin, `alter role ${ACCOUNT} connection limit ${count}`);
/** Creates, which share statements, and pages, which do not. */
const calls = async (count: number, name: string) => {
  const creates = Array.from({ length: count }, (_, i) => rest.create(gateway, { email: `${name}${i}@example.com` }));
  const pages = Array.from({ length: count }, () =>
    gateway.graphql('{ customers(first: 5) { edges { node { email } } } }'),
  );
  const codes = (await Promise.all(pages)).map(({ body }) => body.errors?.[0]?.extensions.code);
  return [...(await Promise.all(creates)).map(({ code }) => code), ...codes];
};
const allWell = (count: number) => Array.from({ length: 2 * count }, () => undefined);
/** Ends the connections that there are, and waits until an answer of before, which is good for a second, is no longer given. */
const end = async () => {
  await runSql(admin, 'select pg_terminate_backend(pid) from pg_stat_activity where usename = $1', [ACCOUNT]);
  await sleep(1_000);
};

beforeAll(async () => {
  admin = await createDatabase();
  await runSql(admin, `create role ${ACCOUNT} login password 'secret' in role ${servingRoleOf(admin)}`);
  const url = new URL(admin);
  url.username = ACCOUNT;
  url.password = 'secret';
  // Tests look into the tables as the owner does.
  gateway = await startGateway({ databaseUrl: admin, servingUrl: url.href, poolSize: 4 });
});
afterAll(async () => {
  await gateway.close();
  await runSql(admin, `drop role ${ACCOUNT}`);
});

it('callers wait for the connections that there are, and the pool grows again when it may', async () => {
  await rest.create(gateway, { email: 'first@example.com' });
  const held = await connections();
  expect(held).toBeLessThan(4);
  await allow(1);
  for (let round = 0; round < 5; round++) {
    expect(await calls(32, `short${round}-`)).toEqual(allWell(32));
  }
  expect(await connections()).toBe(held);
  expect(await gateway.send('/health/ready')).toMatchObject({ status: 200, body: { database: 'ok' } });
  expect(gateway.log.filter(({ msg }) => msg === WARNING).length).toBeGreaterThan(0);
  await allow(-1);
  const grown = async () => {
    await calls(32, 'long');
    return connections();
  };
  await expect.poll(grown, { timeout: 10_000 }).toBeGreaterThan(held);
});

it('without any, callers are told to come back, and are served when there is one again', async () => {
  await allow(0);
  await end();
  expect(new Set(await calls(1, 'none'))).toEqual(new Set(['INTERNAL_SERVICE_UNAVAILABLE']));
  expect(await gateway.send('/health/ready')).toMatchObject({
    status: 503,
    body: { database: 'takes no more connections' },
  });
  const waiting = calls(8, 'patient');
  await allow(-1);
  expect(await waiting).toEqual(allWell(8));
  await expect.poll(async () => (await gateway.send('/health/ready')).status, { timeout: 5_000 }).toBe(200);
});

it('is not called ready while no call can be served', async () => {
  await allow(0);
  await end();
  for (let round = 0; round < 4; round++) {
    const called = calls(4, `unready${round}-`);
    await sleep(10);
    const [codes, ready] = await Promise.all([called, gateway.send('/health/ready')]);
    expect(new Set(codes)).toEqual(new Set(['INTERNAL_SERVICE_UNAVAILABLE']));
    expect(ready).toMatchObject({ status: 503, body: { database: 'takes no more connections' } });
  }
  await allow(-1);
  await expect.poll(async () => (await gateway.send('/health/ready')).status, { timeout: 5_000 }).toBe(200);
});

describe('a server that is slow to connect', () => {
  let proxy: DatabaseProxy;
  let slow: TestGateway;
  beforeAll(async () => {
    proxy = await openProxy(await createDatabase());
    proxy.delay(1_700);
    const servingUrl = `${proxy.url}?connect_timeout=10`;
    slow = await startGateway({ databaseUrl: admin, servingUrl, operationTimeout: 4_000 });
  }, 120_000);
  afterAll(async () => {
    await slow.close();
    await proxy.close();
  });

  it('is waited for as long as DATABASE_URL says, by calls and by the question whether they would succeed', async () => {
    expect((await slow.send('/health/ready')).body).toMatchObject({ database: 'ok' });
  });

  it('is waited for no longer than an operation may take', async () => {
    proxy.silence();
    const codes = Array.from({ length: 4 }, (_, i) => rest.create(slow, { email: `slow${i}@example.com` }));
    const late = sleep(8_000, undefined, { ref: false });
    for (const outcome of codes)
      expect((await Promise.race([outcome, late]))?.code).toBe('INTERNAL_SERVICE_UNAVAILABLE');
    proxy.mend();
  });
});
