// What is kept under Idempotency-Keys goes in the background: after a day, and where there is too much of it.
import pg from 'pg';
import { expect, it } from 'vitest';
import { jobOfFunction } from '../../src/background/job.ts';
import type { Database } from '../../src/database/open.ts';
import { expiry } from '../../src/idempotency/expiry.ts';
import { createDatabase, createOrganisation, runSql } from '../support/database.ts';
import { startGateway } from '../support/gateway.ts';

it('what is kept of one organisation is bounded, the oldest goes first, answers before rows', async () => {
  const url = await createDatabase();
  const [many, few] = [await createOrganisation(url), await createOrganisation(url)];
  for (const [organisation, count] of [
    [many, 2_000],
    [few, 50],
  ])
    await runSql(
      url,
      `insert into idempotency_key (organisation_id, key, request_digest, outcome, answer, created_at)
       select $1, n::text, '', '{}', repeat('x', 100), now() - n * interval '1 second' from generate_series(1, $2::int) n`,
      [organisation, count],
    );
  await runSql(url, 'analyze idempotency_key');
  const step = async (rows: number, bytes: number) =>
    (await runSql<{ done: number }>(url, 'select bound_idempotency_keys(300, $1, $2) as done', [rows, bytes]))[0]?.done;
  const all = async (rows: number, bytes: number) => {
    for (let steps = 1; ; steps++) if ((await step(rows, bytes)) === 0) return steps;
  };
  const left = () =>
    runSql<{ o: number; rows: number; answers: number; oldest: number }>(
      url,
      `select organisation_id as o, count(*)::int as rows, count(answer)::int as answers, max(key::int) as oldest
       from idempotency_key group by 1 order by 1`,
    );
  const unchanged = { o: few, rows: 50, answers: 50, oldest: 50 };
  // A sample of so few rows is all of them; the last row of a step is one more or less.
  await all(10_000, 100_000);
  const [afterAnswers, others] = await left();
  expect([afterAnswers, others]).toMatchObject([{ o: many, rows: 2_000, oldest: 2_000 }, unchanged]);
  expect(Math.abs((afterAnswers?.answers ?? 0) - 1_000)).toBeLessThanOrEqual(1);
  expect(await all(500, 100_000)).toBeGreaterThanOrEqual(6);
  const [afterRows, stillOthers] = await left();
  expect([afterRows, stillOthers]).toMatchObject([{ o: many }, unchanged]);
  expect(Math.abs((afterRows?.rows ?? 0) - 500)).toBeLessThanOrEqual(1);
  expect(afterRows).toMatchObject({ answers: afterRows?.rows, oldest: afterRows?.rows });
});

it('of every organisation that has too much, in rows or in bytes', async () => {
  const url = await createDatabase();
  const [manyRows, manyBytes] = [await createOrganisation(url), await createOrganisation(url)];
  const insert = (organisation: number, rows: number, bytes: number) =>
    runSql(
      url,
      `insert into idempotency_key (organisation_id, key, request_digest, outcome, answer, created_at)
       select $1, gen_random_uuid(), '', '{}', repeat('x', $3::int), now() - n * interval '1 second' from generate_series(1, $2::int) n`,
      [organisation, rows, bytes],
    );
  await insert(manyRows, 1_100, 1);
  await insert(manyBytes, 500, 1_000);
  // The first goes on sending: what it has too much of never ends.
  for (let i = 0; i < 5; i++) {
    await runSql(url, 'select bound_idempotency_keys(2000, 1000, 100000)');
    await insert(manyRows, 20, 1);
  }
  const [left] = await runSql<{ bytes: number }>(
    url,
    'select sum(octet_length(answer))::int as bytes from idempotency_key where organisation_id = $1',
    [manyBytes],
  );
  expect(left?.bytes).toBeLessThanOrEqual(101_000);
});

it('what is kept goes after a day by itself, of every organisation', async () => {
  const hurried = (database: Database) => [jobOfFunction(database, { ...expiry, stepSize: 1_000, pause: 50 })];
  const gateway = await startGateway();
  const other = await startGateway({ databaseUrl: gateway.databaseUrl, parts: { jobs: hurried } });
  await runSql(
    gateway.databaseUrl,
    `insert into idempotency_key (organisation_id, key, request_digest, created_at)
     values ($1, 'young', '', now() - interval '23 hours')`,
    [gateway.organisationId],
  );
  for (const { organisationId } of [gateway, other])
    await runSql(
      gateway.databaseUrl,
      `insert into idempotency_key (organisation_id, key, request_digest, created_at)
       select $1, 'old-' || n, '', now() - interval '25 hours' from generate_series(1, 2500) n`,
      [organisationId],
    );
  const left = () => runSql(gateway.databaseUrl, `select from idempotency_key where key like 'old-%'`);
  await expect.poll(left, { timeout: 10_000 }).toEqual([]);
  expect(await runSql(gateway.databaseUrl, 'select key from idempotency_key')).toEqual([{ key: 'young' }]);
  await other.close();
  await gateway.close();
});

it('a step reads no more than it deletes, however much there is', async () => {
  const url = await createDatabase();
  const organisation = await createOrganisation(url);
  await runSql(
    url,
    `insert into idempotency_key (organisation_id, key, request_digest, outcome, answer, created_at)
     select $1, n::text, '', '{}', 'x', now() - interval '25 hours' from generate_series(1, 20000) n`,
    [organisation],
  );
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const scans = async () => {
    await client.query('select pg_stat_force_next_flush()');
    const { rows: found } = await client.query(
      `select seq_scan::int as scans from pg_stat_user_tables where relname = 'idempotency_key'`,
    );
    return found[0].scans;
  };
  const before = await scans();
  // More than five times, after which PostgreSQL plans for values that it does not know.
  for (const step of ['expire_idempotency_keys(500)', 'bound_idempotency_keys(500, 100, 100)'])
    for (let i = 0; i < 8; i++) await client.query(`select ${step}`);
  expect(await scans()).toBe(before);
  expect(await runSql(url, 'select count(*)::int from idempotency_key where answer is null')).toEqual([
    { count: 4_000 },
  ]);
  await client.end();
});

it('a key is looked for by the primary key alone, also by plans that were made while there was none', async () => {
  const url = await createDatabase();
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query(
    `set enable_seqscan = off; set enable_bitmapscan = off; set plan_cache_mode = force_generic_plan;
     prepare keep (bigint, text) as update idempotency_key set outcome = '{}' where organisation_id = $1 and key = $2`,
  );
  const { rows } = await client.query(`explain (format json) execute keep (1, 'key')`);
  expect(rows[0]['QUERY PLAN'][0].Plan.Plans).toMatchObject([{ 'Index Name': 'idempotency_key_pkey' }]);
  await client.end();
});
