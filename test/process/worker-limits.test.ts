// Limits on kept connections to several workers: exact to the last request, and what callers are told of them.
import { Agent, request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { createDatabase, createKey, createOrganisation } from '../support/database.ts';
import { type GatewayProcess, startProcess, workersOf } from '../support/process.ts';

let databaseUrl: string;
let organisationId: number;
let gateway: GatewayProcess;

beforeAll(async () => {
  databaseUrl = await createDatabase();
  organisationId = await createOrganisation(databaseUrl);
  gateway = await startProcess({ DATABASE_URL: databaseUrl, WORKERS: '2' });
  await vi.waitFor(() => expect(gateway.output()).toContain('"msg":"ready"'), { timeout: 20_000 });
});
afterAll(async () => void (await gateway.stop()));

const makeKey = (limitPerMinute: number) => createKey(databaseUrl, organisationId, { limitPerMinute });

/** One connection, which is kept. */
const connection = () => new Agent({ keepAlive: true, maxSockets: 1 });

interface Told {
  status: number;
  remaining: number;
}

/** Asks on a connection, with or without others at once. */
function ask(agent: Agent, key: string): Promise<Told> {
  return new Promise((resolve, reject) => {
    const path = `/api/v1/customer/create?apiKey=${key}`;
    const call = request(`${gateway.url}${path}`, { agent, method: 'POST' }, (answer) => {
      answer.resume();
      const remaining = Number(answer.headers['x-ratelimit-remaining']);
      answer.once('end', () => resolve({ status: Number(answer.statusCode), remaining }));
      answer.once('error', reject);
    });
    call.once('error', reject);
    call.setHeader('content-type', 'application/json');
    call.end(JSON.stringify({ email: 'limits@example.com' }));
  });
}

/** Asks on a connection so often, one request after the other; stops where the connection breaks. */
async function askInTurn(agent: Agent, key: string, count: number): Promise<Told[]> {
  const told: Told[] = [];
  for (let i = 0; i < count; i++) {
    const answer = await ask(agent, key).catch(() => undefined);
    if (!answer) break;
    told.push(answer);
  }
  agent.destroy();
  return told;
}

const down = (from: number, count: number) => Array.from({ length: count }, (_, i) => from - i);

it('tell a caller who is alone one less with each request', async () => {
  const told = await askInTurn(connection(), await makeKey(1_000), 30);
  expect(told.map(({ remaining }) => remaining)).toEqual(down(999, 30));
});

it('tell the same of requests that come on two connections by turns', async () => {
  const key = await makeKey(1_000);
  const agents = [connection(), connection()] as const;
  const told: number[] = [];
  for (let i = 0; i < 30; i++) told.push((await ask(agents[i % 2] as Agent, key)).remaining);
  expect(told).toEqual(down(999, 30));
  for (const agent of agents) agent.destroy();
});

it('let exactly as many through as the limit says, and tell of each one less than of the one before on its connection', async () => {
  const key = await makeKey(400);
  const all = await Promise.all(Array.from({ length: 24 }, () => askInTurn(connection(), key, 20)));
  const passed = all.map((own) => own.filter(({ status }) => status === 200).map(({ remaining }) => remaining));
  expect(passed.flat().toSorted((a, b) => b - a)).toEqual(down(399, 400));
  for (const own of passed) expect(own).toEqual(own.toSorted((a, b) => b - a));
  const refused = all.flat().filter(({ status }) => status !== 200);
  expect(refused).toEqual(Array.from({ length: 80 }, () => ({ status: 429, remaining: 0 })));
});

it('lose no room with one that is killed, but for the requests that it was answering', async () => {
  const [lanes, limit] = [16, 600];
  const key = await makeKey(limit);
  const calls = Array.from({ length: lanes }, () => askInTurn(connection(), key, 30));
  await sleep(50);
  process.kill(Number(workersOf(gateway.child)[0]), 'SIGKILL');
  const before = (await Promise.all(calls)).flat().length;
  const after = await askInTurn(connection(), key, limit - before + 1);
  const passed = before + after.filter(({ status }) => status === 200).length;
  expect(passed).toBeLessThanOrEqual(limit);
  expect(passed).toBeGreaterThanOrEqual(limit - lanes);
  expect(after.at(-1)?.status).toBe(429);
});
