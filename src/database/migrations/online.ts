// How a migration changes tables that are in use: in short steps, none of which makes calls wait.
import { setTimeout as sleep } from 'node:timers/promises';
import { Migration } from '@mikro-orm/migrations';
import { ConfigError } from '../../config.ts';
import { GONE, NO_TIMEOUTS, type Wait, waitOf } from '../sessions.ts';
import { runAlone } from './alone.ts';
import { MigrationLockedError, type MigrationRun } from './run.ts';

/** Milliseconds that a step waits for a lock: whoever comes after it waits behind it. */
const LOCK_TIMEOUT = 200;
/** Milliseconds between two attempts of a step, and for which nobody is told that it waits: most locks are soon gone. */
const PAUSE = 300;
const SILENCE = 1_000;
/** Milliseconds between two looks whom a step waits for. */
const LOOK_INTERVAL = LOCK_TIMEOUT / 2;
/** Rows of a batch: as many as are changed within some hundredths of a second. */
const BATCH_SIZE = 1_000;

/** SQLSTATEs of a lock that did not come in time, and of two who waited for each other. */
const NO_LOCK = ['55P03', '40P01'];

/** The last row of a batch that belongs to organisations, and how many there are in it. */
interface LastOfBatch {
  organisation_id: number;
  id: string;
  count: number;
}

/**
 * A migration that stops no traffic; every one after 0004 is of this kind. Its steps are transactions of their own. When it was interrupted it
 * begins anew, so each step must do nothing where it was done (`if not exists`). What an older process beside it still uses stays for one
 * release. `test/database/migration-rules.test.ts` has `squawk` look at the SQL.
 */
export abstract class OnlineMigration extends Migration {
  #part: { name: string; run: MigrationRun } | undefined;

  override isTransactional(): boolean {
    return false;
  }

  /** Makes it part of a run, under a name. */
  joinRun(name: string, run: MigrationRun): void {
    this.#part = { name, run };
  }

  /** Not for migrations of this kind: it would make calls wait for as long as it waits for a lock. Use `step`. */
  override addSql(_: never): void {
    throw new Error('an online migration changes tables by its steps alone');
  }

  /** Not for migrations of this kind, as `addSql`. */
  override execute(_: never): Promise<never> {
    throw new Error('an online migration changes tables by its steps alone');
  }

  /**
   * Runs SQL as one transaction, again and again while a lock that it needs does not come.
   *
   * @throws MigrationLockedError when that goes on, or it is no longer this process' turn
   */
  protected step(sql: string): Promise<void> {
    return this.#telling(
      (seconds) => `a step has been running for ${seconds} seconds`,
      () => this.#retried(sql).then(() => {}),
    );
  }

  /**
   * Runs a statement for all rows of a table, a batch a transaction, in the order of the keys.
   *
   * @param table - one with the key (`organisation_id`, `id`)
   * @param statement - gets the SQL that selects the keys of a batch in order; one that changes those rows locks them first, by `for no key update`
   */
  protected async inBatches(table: string, statement: (batch: string) => string): Promise<void> {
    const [size] = await this.#retried<{ rows: number }>(
      `select reltuples::float8 as rows from pg_class where oid = to_regclass('${table}')`,
    );
    const total = size && size.rows > 0 ? ` of about ${english(size.rows)}` : '';
    let done = 0;
    let after = `(0, 0)`;
    const batches = async () => {
      for (;;) {
        const keys = `select organisation_id, id from ${table} where (organisation_id, id) > ${after}`;
        const order = 'order by organisation_id, id';
        const [last] = await this.#retried<LastOfBatch>(
          `select organisation_id, id, (count(*) over ())::int as count from (${keys} ${order} limit ${BATCH_SIZE}) batch
           order by organisation_id desc, id desc limit 1`,
        );
        if (!last) return;
        const upTo = `(${last.organisation_id}, ${last.id})`;
        await this.step(statement(`${keys} and (organisation_id, id) <= ${upTo} ${order}`));
        after = upTo;
        done += last.count;
      }
    };
    await this.#telling(() => `${english(done)}${total} rows of ${table} processed`, batches);
  }

  /**
   * Makes an index while rows are written. One that an interrupted attempt left half made is removed first.
   *
   * @param definition - what follows the name: `on customer (organisation_id, phone)`
   * @throws MigrationLockedError when old transactions of others do not end
   */
  protected async createIndex(name: string, definition: string, unique = false): Promise<void> {
    const [half] = await this.#retried(
      `select from pg_index where indexrelid = to_regclass('${name}') and not indisvalid`,
    );
    if (half) await this.dropIndex(name);
    const statement = `create ${unique ? 'unique ' : ''}index concurrently if not exists ${name} ${definition}`;
    await this.#telling(
      (seconds) => `index ${name} has been building for ${seconds} seconds`,
      () => runAlone(this.#run, this.#name, name, statement),
    );
  }

  /**
   * Removes an index while rows are written.
   *
   * @throws MigrationLockedError when old transactions of others do not end
   */
  protected async dropIndex(name: string): Promise<void> {
    await this.#telling(
      (seconds) => `the removal of the index ${name} has been running for ${seconds} seconds`,
      () => runAlone(this.#run, this.#name, name, `drop index concurrently if exists ${name}`),
    );
  }

  /**
   * Has tables and functions belong to the owner of a table, where the role that migrates may say so: row level security is not for whoever owns the table,
   * or may act as its owner.
   *
   * @param objects - as `alter` names them: `table customer_group`, `function clear(integer)`
   */
  protected giveToOwner(table: string, objects: readonly string[]): Promise<void> {
    const gifts = objects.map((name) => `execute format('alter ${name} owner to %I', owner);`);
    return this.step(`
      do $$
      declare
        owner name;
      begin
        select pg_get_userbyid(relowner) into owner from pg_class where oid = '${table}'::regclass;
        ${gifts.join(' ')}
      exception when insufficient_privilege then
        null;
      end $$`);
  }

  /**
   * Makes extensions of PostgreSQL's own that the database does not have. Whoever may create in the database may make those that are trusted.
   *
   * @returns the schema of what each brings, as SQL names it
   * @throws ConfigError where the server does not have them, or the account may not make them
   */
  protected async installExtensions<Name extends string>(...names: Name[]): Promise<Record<Name, string>> {
    const found = () =>
      this.#retried<{ name: Name; schema: string }>(`
        select e.extname as name, quote_ident(n.nspname) as schema from pg_extension e join pg_namespace n on n.oid = e.extnamespace
        where e.extname in (${names.map((name) => `'${name}'`).join(', ')})`);
    const given = (await found()).map(({ name }) => name);
    const missing = names.filter((name) => !given.includes(name));
    try {
      for (const name of missing) await this.step(`create extension if not exists ${name}`);
    } catch (error) {
      if (!isNotForUs(error)) throw error;
      const how = missing.map((name) => `create extension ${name};`).join(' ');
      throw new ConfigError(
        `The database needs extensions of PostgreSQL that this account cannot make. An administrator can, in this database: ${how}`,
        { cause: error },
      );
    }
    return Object.fromEntries((await found()).map(({ name, schema }) => [name, schema])) as Record<Name, string>;
  }

  async #retried<Row extends object>(sql: string): Promise<Row[]> {
    const { patience } = this.#run;
    const startedAt = performance.now();
    const logWait = this.#waitLogger();
    let wait: Wait = { holder: GONE, table: null };
    for (let looks = false; ; looks = true) {
      this.#run.assertTurn();
      try {
        return await this.#attempt<Row>(sql, looks ? (found) => (wait = found) : undefined);
      } catch (error) {
        if (!isLockMissing(error)) throw error;
        if (looks && performance.now() - startedAt > patience) throw lockedFor(patience, wait, error);
        if (looks) logWait(wait);
        await sleep(PAUSE);
      }
    }
  }

  /** Says in the log whom a step waits for, every now and then. */
  #waitLogger(): (wait: Wait) => void {
    const { log, logInterval } = this.#run;
    let lastLog = performance.now() + SILENCE - logInterval;
    return (wait) => {
      const now = performance.now();
      // A busy server has not always said by then who it is: the next attempt asks again.
      const quiet = wait.holder === GONE ? logInterval + SILENCE : logInterval;
      if (now - lastLog <= quiet) return;
      lastLog = now;
      log.warn({ holder: wait.holder }, `migration ${this.#name} is waiting for a lock on ${tableOf(wait)}`);
    };
  }

  /** One attempt; `onWait` hears whom it waits for. */
  #attempt<Row extends object>(sql: string, onWait?: (wait: Wait) => void): Promise<Row[]> {
    return this.driver.getConnection().transactional(async (tx) => {
      const run = <Result extends object>(text: string) => this.driver.execute<Result[]>(text, [], 'all', tx);
      // Whatever another client left behind in a session that a pooler handed on.
      await run('set transaction isolation level read committed');
      await run('set local role none');
      await run('set local search_path to default');
      await run(`set local lock_timeout = ${LOCK_TIMEOUT}`);
      // Rows of a batch are looked up by their keys, whatever PostgreSQL takes for their number: another join would read the whole table for each batch.
      await run('set local enable_seqscan = off');
      await run('set local enable_bitmapscan = off');
      await run('set local enable_hashjoin = off');
      await run('set local enable_mergejoin = off');
      await run(NO_TIMEOUTS);
      const [session] = await run<{ pid: number }>('select pg_backend_pid() as pid');
      const look = async () => {
        const [found] = await this.driver.execute<Wait[]>(waitOf(session?.pid ?? 0));
        if (found) onWait?.(found);
      };
      // Whoever waited is told by the lock that did not come; a look that fails says nothing.
      const looking = onWait && setInterval(() => void look().catch(() => {}), LOOK_INTERVAL);
      try {
        return await run<Row>(sql);
      } finally {
        clearInterval(looking);
      }
    });
  }

  /** Does something, and says in the log how far it is, every now and then. */
  async #telling(progress: (seconds: number) => string, work: () => Promise<void>): Promise<void> {
    const startedAt = performance.now();
    const tell = () => {
      const seconds = Math.round((performance.now() - startedAt) / 1_000);
      this.#run.log.info(`migration ${this.#name}: ${progress(seconds)}`);
    };
    const telling = setInterval(tell, this.#run.logInterval);
    await work().finally(() => clearInterval(telling));
  }

  get #run(): MigrationRun {
    if (!this.#part) throw new Error('an online migration is run by migrate() alone');
    return this.#part.run;
  }

  get #name(): string {
    return this.#part?.name ?? '';
  }
}

const english = (count: number) => Math.round(count).toLocaleString('en');

/** SQLSTATEs of an extension that an account may not make, and of one that the server does not have. */
const NOT_FOR_US = ['42501', '0A000', '58P01'];

function isNotForUs(error: unknown): boolean {
  return error instanceof Error && 'code' in error && NOT_FOR_US.includes(String(error.code));
}

function isLockMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && NO_LOCK.includes(String(error.code));
}

function tableOf({ table }: Wait): string {
  return table === null ? 'a table' : `the table ${table}`;
}

function lockedFor(patience: number, wait: Wait, cause: unknown): MigrationLockedError {
  return new MigrationLockedError(
    `The database cannot be migrated: ${tableOf(wait)} has been locked by another session (${wait.holder}) for more than ${patience / 1_000} seconds: wait for that session to end, or end it.`,
    { cause },
  );
}
