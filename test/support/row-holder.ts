// Rows that somebody else has locked, or is changing, while calls wait for them.
import pg from 'pg';
import { expect } from 'vitest';
import { runSql } from './database.ts';

/** A transaction that is open. */
export interface RowHolder {
  run(sql: string, values: unknown[]): Promise<unknown>;
  /** Waits until so many sessions of the database wait for a lock. */
  waiting(count: number): Promise<void>;
  /** Ends the transaction. */
  commit(): Promise<void>;
}

/** Begins a transaction that holds what its statements lock. */
export async function holdRows(databaseUrl: string): Promise<RowHolder> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  await client.query('begin');
  const waiters = `
    select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`;
  return {
    run: (sql, values) => client.query(sql, values),
    waiting: (count) => expect.poll(() => runSql(databaseUrl, waiters)).toHaveLength(count),
    async commit() {
      await client.query('commit');
      await client.end();
    },
  };
}

/** Deadlocks that PostgreSQL has counted in a database so far. */
export async function countDeadlocks(databaseUrl: string): Promise<number> {
  const [row] = await runSql<{ deadlocks: number }>(
    databaseUrl,
    'select pg_stat_clear_snapshot(), deadlocks::int from pg_stat_database where datname = current_database()',
  );
  return row?.deadlocks ?? Number.NaN;
}
