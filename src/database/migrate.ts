// Brings a database to the shape that this version of the gateway needs.
import { setTimeout as sleep } from 'node:timers/promises';
import type { EntitySchema } from '@mikro-orm/postgresql';
import pg from 'pg';
import { ConfigError } from '../config.ts';
import { clientOptions, type DatabaseConnection } from '../database-url.ts';
import type { Log } from '../log.ts';
import { migrations } from './migrations/index.ts';
import { openDatabase } from './orm.ts';

/** Any number that no other program on the same database uses for its advisory locks. */
const MIGRATION_LOCK = 5_103_118;
/** Milliseconds between two looks whether the lock is free, between two lines of the log about it, and until it is given up. */
const LOOK_INTERVAL = 250;
const LOG_INTERVAL = 10_000;
const PATIENCE = 60_000;

/** SQLSTATE of a table that is not there. */
const NO_TABLE = '42P01';

/** Another process has migrated for longer than one waits; the message says which. */
export class MigrationLockedError extends Error {}

/**
 * Runs the migrations that have not run yet, each in its transaction. Processes that start together take turns.
 *
 * @param connection - as the owner of the tables; any account that may serve will do when nothing is left to run
 * @param patience - milliseconds to wait for another process that migrates
 * @returns the names of the migrations that ran
 * @throws MigrationLockedError when it is not this process' turn by then
 */
export async function migrate(
  connection: DatabaseConnection,
  entities: EntitySchema[],
  log: Log,
  patience = PATIENCE,
): Promise<string[]> {
  // A connection of its own: a lock held on a pooled one could starve the migrations of the pool's last connection.
  const client = new pg.Client(clientOptions(connection, { application_name: 'gateway migration' }));
  client.on('error', () => {});
  try {
    await client.connect();
    const schema = await schemaOf(client);
    if (await isUpToDate(client)) return [];
    await takeTurn(client, log, patience);
    return await runAll({ connection, entities, log, schema });
  } finally {
    await client.end().catch(() => {});
  }
}

async function runAll(options: {
  connection: DatabaseConnection;
  entities: EntitySchema[];
  log: Log;
  schema: string;
}): Promise<string[]> {
  // A migration may take as long as it takes.
  const database = openDatabase({ ...options, asOwner: true, operationTimeout: 0 });
  try {
    const ran = await database.orm.migrator.up();
    return ran.map((migration) => migration.name);
  } finally {
    await database.close();
  }
}

/** Where the account makes its tables, and finds them: MikroORM would look into `public`, wherever they are. */
async function schemaOf(client: pg.Client): Promise<string> {
  const { rows } = await client.query<{ schema: string | null }>('select current_schema()::text as schema');
  const [row] = rows;
  if (row?.schema) return row.schema;
  throw new ConfigError('The database of DATABASE_URL cannot be used: no schema of the search path is there.');
}

/** Whether nothing is left to run: then there is nobody to wait for. */
async function isUpToDate(client: pg.Client): Promise<boolean> {
  try {
    const { rows } = await client.query<{ name: string }>('select name from migration');
    const ran = new Set(rows.map(({ name }) => name));
    return migrations.every(({ name }) => ran.has(name));
  } catch (error) {
    if (error instanceof pg.DatabaseError && error.code === NO_TABLE) return false;
    throw error;
  }
}

/**
 * Waits for the lock, which lasts as long as the transaction that is left open: behind a pooler too it ends with the connection. Looks again and
 * again instead of waiting in PostgreSQL, since a statement that waits would in turn be waited for by `create index concurrently`.
 */
async function takeTurn(client: pg.Client, log: Log, patience: number): Promise<void> {
  const startedAt = performance.now();
  let lastLog = Number.NEGATIVE_INFINITY;
  for (;;) {
    await client.query('begin; set local idle_in_transaction_session_timeout = 0');
    const { rows } = await client.query('select pg_try_advisory_xact_lock($1) as taken', [MIGRATION_LOCK]);
    if (rows[0].taken) return;
    await client.query('rollback');
    const waited = performance.now() - startedAt;
    if (waited > patience) {
      throw new MigrationLockedError(
        `The database is being migrated by another process (${await holder(client)}), for longer than ${patience / 1_000} seconds: wait for it, or end it.`,
      );
    }
    if (performance.now() - lastLog > LOG_INTERVAL) {
      lastLog = performance.now();
      log.warn({ holder: await holder(client) }, 'waiting for another process that migrates the database');
    }
    await sleep(LOOK_INTERVAL);
  }
}

/** Who has the lock, as an operator finds them. */
async function holder(client: pg.Client): Promise<string> {
  const { rows } = await client.query<{ who: string }>(
    `select format('process %s of the server, %s, from %s, since %s', pid, coalesce(nullif(application_name, ''), usename::text),
       coalesce(host(client_addr), 'a socket'), to_char(backend_start at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')) as who
     from pg_locks join pg_stat_activity using (pid)
     where locktype = 'advisory' and granted and pg_locks.database = (select oid from pg_database where datname = current_database())
       and classid = 0 and objid = $1 and objsubid = 1`,
    [MIGRATION_LOCK],
  );
  return rows[0]?.who ?? 'which just ended';
}
