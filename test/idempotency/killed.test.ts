// What was done under an Idempotency-Key is done once, and told as it was, whenever the gateway or the database is killed.
import { spawnSync } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { expectClean } from '../support/check.ts';
import { startCluster } from '../support/cluster.ts';
import { createDatabase, createKey, createOrganisation } from '../support/database.ts';
import { expectOnce, type KeyedCall, keyedCalls, makeSubjects, sendAll } from '../support/keyed-calls.ts';
import { startProcess } from '../support/process.ts';

/** How often each of them is killed; more for whoever has the time. */
const KILLS = Number(process.env.GATEWAY_TEST_KILLS ?? 4);
/** Calls that are left to be killed, at any time. */
const CALLS = KILLS * 28;
/** Customers whose credit many of them change: in twos, which wait for each other. */
const TILLS = KILLS * 2;

/** Makes an organisation with a key, and calls of every sort. */
async function callsIn(databaseUrl: string): Promise<{ key: string; calls: KeyedCall[] }> {
  const organisationId = await createOrganisation(databaseUrl);
  const [subjects, tills] = [
    await makeSubjects(databaseUrl, organisationId, CALLS),
    await makeSubjects(databaseUrl, organisationId, TILLS),
  ];
  const key = await createKey(databaseUrl, organisationId, { limitPerMinute: 100_000 });
  return { key, calls: keyedCalls(subjects, tills) };
}

/** Sends all that is left, and what was answered once more: nothing is refused, and nothing done twice. */
async function expectAnswered(databaseUrl: string, url: string, key: string, calls: KeyedCall[]): Promise<void> {
  const before = calls.map(({ conflicts }) => conflicts);
  await sendAll(url, key, calls);
  expect(calls.map(({ conflicts }) => conflicts)).toEqual(before);
  const again = calls.map((call) => ({ ...call, answers: [] as string[] }));
  await sendAll(url, key, again);
  for (const [i, { answers }] of again.entries()) calls[i]?.answers.push(...answers);
  await expectOnce(databaseUrl, calls);
  await expectClean(databaseUrl);
}

it('each call has one effect and one answer when the gateway is killed, and none is refused once it is back', async () => {
  const databaseUrl = await createDatabase();
  const { key, calls } = await callsIn(databaseUrl);
  for (let kill = 0; kill < KILLS; kill++) {
    const gateway = await startProcess({ DATABASE_URL: databaseUrl });
    let isKilled = false;
    const sent = sendAll(gateway.url, key, calls, () => isKilled);
    await sleep(20 + kill * 30);
    isKilled = true;
    gateway.child.kill('SIGKILL');
    await Promise.all([sent, gateway.ended]);
  }
  const gateway = await startProcess({ DATABASE_URL: databaseUrl });
  await expectAnswered(databaseUrl, gateway.url, key, calls);
  await gateway.stop();
});

it('and so it does when a server process of the database is killed', async () => {
  const cluster = await startCluster();
  const { key, calls } = await callsIn(cluster.url);
  const gateway = await startProcess({ DATABASE_URL: cluster.url });
  for (let kill = 0; kill < KILLS; kill++) {
    let isKilled = false;
    const sent = sendAll(gateway.url, key, calls, () => isKilled);
    await expect.poll(() => backendsOf(cluster.dataDir), { timeout: 30_000 }).not.toEqual([]);
    await sleep(kill * 30);
    isKilled = true;
    // The database ends all of its processes when one was killed, and recovers.
    process.kill(backendsOf(cluster.dataDir)[0] ?? Number.NaN, 'SIGKILL');
    await sent;
  }
  expect(calls.some(({ failures }) => failures > 0)).toBe(true);
  await expectAnswered(cluster.url, gateway.url, key, calls);
  await gateway.stop();
  await cluster.remove();
});

/** Ids of the processes of a cluster that serve a client. */
function backendsOf(dataDir: string): number[] {
  const list = spawnSync('ps', ['-A', '-o', 'pid=,ppid=,args='], { encoding: 'utf8' }).stdout.split('\n');
  const lines = list.map((line) => /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line)?.slice(1) ?? []);
  const server = lines.find(([, , args]) => args?.includes(`-D ${dataDir}/postgres`))?.[0];
  return lines
    .filter(([, parent, args]) => parent === server && args?.includes('127.0.0.1('))
    .map(([pid]) => Number(pid));
}
