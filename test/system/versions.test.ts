// The version before and this one side by side on one database, as they are while gateways are replaced one after the other.
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { createDatabase, createKey, createOrganisation, runSql } from '../support/database.ts';
import { type GatewayProcess, startProcess, temporaryFolder } from '../support/process.ts';

/** The last commit of version 0.1.0. */
const RELEASED = 'f8d024d';
const LANES = 8;
const SECONDS = 3;

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let released: string;
let running: GatewayProcess[] = [];
beforeAll(async () => {
  folder = await temporaryFolder();
  const checkout = join(folder.path, 'released');
  execFileSync('git', ['worktree', 'add', '--quiet', '--detach', checkout, RELEASED]);
  execFileSync('npm', ['ci', '--omit=dev', '--ignore-scripts', '--no-audit', '--no-fund'], { cwd: checkout });
  released = join(checkout, 'src/main.ts');
}, 300_000);
afterAll(async () => {
  await folder.remove();
  execFileSync('git', ['worktree', 'prune']);
});
afterEach(async () => {
  await Promise.all(running.map((gateway) => gateway.stop()));
  running = [];
});

async function emptyDatabase(): Promise<string> {
  const url = await createDatabase();
  await runSql(url, 'drop schema public cascade; create schema public');
  return url;
}

/** Starts a version; the released one by its program. */
async function start(databaseUrl: string, program?: string): Promise<GatewayProcess> {
  const gateway = await startProcess({ DATABASE_URL: databaseUrl, REVERSE_DNS: 'off' }, program);
  running.push(gateway);
  return gateway;
}

/** Calls all gateways that are there, until told to stop; returns what failed, and how many calls were made. */
function load(gateways: readonly GatewayProcess[], key: string) {
  const failed: unknown[] = [];
  let calls = 0;
  let stopped = false;
  async function call(path: string, body: object): Promise<void> {
    const gateway = gateways[calls % gateways.length] as GatewayProcess;
    calls += 1;
    const answer = await fetch(gateway.url + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${key}` },
      body: JSON.stringify(body),
    });
    const text = await answer.text();
    if (answer.status !== 200 || text.includes('"errors"')) failed.push(`${gateway === gateways[0]} ${text}`);
  }
  const lanes = Array.from({ length: LANES }, async (_, lane) => {
    for (let i = 0; !stopped; i++) {
      const email = `${lane}-${i % 50}@example.com`;
      await call('/api/v1/customer/create', { email, companyName: `${i}`, customerRealIp: `192.0.2.${i % 200}` });
      await call('/graphql', {
        query: `mutation { createCustomer(input: { email: "new${lane}-${i}@example.com" }) { newAccount } }`,
      });
      await call('/graphql', { query: `{ customer(by: { email: "${email}" }) { cuRefNo companyName } }` });
      await call('/graphql', { query: '{ customers(first: 5) { edges { node { email } } } }' });
    }
  });
  return async () => {
    stopped = true;
    await Promise.all(lanes);
    return { failed, calls };
  };
}

it.each([
  ['the older', 'the newer'],
  ['the newer', 'the older'],
])('%s first, %s beside it: no call fails', async (firstVersion) => {
  const url = await emptyDatabase();
  const programs = firstVersion === 'the older' ? [released, undefined] : [undefined, released];
  const gateways = [await start(url, programs[0])];
  const key = await createKey(url, await createOrganisation(url));
  const end = load(gateways, key);
  await sleep(SECONDS * 1_000);
  gateways.push(await start(url, programs[1]));
  await sleep(SECONDS * 1_000);
  const { failed, calls } = await end();
  expect(failed.slice(0, 3)).toEqual([]);
  expect(calls).toBeGreaterThan(500);
  console.log(`${firstVersion} first: ${calls} calls, ${failed.length} failed`);
  // A change of a key is heard by both.
  await runSql(url, 'update api_key set active = false');
  await sleep(1_000);
  for (const gateway of gateways) {
    const answer = await fetch(`${gateway.url}/graphql?apiKey=${key}&query={customers{edges{cursor}}}`);
    expect(await answer.text()).toContain('PUBLIC_API_KEY_IS_NOT_ACTIVE');
  }
});
