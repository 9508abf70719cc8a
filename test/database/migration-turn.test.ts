// What a run of migrations does when it is disturbed: its lock lost, timeouts of the account, transactions that do not end; and what it says meanwhile.
import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { beforeEach, expect, it } from 'vitest';
import { type MigrateOptions, MigrationLockedError, migrate } from '../../src/database/migrate.ts';
import { migrations } from '../../src/database/migrations/index.ts';
import { OnlineMigration } from '../../src/database/migrations/online.ts';
import { parseDatabaseUrl } from '../../src/database-url.ts';
import { entities } from '../../src/entities.ts';
import { logTo } from '../../src/log.ts';
import { createDatabase, createOrganisation, runSql } from '../support/database.ts';

const NAME = '9001-disturbed';
const LOCK_HOLDER = `
  select pid from pg_locks where locktype = 'advisory' and database = (select oid from pg_database where datname = current_database())`;

let url: string;
let lines: { level: number; msg: string; holder?: string }[];
beforeEach(async () => {
  url = await createDatabase();
  lines = [];
});

type Work = (step: (sql: string) => Promise<void>, index: () => Promise<void>) => Promise<void>;

/** Runs a migration that does something; returns what became of it. */
function run(work: Work, options: MigrateOptions = {}, as = url): Promise<unknown> {
  class Disturbed extends OnlineMigration {
    override up() {
      return work(
        (sql) => this.step(sql),
        () => this.createIndex('customer_by_phone', 'on customer (organisation_id, phone)'),
      );
    }
  }
  const log = logTo('info', { write: (line: string) => void lines.push(JSON.parse(line)) });
  const list = [...migrations, { name: NAME, class: Disturbed }];
  return migrate(parseDatabaseUrl(as), entities, log, { list, ...options }).catch((error: unknown) => error);
}

const indexes = () =>
  runSql(url, `select indisvalid as valid from pg_index where indexrelid = to_regclass('customer_by_phone')`);

it('stops before the next step, with one sentence, when the connection that holds the lock is lost', async () => {
  let went = 0;
  const error = await run(async (step) => {
    await step('create table went ()');
    await runSql(url, `select pg_terminate_backend(pid) from (${LOCK_HOLDER}) holder`);
    await sleep(200);
    went += 1;
    await step('drop table went');
  });
  expect(error).toBeInstanceOf(MigrationLockedError);
  expect((error as Error).message).toBe(
    'The connection that holds the migration lock was lost: what was done by then stays done, and another start or "npm run migrate" continues.',
  );
  expect(went).toBe(1);
  expect(await runSql(url, `select to_regclass('went')::text as name`)).toEqual([{ name: 'went' }]);
  expect(await runSql(url, 'select from migration where name = $1', [NAME])).toEqual([]);
});

it('says the same when it is lost during the last step', async () => {
  const error = await run((step) =>
    step(`select pg_terminate_backend(pid), pg_sleep(0.2) from (${LOCK_HOLDER}) holder`),
  );
  expect(error).toBeInstanceOf(MigrationLockedError);
  expect((error as Error).message).toMatch(/^The connection that holds the migration lock was lost/);
});

it.each(['statement_timeout', 'transaction_timeout', 'idle_in_transaction_session_timeout'])(
  '%s of the account ends neither a step nor the lock',
  async (timeout) => {
    const account = `account_${randomBytes(4).toString('hex')}`;
    await runSql(
      url,
      `create role ${account} login superuser password 'x'; alter role ${account} set ${timeout} = '300ms'`,
    );
    const theirs = new URL(url);
    [theirs.username, theirs.password] = [account, 'x'];
    const ran = await run(
      async (step, index) => {
        await step('select pg_sleep(0.5)');
        await sleep(500);
        await index();
        await step('select 1');
      },
      {},
      theirs.href,
    );
    expect(ran).toEqual([NAME]);
    expect(await indexes()).toEqual([{ valid: true }]);
  },
);

it('of the account ends no migration of version 0.1.0 either', async () => {
  const account = `account_${randomBytes(4).toString('hex')}`;
  await runSql(
    url,
    `create role ${account} login superuser password 'x'; alter role ${account} set statement_timeout = '1s'`,
  );
  await runSql(url, `delete from migration where name >= '0004'`);
  await createOrganisation(url);
  await runSql(
    url,
    `insert into customer (organisation_id, cu_ref_no, email, canonical_email) select id, repeat('a', 16), '"a"@example.com', '"a"@example.com' from organisation;
     create function slow() returns trigger language plpgsql as $$ begin perform pg_sleep(1.5); return new; end $$;
     create trigger slow before update on customer for each row execute function slow()`,
  );
  const theirs = new URL(url);
  [theirs.username, theirs.password] = [account, 'x'];
  expect(await run(async () => {}, {}, theirs.href)).toContain('0004-quoted-addresses');
});

it('an index that waits for an old transaction says for whom, and is given up; the next attempt makes it', async () => {
  const holder = new pg.Client({ connectionString: url, application_name: 'a report' });
  await holder.connect();
  await holder.query('begin isolation level repeatable read; select from customer');
  const error = await run((_, index) => index(), { patience: 1_500, logInterval: 400 });
  expect(error).toBeInstanceOf(MigrationLockedError);
  expect((error as Error).message).toMatch(
    /^The database cannot be migrated: index customer_by_phone has waited for a transaction of another session \(process \d+ of the server, a report, [^\n]+\) for more than 1.5 seconds: wait for that session to end, or end it\.$/,
  );
  const warnings = lines.filter(({ level, msg }) => level === 40 && msg.includes('index'));
  expect(warnings.length).toBeGreaterThan(0);
  expect(warnings[0]).toMatchObject({
    msg: `migration ${NAME}: index customer_by_phone is waiting for an older transaction to end`,
    holder: expect.stringMatching(/, a report, /),
  });
  expect(await indexes()).toEqual([{ valid: false }]);
  await holder.query('commit');
  await holder.end();
  expect(await run((_, index) => index())).toEqual([NAME]);
  expect(await indexes()).toEqual([{ valid: true }]);
});

it('leaves out of a holder what PostgreSQL hides from this account, and warns every interval', async () => {
  const account = `account_${randomBytes(4).toString('hex')}`;
  await runSql(url, `create role ${account} login password 'x'`);
  await runSql(
    url,
    `do $$ declare t record; begin
       execute format('alter database %I owner to ${account}', current_database());
       for t in select relname from pg_class where relnamespace = 'public'::regnamespace and relkind = 'r' loop
         execute format('alter table %I owner to ${account}', t.relname);
       end loop; end $$;
     alter function find_api_key(text) owner to ${account}`,
  );
  const [row] = await runSql<{ role: string }>(url, `select 'customer_gateway_' || current_database() as role`);
  await runSql(url, `grant ${row?.role} to ${account}`);
  const holder = new pg.Client({ connectionString: url, application_name: 'psql of Jan' });
  await holder.connect();
  await holder.query('begin; lock table customer in access share mode');
  const theirs = new URL(url);
  [theirs.username, theirs.password] = [account, 'x'];
  const error = await run(
    (step) => step('alter table customer add column more int'),
    { patience: 3_000, logInterval: 500 },
    theirs.href,
  );
  expect((error as Error).message).toMatch(
    /^The database cannot be migrated: the table customer has been locked by another session \(process \d+ of the server, psql of Jan\) for more than 3 seconds/,
  );
  const warnings = lines.filter(({ msg }) => msg === `migration ${NAME} is waiting for a lock on the table customer`);
  expect(warnings.length).toBeGreaterThanOrEqual(2);
  expect(warnings.length).toBeLessThanOrEqual(6);
  await holder.end();
});

it('a long history among many customers is cut without reading the others, also where the addresses were never analyzed, and the log says how far it is', async () => {
  await runSql(
    url,
    'alter table customer set (autovacuum_enabled = off); alter table customer_ip set (autovacuum_enabled = off)',
  );
  const organisation = await createOrganisation(url);
  await runSql(
    url,
    `insert into customer (organisation_id, cu_ref_no, email, canonical_email)
     select $1::int, lpad(n::text, 16, '0'), n || '@example.com', n || '@example.com' from generate_series(1, 60000) n`,
    [organisation],
  );
  await runSql(
    url,
    `insert into customer_ip (organisation_id, customer_id, seen_at, address)
     select $1::int, (select min(id) + 777 from customer), now() - make_interval(secs => n), '10.0.0.0'::inet + n from generate_series(1, 120000) n
     union all select $1::int, id, now(), '10.0.0.1' from customer`,
    [organisation],
  );
  // Of the customers PostgreSQL knows how many there are: that misleads it about the addresses.
  await runSql(url, 'analyze customer');
  await runSql(url, `delete from migration where name = '0006-address-changes'`);
  expect(await run(async () => {}, { logInterval: 100 })).toEqual(['0006-address-changes', NAME]);
  const read = `select (seq_tup_read + idx_tup_fetch)::int as rows from pg_stat_user_tables where relname = 'customer_ip'`;
  const rowsRead = async () => (await runSql<{ rows: number }>(url, read))[0]?.rows;
  // PostgreSQL tells what a session has read when that has ended. Of 180,000 rows, each once.
  await expect.poll(rowsRead).toBeGreaterThan(100_000);
  expect(await rowsRead()).toBeLessThan(400_000);
  expect(await runSql(url, 'select count(*)::int as count from customer_ip')).toEqual([{ count: 1_000 + 59_999 }]);
  expect(lines.map(({ msg }) => msg)).toContainEqual(
    expect.stringMatching(/^migration 0006-address-changes: \d+,000 of about 60,000 rows of customer processed$/),
  );
});
