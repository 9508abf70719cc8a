// Each variable of the environment, set to a value that is valid: what is different then, as a caller or an operator sees it.
import { existsSync, readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { generateKey } from '../src/api-key/key.ts';
import { variables } from '../src/config.ts';
import { createDatabase, createKey, createOrganisation, runSql } from './support/database.ts';
import { anonymousFile, asnFile, cityFile, countryFileIpv4 } from './support/geoip.ts';
import {
  freePort,
  type GatewayProcess,
  spawnGateway,
  startProcess,
  temporaryFolder,
  workersOf,
} from './support/process.ts';
import { sendRaw } from './support/raw.ts';

let databaseUrl: string;
let key: string;
let root: string;
let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let gateway: GatewayProcess | undefined;
beforeAll(async () => {
  databaseUrl = await createDatabase();
  const organisationId = await createOrganisation(databaseUrl);
  key = await createKey(databaseUrl, organisationId);
  root = await createKey(databaseUrl, organisationId, { prefix: 'ROOT' });
});
beforeEach(async () => {
  folder = await temporaryFolder();
});
afterEach(async () => {
  gateway?.child.kill('SIGKILL');
  gateway = undefined;
  await folder.remove();
});

/** Starts the gateway with one variable more. */
async function start(name: string, value: string): Promise<GatewayProcess> {
  gateway = await startProcess({ DATABASE_URL: databaseUrl, REVERSE_DNS: 'off', [name]: value });
  return gateway;
}

/** Variables whose effects are seen apart from each other, and are all set at once. */
const together = {
  POOL_SIZE: '2',
  REDIS_URL: 'redis://127.0.0.1:1',
  TRUST_PROXY: '1',
  PUBLIC_URL: 'https://shop.example/gateway/',
  CORS_ORIGINS: 'https://shop.example',
  GRAPHIQL: 'off',
  INTROSPECTION: 'off',
  GEOIP_CITY: cityFile,
  GEOIP_COUNTRY: countryFileIpv4,
  GEOIP_ASN: asnFile,
  GEOIP_ANONYMOUS: anonymousFile,
  REVERSE_DNS: 'off',
  KEY_LIFETIME_DAYS: '30',
};
let shared: Promise<GatewayProcess> | undefined;
/** The gateway that has them all. */
function share(): Promise<GatewayProcess> {
  const direct = { DATABASE_DIRECT_URL: `${databaseUrl}?application_name=direct` };
  shared ??= startProcess({ DATABASE_URL: databaseUrl, ...direct, ...together });
  return shared;
}
afterAll(async () => void (await shared)?.child.kill('SIGKILL'));

const health = async ({ url }: GatewayProcess) => (await fetch(`${url}/health/ready`)).json();

async function create({ url }: GatewayProcess, email: string, headers: Record<string, string> = {}) {
  const answer = await fetch(`${url}/api/v1/customer/create`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${key}`, ...headers },
    body: JSON.stringify({ email, customerRealIp: '192.0.2.1' }),
  });
  return { status: answer.status, text: await answer.text() };
}

async function ask({ url }: GatewayProcess, query: string, by = key) {
  const answer = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${by}` },
    body: JSON.stringify({ query }),
  });
  return answer.json() as Promise<{ data?: unknown; errors?: unknown[] }>;
}

const namesOfConnections = async () => {
  const rows = await runSql<{ name: string }>(
    databaseUrl,
    `select application_name as name from pg_stat_activity
     where datname = current_database() and pid <> pg_backend_pid()`,
  );
  return rows.map(({ name }) => name);
};

async function tellsOfDatabase(name: string, database: string) {
  const started = await share();
  await expect
    .poll(() => health(started), { timeout: 5_000 })
    .toMatchObject({
      ipDatabases: expect.arrayContaining([
        { variable: name, name: database, state: 'in use', builtAt: expect.anything() },
      ]),
    });
}

const effects: Record<(typeof variables)[number], () => Promise<void>> = {
  async PORT() {
    const port = await freePort();
    await start('PORT', String(port));
    expect((await fetch(`http://127.0.0.1:${port}/health/live`)).status).toBe(200);
  },
  async HOST() {
    const port = await freePort();
    const spawned = spawnGateway({ DATABASE_URL: databaseUrl, PORT: String(port), HOST: '127.0.0.2' });
    const live = (host: string) =>
      fetch(`http://${host}:${port}/health/live`).then(
        ({ status }) => status,
        () => 0,
      );
    await expect.poll(() => live('127.0.0.2'), { timeout: 10_000 }).toBe(200);
    expect(await live('127.0.0.1')).toBe(0);
    await spawned.stop();
  },
  async DATABASE_URL() {
    const other = await createDatabase();
    const mine = await createKey(other, await createOrganisation(other));
    const started = await start('DATABASE_URL', other);
    expect(await create(started, 'there@example.com', { authorization: `Bearer ${mine}` })).toMatchObject({
      status: 200,
    });
    expect(await runSql(other, 'select email from customer')).toEqual([{ email: 'there@example.com' }]);
  },
  async DATABASE_DIRECT_URL() {
    await share();
    await expect.poll(namesOfConnections).toContain('direct');
    expect(await namesOfConnections()).toContain('gateway');
  },
  async POOL_SIZE() {
    const started = await share();
    const pooled = async () => (await namesOfConnections()).filter((name) => name === 'gateway').length;
    const holder = new pg.Client({ connectionString: databaseUrl, application_name: 'holder' });
    await holder.connect();
    await holder.query('begin; lock table customer_group');
    // None of them ends before the last is there: on a fast machine one connection would serve them all.
    const calls = Array.from({ length: 32 }, () =>
      ask(started, '{ customerGroups(first: 5) { edges { node { slug } } } }'),
    );
    try {
      await expect.poll(pooled).toBe(2);
    } finally {
      await holder.end();
    }
    await Promise.all(calls);
    expect(await pooled()).toBe(2);
  },
  async DATA_DIR() {
    gateway = await startProcess({ DATA_DIR: join(folder.path, 'here') });
    expect(existsSync(join(folder.path, 'here', 'postgres', 'PG_VERSION'))).toBe(true);
    await gateway.stop();
  },
  async REDIS_URL() {
    const started = await share();
    expect(await health(started)).toMatchObject({ rateLimits: expect.stringContaining('Redis') });
  },
  async TRUST_PROXY() {
    const started = await share();
    const guess = (address: string) =>
      create(started, 'guess@example.com', {
        authorization: `Bearer ${generateKey('PROD')}`,
        'x-forwarded-for': address,
      });
    await Promise.all(Array.from({ length: 200 }, () => guess('198.51.100.1')));
    expect((await guess('198.51.100.1')).status).toBe(429);
    expect((await guess('198.51.100.2')).status).toBe(404);
  },
  async PUBLIC_URL() {
    const started = await share();
    const docUrl = 'https://shop.example/gateway/errors/INTERNAL_REQUEST_MALFORMED';
    expect(await ask(started, '{ nothing }')).toMatchObject({ errors: [{ extensions: { docUrl } }] });
    // Also what is told where there is no request.
    expect((await sendRaw(started.url, 'NO HTTP\r\n\r\n')).text).toContain(docUrl);
  },
  async CORS_ORIGINS() {
    const started = await share();
    const answer = await fetch(`${started.url}/health/live`, { headers: { origin: 'https://shop.example' } });
    expect(answer.headers.get('access-control-allow-origin')).toBe('https://shop.example');
  },
  async GRAPHIQL() {
    const started = await share();
    const page = await fetch(`${started.url}/graphql`, { headers: { accept: 'text/html' } });
    expect(page.status).toBe(404);
  },
  async INTROSPECTION() {
    const started = await share();
    expect(await ask(started, '{ __schema { queryType { name } } }')).toHaveProperty('errors');
    expect(await ask(started, '{ customers(first: 1) { edges { cursor } } }')).toHaveProperty('data');
  },
  GEOIP_CITY: () => tellsOfDatabase('GEOIP_CITY', 'GeoLite2-City'),
  GEOIP_COUNTRY: () => tellsOfDatabase('GEOIP_COUNTRY', 'dbip-country-ipv4'),
  GEOIP_ASN: () => tellsOfDatabase('GEOIP_ASN', 'GeoLite2-ASN'),
  GEOIP_ANONYMOUS: () => tellsOfDatabase('GEOIP_ANONYMOUS', 'GeoIP2-Anonymous-IP'),
  async REVERSE_DNS() {
    expect(await health(await share())).toMatchObject({ reverseDns: 'off' });
  },
  async OPERATION_TIMEOUT() {
    const started = await start('OPERATION_TIMEOUT', '200');
    await create(started, 'slow@example.com');
    const holder = new pg.Client({ connectionString: databaseUrl });
    await holder.connect();
    await holder.query('begin; lock table customer');
    const answer = await Promise.race([create(started, 'slow@example.com'), sleep(4_000)]);
    await holder.end();
    expect(answer).toMatchObject({ status: 503, text: expect.stringContaining('took too long') });
  },
  async DRAIN_SECONDS() {
    const started = await start('DRAIN_SECONDS', '60');
    started.child.kill('SIGTERM');
    await expect.poll(() => health(started)).toMatchObject({ status: 'draining' });
    expect((await create(started, 'drain@example.com')).status).toBe(200);
  },
  async MAX_CONNECTIONS() {
    const started = await start('MAX_CONNECTIONS', '1');
    const held = connect(Number(new URL(started.url).port), '127.0.0.1');
    held.on('error', () => {});
    const status = () =>
      fetch(`${started.url}/health/live`, { headers: { connection: 'close' } }).then((each) => each.status);
    await expect.poll(status).toBe(503);
    held.destroy();
  },
  async WORKERS() {
    const started = await start('WORKERS', '2');
    expect(workersOf(started.child)).toHaveLength(2);
    await started.stop();
  },
  async KEY_LIFETIME_DAYS() {
    const started = await share();
    const query = 'mutation { createApiKey(input: { prefix: DEV_, name: "x" }) { apiKey { expiresAt } } }';
    expect(await ask(started, query, root)).toMatchObject({
      data: { createApiKey: { apiKey: { expiresAt: expect.any(String) } } },
    });
  },
  async LOG_LEVEL() {
    const started = await start('LOG_LEVEL', 'silent');
    await create(started, 'silent@example.com');
    await started.stop();
    expect(started.output()).toBe('');
  },
};

it('all are known here and in the documentation for operators', () => {
  expect(Object.keys(effects).toSorted()).toEqual(variables.toSorted());
  const documented = readFileSync('docs/operations.md', 'utf8');
  for (const name of variables) expect(documented).toMatch(new RegExp(`^\\| [^|]*\`${name}\``, 'm'));
});

it.each(Object.entries(effects))('%s has its effect', (_, see) => see());
