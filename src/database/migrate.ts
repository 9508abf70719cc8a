// Brings a database to the shape that this version of the gateway needs.
import type { EntitySchema } from '@mikro-orm/postgresql';
import pg from 'pg';
import type { Log } from '../log.ts';
import { CONNECT_TIMEOUT, openDatabase } from './orm.ts';

/** Any number that no other program on the same database uses for its advisory locks. */
const MIGRATION_LOCK = 5_103_118;

/**
 * Runs the migrations that have not run yet, each in its transaction. Processes that start together take turns.
 *
 * @param url - `postgres://…`, as the owner of the tables; any account that may serve will do when nothing is left to run
 * @returns the names of the migrations that ran
 */
export async function migrate(url: string, entities: EntitySchema[], log: Log): Promise<string[]> {
  // A migration may take as long as it takes.
  const database = openDatabase({ url, entities, log, asOwner: true, operationTimeout: 0 });
  // A connection of its own: a lock held on a pooled one could starve the migrations of the pool's last connection.
  const lock = new pg.Client({ connectionString: url, connectionTimeoutMillis: CONNECT_TIMEOUT });
  lock.on('error', () => {});
  try {
    await lock.connect();
    await lock.query('select pg_advisory_lock($1)', [MIGRATION_LOCK]);
    const ran = await database.orm.migrator.up();
    return ran.map((migration) => migration.name);
  } finally {
    await lock.end().catch(() => {});
    await database.close();
  }
}
