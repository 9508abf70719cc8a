// The process: its settings, its start in demo mode whatever the last run left behind, and its end.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SAMPLE_KEY } from '../../src/api-key/key.ts';
import { migrations } from '../../src/database/migrations/index.ts';
import { makeDataFolder } from '../support/data-folder.ts';
import { createDatabase, runSql } from '../support/database.ts';
import { anonymousFile, asnFile, cityFile, countryFileIpv4 } from '../support/geoip.ts';
import { freePort, spawnGateway, startProcess, temporaryFolder } from '../support/process.ts';

const create = async (url: string, email: string) => {
  const response = await fetch(`${url}/api/v1/customer/create?apiKey=${SAMPLE_KEY}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ email }),
  });
  return { status: response.status, ...((await response.json()) as { newAccount: boolean }) };
};

describe('settings', () => {
  it.each([
    ['PORT', 'abc'],
    ['PORT', '65536'],
    ['PORT', '-1'],
    ['HOST', 'not a host'],
    ['DATABASE_URL', 'mysql://user:secret@host/db'],
    ['DATABASE_URL', 'secret'],
    ['REDIS_URL', 'http://secret'],
    ['TRUST_PROXY', 'yes'],
    ['TRUST_PROXY', '10.0.0.0/33'],
    ['TRUST_PROXY', '10.1'],
    ['REVERSE_DNS', 'yes'],
    ['REVERSE_DNS', '10.0.0.1,dns.example'],
    ['CORS_ORIGINS', 'shop.example'],
    ['CORS_ORIGINS', 'https://shop.example/'],
    ['GRAPHIQL', 'yes'],
    ['INTROSPECTION', 'false'],
    ['OPERATION_TIMEOUT', '5s'],
    ['OPERATION_TIMEOUT', '10'],
    ['WORKERS', '0'],
    ['LOG_LEVEL', 'loud'],
  ])('%s=%s stops the start with one sentence that names it', async (name, value) => {
    const gateway = spawnGateway({ DATA_DIR: '/nowhere', [name]: value });
    expect(await gateway.ended).toBe(1);
    expect(gateway.output().trim()).toMatch(new RegExp(`^The environment variable ${name} must be [^\n]+\\.$`));
    expect(gateway.output()).not.toContain('secret');
  });

  it('counts an empty variable as not set', async () => {
    const gateway = await startProcess({
      DATABASE_URL: await createDatabase(),
      LOG_LEVEL: '',
      TRUST_PROXY: '',
      REDIS_URL: '',
    });
    expect(await gateway.stop()).toBe(0);
  });

  it('takes the databases of addresses from the environment', async () => {
    const databaseUrl = await createDatabase();
    const gateway = await startProcess({
      DATABASE_URL: databaseUrl,
      GEOIP_CITY: `/nowhere/city.mmdb, ${cityFile}`,
      GEOIP_COUNTRY: countryFileIpv4,
      GEOIP_ASN: asnFile,
      GEOIP_ANONYMOUS: anonymousFile,
      REVERSE_DNS: 'off',
    });
    const health = async () => (await fetch(`${gateway.url}/health/ready`)).json();
    await expect.poll(health, { timeout: 5_000 }).toMatchObject({
      reverseDns: 'off',
      ipDatabases: [
        { variable: 'GEOIP_CITY', state: 'cannot be used' },
        { variable: 'GEOIP_CITY', name: 'GeoLite2-City', state: 'in use' },
        { variable: 'GEOIP_COUNTRY', name: 'dbip-country-ipv4', state: 'in use' },
        { variable: 'GEOIP_ASN', name: 'GeoLite2-ASN', state: 'in use' },
        { variable: 'GEOIP_ANONYMOUS', name: 'GeoIP2-Anonymous-IP', state: 'in use' },
      ],
    });
    expect(await gateway.stop()).toBe(0);
  });

  it('says so in one sentence when the port is taken', async () => {
    const other = createServer();
    const port = await freePort();
    await new Promise<void>((resolve) => other.listen(port, '127.0.0.1', resolve));
    const gateway = spawnGateway({ DATABASE_URL: await createDatabase(), HOST: '127.0.0.1', PORT: String(port) });
    expect(await gateway.ended).toBe(1);
    expect(gateway.output().trim()).toBe(`PORT ${port} on HOST 127.0.0.1 is in use by another program: set another.`);
    other.close();
  });
});

describe('demo mode', () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  let settings: { DATA_DIR: string };
  beforeEach(async () => {
    folder = await temporaryFolder();
    settings = { DATA_DIR: join(folder.path, 'data') };
  });
  afterEach(() => folder.remove());

  it('starts with nothing, greets, and keeps its data over a stop', async () => {
    const first = await startProcess(settings);
    await expect.poll(first.output).toContain('/graphql');
    expect(first.output()).toContain(
      `curl -X POST "http://localhost:${new URL(first.url).port}/api/v1/customer/create?apiKey=${SAMPLE_KEY}"`,
    );
    expect(await create(first.url, 'kept@example.com')).toMatchObject({ newAccount: true });
    expect(await first.stop()).toBe(0);
    expect(postgresIn(settings.DATA_DIR)).toEqual([]);

    const second = await startProcess(settings);
    expect(await create(second.url, 'kept@example.com')).toMatchObject({ newAccount: false });
    expect(await second.stop()).toBe(0);
  });

  it('runs two gateways side by side, and refuses a second one in the same folder', async () => {
    const other = { DATA_DIR: join(folder.path, 'other') };
    await Promise.all([settings, other].map(({ DATA_DIR }) => makeDataFolder(DATA_DIR)));
    const [one, two] = await Promise.all([startProcess(settings), startProcess(other)]);
    expect(await create(one.url, 'both@example.com')).toMatchObject({ newAccount: true });
    expect(await create(two.url, 'both@example.com')).toMatchObject({ newAccount: true });
    const third = spawnGateway({ ...settings, PORT: String(await freePort()) });
    expect(await third.ended).toBe(1);
    expect(third.output()).toContain(
      `DATA_DIR ${settings.DATA_DIR} is in use by another gateway: stop it, or name another folder.`,
    );
    expect(await create(one.url, 'both@example.com')).toMatchObject({ newAccount: false });
    await Promise.all([one.stop(), two.stop()]);
  });

  it('comes up by itself after SIGKILL under load, with every acknowledged create', async () => {
    await makeDataFolder(settings.DATA_DIR);
    const killed = await startProcess(settings);
    const acknowledged: string[] = [];
    const load = Promise.all(
      Array.from({ length: 20 }, async (_, lane) => {
        for (let i = 0; ; i++) {
          const answer = await create(killed.url, `load${lane}-${i}@example.com`).catch(() => undefined);
          if (!answer) return;
          if (answer.status === 200) acknowledged.push(`load${lane}-${i}@example.com`);
        }
      }),
    );
    while (acknowledged.length < 200) await sleep(10);
    killed.child.kill('SIGKILL');
    await load;
    const again = await startProcess(settings);
    expect(again.output()).toContain('is still running; it is reused');
    for (const email of acknowledged)
      expect(await create(again.url, email)).toMatchObject({ status: 200, newAccount: false });
    expect(await again.stop()).toBe(0);
    expect(postgresIn(settings.DATA_DIR)).toEqual([]);
  });

  it('comes up after gateway and database were killed, also when the pid belongs to another program now', async () => {
    await makeDataFolder(settings.DATA_DIR);
    const killed = await startProcess(settings);
    await create(killed.url, 'before@example.com');
    const pidFile = join(settings.DATA_DIR, 'postgres', 'postmaster.pid');
    const lines = (await readFile(pidFile, 'utf8')).split('\n');
    killed.child.kill('SIGKILL');
    await killed.ended;
    process.kill(Number(lines[0]), 'SIGKILL');
    await sleep(200);
    // A pid file that names a process which lives: this one.
    await writeFile(pidFile, [process.pid, ...lines.slice(1)].join('\n'));
    const again = await startProcess(settings);
    expect(await create(again.url, 'before@example.com')).toMatchObject({ newAccount: false });
    expect(await again.stop()).toBe(0);
  });

  it('comes up with a half-made data folder, which it sets aside', async () => {
    const postgres = join(settings.DATA_DIR, 'postgres');
    await mkdir(join(postgres, 'base'), { recursive: true });
    await writeFile(join(postgres, 'PG_VERSION'), '18\n');
    await mkdir(join(settings.DATA_DIR, 'postgres.draft-999999'));
    const gateway = await startProcess(settings);
    expect(await create(gateway.url, 'half@example.com')).toMatchObject({ newAccount: true });
    expect(await gateway.stop()).toBe(0);
    const names = await readdir(settings.DATA_DIR);
    expect(names.filter((name) => name.startsWith('postgres.broken-'))).toHaveLength(1);
    expect(names.filter((name) => name.startsWith('postgres.draft-'))).toEqual([]);
  });

  it('comes up after it was killed in the middle of its first start', async () => {
    for (const delay of [150, 400, 700, 1000]) {
      const killed = spawnGateway({ ...settings, PORT: String(await freePort()) });
      await sleep(delay);
      killed.child.kill('SIGKILL');
      await killed.ended;
    }
    const gateway = await startProcess(settings);
    expect(await create(gateway.url, 'after@example.com')).toMatchObject({ newAccount: true });
    expect(await gateway.stop()).toBe(0);
  });

  it('leaves no database behind when it is told to end while it starts, and comes up after', async () => {
    const pidFile = join(settings.DATA_DIR, 'postgres', 'postmaster.pid');
    for (let round = 0; round < 3; round++) {
      const stopped = spawnGateway({ ...settings, PORT: String(await freePort()) });
      while (!existsSync(pidFile)) await sleep(1);
      stopped.child.kill('SIGTERM');
      await stopped.ended;
      await expect.poll(() => postgresIn(settings.DATA_DIR), { timeout: 5000 }).toEqual([]);
    }
    const gateway = await startProcess(settings);
    expect(await create(gateway.url, 'after@example.com')).toMatchObject({ newAccount: true });
    expect(await gateway.stop()).toBe(0);
  });

  it('says in one sentence that the data is of another PostgreSQL', async () => {
    await makeDataFolder(settings.DATA_DIR);
    await writeFile(join(settings.DATA_DIR, 'postgres', 'PG_VERSION'), '17\n');
    const refused = spawnGateway({ ...settings, PORT: String(await freePort()) });
    expect(await refused.ended).toBe(1);
    expect(refused.output().trim()).toBe(
      'DATA_DIR holds a database of PostgreSQL 17, and this gateway runs PostgreSQL 18: name another folder.',
    );
  });
});

describe('the end', () => {
  it.each(['SIGTERM', 'SIGINT'] as const)('answers what is in flight first: %s', async (signal) => {
    const folder = await temporaryFolder();
    const settings = { DATA_DIR: join(folder.path, 'data') };
    await makeDataFolder(settings.DATA_DIR);
    const gateway = await startProcess(settings);
    const port = Number(new URL(gateway.url).port);
    const body = JSON.stringify({ email: 'inflight@example.com' });
    const socket = connect(port, '127.0.0.1');
    let answer = '';
    socket.on('data', (chunk) => (answer += chunk));
    socket.write(
      `POST /api/v1/customer/create?apiKey=${SAMPLE_KEY} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body.slice(0, 5)}`,
    );
    await sleep(200);
    // To the whole group, as a terminal does on Ctrl-C: the database must not hear of it before its gateway is done.
    process.kill(-(gateway.child.pid as number), signal);
    // On connections that are open already requests are answered for a moment.
    const isRefused = () => fetch(`${gateway.url}/health/live`).catch(() => true);
    await expect.poll(isRefused).toBe(true);
    socket.write(body.slice(5));
    expect(await gateway.ended).toBe(0);
    expect(answer).toMatch(/^HTTP\/1.1 200 OK/);
    expect(answer).toMatch(/connection: close/i);
    expect(answer).toContain('"newAccount":true');
    expect(postgresIn(join(folder.path, 'data'))).toEqual([]);
    await folder.remove();
  });
});

it('starts while the database is away, says so, and comes up by itself when it is there', async () => {
  const databaseUrl = new URL(await createDatabase());
  const { openProxy } = await import('../support/proxy.ts');
  const proxy = await openProxy(databaseUrl.href);
  await proxy.cut();
  const port = String(await freePort());
  const gateway = spawnGateway({ DATABASE_URL: proxy.url, PORT: port, HOST: '127.0.0.1' });
  const status = (path: string) =>
    fetch(`http://127.0.0.1:${port}${path}`).then(
      (response) => response.status,
      () => 0,
    );
  await expect.poll(() => status('/health/live'), { timeout: 10_000 }).toBe(200);
  const health = await fetch(`http://127.0.0.1:${port}/health/ready`);
  expect(health.status).toBe(503);
  expect(await health.json()).toMatchObject({ status: 'starting', database: 'cannot be reached' });
  expect(await status('/graphql')).toBe(503);
  await proxy.mend();
  await expect.poll(() => status('/health/ready'), { timeout: 20_000 }).toBe(200);
  expect(await status('/graphql')).toBe(404);
  expect(await gateway.stop()).toBe(0);
  expect(gateway.output()).toMatch(/cannot be used: [^"]+".*the database could not be prepared; trying again/);
  for (const line of gateway.output().trim().split('\n')) expect(() => JSON.parse(line)).not.toThrow();
  await proxy.close();
});

it('migrates by command what it would migrate at the start', async () => {
  const databaseUrl = await createDatabase();
  await runSql(databaseUrl, 'drop schema public cascade; create schema public');
  const migrate = (environment: Record<string, string>) =>
    spawnSync(process.execPath, ['src/cli/migrate.ts'], {
      env: { PATH: process.env.PATH, ...environment },
      encoding: 'utf8',
    });
  expect(migrate({ DATABASE_URL: databaseUrl })).toMatchObject({
    status: 0,
    stdout: expect.stringMatching(new RegExp(`(^|\n)Ran ${migrations.map(({ name }) => name).join(', ')}\\.\n$`)),
  });
  expect(migrate({ DATABASE_URL: databaseUrl })).toMatchObject({ status: 0, stdout: 'The database is up to date.\n' });
  expect(migrate({})).toMatchObject({ status: 1, stderr: expect.stringMatching(/^DATABASE_URL must be set/) });
});

/** The processes of PostgreSQL that name the data folder. */
function postgresIn(dataDir: string): string[] {
  const { stdout } = spawnSync('ps', ['-eo', 'args'], { encoding: 'utf8' });
  return stdout.split('\n').filter((line) => line.includes(dataDir) && line.includes('postgres -D'));
}
