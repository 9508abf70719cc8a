// The end of a gateway: callers are led away first, no answer is cut, and whoever is told to end does.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { SAMPLE_KEY } from '../../src/api-key/key.ts';
import { makeDataFolder } from '../support/data-folder.ts';
import { createDatabase, createKey, createOrganisation } from '../support/database.ts';
import { openKept } from '../support/kept.ts';
import { freePort, type GatewayProcess, startProcess, temporaryFolder } from '../support/process.ts';

let databaseUrl: string;
let key: string;
beforeAll(async () => {
  databaseUrl = await createDatabase();
  key = await createKey(databaseUrl, await createOrganisation(databaseUrl));
});

const create = (url: string, email: string) =>
  fetch(`${url}/api/v1/customer/create?apiKey=${key}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ email }),
  });

/** Starts a create whose last byte is still to come. */
async function beginCreate(url: string, apiKey = key) {
  const connection = await openKept(url);
  const body = JSON.stringify({ email: `${Math.random()}@example.com` });
  connection.write(
    `POST /api/v1/customer/create?apiKey=${apiKey} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body.slice(0, -1)}`,
  );
  await sleep(100);
  return { ...connection, finish: () => connection.write('}') };
}

/** Starts a gateway whose workers, if it has several, all serve. */
async function start(environment: Record<string, string>) {
  const gateway = await startProcess({ DATABASE_URL: databaseUrl, ...environment });
  await vi.waitFor(() => expect(gateway.output()).toContain('"msg":"ready"'), { timeout: 20_000 });
  return gateway;
}

const isRefused = (url: string) =>
  fetch(url).then(
    () => false,
    (error) => error.cause?.code === 'ECONNREFUSED',
  );

describe.each(['1', '2'])('with WORKERS=%s', (WORKERS) => {
  it('SIGTERM goes on answering, not ready, and closes each connection by its next answer, for DRAIN_SECONDS', async () => {
    const gateway = await start({ WORKERS, DRAIN_SECONDS: '5' });
    const kept = await Promise.all(Array.from({ length: 4 }, () => openKept(gateway.url)));
    for (const connection of kept) expect(await connection.get('/health/live')).toContain('200 OK');
    const unused = await openKept(gateway.url);
    const begun = await beginCreate(gateway.url);
    gateway.child.kill('SIGTERM');
    await vi.waitFor(async () => {
      const ready = await fetch(`${gateway.url}/health/ready`);
      expect([ready.status, await ready.json()]).toMatchObject([503, { status: 'draining' }]);
      expect(ready.headers.get('connection')).toBe('close');
    }, 3_000);
    const created = await create(gateway.url, 'during@example.com');
    expect([created.status, created.headers.get('connection')]).toEqual([200, 'close']);
    expect(kept.map(({ isOpen }) => isOpen())).toEqual([true, true, true, true]);
    for (const connection of kept.slice(1)) {
      expect(await connection.get('/health/live')).toMatch(/200 OK[\s\S]*Connection: close/);
      await connection.closed;
    }
    await vi.waitFor(async () => expect(await isRefused(gateway.url)).toBe(true), { timeout: 10_000 });
    begun.finish();
    expect(await gateway.ended).toBe(0);
    expect(begun.received()).toMatch(/^HTTP\/1.1 200 OK[\s\S]*Connection: close[\s\S]*"newAccount":true/);
    // What nobody used was closed, and not reset.
    await Promise.all([kept[0]?.closed, unused.closed]);
    expect(unused.received()).toBe('');
    expect(gateway.output()).not.toContain('aborted');
  });

  it('SIGTERM answers what comes on open connections when the port is closed already', async () => {
    const gateway = await start({ WORKERS });
    const used = await openKept(gateway.url);
    await used.get('/health/live');
    const unused = await openKept(gateway.url);
    gateway.child.kill('SIGTERM');
    await vi.waitFor(async () => expect(await isRefused(gateway.url)).toBe(true), { interval: 10 });
    for (const connection of [used, unused])
      expect(await connection.get('/health/live')).toMatch(/200 OK[\s\S]*: close/);
    expect(await gateway.ended).toBe(0);
  });

  it.each([
    ['SIGTERM', 'SIGTERM'],
    ['SIGTERM', 'SIGINT'],
    ['SIGINT', 'SIGTERM'],
  ] as const)('%s and then %s ends at once', async (first, second) => {
    const gateway = await start({ WORKERS, DRAIN_SECONDS: '60' });
    await beginCreate(gateway.url);
    gateway.child.kill(first);
    await vi.waitFor(() => expect(gateway.output()).toMatch(/"msg":"(draining|shutting down)/));
    // Nor does it wait for a worker that stands still.
    const [worker] = membersOf(gateway.child).filter((pid) => pid !== gateway.child.pid);
    if (worker) process.kill(worker, 'SIGSTOP');
    gateway.child.kill(second);
    expect(await gateway.ended).toBe(1);
    // A kept connection that has just ended is refused otherwise, once.
    await vi.waitFor(async () => expect(await isRefused(gateway.url)).toBe(true));
    await vi.waitFor(() => expect(membersOf(gateway.child)).toEqual([]), { timeout: 10_000 });
  });

  it('SIGTERM reaches the gateway by the process of npm start alone, and by all processes at once', async () => {
    for (const target of ['npm', 'all'] as const) {
      const gateway = await startByNpm({ WORKERS, DRAIN_SECONDS: '1' });
      const begun = await beginCreate(gateway.url);
      const processes = membersOf(gateway.child);
      expect(processes).toHaveLength(WORKERS === '1' ? 2 : 4);
      process.kill(target === 'npm' ? Number(gateway.child.pid) : -Number(gateway.child.pid), 'SIGTERM');
      await vi.waitFor(() => expect(gateway.output()).toContain('"msg":"shutting down'), { timeout: 10_000 });
      begun.finish();
      expect(await gateway.ended).toBe(0);
      expect(begun.received()).toContain('"newAccount":true');
      expect(gateway.output()).toContain('"msg":"draining');
      expect(membersOf(gateway.child)).toEqual([]);
    }
  });

  it('Ctrl-C reaches it once from the terminal that npm start runs in, and again', async () => {
    const gateway = await startByNpm({ WORKERS, DRAIN_SECONDS: '3600' });
    await beginCreate(gateway.url);
    process.kill(-Number(gateway.child.pid), 'SIGINT');
    await vi.waitFor(() => expect(gateway.output()).toContain('"msg":"shutting down'), { timeout: 10_000 });
    await sleep(1_000);
    expect(membersOf(gateway.child)).not.toEqual([]);
    process.kill(-Number(gateway.child.pid), 'SIGINT');
    expect(await gateway.ended).toBe(1);
    expect(membersOf(gateway.child)).toEqual([]);
  });

  it('SIGUSR1, SIGUSR2 and, without a terminal, SIGHUP do nothing, and SIGINT does not wait', async () => {
    const gateway = await start({ WORKERS, DRAIN_SECONDS: '3600' });
    for (const pid of membersOf(gateway.child))
      for (const signal of ['SIGUSR1', 'SIGUSR2', 'SIGHUP'] as const) process.kill(pid, signal);
    await sleep(500);
    expect((await create(gateway.url, 'signals@example.com')).status).toBe(200);
    expect(membersOf(gateway.child)).toHaveLength(WORKERS === '1' ? 1 : 3);
    gateway.child.kill('SIGINT');
    expect(await gateway.ended).toBe(0);
    expect(gateway.output()).not.toMatch(/Debugger listening|exited unexpectedly|draining/);
  });

  it('a second signal stops the embedded PostgreSQL too', async () => {
    const folder = await temporaryFolder();
    const settings = { DATA_DIR: join(folder.path, 'data'), WORKERS };
    await makeDataFolder(settings.DATA_DIR);
    const gateway = await startProcess(settings);
    await vi.waitFor(() => expect(gateway.output()).toContain('is ready at'), { timeout: 20_000 });
    await beginCreate(gateway.url, SAMPLE_KEY);
    gateway.child.kill('SIGTERM');
    await vi.waitFor(async () => expect(await isRefused(gateway.url)).toBe(true));
    gateway.child.kill('SIGTERM');
    expect(await gateway.ended).toBe(1);
    const processes = () => spawnSync('ps', ['-eo', 'args'], { encoding: 'utf8' }).stdout;
    await vi.waitFor(() => expect(processes()).not.toContain(folder.path), { timeout: 10_000 });
    await folder.remove();
  });
});

/** Starts a gateway as the README says, in a process group of its own. */
async function startByNpm(environment: Record<string, string>): Promise<Omit<GatewayProcess, 'stop'>> {
  const { PATH = '', HOME = '' } = process.env;
  const port = await freePort();
  const child = spawn('npm', ['start'], {
    env: {
      PATH,
      HOME,
      npm_config_update_notifier: 'false',
      DATABASE_URL: databaseUrl,
      HOST: '127.0.0.1',
      PORT: String(port),
      ...environment,
    },
    detached: true,
  });
  let text = '';
  child.stdout.on('data', (chunk) => (text += chunk));
  child.stderr.on('data', (chunk) => (text += chunk));
  const ended = new Promise<number | string>((resolve) =>
    child.once('close', (code, signal) => resolve(code ?? signal ?? 'unknown')),
  );
  await vi.waitFor(() => expect(text).toContain('"msg":"ready"'), { timeout: 30_000 });
  return { child, url: `http://127.0.0.1:${port}`, output: () => text, ended };
}

/** The processes of a group that live. */
function membersOf({ pid }: ChildProcess): number[] {
  const { stdout } = spawnSync('ps', ['-eo', 'pid=,pgid=,stat='], { encoding: 'utf8' });
  return stdout
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .filter(([, group, state]) => group === String(pid) && !state?.startsWith('Z'))
    .map(([member]) => Number(member));
}
