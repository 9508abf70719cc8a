// What every migration after 0004 keeps to, so that none stops traffic.
import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import pino from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MigrationLockedError, migrate } from '../../src/database/migrate.ts';
import { migrations, type NamedMigration } from '../../src/database/migrations/index.ts';
import { OnlineMigration } from '../../src/database/migrations/online.ts';
import { parseDatabaseUrl } from '../../src/database-url.ts';
import { entities } from '../../src/entities.ts';
import { logTo } from '../../src/log.ts';
import { BackfillMigration } from '../support/backfill-migration.ts';
import { createDatabase, createOrganisation, runSql, statementsOf } from '../support/database.ts';
import { startGateway } from '../support/gateway.ts';
import { temporaryFolder } from '../support/process.ts';

const RELEASED = migrations.slice(0, 4);
const online = migrations.slice(RELEASED.length);
const NAME = '9001-backfill';

const withBackfill = [...migrations, { name: NAME, class: BackfillMigration }];
const silent = pino({ level: 'silent' });
const run = (url: string, list: readonly NamedMigration[] = migrations, log = silent, patience?: number) =>
  migrate(parseDatabaseUrl(url), entities, log, { list, ...(patience !== undefined && { patience }) });
const forget = (url: string, name: string) => runSql(url, 'delete from migration where name >= $1', [name]);

/** Makes customers as many as are wanted. */
async function fill(url: string, count: number): Promise<void> {
  await runSql(
    url,
    `insert into customer (organisation_id, cu_ref_no, email, canonical_email)
     select $1, lpad(n::text, 16, '0'), 'n' || n || '@example.com', 'n' || n || '@example.com' from generate_series(1, $2::int) n`,
    [await createOrganisation(url), count],
  );
}

/** What `squawk` says of SQL, a rule a line. */
async function squawk(folder: string, statements: string[]): Promise<string[]> {
  const path = join(folder, 'migration.sql');
  await writeFile(path, statements.map((statement) => `${statement};\n`).join(''));
  // A step is short by what it does, not by a timeout, which would only make it fail on a slow machine. Not every number grows.
  const left = ['require-statement-timeout', 'prefer-bigint-over-int', 'prefer-bigint-over-smallint'];
  const words = [`--exclude=${left.join(',')}`, '--reporter=json', '--pg-version=15', path];
  const output = await new Promise<string>((resolve) => {
    execFile('node_modules/.bin/squawk', words, (_, stdout) => resolve(stdout));
  });
  return JSON.parse(output).map(({ rule_name: rule }: { rule_name: string }) => rule);
}

/** The SQL that a migration sends: all that comes after MikroORM's question which have run, up to what it sends itself. */
function stepsIn(sent: string[]): string[] {
  const end = sent.findIndex((text) => text.startsWith('set names'));
  const run = sent.slice(0, end === -1 ? undefined : end);
  const asked = run.findLastIndex((text) => /^select "m0"\.\* from ("\w+"\.)?"migration"/.test(text));
  expect(asked).toBeGreaterThan(0);
  return run.slice(asked + 1).filter((text) => !/^rollback/i.test(text));
}

describe('the SQL of', () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  let url: string;
  beforeAll(async () => {
    folder = await temporaryFolder();
    url = await createDatabase();
    await fill(url, 1);
  });
  afterAll(() => folder.remove());

  /** What a migration sends to PostgreSQL. */
  async function sqlOf(migration: NamedMigration): Promise<string[]> {
    await forget(url, migration.name);
    const list = [...migrations.filter(({ name }) => name < migration.name), migration];
    const sent = await statementsOf(() => run(url, list));
    return stepsIn(sent);
  }

  it.each([...online, { name: NAME, class: BackfillMigration }])('$name passes squawk', async (migration) => {
    expect(migration.class.prototype).toBeInstanceOf(OnlineMigration);
    const statements = await sqlOf(migration);
    expect(statements.length).toBeGreaterThan(2);
    expect(await squawk(folder.path, statements)).toEqual([]);
  });

  it.each([
    ['create index customer_by_phone on customer (phone)', 'require-concurrent-index-creation'],
    ['alter table customer alter column company_name type text', 'changing-column-type'],
    ['alter table customer add column rank int not null', 'adding-required-field'],
    ['alter table customer alter column phone set not null', 'adding-not-nullable-field'],
    ['alter table customer drop column premium', 'ban-drop-column'],
    ['alter table customer rename column premium to gold', 'renaming-column'],
  ])('%s does not', async (statement, rule) => {
    class Bad extends OnlineMigration {
      override async up() {
        await this.step(statement);
      }
    }
    const database = await createDatabase();
    const sent = await statementsOf(() => run(database, [...migrations, { name: NAME, class: Bad }]).catch(() => {}));
    expect(await squawk(folder.path, stepsIn(sent))).toContain(rule);
  });

  it('a statement that is no step neither, also before the first step', async () => {
    class Bad extends OnlineMigration {
      override async up() {
        await this.driver.execute('alter table customer drop column premium');
        await this.step('select 1');
      }
    }
    const database = await createDatabase();
    const sent = await statementsOf(() => run(database, [...migrations, { name: NAME, class: Bad }]));
    expect(await squawk(folder.path, stepsIn(sent))).toContain('ban-drop-column');
  });

  it.each(['execute', 'addSql'] as const)('%s is not for such migrations', async (method) => {
    class Bad extends OnlineMigration {
      override async up() {
        // @ts-expect-error: the type says so too.
        await this[method]('alter table customer drop column premium');
      }
    }
    const database = await createDatabase();
    await expect(run(database, [...migrations, { name: NAME, class: Bad }])).rejects.toThrow(/by its steps alone/);
  });
});

it('what runs as the owner finds its tables by their schema, never those of whoever calls it', async () => {
  const functions = await runSql<{ name: string; isSafe: boolean }>(
    await createDatabase(),
    `select proname::text as name, prosqlbody is not null or coalesce(proconfig[1] like 'search_path=%, pg_temp', false) as "isSafe"
     from pg_proc where prosecdef and pronamespace = 'public'::regnamespace order by 1`,
  );
  const names = [
    'bound_idempotency_keys',
    'clear_deleted_groups',
    'customer_search_fn',
    'erase_kept_answers',
    'expire_idempotency_keys',
    'find_api_key',
    'fold_for_search',
    'log_audit_entry',
    'note_api_key_use',
    'search_customers',
  ];
  expect(functions).toEqual(names.map((name) => ({ name, isSafe: true })));
});

it.each(online)('$name runs again where it has run', async ({ name }) => {
  const url = await createDatabase();
  await forget(url, name);
  expect(await run(url)).toEqual(online.map((migration) => migration.name).filter((each) => each >= name));
  expect(await run(url)).toEqual([]);
});

describe('a migration of every customer', () => {
  it('goes batch by batch, and goes on where it was interrupted', async () => {
    const url = await createDatabase();
    await fill(url, 3_500);
    class Killed extends BackfillMigration {
      #steps = 0;
      override async step(sql: string) {
        this.#steps += 1;
        if (this.#steps === 4) throw new Error('killed');
        await super.step(sql);
      }
    }
    await expect(run(url, [...migrations, { name: NAME, class: Killed }])).rejects.toThrow('killed');
    const filled = async () =>
      (await runSql<{ count: number }>(url, 'select count(email_length)::int as count from customer'))[0]?.count;
    expect(await filled()).toBe(2_000);
    expect(await run(url, withBackfill)).toEqual([NAME]);
    expect(await filled()).toBe(3_500);
  });

  it('reads no more for each batch of a large table than of a small one', async () => {
    const url = await createDatabase();
    await fill(url, 30_000);
    await runSql(url, 'alter table customer add column rank int');
    await runSql(url, 'analyze customer');
    class Apart extends OnlineMigration {
      override async up() {
        await this.inBatches(
          'customer',
          (batch) => `
            with batch as materialized (${batch} for no key update)
            update customer c set rank = 1 from batch b where c.organisation_id = b.organisation_id and c.id = b.id and c.rank is null`,
        );
      }
    }
    await run(url, [...migrations, { name: NAME, class: Apart }]);
    const [read] = await runSql<{ rows: number }>(
      url,
      `select idx_tup_fetch::int as rows from pg_stat_user_tables where relname = 'customer'`,
    );
    // To find where a batch ends, to lock it, and to change it. With another join it was a whole table for each batch of a million rows.
    expect(read?.rows).toBeLessThanOrEqual(3 * 30_000);
  });

  it('reads no more when it runs again, and PostgreSQL knows by then that nothing is left to do', async () => {
    const url = await createDatabase();
    await fill(url, 10_000);
    await runSql(url, 'analyze customer');
    await forget(url, '0013-search');
    await runSql(url, 'select pg_stat_reset()');
    await run(url);
    const [read] = await runSql<{ rows: number }>(
      url,
      `select idx_tup_fetch::int as rows from pg_stat_user_tables where relname = 'customer'`,
    );
    // To find where a batch ends, to lock it, and to look at each row. By another plan it was the whole table once a batch.
    expect(read?.rows).toBeLessThanOrEqual(4 * 10_000);
  });

  it('makes an index anew that was left half made', async () => {
    const url = await createDatabase();
    await fill(url, 10);
    await run(url, withBackfill);
    await forget(url, NAME);
    await runSql(url, `update pg_index set indisvalid = false where indexrelid = 'customer_by_email_length'::regclass`);
    await run(url, withBackfill);
    expect(
      await runSql(url, `select indisvalid from pg_index where indexrelid = 'customer_by_email_length'::regclass`),
    ).toEqual([{ indisvalid: true }]);
  });

  it('lets calls through while it waits for a lock, says for whom, and goes on by itself', async () => {
    const gateway = await startGateway({ operationTimeout: 1_000 });
    const url = gateway.databaseUrl;
    const holder = new pg.Client({ connectionString: url, application_name: 'a backup' });
    await holder.connect();
    // As `pg_dump` does for as long as it takes.
    await holder.query('begin; lock table customer in access share mode');
    const lines: Record<string, unknown>[] = [];
    const log = logTo('info', { write: (line: string) => void lines.push(JSON.parse(line)) });
    const ran = run(url, withBackfill, log);
    let created = 0;
    while (!lines.some(({ msg }) => String(msg).includes('is waiting for a lock'))) {
      const { status } = await gateway.rest({ email: `waits${created}@example.com` });
      expect(status).toBe(200);
      created += 1;
    }
    expect(created).toBeGreaterThan(10);
    expect(lines.filter(({ msg }) => msg !== 'migrating the database')).toMatchObject([
      {
        msg: 'migration 9001-backfill is waiting for a lock on the table customer',
        holder: expect.stringMatching(/^process \d+ of the server, a backup, from 127/),
      },
    ]);
    await holder.query('commit');
    await holder.end();
    expect(await ran).toEqual([NAME]);
    expect((await gateway.rest({ email: 'after@example.com' })).status).toBe(200);
    await gateway.close();
  });

  it('is given up with one sentence when the lock does not come', async () => {
    const url = await createDatabase();
    const holder = new pg.Client({ connectionString: url, application_name: 'a backup' });
    await holder.connect();
    await holder.query('begin; lock table customer in access share mode');
    const error: unknown = await run(url, withBackfill, silent, 1_000).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(MigrationLockedError);
    expect((error as Error).message).toMatch(
      /^The database cannot be migrated: the table customer has been locked by another session \(process \d+ of the server, a backup, [^\n]+\) for more than 1 seconds: wait for that session to end, or end it\.$/,
    );
    await holder.end();
  });
});
