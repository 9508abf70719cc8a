// The recipe that rotates a key, followed while clients call all the while: no call of theirs fails.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
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
    QUIET: '20',
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

/** A client of the recipe. @returns what stops it, and has what it said */
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

/** Waits until all gateways refuse the old key. */
const refuse = (code: string) =>
  Promise.all(
    gateways.map((gateway) =>
      vi.waitFor(
        async () => {
          const answer = await create(old, gateway);
          expect([answer.status, await answer.text()]).toEqual([404, expect.stringContaining(code)]);
        },
        { timeout: 5_000, interval: 50 },
      ),
    ),
  );

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
  const bringing = bring?.command ?? '';
  for (const nothing of ['http://127.0.0.1:1', `${settings.GATEWAY_URL}/nothing`]) {
    await terminal.run(`(export GATEWAY_URL=${nothing}; ${bringing})`);
    expect(terminal.exitCode).not.toBe(0);
    expect(readFileSync(settings.KEY_FILE as string, 'utf8').trim()).toBe(old);
    expect(existsSync(join(folder.path, 'rotated.json'))).toBe(true);
  }
  await follow(terminal, bring);
  const key = readFileSync(settings.KEY_FILE as string, 'utf8').trim();
  const again = await create(key, gateways[1]);
  expect([again.status, again.headers.get('idempotent-replayed')]).toEqual([200, 'true']);
  expect(await follow(terminal, watch)).toContain(settings.OLD);
  await follow(terminal, deactivate);
  await refuse('PUBLIC_API_KEY_IS_NOT_ACTIVE');
  await follow(terminal, remove);
  await refuse('PUBLIC_API_KEY_HAS_BEEN_DELETED');
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
  expect(recipe.steps).toHaveLength(10);
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

it('counts a call without an answer as failed', async () => {
  const silent = createServer(() => {}).listen(0, '127.0.0.1');
  // Begins an answer, and never ends it.
  const halting = createServer((socket) =>
    socket.on('error', () => {}).write('HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n{'),
  ).listen(0, '127.0.0.1');
  await Promise.all([silent, halting].map((server) => once(server, 'listening')));
  const called = [silent, halting].map((server) => once(server, 'connection'));
  const clients = [silent, halting].map((server) =>
    startClient(`http://127.0.0.1:${(server.address() as AddressInfo).port}`),
  );
  await Promise.all(called);
  const said = await Promise.all(clients.map((stop) => stop()));
  for (const text of said) expect(text).toMatch(/TimeoutError(.|\n)*\n1 calls, 1 failed$/);
  for (const server of [silent, halting]) server.close();
}, 30_000);

/** Watches a key with another `npm`, and without waiting. */
function watchWith(npm: string, words = 'PRODa1b2'): Promise<string> {
  const bin = join(folder.path, 'bin');
  mkdirSync(bin, { recursive: true });
  for (const [name, text] of Object.entries({ npm, sleep: 'echo "waits $1"' })) {
    writeFileSync(join(bin, name), `#!/bin/sh\n${text}\n`);
    chmodSync(join(bin, name), 0o755);
  }
  return terminal.run(`rm -f looks; PATH="${bin}:$PATH" bash watch-key.sh ${words}`);
}

const uses = '{"fingerprint":"PRODa1b2","lastUsedAt":"2026-11-30T10:20:30.000Z","usedToday":1}';

it.each([
  ['the command fails', 'exit 1'],
  ['the command fails although it prints', `echo '${uses}'; exit 1`],
  ['nothing is printed', 'exit 0'],
  ['something else is printed', 'echo "{}"'],
  ['another key is printed', `echo '${uses.replace('PRODa1b2', 'PRODc3d4')}'`],
  ['the second look fails', `echo x >> looks; [ "$(wc -l < looks)" = 1 ] && echo '${uses}'`],
  ['the second look prints nothing', `echo x >> looks; [ "$(wc -l < looks)" != 1 ] || echo '${uses}'`],
])('does not call a key silent where %s', async (_, npm) => {
  expect(await watchWith(npm)).not.toContain('silent');
  expect(terminal.exitCode).not.toBe(0);
});

it('does not call a key silent that does not exist, nor watches without an interval', async () => {
  for (const words of ['PRODzzz9 20', '', '$OLD often', '$OLD 19']) {
    expect(await terminal.run(`bash watch-key.sh ${words}`)).not.toContain('silent');
    expect(terminal.exitCode).not.toBe(0);
  }
});

it('watches for as long as it is told, and on while a key is used', async () => {
  const used = `echo x >> looks; n=$(wc -l < looks); [ $n -lt 3 ] || n=3; echo '${uses}' | sed "s/usedToday\\":1/usedToday\\":$n/"`;
  const silent = 'PRODa1b2 is silent, last used: 2026-11-30T10:20:30.000Z';
  expect((await watchWith(used, 'PRODa1b2 86400')).split('\n')).toEqual([...Array(3).fill('waits 86400'), silent]);
  expect((await watchWith(used)).split('\n')).toEqual([...Array(3).fill('waits 3600'), silent]);
});
