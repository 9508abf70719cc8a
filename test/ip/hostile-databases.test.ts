// Databases of addresses that were made to hold a process or to fill its memory: callers are served all the while.
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import pino from 'pino';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openIpLookup } from '../../src/ip/lookup.ts';
import { startGateway, type TestGateway } from '../support/gateway.ts';
import { cityFile, usualDatabases } from '../support/geoip.ts';
import { hostileFiles, untriedAddress } from '../support/hostile-mmdb.ts';

let folder: string;
let gateway: TestGateway;
/** States of the files, as health has them. */
let states: string[];

/** What is no file, though it can be opened, and read without an end or an answer. */
const noFiles = ['a pipe that nobody writes to', 'a folder', '/dev/zero'];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gateway-geoip-'));
  const paths = hostileFiles.map((_, i) => join(folder, `${i}.mmdb`));
  await Promise.all(hostileFiles.map(({ bytes }, i) => writeFile(paths[i] as string, bytes)));
  const pipe = join(folder, 'pipe');
  await promisify(execFile)('mkfifo', [pipe]);
  // Of several files the first that knows an address is asked: each is asked for every address until the last one.
  gateway = await startGateway({
    ipDatabases: { city: [...paths, pipe, folder, '/dev/zero', cityFile] },
    reverseDns: false,
  });
}, 60_000);
afterAll(async () => {
  await gateway.close();
  await rm(folder, { recursive: true, force: true });
});

it('callers are answered while the files are read, and told what is known without them', async () => {
  const customer = { email: 'hostile@example.com', customerRealIp: untriedAddress };
  expect(await gateway.rest(customer)).toMatchObject({ status: 200, body: { newAccount: true } });
  const { status, body } = await gateway.graphql(`{ ipInfo(ip: "${untriedAddress}") { city country { code } } }`);
  expect({ status, body }).toEqual({
    status: 200,
    body: { data: { ipInfo: { city: 'London', country: { code: 'GB' } } } },
  });
  const health = await gateway.send('/health/ready');
  expect(health.status).toBe(200);
  states = health.body.ipDatabases.map(({ state }: { state: string }) => state);
  expect(states).toHaveLength(hostileFiles.length + noFiles.length + 2);
  expect(states.slice(-2)).toEqual(['in use', 'in use']);
});

it.each(hostileFiles.map(({ name, state }, i) => [name, state, i] as const))('%s: %s', (_, state, i) =>
  expect(states[i]).toBe(state),
);

it.each(noFiles.map((name, i) => [name, hostileFiles.length + i] as const))('%s cannot be used', (_, i) =>
  expect(states[i]).toBe('cannot be used'),
);

it('each is told once in the log, without what the file says', () => {
  const lines = gateway.log.filter(({ variable }) => variable === 'GEOIP_CITY');
  expect(lines).toHaveLength(hostileFiles.length + noFiles.length);
  expect(JSON.stringify(lines).length).toBeLessThan(lines.length * 2_000);
});

it('look-ups of many addresses of a damaged network take turns with whatever else there is to do', async () => {
  const city = hostileFiles.flatMap(({ state }, i) => (state === 'in use, damaged' ? join(folder, `${i}.mmdb`) : []));
  const lookup = openIpLookup({
    databases: { ...usualDatabases, city },
    reverseDns: false,
    log: pino({ level: 'silent' }),
  });
  await lookup.infoOf(untriedAddress);
  let areFound = false;
  let turns = 0;
  const countTurns = () => {
    turns += 1;
    if (!areFound) setImmediate(countTurns);
  };
  setImmediate(countTurns);
  const found = await Promise.all(Array.from({ length: 2_000 }, (_, i) => lookup.infoOf(`81.2.${i >> 8}.${i & 255}`)));
  areFound = true;
  expect(new Set(found.map(({ kind }) => kind))).toEqual(new Set(['PUBLIC']));
  expect(turns).toBeGreaterThan(5);
  lookup.close();
});
