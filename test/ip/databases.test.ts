// Databases of addresses that are missing, broken, half written or replaced while they are in use: never a failure.
import { readFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { Reader } from 'mmdb-lib';
import pino from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openIpLookup } from '../../src/ip/lookup.ts';
import { startGateway, type TestGateway } from '../support/gateway.ts';
import { asnFile, cityFile, countryFile, replaceableFile, usualDatabases } from '../support/geoip.ts';
import { seededRandom } from '../support/random.ts';

const LONDON = '81.2.69.142';
const city = readFileSync(cityFile);

let file: Awaited<ReturnType<typeof replaceableFile>>;
let gateway: TestGateway | undefined;

beforeEach(async () => {
  file = await replaceableFile();
});
afterEach(async () => {
  await gateway?.close();
  gateway = undefined;
  await file.remove();
});

async function start(): Promise<TestGateway> {
  gateway = await startGateway({ ipDatabases: { city: [file.path] }, reverseDns: false });
  return gateway;
}

const ask = (from: TestGateway) =>
  from.graphql(`{ ipInfo(ip: "${LONDON}") { city country { code } sources { name } } }`);

/** What callers are told, what health says of the file, and which lines about it are in the log. */
async function look(from: TestGateway) {
  const answer = await ask(from);
  expect(answer).toMatchObject({ status: 200, body: { data: {} } });
  expect(answer.body.errors).toBeUndefined();
  const health = await from.send('/health/ready');
  expect(health).toMatchObject({ status: 200, body: { status: 'ready' } });
  const [database] = health.body.ipDatabases;
  return {
    ...answer.body.data.ipInfo,
    state: database.state,
    name: database.name,
    log: from.log.filter(({ variable }) => variable === 'GEOIP_CITY').map(({ level, msg }) => `${level} ${msg}`),
  };
}

const known = { city: 'London', country: { code: 'GB' }, state: 'in use', name: 'GeoLite2-City' };
const unknown = { city: null, country: { code: 'GB' }, sources: [{ name: 'dbip-country' }], state: 'cannot be used' };
const WARNING = 40;

it('a missing one is told in log and health, and used once it is there', async () => {
  const running = await start();
  expect(await look(running)).toEqual({
    ...unknown,
    log: [`${WARNING} IP database cannot be read; its data is missing from answers`],
  });
  expect(JSON.stringify((await running.send('/health/ready')).body)).not.toContain(file.path);
  // Told once, however often it is looked for.
  await sleep(1_200);
  expect((await look(running)).log).toHaveLength(1);
  await file.replace(cityFile);
  await expect.poll(() => look(running), { timeout: 5_000 }).toMatchObject(known);
  expect((await look(running)).log).toHaveLength(2);
});

describe('a broken one', () => {
  it.each([
    ['empty', Buffer.alloc(0)],
    ['no database', Buffer.from('<html>not found</html>')],
    ['compressed', gzipSync(city)],
    ['cut short by a byte', city.subarray(0, -1)],
    ['cut short by half', city.subarray(0, city.length / 2)],
    ['without its beginning', city.subarray(city.length / 2)],
    ['nothing but zeros', Buffer.alloc(city.length)],
  ])('(%s) at the start is told, and callers get what is known without it', async (_, bytes) => {
    await file.replace(bytes);
    expect(await look(await start())).toEqual({
      ...unknown,
      log: [`${WARNING} IP database cannot be read; its data is missing from answers`],
    });
  });

  it('in place of a good one is told, and the good one stays in use', async () => {
    await file.replace(cityFile);
    const running = await start();
    expect(await look(running)).toMatchObject({ ...known, log: [] });
    await file.replace(city.subarray(0, 10_000));
    const state = 'an earlier version is in use';
    await expect.poll(() => look(running), { timeout: 5_000 }).toMatchObject({ ...known, state });
    expect((await look(running)).log).toEqual([
      `${WARNING} IP database cannot be read; the previous version stays in use`,
    ]);
    await file.remove();
    await expect.poll(async () => (await look(running)).log.length, { timeout: 5_000 }).toBe(2);
    expect(await look(running)).toMatchObject({ ...known, state });
  });

  it('is mended by a good one, also when it is written slowly and in place', async () => {
    await file.replace(cityFile);
    const running = await start();
    await look(running);
    const handle = await open(file.path, 'w');
    for (let at = 0; at < city.length; at += 3_000) {
      await handle.write(city.subarray(at, at + 3_000));
      await sleep(100);
      expect(await look(running)).toMatchObject({ city: 'London' });
    }
    await handle.close();
    await expect.poll(() => look(running), { timeout: 5_000 }).toMatchObject(known);
  });

  it('of any damage inside fails nobody', { timeout: 120_000 }, async () => {
    const random = seededRandom(5);
    const anywhere = (length: number) => Math.floor(random() * length);
    const log = pino({ level: 'silent' });
    for (let round = 0; round < 100; round++) {
      const bytes = Buffer.from(city);
      for (let i = 0; i < 200; i++) bytes[anywhere(bytes.length - 200)] = anywhere(256);
      await file.replace(bytes);
      const lookup = openIpLookup({ databases: { ...usualDatabases, city: [file.path] }, reverseDns: false, log });
      for (const ip of [LONDON, '89.160.20.112', '2.125.160.216', '2001:218::1', '216.160.83.56'])
        expect(await lookup.infoOf(ip)).toMatchObject({ address: ip, kind: 'PUBLIC' });
      lookup.close();
    }
  });
});

it('one that is replaced again and again under load fails nobody', { timeout: 120_000 }, async () => {
  await file.replace(cityFile);
  const running = await start();
  const seen = new Set<string>();
  let stopped = false;
  const load = Promise.all(
    Array.from({ length: 4 }, async () => {
      while (!stopped) {
        const { status, body } = await ask(running);
        if (status !== 200 || body.errors) throw new Error(JSON.stringify(body));
        seen.add(JSON.stringify(body.data.ipInfo.sources.map(({ name }: { name: string }) => name)));
      }
    }),
  );
  for (let i = 0; i < 10; i++) {
    await file.replace(i % 2 ? cityFile : countryFile);
    await sleep(150);
  }
  await file.replace(asnFile);
  await expect.poll(() => look(running), { timeout: 5_000 }).toMatchObject({ city: null, name: 'GeoLite2-ASN' });
  stopped = true;
  await load;
  expect(seen).toContain('["GeoLite2-City"]');
  expect(seen).toContain('["dbip-country"]');
});

it('closes what it opened', async () => {
  await file.replace(cityFile);
  const running = await start();
  await look(running);
  await running.close();
  gateway = undefined;
  const before = running.log.length;
  await file.replace(Buffer.alloc(0));
  await sleep(1_200);
  expect(running.log.slice(before)).toEqual([]);
});

it('tells when the one that comes with the gateway was built', async () => {
  const { buildEpoch } = new Reader(readFileSync(countryFile)).metadata;
  const running = await start();
  const { body } = await running.send('/health/ready');
  expect(body.ipDatabases[1]).toEqual({
    variable: 'GEOIP_COUNTRY',
    name: 'dbip-country',
    builtAt: buildEpoch.toISOString(),
    state: 'in use',
  });
});
