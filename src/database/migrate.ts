// Brings a database to the shape that this version of the gateway needs.
import type { EntitySchema } from '@mikro-orm/postgresql';
import pg from 'pg';
import { ConfigError } from '../config.ts';
import { clientOptions, type DatabaseConnection } from '../database-url.ts';
import type { Log } from '../log.ts';
import { openDatabase } from './orm.ts';

/** Any number that no other program on the same database uses for its advisory locks. */
const MIGRATION_LOCK = 5_103_118;

/**
 * Runs the migrations that have not run yet, each in its transaction. Processes that start together take turns.
 *
 * @param connection - as the owner of the tables; any account that may serve will do when nothing is left to run
 * @returns the names of the migrations that ran
 */
export async function migrate(connection: DatabaseConnection, entities: EntitySchema[], log: Log): Promise<string[]> {
  // A connection of its own: a lock held on a pooled one could starve the migrations of the pool's last connection.
  const lock = new pg.Client(clientOptions(connection));
  lock.on('error', () => {});
  try {
    await lock.connect();
    await lock.query('select pg_advisory_lock($1)', [MIGRATION_LOCK]);
    // A migration may take as long as it takes.
    const schema = await schemaOf(lock);
    const database = openDatabase({ connection, entities, log, schema, asOwner: true, operationTimeout: 0 });
    try {
      const ran = await database.orm.migrator.up();
      return ran.map((migration) => migration.name);
    } finally {
      await database.close();
    }
  } finally {
    await lock.end().catch(() => {});
  }
}

/** Where the account makes its tables, and finds them: MikroORM would look into `public`, wherever they are. */
async function schemaOf(client: pg.Client): Promise<string> {
  const { rows } = await client.query<{ schema: string | null }>('select current_schema()::text as schema');
  const [row] = rows;
  if (row?.schema) return row.schema;
  throw new ConfigError('The database of DATABASE_URL cannot be used: no schema of the search path is there.');
}
