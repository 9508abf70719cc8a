// Brings a database to the shape that this version of the gateway needs.
import type { Migration } from '@mikro-orm/migrations';
import type { EntitySchema } from '@mikro-orm/postgresql';
import pg from 'pg';
import { clientOptions, type DatabaseConnection } from '../database-url.ts';
import { isNotPermitted } from '../errors/classify.ts';
import type { Log } from '../log.ts';
import { migrations, type NamedMigration } from './migrations/index.ts';
import { takeTurn } from './migrations/migration-turn.ts';
import { OnlineMigration } from './migrations/online.ts';
import type { MigrationRun } from './migrations/run.ts';
import { openDatabase } from './open.ts';
import { assertMayMigrate } from './role/ownership.ts';
import { assertMayServe, completeServingRole, isServingRoleComplete, SERVING_ROLE } from './role/serving-role.ts';
import { ConnectNotice } from './role/who-may-connect.ts';
import { schemaOf } from './schema.ts';
import { NO_TIMEOUTS } from './sessions.ts';

export { MigrationLockedError } from './migrations/run.ts';

/** Milliseconds between two lines of the log about one wait, and until it is given up. */
const LOG_INTERVAL = 10_000;
/** Milliseconds of migrating after which it is said: what is refused is refused sooner, by one sentence alone. */
const SAID_AFTER = 500;
const PATIENCE = 60_000;

/** SQLSTATE of a table that is not there. */
const NO_TABLE = '42P01';

/** How migrations are run. */
export interface MigrateOptions {
  /** Milliseconds to wait for another process, and between two lines of the log about that. */
  patience?: number;
  logInterval?: number;
  /** Those that there are. */
  list?: readonly NamedMigration[];
}

/**
 * Runs the migrations that have not run yet, and completes the role that serves requests. Processes that start together take turns.
 *
 * @param connection - as the owner of the tables; any account that may serve will do when nothing is left to do
 * @returns the names of the migrations that ran
 * @throws MigrationLockedError when it is not this process' turn by then or no longer, or a table is locked
 * @throws ConfigError when the account may not do it, or the database cannot be used
 */
export async function migrate(
  connection: DatabaseConnection,
  entities: EntitySchema[],
  log: Log,
  { patience = PATIENCE, logInterval = LOG_INTERVAL, list = migrations }: MigrateOptions = {},
): Promise<string[]> {
  // A connection of its own: a lock held on a pooled one could starve the migrations of the pool's last connection.
  const client = newClient(connection);
  try {
    await client.connect();
    const schema = await schemaOf(client);
    const notice = new ConnectNotice(client, log);
    const upToDate = await isUpToDate(client, list);
    if (upToDate && (await isServingRoleComplete(client))) {
      await notice.conclude();
      return [];
    }
    if (!upToDate) await assertMayMigrate(client, connection);
    const turn = await takeTurn(client, { log, patience, logInterval });
    await notice.look();
    const connect = async () => {
      const opened = newClient(connection);
      await opened.connect();
      return opened;
    };
    const run = { log, patience, logInterval, connect, assertTurn: () => turn.assert() };
    try {
      // What one migration has done stays done, and is said, when the next one fails.
      const ran = await runAll({ connection, entities, log, schema, migrations: list }, run).finally(() =>
        notice.look(),
      );
      await completeServingRole(client, log);
      await client.query('commit');
      await notice.conclude();
      return ran;
    } catch (error) {
      turn.assert();
      throw error;
    }
  } finally {
    await client.end().catch(() => {});
  }
}

function newClient(connection: DatabaseConnection): pg.Client {
  const client = new pg.Client(clientOptions(connection, { application_name: 'gateway migration', keepAlive: true }));
  client.on('error', () => {});
  return client;
}

async function runAll(
  options: {
    connection: DatabaseConnection;
    entities: EntitySchema[];
    log: Log;
    schema: string;
    migrations: readonly NamedMigration[];
  },
  run: MigrationRun,
): Promise<string[]> {
  const parts = options.migrations.map((migration) => asPartOf(run, migration));
  // A migration may take as long as it takes.
  const database = openDatabase({ ...options, migrations: parts, asOwner: true, operationTimeout: 0 });
  const ran: string[] = [];
  const notice = setTimeout(() => options.log.info('migrating the database'), SAID_AFTER);
  database.orm.migrator.on('migrated', ({ name }) => void ran.push(name));
  try {
    await database.orm.migrator.up();
    return ran;
  } finally {
    clearTimeout(notice);
    await database.close();
  }
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

/** Makes a migration part of a run: it begins only while it is its turn, and no timeout of account or database ends it. */
function asPartOf(run: MigrationRun, { name, class: Kind }: NamedMigration): NamedMigration {
  class Part extends Kind {
    constructor(...parts: ConstructorParameters<typeof Migration>) {
      super(...parts);
      if (this instanceof OnlineMigration) this.joinRun(name, run);
    }

    override up(): void | Promise<void> {
      run.assertTurn();
      if (!(this instanceof OnlineMigration)) this.addSql(NO_TIMEOUTS);
      return Kind.prototype.up.call(this);
    }
  }
  return { name, class: Part };
}
