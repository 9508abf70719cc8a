// How a migration changes tables that are in use: in short steps, none of which makes calls wait.
import { setTimeout as sleep } from 'node:timers/promises';
import { Migration } from '@mikro-orm/migrations';

/** Milliseconds that a step waits for a lock: whoever comes after it waits behind it. */
const LOCK_TIMEOUT = 200;
/** Milliseconds between two attempts of a step, and after which it is given up for now. */
const PAUSE = 300;
const PATIENCE = 5_000;
/** Rows of a batch: as many as are changed within some hundredths of a second. */
const BATCH_SIZE = 1_000;

/** SQLSTATEs of a lock that did not come in time, and of two who waited for each other. */
const NO_LOCK = ['55P03', '40P01'];

/** SQL that says which session of `pg_stat_activity` it is, as an operator finds it. */
export const SESSION = `format('process %s of the server, %s, from %s, since %s', pid, coalesce(nullif(application_name, ''), usename::text),
  coalesce(host(client_addr), 'a socket'), to_char(backend_start at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'))`;

/** A table is locked by somebody else. */
export class TableLockedError extends Error {
  /** Who that may be. */
  readonly holder: string;

  constructor(holder: string, options: ErrorOptions) {
    super(`locked by ${holder}`, options);
    this.holder = holder;
  }
}

/** Names a row of a table that belongs to organisations. */
interface RowKey {
  organisation_id: number;
  id: string;
}

/**
 * A migration that stops no traffic; every one after 0004 is of this kind. Its steps are transactions of their own. When it was interrupted it
 * begins anew, so each step must do nothing where it was done (`if not exists`). What an older process beside it still uses stays for one
 * release. `test/migration-rules.test.ts` has `squawk` look at the SQL.
 */
export abstract class OnlineMigration extends Migration {
  override isTransactional(): boolean {
    return false;
  }

  /**
   * Runs SQL as one transaction, again and again while a lock that it needs does not come.
   *
   * @throws TableLockedError when that goes on
   */
  protected step(sql: string): Promise<void> {
    return this.#retried(sql).then(() => {});
  }

  /**
   * Runs a statement for all rows of a table, a batch a transaction, in the order of the keys.
   *
   * @param table - one with the key (`organisation_id`, `id`)
   * @param statement - gets the SQL that selects the keys of a batch in order; one that changes those rows locks them first, by `for no key update`
   */
  protected async inBatches(table: string, statement: (batch: string) => string): Promise<void> {
    let after = `(0, 0)`;
    for (;;) {
      const keys = `select organisation_id, id from ${table} where (organisation_id, id) > ${after}`;
      const order = 'order by organisation_id, id';
      const [last] = await this.#retried<RowKey>(
        `select organisation_id, id from (${keys} ${order} limit ${BATCH_SIZE}) batch order by organisation_id desc, id desc limit 1`,
      );
      if (!last) return;
      const upTo = `(${last.organisation_id}, ${last.id})`;
      await this.step(statement(`${keys} and (organisation_id, id) <= ${upTo} ${order}`));
      after = upTo;
    }
  }

  /**
   * Makes an index while rows are written. One that an interrupted attempt left half made is removed first.
   *
   * @param definition - what follows the name: `on customer (organisation_id, phone)`
   */
  protected async createIndex(name: string, definition: string, unique = false): Promise<void> {
    const [half] = await this.execute(
      `select from pg_index where indexrelid = to_regclass('${name}') and not indisvalid`,
    );
    if (half) await this.execute(`drop index concurrently ${name}`);
    await this.execute(`create ${unique ? 'unique ' : ''}index concurrently if not exists ${name} ${definition}`);
  }

  async #retried<Row extends object>(sql: string): Promise<Row[]> {
    const startedAt = performance.now();
    for (;;) {
      try {
        return await this.driver.getConnection().transactional(async (tx) => {
          await this.driver.execute(`set local lock_timeout = ${LOCK_TIMEOUT}`, [], 'all', tx);
          // Rows of a batch are looked up by their keys, also while PostgreSQL does not know yet how many there are.
          await this.driver.execute('set local enable_seqscan = off', [], 'all', tx);
          await this.driver.execute('set local enable_bitmapscan = off', [], 'all', tx);
          return this.driver.execute<Row[]>(sql, [], 'all', tx);
        });
      } catch (error) {
        if (!(error instanceof Error && 'code' in error && NO_LOCK.includes(String(error.code)))) throw error;
        if (performance.now() - startedAt > PATIENCE)
          throw new TableLockedError(await this.#oldestHolder(), { cause: error });
        await sleep(PAUSE);
      }
    }
  }

  /** Of all who hold a lock on a table of the gateway, the one whose transaction is the oldest. */
  async #oldestHolder(): Promise<string> {
    const [row] = await this.driver.execute<{ who: string }[]>(`
      select ${SESSION} as who from pg_stat_activity
      where pid <> pg_backend_pid() and pid in (
        select l.pid from pg_locks l join pg_class c on c.oid = l.relation
        where l.granted and l.database = (select oid from pg_database where datname = current_database())
          and c.relnamespace = current_schema()::regnamespace
      )
      order by xact_start limit 1`);
    return row?.who ?? 'a session which just ended';
  }
}
