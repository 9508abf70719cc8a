// Connections to several workers: each has its share, and what one client and all of them may have holds for all workers together.
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { Agent, request } from 'node:http';
import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { createDatabase } from '../support/database.ts';
import { freePort, type GatewayProcess, spawnGateway, workersOf } from '../support/process.ts';
import { sendRaw } from '../support/raw.ts';

let databaseUrl: string;
beforeAll(async () => {
  databaseUrl = await createDatabase();
});

let gateway: Omit<GatewayProcess, 'url'>;
let port: number;
const sockets: Socket[] = [];
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await gateway.stop();
});

/** Starts a gateway of two workers, without a call to it. */
async function start(environment: Record<string, string> = {}) {
  port = await freePort();
  const own = { DATABASE_URL: databaseUrl, HOST: '127.0.0.1', PORT: String(port), WORKERS: '2', LOG_LEVEL: 'info' };
  gateway = spawnGateway({ ...own, ...environment });
}

/** Waits until both workers are ready. */
const isReady = () => vi.waitFor(() => expect(gateway.output()).toContain('"msg":"ready"'), { timeout: 20_000 });

/** Waits until the port is open. */
const isOpen = () =>
  vi.waitFor(
    async () => {
      const socket = connect({ port, host: '127.0.0.1' });
      await once(socket, 'connect');
      socket.destroy();
    },
    { timeout: 20_000, interval: 5 },
  );

/**
 * Opens a connection and asks something on it.
 *
 * @param from - the address that it comes from
 * @returns the status of the answer
 */
async function open(from = '127.0.0.1'): Promise<number> {
  const socket = connect({ port, host: '127.0.0.1', localAddress: from });
  sockets.push(socket);
  const answer = once(socket, 'data');
  socket.on('error', () => {});
  socket.write('GET /health/live HTTP/1.1\r\nHost: a\r\n\r\n');
  return Number(String((await answer)[0]).split(' ')[1]);
}

/** Opens so many, a few at a time, and tells how many were answered with each status. */
async function openMany(count: number, from?: string): Promise<Record<string, number>> {
  const statuses: Record<string, number> = {};
  for (let left = count; left > 0; left -= 50)
    for (const status of await Promise.all(Array.from({ length: Math.min(left, 50) }, () => open(from))))
      statuses[status] = (statuses[status] ?? 0) + 1;
  return statuses;
}

const refusals = () =>
  gateway
    .output()
    .split('\n')
    .filter((line) => line.includes('connections refused'))
    .map((line) => JSON.parse(line));

/** Ends one of the workers, and waits until the first process has noticed. */
async function killWorker(): Promise<void> {
  const [victim] = workersOf(gateway.child);
  process.kill(Number(victim), 'SIGKILL');
  await vi.waitFor(() => expect(gateway.output()).toContain(`"worker":${victim},"code":null,"signal":"SIGKILL"`));
}

/** Asks something on so many connections at once, and tells how many each worker answered. */
async function ask(agent: Agent, count: number): Promise<number[]> {
  const round = randomUUID();
  const answers = Array.from({ length: count }, async (_, i) => {
    const asked = request({ port, agent, path: '/health/live', headers: { 'X-Request-Id': `${round}-${i}` } }).end();
    const [answer] = await once(asked, 'response');
    await once(answer.resume(), 'end');
  });
  await Promise.all(answers);
  const lines = () =>
    gateway
      .output()
      .split('\n')
      .filter((line) => line.includes(`"requestId":"${round}-`));
  await vi.waitFor(() => expect(lines()).toHaveLength(count));
  const workers = Map.groupBy(lines(), (line) => JSON.parse(line).pid);
  return [...workers.values()].map(({ length }) => length);
}

/** Waits until new connections go to two workers: one that has just joined takes some of the other's. */
const areTwo = () => expect.poll(() => ask(new Agent(), 4), { timeout: 20_000, interval: 200 }).toEqual([2, 2]);

describe('kept connections', () => {
  const KEPT = 32;

  it('are shared by all workers in the end, also those of before the second served or took the place of another', async () => {
    await start();
    await isOpen();
    const agent = new Agent({ keepAlive: true, maxSockets: KEPT });
    expect(await ask(agent, KEPT)).toEqual([KEPT]);
    const fair = [expect.toBeOneOf([12, 13, 14, 15, 16]), expect.toBeOneOf([16, 17, 18, 19, 20])];
    const sorted = async () => (await ask(agent, KEPT)).toSorted((a, b) => a - b);
    await expect.poll(sorted, { timeout: 20_000, interval: 200 }).toEqual(fair);
    await killWorker();
    await sleep(100);
    expect(await sorted()).toEqual([KEPT]);
    await expect.poll(sorted, { timeout: 20_000, interval: 200 }).toEqual(fair);
    // What is fair stays as it is: nothing is moved any more, once all has been counted.
    const moved = async () => {
      const before = await sorted();
      await sleep(1_500);
      return (await sorted()).toString() === before.toString() ? 'nothing' : before;
    };
    await expect.poll(moved, { timeout: 20_000 }).toBe('nothing');
    agent.destroy();
  });
});

describe('as many connections as there may be', () => {
  it('are those of all workers together, and are free again when they are gone or their worker is', async () => {
    await start({ MAX_CONNECTIONS: '8', PUBLIC_URL: 'https://shop.example' });
    await isReady();
    expect(await openMany(12)).toEqual({ 200: 8, 503: 4 });
    expect((await sendRaw(`http://127.0.0.1:${port}`, '')).text).toContain(
      '"docUrl":"https://shop.example/errors/INTERNAL_SERVICE_UNAVAILABLE"',
    );
    expect(await open('127.0.0.2')).toBe(503);
    await expect.poll(refusals).toMatchObject([{ refused: 1, open: 8, pid: gateway.child.pid }]);
    for (const socket of sockets.splice(0, 3)) socket.destroy();
    // Each is free again as soon as its worker has said so.
    for (let freed = 0; freed < 3; freed++) await expect.poll(() => openMany(1)).toEqual({ 200: 1 });
    expect(await openMany(2)).toEqual({ 503: 2 });
    // Half of the eight were its.
    await killWorker();
    expect(await openMany(8)).toEqual({ 200: 4, 503: 4 });
    for (const socket of sockets.splice(0)) socket.destroy();
    await areTwo();
    expect(await openMany(12)).toEqual({ 200: 8, 503: 4 });
  });

  it('hold for a trusted proxy', async () => {
    await start({ MAX_CONNECTIONS: '8', TRUST_PROXY: '127.0.0.1' });
    await isReady();
    expect(await openMany(12)).toEqual({ 200: 8, 503: 4 });
  });
});

describe('the share of one address', () => {
  it('is that of its connections to all workers, and is free again when they are gone or their worker is', async () => {
    await start();
    await isReady();
    expect(await openMany(1_100)).toEqual({ 200: 1_000, 503: 100 });
    await expect.poll(refusals).toMatchObject([{ address: '127.0.0.1', pid: gateway.child.pid }]);
    expect(await openMany(10, '127.0.0.2')).toEqual({ 200: 10 });
    await killWorker();
    const { 200: more = 0 } = await openMany(1_000);
    expect(more).toBeGreaterThanOrEqual(490);
    expect(more).toBeLessThanOrEqual(510);
    for (const socket of sockets.splice(0)) socket.destroy();
    await areTwo();
    expect(await openMany(1_100)).toEqual({ 200: 1_000, 503: 100 });
  });

  it('does not bind a trusted proxy', async () => {
    await start({ TRUST_PROXY: '127.0.0.1' });
    await isReady();
    expect(await openMany(1_100)).toEqual({ 200: 1_100 });
  });
});
