// What keys were used for: told within seconds, without a statement for each request.
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { KeyUseCounter } from '../../src/api-key/use.ts';
import { openDatabase } from '../../src/database/open.ts';
import { parseDatabaseUrl } from '../../src/database-url.ts';
import { entities } from '../../src/entities.ts';
import { logTo } from '../../src/log.ts';
import { createKey, createOrganisation, runSql, statementsOf } from '../support/database.ts';
import { startGateway, type TestGateway } from '../support/gateway.ts';

const NOTE = /note_api_key_use/;
const FAILED = 'background job failed; its work waits, and it is tried again until it works';

let gateway: TestGateway;
let others: TestGateway[];
let root: string;
beforeEach(async () => {
  gateway = await startGateway();
  others = [];
  root = await createKey(gateway.databaseUrl, gateway.organisationId, { prefix: 'ROOT' });
});
afterEach(async () => {
  vi.useRealTimers();
  for (const each of [gateway, ...others]) await each.close();
});

async function startBeside(): Promise<TestGateway> {
  const other = await startGateway({ databaseUrl: gateway.databaseUrl });
  others.push(other);
  return other;
}

/** What a gateway tells of the use of a key. */
async function useOf(key: string, { by = gateway, root: asker = root } = {}) {
  const query = 'query ($f: String!) { apiKey(fingerprint: $f) { lastUsedAt usedToday } }';
  return (await by.graphql(query, { f: key.slice(0, 8) }, { key: asker })).body.data.apiKey;
}

const call = (by: TestGateway, key = gateway.key) => by.rest({ email: 'use@example.com' }, { key });
const times = (count: number, work: () => Promise<unknown>) => Promise.all(Array.from({ length: count }, work));
/** Uses the key once, by a process that ends and has noted it then. */
async function useOnce(): Promise<void> {
  const other = await startGateway({ databaseUrl: gateway.databaseUrl });
  await call(other);
  await other.close();
}
const UNUSED = { lastUsedAt: null, usedToday: 0 };

it('tells when a key was last used, and how often today, within seconds', async () => {
  expect(await useOf(gateway.key)).toEqual(UNUSED);
  const sent = await statementsOf(async () => {
    await times(20, () => call(gateway));
    await times(5, () => gateway.graphql('{ customers(first: 1) { edges { cursor } } }'));
    await expect.poll(() => useOf(gateway.key), { timeout: 25_000 }).toMatchObject({ usedToday: 25 });
  });
  const { lastUsedAt } = await useOf(gateway.key);
  expect(Math.abs(Date.now() - Date.parse(lastUsedAt))).toBeLessThan(60_000);
  expect(sent.filter((text) => NOTE.test(text)).length).toBeLessThan(5);
  const list = '{ apiKeys { edges { node { name usedToday } } } }';
  const { edges } = (await gateway.graphql(list, {}, { key: root })).body.data.apiKeys;
  expect(edges.map(({ node }: { node: { usedToday: number } }) => node.usedToday)).toContain(25);
});

it('counts what all processes answer, and what one knows of when it ends', async () => {
  const one = await startBeside();
  const two = await startBeside();
  await times(30, () => call(one));
  await times(12, () => call(two));
  await Promise.all(others.splice(0).map((each) => each.close()));
  expect(await useOf(gateway.key)).toMatchObject({ usedToday: 42 });
});

it('does not count what is refused for the key or its limit', async () => {
  const { databaseUrl, organisationId } = gateway;
  const keys = {
    limited: await createKey(databaseUrl, organisationId, { limitPerMinute: 2 }),
    inactive: await createKey(databaseUrl, organisationId, { active: false }),
    expired: await createKey(databaseUrl, organisationId, { expiresAt: new Date(0) }),
    deleted: await createKey(databaseUrl, organisationId, { deletedAt: new Date(0) }),
  };
  const other = await startBeside();
  for (const key of Object.values(keys)) for (let i = 0; i < 3; i++) await call(other, key);
  await other.close();
  others = [];
  expect(await useOf(keys.limited)).toMatchObject({ usedToday: 2 });
  for (const key of [keys.inactive, keys.expired, keys.deleted]) expect(await useOf(key)).toEqual(UNUSED);
});

it('begins anew with each day', async () => {
  await useOnce();
  await useOnce();
  expect(await useOf(gateway.key)).toMatchObject({ usedToday: 2 });
  await runSql(
    gateway.databaseUrl,
    `update api_key_use set day = day - 1, last_used_at = last_used_at - interval '1 day'`,
  );
  expect(await useOf(gateway.key)).toMatchObject({ lastUsedAt: expect.any(String), usedToday: 0 });
  await useOnce();
  expect(await useOf(gateway.key)).toMatchObject({ usedToday: 1 });
});

it('goes on after the clock of the database was ahead for a while', async () => {
  await useOnce();
  await runSql(
    gateway.databaseUrl,
    `update api_key_use set day = day + 30, last_used_at = last_used_at + interval '30 days'`,
  );
  await useOnce();
  await useOnce();
  const { lastUsedAt, usedToday } = await useOf(gateway.key);
  expect([Date.parse(lastUsedAt) <= Date.now(), usedToday]).toEqual([true, 2]);
});

it('keeps what it cannot note, until it can', async () => {
  await runSql(gateway.databaseUrl, 'alter function note_api_key_use(int[], int[], float8[]) rename to gone');
  await times(7, () => call(gateway));
  const messages = () => gateway.log.filter(({ job }) => job === 'note_api_key_use').map(({ msg }) => msg);
  await expect.poll(messages, { timeout: 25_000 }).toContain(FAILED);
  await times(3, () => call(gateway));
  await runSql(gateway.databaseUrl, 'alter function gone(int[], int[], float8[]) rename to note_api_key_use');
  await expect.poll(() => useOf(gateway.key), { timeout: 25_000 }).toMatchObject({ usedToday: 10 });
});

it('shows nothing of another organisation', async () => {
  const elsewhere = await createOrganisation(gateway.databaseUrl);
  const theirs = await createKey(gateway.databaseUrl, elsewhere);
  const theirRoot = await createKey(gateway.databaseUrl, elsewhere, { prefix: 'ROOT' });
  const other = await startBeside();
  await call(other, theirs);
  await other.close();
  others = [];
  expect(await useOf(theirs)).toBeNull();
  expect(await useOf(theirs, { root: theirRoot })).toMatchObject({ usedToday: 1 });
});

it('notes the keys of a crowd in several steps, and of two days only the later', async () => {
  const { databaseUrl, organisationId } = gateway;
  await runSql(
    databaseUrl,
    `insert into api_key (organisation_id, name, digest, fingerprint)
     select $1, 'crowd', encode(sha256(n::text::bytea), 'hex'), 'PROD' || lpad(n::text, 4, '0') from generate_series(1, 1200) n`,
    [organisationId],
  );
  const keys = await runSql<{ id: number }>(
    databaseUrl,
    `select id from api_key where name = 'crowd' order by id desc`,
  );
  const database = openDatabase({
    connection: parseDatabaseUrl(databaseUrl),
    entities,
    log: logTo('info', { write: () => {} }),
  });
  const counter = new KeyUseCounter();
  vi.useFakeTimers({ toFake: ['Date'], now: Date.UTC(2026, 10, 29, 23, 59, 59) });
  for (const key of keys) for (let i = 0; i < 5; i++) counter.count(key);
  vi.setSystemTime(Date.UTC(2026, 10, 30));
  for (const key of keys) counter.count(key);
  vi.useRealTimers();
  // Nobody hears of a key that is gone.
  counter.count({ id: 2_000_000_000 });
  expect(await counter.step(database, 1_000)).toBe(1_000);
  expect(await counter.step(database, 1_000)).toBe(201);
  expect(await counter.step(database, 1_000)).toBe(0);
  await database.close();
  const counts = 'select requests, count(*)::int as keys from api_key_use group by requests';
  expect(await runSql(databaseUrl, counts)).toEqual([{ requests: 1, keys: 1_200 }]);
});
