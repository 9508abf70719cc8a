// Workers that stand still: the others go on, and another takes the place of one that does not come back.
import { once } from 'node:events';
import { request } from 'node:http';
import { json } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeAll, expect, it, vi } from 'vitest';
import { createDatabase, createKey, createOrganisation, runSql } from '../support/database.ts';
import { openKept } from '../support/kept.ts';
import { type GatewayProcess, startProcess, workersOf } from '../support/process.ts';

const LOOP_ON_SIGNAL = pathToFileURL(`${import.meta.dirname}/../programs/loop-on-signal.ts`).href;

let databaseUrl: string;
let key: string;
beforeAll(async () => {
  databaseUrl = await createDatabase();
  key = await createKey(databaseUrl, await createOrganisation(databaseUrl));
});

let gateway: GatewayProcess;
afterEach(async () => void (await gateway.stop()));

async function start(environment: Record<string, string> = {}) {
  gateway = await startProcess({ DATABASE_URL: databaseUrl, WORKERS: '2', ...environment });
  await vi.waitFor(() => expect(gateway.output()).toContain('"msg":"ready"'), { timeout: 20_000 });
}

/** Creates a customer on a connection of its own. */
async function create(email: string) {
  const asked = request(`${gateway.url}/api/v1/customer/create?apiKey=${key}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    agent: false,
  });
  asked.end(JSON.stringify({ email }));
  const [answer] = await once(asked, 'response');
  return (await json(answer)) as { newAccount?: boolean };
}

/** Creates customers one after the other, several at once, until told to stop; tells of those that were acknowledged. */
function keepCreating(name: string, atOnce: number) {
  const made: string[] = [];
  let goesOn = true;
  async function creator(number: number): Promise<void> {
    for (let i = 0; goesOn; i++) {
      const email = `${name}-${number}-${i}@example.com`;
      expect(await create(email)).toMatchObject({ newAccount: true });
      made.push(email);
    }
  }
  const creators = Promise.all(Array.from({ length: atOnce }, (_, number) => creator(number)));
  return {
    made,
    async stop() {
      goesOn = false;
      await creators;
    },
  };
}

const linesOf = (words: string) =>
  gateway
    .output()
    .split('\n')
    .filter((line) => line.includes(words))
    .map((line) => JSON.parse(line));
const KILLED = 'worker does not respond; it is killed and replaced';

it.each([
  ['is stopped', 'SIGSTOP'],
  ['runs in an endless loop', 'SIGUSR2'],
] as const)('a worker that %s is replaced, and no call is lost or made twice meanwhile', async (_, signal) => {
  await start({ NODE_OPTIONS: `--import=${LOOP_ON_SIGNAL}` });
  await create(`before-${signal}@example.com`);
  const [victim = 0, other = 0] = workersOf(gateway.child);
  process.kill(victim, signal);
  // The calls of creators begin when it stands still already.
  await sleep(50);
  const name = signal.toLowerCase();
  const { made, stop } = keepCreating(name, 8);
  await expect.poll(() => linesOf(KILLED), { timeout: 20_000 }).toMatchObject([{ worker: victim, level: 50 }]);
  await expect.poll(() => workersOf(gateway.child).length, { timeout: 10_000 }).toBe(2);
  const [replacement] = workersOf(gateway.child).filter((pid) => pid !== other);
  expect(replacement).not.toBe(victim);
  // It has its share of the calls.
  const answered = () => linesOf('"msg":"request"').filter(({ pid }) => pid === replacement).length;
  await expect.poll(answered, { timeout: 20_000 }).toBeGreaterThan(20);
  await stop();
  expect(made.length).toBeGreaterThan(20);
  const stored = await runSql<{ email: string }>(databaseUrl, 'select email from customer where email like $1', [
    `${name}-%`,
  ]);
  expect(stored.map(({ email }) => email).toSorted()).toEqual(made.toSorted());
});

it('a worker that stands still for a moment gets no connections meanwhile, and goes on', async () => {
  await start();
  const workers = workersOf(gateway.child);
  const kept = await Promise.all(Array.from({ length: 6 }, () => openKept(gateway.url)));
  for (const connection of kept) await connection.get('/health/live');
  process.kill(Number(workers[0]), 'SIGSTOP');
  // Until it has missed a heartbeat for certain: from then on nobody waits for it.
  await sleep(1_500);
  const answers = await Promise.all(Array.from({ length: 40 }, (_, i) => create(`moment${i}@example.com`)));
  expect(answers.every(({ newAccount }) => newAccount)).toBe(true);
  expect(workersOf(gateway.child)).toEqual(workers);
  process.kill(Number(workers[0]), 'SIGCONT');
  for (const connection of kept) expect(await connection.get('/health/live')).toContain('200 OK');
  expect(linesOf(KILLED)).toEqual([]);
});

it('the first process kills nobody for what it did not hear while it was stopped itself', async () => {
  await start();
  const workers = workersOf(gateway.child);
  for (const together of [false, true]) {
    const all = together ? -Number(gateway.child.pid) : Number(gateway.child.pid);
    process.kill(all, 'SIGSTOP');
    // For longer than a worker may leave beats without an answer.
    await sleep(7_500);
    process.kill(all, 'SIGCONT');
    await sleep(1_500);
    expect((await create(`together-${together}@example.com`)).newAccount).toBe(true);
    expect(workersOf(gateway.child)).toEqual(workers);
  }
  expect(linesOf('a worker')).toEqual([]);
});

it('all workers that stand still are replaced, and what came meanwhile is answered', async () => {
  await start();
  const workers = workersOf(gateway.child);
  for (const worker of workers) process.kill(worker, 'SIGSTOP');
  const answers = await Promise.all(Array.from({ length: 20 }, (_, i) => create(`all${i}@example.com`)));
  expect(answers.every(({ newAccount }) => newAccount)).toBe(true);
  expect(
    linesOf(KILLED)
      .map(({ worker }) => worker)
      .toSorted(),
  ).toEqual(workers.toSorted());
});

it.each([0, 2])('a worker that stands still does not hold the end, DRAIN_SECONDS=%i', async (seconds) => {
  await start({ DRAIN_SECONDS: String(seconds) });
  const [victim] = workersOf(gateway.child);
  process.kill(Number(victim), 'SIGSTOP');
  const answers = Promise.allSettled(Array.from({ length: 10 }, (_, i) => create(`end${seconds}-${i}@example.com`)));
  await sleep(100);
  const startedAt = performance.now();
  expect(await gateway.stop()).toBe(0);
  // What an answer in flight may take, what the process has beyond that, and the time it was told to drain.
  expect(performance.now() - startedAt).toBeLessThan(15_000 + 1_000 + seconds * 1_000 + 3_000);
  // One call may have been on its way to the worker.
  const answered = (await answers).filter(({ status }) => status === 'fulfilled');
  expect(answered.length).toBeGreaterThanOrEqual(9);
});
