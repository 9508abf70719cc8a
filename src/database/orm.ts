// MikroORM on PostgreSQL: its one pool, entity managers, and prepared statements on that same pool.
import { Migrator } from '@mikro-orm/migrations';
import { type EntityManager, type EntityName, type EntitySchema, MikroORM } from '@mikro-orm/postgresql';
import type { Pool } from 'pg';
import type { Log } from '../log.ts';
import { migrations } from './migrations/index.ts';

/** Milliseconds to wait for a connection before the database counts as away. */
export const CONNECT_TIMEOUT = 3_000;
/** Milliseconds after which a statement of a request counts as lost. */
const QUERY_TIMEOUT = 5_000;
const POOL_SIZE = 10;

/** A statement that PostgreSQL plans once per connection. `name` must be unique to `text`. */
export interface Statement {
  readonly name: string;
  readonly text: string;
}

/** One PostgreSQL database, seen through MikroORM. */
export interface Database {
  readonly orm: MikroORM;
  readonly url: string;
  /** A fresh unit of work. */
  fork(): EntityManager;
  /**
   * Runs a prepared statement on MikroORM's own pool.
   *
   * @returns its rows, with PostgreSQL's column names
   */
  run<Row extends object>(statement: Statement, values: readonly unknown[]): Promise<Row[]>;
  /** Turns a row with PostgreSQL's column names into an entity's properties, without a unit of work. */
  map<Entity extends object>(entity: EntityName<Entity>, row: object): Entity;
  /** Resolves when a connection can be had and answers. */
  ping(): Promise<void>;
  close(): Promise<void>;
}

/**
 * Opens a database. Nothing is connected before the first use.
 *
 * @param url - `postgres://…`
 * @param entities - every table of the gateway
 * @param log - where a lost connection is reported
 * @param queryTimeout - milliseconds after which a statement counts as lost; 0 for never
 */
export function openDatabase(url: string, entities: EntitySchema[], log: Log, queryTimeout = QUERY_TIMEOUT): Database {
  const orm = new MikroORM({
    entities,
    clientUrl: url,
    extensions: [Migrator],
    migrations: { migrationsList: migrations, tableName: 'migration', snapshot: false },
    // Foreign keys share `organisation_id` with the primary key.
    discovery: { checkDuplicateFieldNames: false },
    pool: { min: 0, max: POOL_SIZE },
    driverOptions: { connectionTimeoutMillis: CONNECT_TIMEOUT, query_timeout: queryTimeout, keepAlive: true },
    debug: false,
    colors: false,
    logger: (message) => log.debug(message),
  });
  let pool: Promise<Pool> | undefined;
  const nativePool = () => {
    pool ??= orm.em.getConnection().getNativeClient();
    return pool;
  };
  return {
    orm,
    url,
    fork: () => orm.em.fork(),
    async run<Row extends object>(statement: Statement, values: readonly unknown[]) {
      const result = await (await nativePool()).query<Row>({ ...statement, values: [...values] });
      return result.rows;
    },
    map<Entity extends object>(entity: EntityName<Entity>, row: object) {
      return orm.em.getComparator().mapResult(orm.getMetadata(entity), row as never) as Entity;
    },
    async ping() {
      await (await nativePool()).query('select 1');
    },
    close: () => orm.close(true),
  };
}
