// A server that has no connections left: calls go on by those that there are.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createDatabase, runSql, servingRoleOf } from './support/database.ts';
import { rest } from './support/doors.ts';
import { startGateway, type TestGateway } from './support/gateway.ts';

const ACCOUNT = `account_${process.pid}`;
const WARNING = 'the database takes no more connections; calls wait for those that there are';

let admin: string;
let gateway: TestGateway;
/** How many connections the gateway has, besides the one that listens. */
const connections = async () => {
  const [row] = await runSql<{ count: number }>(
    admin,
    `select count(*)::int as count from pg_stat_activity where usename = $1 and application_name <> 'gateway key changes'`,
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
const end = () => runSql(admin, 'select pg_terminate_backend(pid) from pg_stat_activity where usename = $1', [ACCOUNT]);

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
