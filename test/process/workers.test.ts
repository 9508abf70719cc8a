// Several processes on one port: they count together, hear of every change of a key, fall and end without a call lost.
import { once } from 'node:events';
import { createServer } from 'node:http';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { generateKey, SAMPLE_KEY } from '../../src/api-key/key.ts';
import { CREATE } from '../support/apis.ts';
import { callMany } from '../support/crowd.ts';
import { makeDataFolder } from '../support/data-folder.ts';
import { createDatabase, createKey, createOrganisation, runSql } from '../support/database.ts';
import {
  freePort,
  type GatewayProcess,
  spawnGateway,
  startProcess,
  temporaryFolder,
  workersOf,
} from '../support/process.ts';

const WORKERS = '3';

let databaseUrl: string;
let organisationId: number;
let gateway: GatewayProcess;

beforeAll(async () => {
  databaseUrl = await createDatabase();
  organisationId = await createOrganisation(databaseUrl);
  gateway = await startProcess({ DATABASE_URL: databaseUrl, WORKERS });
  await isReady(gateway);
});
afterAll(async () => void (await gateway.stop()));

/** Waits until all workers are. */
const isReady = ({ output }: GatewayProcess, words = '"msg":"ready"') =>
  vi.waitFor(() => expect(output()).toContain(words), { timeout: 20_000 });

const makeKey = (traits = {}) => createKey(databaseUrl, organisationId, traits);

/** Many at once spread over the workers, connection by connection. */
function rest(url: string, key: string, email = 'one@example.com', members = {}) {
  return fetch(`${url}/api/v1/customer/create?apiKey=${key}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', connection: 'close' },
    body: JSON.stringify({ email, ...members }),
  });
}

function graphql(key: string, email = 'one@example.com') {
  return fetch(`${gateway.url}/graphql?apiKey=${key}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', connection: 'close' },
    body: JSON.stringify({ query: CREATE, variables: { input: { email } } }),
  });
}

/** How many requests each worker has answered. */
const shares = (output: string) => {
  const lines = output.split('\n').filter((line) => line.includes('"msg":"request"'));
  return [...Map.groupBy(lines, (line) => JSON.parse(line).pid).values()].map(({ length }) => length);
};

it('serve on one port, each with its share', async () => {
  const key = await makeKey();
  await Promise.all(Array.from({ length: 60 }, () => rest(gateway.url, key)));
  // A process that is slow to take a connection is passed over until it has.
  await vi.waitFor(
    () => {
      const counts = shares(gateway.output());
      expect(counts.reduce((sum, count) => sum + count, 0)).toBeGreaterThanOrEqual(60);
      expect(counts.filter((count) => count >= 10)).toHaveLength(3);
    },
    { timeout: 20_000 },
  );
});

it('let exactly as many through together as the key may make', async () => {
  const key = await makeKey({ prefix: 'DEV_' });
  const answers = await callMany(1_500, (i) => (i % 2 === 0 ? rest(gateway.url, key) : graphql(key)));
  const statuses = Map.groupBy(
    answers.map(({ status }) => status),
    (status) => status,
  );
  expect([statuses.get(200)?.length, statuses.get(429)?.length]).toEqual([1_000, 500]);
});

it('tell of every request what is left after it, and none the same', async () => {
  const key = await makeKey({ limitPerMinute: 100 });
  const answers = await Promise.all(Array.from({ length: 100 }, () => rest(gateway.url, key)));
  const left = answers.map(({ headers }) => Number(headers.get('x-ratelimit-remaining')));
  expect(left.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 100 }, (_, i) => i));
});

it('all hear within a second that a key was switched off', async () => {
  const key = await makeKey();
  const ask = async () => {
    const answers = await Promise.all(Array.from({ length: 30 }, () => rest(gateway.url, key)));
    return [...new Set(answers.map(({ status }) => status))];
  };
  expect(await ask()).toEqual([200]);
  await runSql(databaseUrl, 'update api_key set active = false where fingerprint = $1', [key.slice(0, 8)]);
  await sleep(1_000);
  expect(await ask()).toEqual([404]);
});

describe('a worker that falls', () => {
  it('is replaced, and the others go on', async () => {
    const key = await makeKey();
    const [victim] = workersOf(gateway.child);
    // In the middle of work, when it is being told what was counted for it.
    const calls = Array.from({ length: 300 }, () => rest(gateway.url, key).catch(() => undefined));
    await Promise.race(calls);
    process.kill(Number(victim), 'SIGKILL');
    // What it had not begun, the others do; what it had is told to be broken.
    await Promise.all(calls);
    await expect.poll(() => gateway.output()).toContain('worker exited unexpectedly; restarting');
    expect((await rest(gateway.url, key)).status).toBe(200);
    await expect.poll(() => workersOf(gateway.child).length, { timeout: 10_000 }).toBe(Number(WORKERS));
    expect(workersOf(gateway.child)).not.toContain(victim);
  });

  it('leaves the calls that it had not begun to the others', async () => {
    const key = await makeKey();
    const [victim] = workersOf(gateway.child);
    process.kill(Number(victim), 'SIGSTOP');
    const calls = Promise.all(Array.from({ length: 30 }, () => rest(gateway.url, key)));
    await sleep(300);
    process.kill(Number(victim), 'SIGKILL');
    expect((await calls).map(({ status }) => status)).toEqual(Array.from({ length: 30 }, () => 200));
  });
});

it('drops a client that does not finish its request', async () => {
  const client = connect(Number(new URL(gateway.url).port), '127.0.0.1');
  client.write('POST /graphql HTTP/1.1\r\nHost: a\r\n');
  const [answer] = await once(client, 'data');
  expect(String(answer)).toContain('The request did not arrive in time.');
  client.destroy();
});

describe('the end', () => {
  it.each(['SIGTERM', 'SIGINT'] as const)(
    'by %s to all processes at once answers what is in flight',
    async (signal) => {
      const own = await startProcess({ DATABASE_URL: databaseUrl, WORKERS: '2' });
      await isReady(own);
      const key = await makeKey();
      const emails = Array.from({ length: 10 }, (_, i) => `end${i}${signal}@example.com`);
      await Promise.all(emails.map((email) => rest(own.url, key, email)));
      // Somebody else holds the customers: calls that touch them wait.
      const other = new pg.Client({ connectionString: databaseUrl });
      await other.connect();
      await other.query('begin');
      await other.query(`select from customer where email like 'end%' for update`);
      const calls = Promise.all(emails.map((email) => rest(own.url, key, email, { companyName: 'Late' })));
      await sleep(300);
      process.kill(-Number(own.child.pid), signal);
      await sleep(300);
      await other.query('commit');
      await other.end();
      expect((await calls).map(({ status }) => status)).toEqual(emails.map(() => 200));
      expect(await own.ended).toBe(0);
      expect(own.output()).not.toContain('aborted');
    },
  );

  it('comes at once to workers that are still starting', async () => {
    const own = spawnGateway({
      DATABASE_URL: databaseUrl,
      PORT: String(await freePort()),
      WORKERS: '3',
      LOG_LEVEL: 'info',
    });
    await vi.waitFor(() => expect(workersOf(own.child).length).toBe(3), { timeout: 20_000, interval: 5 });
    expect(await own.stop()).toBe(0);
    expect(own.output()).not.toContain('was killed');
  });

  it('comes to the workers too when the first process is killed', async () => {
    const own = await startProcess({ DATABASE_URL: databaseUrl, WORKERS: '2' });
    const workers = workersOf(own.child);
    expect(workers.length).toBeGreaterThan(0);
    process.kill(Number(own.child.pid), 'SIGKILL');
    const alive = () => workers.filter((pid) => isAlive(pid));
    await expect.poll(alive, { timeout: 10_000 }).toEqual([]);
  });
});

it('says in one sentence when the port is taken', async () => {
  const port = await freePort();
  const other = createServer().listen(port, '127.0.0.1');
  const own = spawnGateway({ DATABASE_URL: databaseUrl, PORT: String(port), HOST: '127.0.0.1', WORKERS: '2' });
  expect(await own.ended).toBe(1);
  expect(own.output().trim()).toBe(`PORT ${port} on HOST 127.0.0.1 is in use by another program: set another.`);
  other.close();
});

it('serve in demo mode too, from one database that ends with them', async () => {
  const folder = await temporaryFolder();
  const settings = { DATA_DIR: join(folder.path, 'data'), WORKERS: '2' };
  await makeDataFolder(settings.DATA_DIR);
  const own = await startProcess(settings);
  await isReady(own, 'is ready at');
  const answers = await Promise.all(Array.from({ length: 20 }, (_, i) => rest(own.url, SAMPLE_KEY, `d${i % 2}@b.cz`)));
  const bodies = (await Promise.all(answers.map((answer) => answer.json()))) as { newAccount: boolean }[];
  expect(bodies.filter(({ newAccount }) => newAccount)).toHaveLength(2);
  expect(own.output().match(/is ready at/g)).toHaveLength(1);
  expect(await own.stop()).toBe(0);
  await folder.remove();
});

it('count guesses together, and do not count a key that exists', async () => {
  // One of its own: a worker that was killed before may have taken along that a key which it looked up exists.
  const own = await startProcess({ DATABASE_URL: databaseUrl, WORKERS: '2' });
  const good = await makeKey();
  const burst = await Promise.all(Array.from({ length: 300 }, () => rest(own.url, good)));
  expect(burst.every(({ status }) => status === 200)).toBe(true);
  const guesses = await Promise.all(Array.from({ length: 150 }, () => rest(own.url, generateKey('PROD'))));
  const statuses = guesses.map(({ status }) => status);
  expect(statuses.filter((status) => status === 404)).toHaveLength(100);
  expect(statuses.filter((status) => status === 429)).toHaveLength(50);
  expect((await rest(own.url, good)).status).toBe(200);
  await own.stop();
});

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
