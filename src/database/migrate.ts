// Brings a database to the shape that this version of the gateway needs.
import pg from 'pg';
import type { Database } from './orm.ts';

/** Any number that no other program on the same database uses for its advisory locks. */
const MIGRATION_LOCK = 5_103_118;

/**
 * Runs the migrations that have not run yet, each in its transaction. Processes that start together take turns.
 *
 * @returns the names of the migrations that ran
 */
export async function migrate(database: Database): Promise<string[]> {
  // A connection of its own: a lock held on a pooled one could starve the migrations of the pool's last connection.
  const lock = new pg.Client({ connectionString: database.url });
  lock.on('error', () => {});
  await lock.connect();
  try {
    await lock.query('select pg_advisory_lock($1)', [MIGRATION_LOCK]);
    const ran = await database.orm.migrator.up();
    return ran.map((migration) => migration.name);
  } finally {
    await lock.end().catch(() => {});
  }
}
