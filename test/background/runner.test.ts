// Background work on a real database: each row is done once, one step at a time among all processes, whatever befalls them.
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createApp } from '../../src/app.ts';
import { type JobTraits, jobOfFunction } from '../../src/background/job.ts';
import { BackgroundRunner } from '../../src/background/runner.ts';
import { readConfig } from '../../src/config.ts';
import { type Database, openDatabase } from '../../src/database/open.ts';
import { databasesOf, parseDatabaseUrl } from '../../src/database-url.ts';
import { entities } from '../../src/entities.ts';
import { logTo } from '../../src/log.ts';
import { type Chores, createChores } from '../support/chores.ts';
import { createDatabase, poolerUrlOf, runSql, servingRoleOf } from '../support/database.ts';
import { startGateway } from '../support/gateway.ts';
import { spawnGateway } from '../support/process.ts';
import { openProxy } from '../support/proxy.ts';

/** For what happens soon, on a machine that may have much to do. */
const soon = { timeout: 30_000 };
const FAILED = 'background job failed; its work waits, and it is tried again until it works';
const WORKS = 'background job works again';
const traits: JobTraits = { name: 'do_chores', stepSize: 10, fullPause: 1, pause: 20 };

let chores: Chores;
let log: { level: number; msg: string; job?: string }[];
let opened: { runner: BackgroundRunner; database: Database }[];
/** What is said but that a backlog is worked off: whether there was one is a matter of time. */
const messages = () => log.map(({ msg }) => msg).filter((msg) => msg !== 'background job has worked off its backlog');

beforeEach(async () => {
  chores = await createChores();
  log = [];
  opened = [];
});
afterEach(async () => {
  for (const { runner, database } of opened) {
    await runner.close();
    await database.close();
  }
});

/** Starts background work as another process would: on connections of its own. */
async function start(url = chores.url, ownTraits: Partial<JobTraits> = {}) {
  const pooled = (await poolerUrlOf(url)) ?? url;
  const processLog = logTo('info', { write: (line: string) => void log.push(JSON.parse(line)) });
  const database = openDatabase({
    connection: parseDatabaseUrl(pooled),
    entities,
    log: processLog,
    operationTimeout: 3_000,
  });
  const runner = new BackgroundRunner({
    jobs: [jobOfFunction(database, { ...traits, ...ownTraits })],
    log: processLog,
  });
  opened.push({ runner, database });
  runner.start();
  return runner;
}

const allDone = () => expect.poll(async () => (await chores.outcome()).times, soon).toEqual([1]);
/** Steps that did something. */
const fullSteps = async () => (await chores.outcome()).steps.filter((done) => done > 0);
const locks = () =>
  runSql<{ pid: number }>(
    chores.url,
    `select pid from pg_locks where locktype = 'advisory' and granted and objsubid = 2
     and database = (select oid from pg_database where datname = current_database())`,
  );

describe('a job of which nobody else knows', () => {
  const runnerOf = (run: (size: number) => Promise<number>) =>
    new BackgroundRunner({
      jobs: [{ ...traits, pause: 600_000, isDoneBeforeEnd: true, run }],
      log: logTo('info', { write: (line: string) => void log.push(JSON.parse(line)) }),
    });

  it('is done to its end before the process ends', async () => {
    const left = [10, 10, 3];
    await runnerOf(async () => left.shift() ?? 0).close();
    expect(left).toEqual([]);
  });

  it('holds up no end, whether it hangs or fails', async () => {
    await runnerOf(() => new Promise(() => {})).close();
    await runnerOf(() => Promise.reject(new Error('away'))).close();
    expect(messages()).toEqual([FAILED]);
  });
});

it('several processes do every row of every organisation once, one step at a time, to the last step', async () => {
  await chores.add(45);
  await Promise.all([start(), start(), start(), start()]);
  await allDone();
  const { overlaps } = await chores.outcome();
  expect(overlaps).toBe(0);
  expect(await fullSteps()).toEqual([...Array.from({ length: 13 }, () => 10), 5]);
  // What comes later is found too.
  await chores.add(10);
  await allDone();
  expect((await chores.outcome()).overlaps).toBe(0);
  expect(messages()).toEqual([]);
});

it('two jobs of one process each have their turn', async () => {
  await runSql(
    chores.url,
    `create function do_nothing(most integer) returns integer language sql security definer as 'select most';
     grant execute on function do_nothing(integer) to ${servingRoleOf(chores.url)}`,
  );
  await chores.add(30);
  // One that always has more to do.
  await start(chores.url, { name: 'do_nothing' });
  await start();
  await allDone();
  expect(messages()).toEqual([]);
});

it('an account that owns nothing does the work of all organisations, and sees the rows of none', async () => {
  const account = `worker_${process.pid}`;
  await runSql(chores.url, `create role ${account} login password 'secret' in role ${servingRoleOf(chores.url)}`);
  const url = new URL(chores.url);
  [url.username, url.password] = [account, 'secret'];
  await chores.add(10);
  const runner = await start(url.href);
  await allDone();
  await expect(opened[0]?.database.run({ name: 'look', text: 'select from chore' }, [])).rejects.toThrow(
    'permission denied',
  );
  await runner.close();
  await opened.pop()?.database.close();
  await runSql(chores.url, `drop role ${account}`);
  expect(messages()).toEqual([]);
});

it('a process that dies in a step leaves the lock free, and its step is done by another', async () => {
  await chores.add(10);
  await chores.slowDown(60);
  const dying = spawnGateway({ DATABASE_URL: chores.url, OPERATION_TIMEOUT: '2000' }, 'test/programs/background.ts');
  await expect.poll(locks, soon).toHaveLength(1);
  dying.child.kill('SIGKILL');
  expect(await dying.ended).toBe('SIGKILL');
  await chores.slowDown(0.01);
  await start();
  await allDone();
  expect(await fullSteps()).toEqual([10, 10, 10]);
});

it('goes on when the database is back, however often it was away, with one line for each end', async () => {
  const proxy = await openProxy(chores.url);
  await chores.add(20);
  await start(proxy.url);
  await allDone();
  for (const outage of [1, 2]) {
    await proxy.cut();
    await chores.add(20);
    await expect.poll(() => messages().filter((text) => text === FAILED), soon).toHaveLength(outage);
    await proxy.mend();
    await allDone();
    await expect.poll(() => messages().filter((text) => text === WORKS), soon).toHaveLength(outage);
  }
  expect((await fullSteps()).reduce((sum, done) => sum + done)).toBe(180);
  // The pool has its own lines about connections that were lost.
  expect(messages().filter((text) => text === FAILED || text === WORKS)).toEqual([FAILED, WORKS, FAILED, WORKS]);
  await opened.pop()?.runner.close();
  await proxy.close();
});

it('a step that fails does nothing, keeps what was done before it, and is done once it can be', async () => {
  await chores.add(40);
  await chores.refuse(95);
  await start();
  await expect.poll(messages, soon).toEqual([FAILED]);
  expect(log).toMatchObject([{ level: 50, job: 'do_chores' }]);
  expect(await fullSteps()).toEqual(Array.from({ length: 9 }, () => 10));
  expect((await chores.outcome()).times).toEqual([0, 1]);
  await chores.refuse(undefined);
  await allDone();
  expect(await fullSteps()).toEqual(Array.from({ length: 12 }, () => 10));
  await expect.poll(messages, soon).toEqual([FAILED, WORKS]);
});

it('a step that takes longer than an operation may is ended by PostgreSQL, and the lock is free', async () => {
  await chores.add(10);
  await chores.slowDown(60);
  await start();
  await expect.poll(messages, soon).toEqual([FAILED]);
  expect(await locks()).toEqual([]);
});

it('closing waits for the step that is on its way, and no other begins', async () => {
  await chores.add(300);
  await chores.slowDown(0.5);
  const runner = await start();
  await expect.poll(locks, soon).toHaveLength(1);
  await runner.close();
  expect(await locks()).toEqual([]);
  const { steps, times } = await chores.outcome();
  expect(steps.length).toBeGreaterThan(0);
  expect(times).toEqual([0, 1]);
  // It stays so while another one does something else.
  await start(chores.url, { name: 'do_nothing' });
  await expect.poll(messages, soon).toEqual([FAILED]);
  expect((await chores.outcome()).steps).toEqual(steps);
});

it.each(['', 'Chores', 'do chores', 'chores; drop table customer', 'a'.repeat(51)])('takes no job %j', (name) => {
  expect(() => jobOfFunction({ run: async () => [] }, { ...traits, name })).toThrow('not the name of a job');
});

describe('a gateway', () => {
  it('does its jobs, and answers as one that has none', async () => {
    await chores.add(10);
    const gateway = await startGateway({
      databaseUrl: chores.url,
      parts: { jobs: (database) => [jobOfFunction(database, traits)] },
    });
    await allDone();
    const idle = await startGateway({ databaseUrl: chores.url });
    for (const path of ['/health/live', '/health/ready']) {
      const [busy, quiet] = [await gateway.send(path), await idle.send(path)];
      expect([busy.status, busy.text]).toEqual([200, quiet.text]);
    }
    await gateway.close();
    await idle.close();
  });

  it('is as ready while a job fails, and names one that has failed for ten minutes', async () => {
    const gateway = await startGateway({
      parts: { jobs: (database) => [jobOfFunction(database, { ...traits, name: 'is_not_there' })] },
    });
    const failures = () => gateway.log.filter(({ msg }) => msg === FAILED);
    await expect.poll(failures, soon).toHaveLength(1);
    const before = await gateway.send('/health/ready');
    expect(before).toMatchObject({ status: 200, body: { status: 'ready' } });
    expect(before.body).not.toHaveProperty('failingJobs');
    const now = performance.now.bind(performance);
    const clock = vi.spyOn(performance, 'now').mockImplementation(() => now() + 601_000);
    const after = await gateway.send('/health/ready');
    clock.mockRestore();
    expect(after.status).toBe(200);
    expect(after.body).toEqual({ ...before.body, failingJobs: ['is_not_there'] });
    await gateway.close();
  });

  it('begins no job before its database is prepared', async () => {
    const databaseUrl = await createDatabase();
    const begun: string[] = [];
    const job = { ...traits, pause: 1, run: async () => begun.push('step') };
    const proxy = await openProxy(databaseUrl);
    await proxy.cut();
    const connection = parseDatabaseUrl(proxy.url);
    const config = { ...readConfig({}), demo: false, database: databasesOf(connection, connection) };
    const app = createApp(config, {
      log: logTo('info', { write: () => {} }),
      parts: { jobs: () => [job] },
    });
    await expect(app.prepare()).rejects.toThrow();
    expect(begun).toEqual([]);
    await proxy.mend();
    await app.prepare();
    await expect.poll(() => begun.length, soon).toBeGreaterThan(10);
    await app.close();
    await proxy.close();
  });
});
