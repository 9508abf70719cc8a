// The disk of the database is full and is freed again: what callers and `/health/ready` see, and that no create is lost or doubled. Needs root,
// since a small disk has to be mounted.
import { execFile } from 'node:child_process';
import { chown, mkdir, mkdtemp, rm, stat, statfs, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { clusterIn } from '../../src/embedded-postgres/folder.ts';
import { rest } from '../support/apis.ts';
import { startCluster, type TestCluster } from '../support/cluster.ts';
import { runSql } from '../support/database.ts';
import { startGateway, type TestGateway } from '../support/gateway.ts';

const run = promisify(execFile);
const NO_ROOM = { status: 503, database: 'has no room on its disk' };

let disk: string;
let cluster: TestCluster;
let gateway: TestGateway;
beforeAll(async () => {
  if (process.getuid?.() !== 0) throw new Error('a disk can be mounted by root alone: run the system tests as root');
  disk = await mkdtemp(join(tmpdir(), 'gateway-disk-'));
  await run('mount', ['-t', 'tmpfs', '-o', 'size=64m,mode=0755', 'tmpfs', disk]);
  cluster = await startCluster();
  const { uid, gid } = await stat(clusterIn(cluster.dataDir));
  const tables = join(disk, 'tables');
  await mkdir(tables, { mode: 0o700 });
  await chown(tables, uid, gid);
  const maintenance = new URL(cluster.url);
  const name = maintenance.pathname.slice(1);
  maintenance.pathname = '/postgres';
  // Not the write-ahead log: PostgreSQL ends when that has no room, which is a database that cannot be reached.
  await runSql(maintenance.href, `create tablespace small location '${tables}'`);
  await runSql(maintenance.href, `alter database ${name} set tablespace small`);
  gateway = await startGateway({ databaseUrl: cluster.url });
});
afterAll(async () => {
  await gateway?.close();
  await cluster?.remove();
  if (!disk) return;
  await run('umount', [disk]).catch(() => {});
  await rm(disk, { recursive: true, force: true });
});

const filler = () => join(disk, 'filler');

/** Leaves no block, whatever PostgreSQL frees meanwhile. */
async function fill() {
  const { bavail, bsize } = await statfs(disk);
  await writeFile(filler(), Buffer.alloc(bavail * bsize)).catch(() => {});
  for (let i = 0; (await statfs(disk)).bavail > 0; i++)
    await writeFile(`${filler()}${i}`, Buffer.alloc(1)).catch(() => {});
}

const health = async () => {
  const { status, body } = await gateway.send('/health/ready');
  return { status, database: body.database };
};
const told = () => gateway.log.filter(({ msg }) => /^(not ready|ready again)/.test(String(msg)));

/** What callers were told, by e-mail address, which is the Idempotency-Key too. */
const acknowledged = new Map<string, unknown>();
const failed: string[] = [];

async function create(email: string) {
  const { answer, profile } = await rest.create(gateway, { email }, { headers: { 'idempotency-key': email } });
  if (answer.status === 200) acknowledged.set(email, profile?.cuRefNo);
  return answer.status;
}

it('is told while creates fail, and its end without anybody who calls; nothing is lost or doubled', async () => {
  let calling = true;
  const lane = async (name: string) => {
    for (let i = 0; calling; i++) {
      const email = `${name}.${i}@example.com`;
      const status = await create(email);
      expect([200, 503]).toContain(status);
      if (status === 503) failed.push(email);
    }
  };
  const lanes = ['a', 'b', 'c', 'd'].map(lane);
  await expect.poll(() => acknowledged.size, { timeout: 10_000 }).toBeGreaterThan(100);
  expect(await health()).toEqual({ status: 200, database: 'ok' });
  expect(failed).toEqual([]);

  await fill();
  await expect.poll(() => failed.length, { timeout: 10_000, interval: 5 }).toBeGreaterThan(0);
  const firstFailure = performance.now();
  await expect.poll(health, { timeout: 4_000, interval: 20 }).toEqual(NO_ROOM);
  const untilTold = performance.now() - firstFailure;
  await sleep(1_000);
  calling = false;
  await Promise.all(lanes);
  // Longer than a failure of a call is held against the database: it is asked itself.
  for (let i = 0; i < 6; i++) {
    expect(await health()).toEqual(NO_ROOM);
    await sleep(1_000);
  }
  expect(told()).toHaveLength(1);

  await run('find', [disk, '-maxdepth', '1', '-name', 'filler*', '-delete']);
  const freed = performance.now();
  await expect.poll(() => told().length, { timeout: 5_000, interval: 20 }).toBe(2);
  const untilReady = performance.now() - freed;
  expect(await health()).toEqual({ status: 200, database: 'ok' });

  for (const email of failed) expect(await create(email)).toBe(200);
  const rows = await runSql<{ email: string; cu_ref_no: string }>(cluster.url, 'select email, cu_ref_no from customer');
  const stored = new Map(rows.map(({ email, cu_ref_no }) => [email, cu_ref_no]));
  expect(rows).toHaveLength(stored.size);
  expect(stored).toEqual(acknowledged);
  console.info(
    `calls that failed ${failed.length}, acknowledged ${acknowledged.size}, lost 0, doubled 0; ` +
      `not ready ${Math.round(untilTold)} ms after the first failure, ready ${Math.round(untilReady)} ms after room was made`,
  );
}, 60_000);
