// Brings a database to the shape that this version of the gateway needs.
import { setTimeout as sleep } from 'node:timers/promises';
import type { EntitySchema } from '@mikro-orm/postgresql';
import pg from 'pg';
import { ConfigError } from '../config.ts';
import { clientOptions, type DatabaseConnection } from '../database-url.ts';
import type { Log } from '../log.ts';
import { migrations, type NamedMigration } from './migrations/index.ts';
import { SESSION, TableLockedError } from './migrations/online.ts';
import { openDatabase } from './orm.ts';
import { assertMayMigrate } from './ownership.ts';
import {
  assertMayServe,
  completeServingRole,
  isNotPermitted,
  isServingRoleComplete,
  SERVING_ROLE,
} from './serving-role.ts';

/** Any number that no other program on the same database uses for its advisory locks. */
const MIGRATION_LOCK = 5_103_118;
/** Milliseconds between two looks whether the lock is free, between two lines of the log about it, and until it is given up. */
const LOOK_INTERVAL = 250;
const LOG_INTERVAL = 10_000;
const PATIENCE = 60_000;

/** SQLSTATE of a table that is not there. */
const NO_TABLE = '42P01';

/** Another process holds what this one needs for longer than one waits; the message says which. */
export class MigrationLockedError extends Error {}

/** How migrations are run. */
export interface MigrateOptions {
  /** Milliseconds to wait for another process. */
  patience?: number;
  /** Those that there are. */
  list?: readonly NamedMigration[];
}

/**
 * Runs the migrations that have not run yet, and completes the role that serves requests. Processes that start together take turns.
 *
 * @param connection - as the owner of the tables; any account that may serve will do when nothing is left to do
 * @returns the names of the migrations that ran
 * @throws MigrationLockedError when it is not this process' turn by then, or a table is locked
 * @throws ConfigError when the account may not do it
 */
export async function migrate(
  connection: DatabaseConnection,
  entities: EntitySchema[],
  log: Log,
  { patience = PATIENCE, list = migrations }: MigrateOptions = {},
): Promise<string[]> {
  // A connection of its own: a lock held on a pooled one could starve the migrations of the pool's last connection.
  const client = new pg.Client(clientOptions(connection, { application_name: 'gateway migration' }));
  client.on('error', () => {});
  try {
    await client.connect();
    const schema = await schemaOf(client);
    const upToDate = await isUpToDate(client, list);
    if (upToDate && (await isServingRoleComplete(client))) return [];
    if (!upToDate) await assertMayMigrate(client, connection);
    await takeTurn(client, log, patience);
    const ran = await runAll({ connection, entities, log, schema, migrations: list }, patience);
    await completeServingRole(client);
    await client.query('commit');
    return ran;
  } finally {
    await client.end().catch(() => {});
  }
}

async function runAll(
  options: {
    connection: DatabaseConnection;
    entities: EntitySchema[];
    log: Log;
    schema: string;
    migrations: readonly NamedMigration[];
  },
  patience: number,
): Promise<string[]> {
  const startedAt = performance.now();
  // A migration may take as long as it takes.
  const database = openDatabase({ ...options, asOwner: true, operationTimeout: 0 });
  const ran: string[] = [];
  database.orm.migrator.on('migrated', ({ name }) => void ran.push(name));
  try {
    for (;;) {
      try {
        await database.orm.migrator.up();
        return ran;
      } catch (error) {
        if (!(error instanceof TableLockedError)) throw error;
        if (performance.now() - startedAt > patience) {
          throw new MigrationLockedError(
            `The database cannot be migrated: a table is locked by another session (${error.holder}), for longer than ${patience / 1_000} seconds: wait for it, or end it.`,
          );
        }
        options.log.warn({ holder: error.holder }, 'a migration waits for the lock of a table');
      }
    }
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
async function isUpToDate(client: pg.Client, list: readonly NamedMigration[]): Promise<boolean> {
  const ran = new Set(await namesOfThoseThatRan(client));
  return list.every(({ name }) => ran.has(name));
}

async function namesOfThoseThatRan(client: pg.Client): Promise<string[]> {
  const names = async () => (await client.query<{ name: string }>('select name from migration')).rows;
  try {
    return (await names()).map(({ name }) => name);
  } catch (error) {
    if (error instanceof pg.DatabaseError && error.code === NO_TABLE) return [];
    if (!isNotPermitted(error)) throw error;
    // An account that owns nothing, and does not inherit what the role may do.
    await assertMayServe(client);
    await client.query(`begin; select set_config('role', ${SERVING_ROLE}, true)`);
    return (await names().finally(() => client.query('rollback'))).map(({ name }) => name);
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
    // With a parameter it would leave a snapshot behind, for whose end `create index concurrently` waits.
    const { rows } = await client.query(`select pg_try_advisory_xact_lock(${MIGRATION_LOCK}) as taken`);
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
    `select ${SESSION} as who
     from pg_locks join pg_stat_activity using (pid)
     where locktype = 'advisory' and granted and pg_locks.database = (select oid from pg_database where datname = current_database())
       and classid = 0 and objid = $1 and objsubid = 1`,
    [MIGRATION_LOCK],
  );
  return rows[0]?.who ?? 'which just ended';
}
