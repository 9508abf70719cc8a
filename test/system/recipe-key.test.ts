// The recipe that rotates a key, followed while clients call all the while: no call of theirs fails.
import { spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { fingerprintOf } from '../../src/api-key/key.ts';
import { createDatabase, createKey, createOrganisation, runSql } from '../support/database.ts';
import { type GatewayProcess, startProcess, temporaryFolder } from '../support/process.ts';
import { follow, linkCheckout, readRecipe, saveFiles, Terminal } from '../support/recipes.ts';

const recipe = readRecipe('rotating-a-key');
/** Clients of the recipe that call at once, half of them each of two gateways. */
const CLIENTS = 4;

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let databaseUrl: string;
let gateways: GatewayProcess[];
let organisation: number;
let old: string;
let settings: Record<string, string>;
let terminal: Terminal;
beforeAll(async () => {
  folder = await temporaryFolder();
  linkCheckout(folder.path);
  saveFiles(recipe, folder.path);
  databaseUrl = await createDatabase();
  organisation = await createOrganisation(databaseUrl);
  old = await createKey(databaseUrl, organisation, { scopes: ['customer:create'] });
  const other = await createKey(databaseUrl, organisation);
  await runSql(databaseUrl, "update api_key set name = 'Shop'");
  gateways = await Promise.all(
    [1, 2].map((WORKERS) => startProcess({ DATABASE_URL: databaseUrl, REVERSE_DNS: 'off', WORKERS: String(WORKERS) })),
  );
  settings = {
    GATEWAY_URL: gateways[0]?.url ?? '',
    OLD: fingerprintOf(old),
    KEY_FILE: join(folder.path, 'gateway-key'),
    ROOT_KEY: await createKey(databaseUrl, organisation, { prefix: 'ROOT' }),
    OTHER: fingerprintOf(other),
  };
  writeFileSync(settings.KEY_FILE as string, `${old}\n`);
  terminal = new Terminal(folder.path, { ...settings, DATABASE_URL: databaseUrl });
});
afterAll(async () => {
  await terminal?.close();
  await Promise.all((gateways ?? []).map((gateway) => gateway.stop()));
  await folder?.remove();
});

/** A client of the recipe. @returns what it says when it is stopped */
function startClient(url: string): () => Promise<string> {
  const client = spawn(process.execPath, ['client.mjs'], {
    cwd: folder.path,
    env: { ...process.env, ...settings, GATEWAY_URL: url },
  });
  let text = '';
  client.stdout.on('data', (chunk) => (text += chunk));
  client.stderr.on('data', (chunk) => (text += chunk));
  const ended = new Promise<string>((resolve) => client.once('close', () => resolve(text.trim())));
  return () => {
    client.kill('SIGTERM');
    return ended;
  };
}

const create = async (key: string, gateway: GatewayProcess | undefined) => {
  const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json', 'idempotency-key': 'order-1' };
  return fetch(`${gateway?.url}/api/v1/customer/create`, {
    method: 'POST',
    headers,
    body: '{"email": "jan@example.com"}',
  });
};

it('is followed, and no call of any client fails', async () => {
  expect(Object.keys(recipe.settings)).toEqual(Object.keys(settings));
  const clients = Array.from({ length: CLIENTS }, (_, i) => startClient(gateways[i % 2]?.url ?? ''));
  const [look, rotate, bring, watch, deactivate, remove] = recipe.steps;
  await sleep(500);
  await follow(terminal, look);
  expect((await create(old, gateways[0])).headers.get('x-api-key-expires-at')).toBeNull();
  await follow(terminal, rotate);
  const expiresAt = await terminal.run('npm run -s keys -- show $OLD --json');
  expect(Date.parse(JSON.parse(expiresAt).expiresAt) - Date.now()).toBeGreaterThan(23.9 * 3_600_000);
  expect((await create(old, gateways[1])).headers.get('x-api-key-expires-at')).toBe(JSON.parse(expiresAt).expiresAt);
  await follow(terminal, bring);
  const key = readFileSync(settings.KEY_FILE as string, 'utf8').trim();
  const again = await create(key, gateways[1]);
  expect([again.status, again.headers.get('idempotent-replayed')]).toEqual([200, 'true']);
  expect(await follow(terminal, watch)).toContain(settings.OLD);
  await follow(terminal, deactivate);
  await sleep(1_000);
  for (const gateway of gateways) expect((await create(old, gateway)).status).toBe(404);
  await follow(terminal, remove);
  await sleep(1_000);
  expect(await (await create(old, gateways[0])).text()).toContain('PUBLIC_API_KEY_HAS_BEEN_DELETED');
  const said = await Promise.all(clients.map((stop) => stop()));
  for (const text of said) expect(text).toMatch(/^\d{3,} calls, 0 failed$/);
  const history = JSON.parse(await terminal.run('npm run -s keys -- show $OLD --json')).history as { action: string }[];
  expect(history.map(({ action }) => action).filter((action) => action !== 'shown')).toEqual([
    'rotated',
    'deactivated',
    'deleted',
  ]);
}, 180_000);

it('is followed by GraphQL', async () => {
  for (const step of recipe.steps.slice(6)) await follow(terminal, step);
  expect(recipe.steps).toHaveLength(9);
  const rotation = (fingerprint: string, graceSeconds: number, headers: Record<string, string> = {}) =>
    fetch(`${settings.GATEWAY_URL}/graphql`, {
      method: 'POST',
      headers: { authorization: `Bearer ${settings.ROOT_KEY}`, 'content-type': 'application/json', ...headers },
      body: JSON.stringify({
        query: `mutation { rotateApiKey(input: { fingerprint: "${fingerprint}", graceSeconds: ${graceSeconds} }) { apiKey { fingerprint expiresAt } } }`,
      }),
    }).then((answer) => answer.json());
  expect(await rotation(settings.OTHER ?? '', 60, { 'idempotency-key': 'x' })).toHaveProperty('errors');
  // What is advised where an answer was lost.
  const lost = fingerprintOf(await createKey(databaseUrl, organisation));
  const { fingerprint } = (await rotation(lost, 86_400)).data.rotateApiKey.apiKey;
  expect((await rotation(fingerprint, 0)).data.rotateApiKey.apiKey.expiresAt).toBeNull();
  expect((await rotation(lost, 86_400)).data.rotateApiKey.apiKey.expiresAt).not.toBeNull();
});
