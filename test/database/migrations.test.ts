// How processes that migrate one database take turns.
import pg from 'pg';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { MigrationLockedError, migrate } from '../../src/database/migrate.ts';
import { parseDatabaseUrl } from '../../src/database-url.ts';
import { entities } from '../../src/entities.ts';
import { logTo } from '../../src/log.ts';
import { createDatabase, runSql } from '../support/database.ts';

/** The lock of this version, and of version 0.1.0, which holds it for the session. */
const LOCK = 5_103_118;
const LAST = '0004-quoted-addresses';
const ADVISORY_LOCKS = `
  select pid from pg_locks
  where locktype = 'advisory' and database = (select oid from pg_database where datname = current_database())`;

let url: string;
let other: pg.Client;
let lines: Record<string, unknown>[];
const run = (patience?: number) => {
  const log = logTo('info', { write: (line: string) => void lines.push(JSON.parse(line)) });
  return migrate(parseDatabaseUrl(url), entities, log, { patience });
};
beforeEach(async () => {
  url = await createDatabase();
  lines = [];
  other = new pg.Client({ connectionString: url, application_name: 'another deployment' });
  other.on('error', () => {});
  await other.connect();
});
afterEach(() => other.end().catch(() => {}));

it('nobody waits where nothing is left to run', async () => {
  await other.query('select pg_advisory_lock($1)', [LOCK]);
  expect(await run()).toEqual([]);
  expect(lines).toEqual([]);
});

it.each(['pg_advisory_lock', 'pg_advisory_xact_lock'])('%s of another is waited for, which is said', async (lock) => {
  await runSql(url, 'delete from migration where name = $1', [LAST]);
  await other.query(`begin; select ${lock}(${LOCK})`);
  const ran = run();
  const holder = /^process \d+ of the server, another deployment, from 127\.0\.0\.1, since \d{4}-/;
  await expect
    .poll(() => lines, { timeout: 5_000 })
    .toMatchObject([
      {
        msg: 'another process is migrating the database; waiting for it to finish',
        holder: expect.stringMatching(holder),
      },
    ]);
  await other.end();
  expect(await ran).toEqual([LAST]);
  expect(await run()).toEqual([]);
});

it('is given up with one sentence that names the holder', async () => {
  await runSql(url, 'delete from migration where name = $1', [LAST]);
  await other.query('select pg_advisory_lock($1)', [LOCK]);
  const error: unknown = await run(1_000).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(MigrationLockedError);
  expect((error as Error).message).toMatch(
    /^Another process \(process \d+ of the server, another deployment, [^\n]+\) has been migrating the database for more than 1 seconds: wait for it to finish, or end it\.$/,
  );
});

it('of ten at once each runs once, and no lock is left', async () => {
  await runSql(url, 'drop schema public cascade; create schema public');
  const all = await Promise.all(Array.from({ length: 10 }, () => run()));
  expect(all.flat().filter((name) => name === LAST)).toHaveLength(1);
  expect(await runSql(url, ADVISORY_LOCKS)).toEqual([]);
});
