// MikroORM on PostgreSQL, and its one pool.
import { Migrator } from '@mikro-orm/migrations';
import {
  type EntityManager,
  type EntityName,
  type EntitySchema,
  MikroORM,
  SqlSchemaGenerator,
} from '@mikro-orm/postgresql';
import type pg from 'pg';
import { OPERATION_TIMEOUT, POOL_SIZE } from '../config.ts';
import { clientOptions, type DatabaseConnection } from '../database-url.ts';
import { isLocked, toApiError } from '../errors/classify.ts';
import type { Log } from '../log.ts';
import { StatementBatcher } from './batch/statement-batcher.ts';
import { readBigints } from './columns.ts';
import { ConnectionSlots } from './connection-slots.ts';
import { Connections } from './connections.ts';
import type { NamedMigration } from './migrations/index.ts';
import { NamedTurns } from './named-turns.ts';
import { type OrganisationDatabase, OrganisationView, type ViewParts } from './organisation-database.ts';
import { CallTrouble, type Trouble } from './readiness/call-trouble.ts';
import { tablesOfVersionBefore } from './role/serving-privileges.ts';
import { runWithin } from './run-query.ts';
import { prepareSettings } from './settings-query.ts';
import { QueryRunner, type StatementRunner } from './statement.ts';
import { runTransaction } from './transaction.ts';

/** Milliseconds after which a statement counts as lost that PostgreSQL should have cancelled by then. */
export const GRACE = 1_000;
/** Connections that are kept although they have no work: when others have taken all that the server has, calls go on by these. */
const KEPT_CONNECTIONS = 1;
/** Milliseconds that any other is kept: a new one has to learn the tables, policies and plans again. */
const IDLE_TIMEOUT = 60_000;

/** One PostgreSQL database, seen through MikroORM; its own statements are for no organisation. */
export interface Database extends StatementRunner {
  readonly orm: MikroORM;
  /** Milliseconds that an operation may take, its statements included. */
  readonly operationTimeout: number;
  /** The database as an organisation sees it, for an operation that begins now. */
  forOrganisation(organisationId: number): OrganisationDatabase;
  /** Does some work in one transaction, as `OrganisationDatabase` does, for no organisation. */
  transaction<Result>(work: (tx: StatementRunner) => Promise<Result>): Promise<Result>;
  /** What calls have met lately that would befall the next one too. */
  trouble(): Trouble | undefined;
  /** Whether there are connections that calls can wait for. */
  isConnected(): boolean;
  close(): Promise<void>;
}

/** How a database is opened. */
export interface DatabaseOptions {
  connection: DatabaseConnection;
  /** Every table of the gateway. */
  entities: EntitySchema[];
  /** Where a lost connection is reported. */
  log: Log;
  /** True to act as whoever the URL names, who may own the tables and is then not bound by row level security. */
  asOwner?: boolean;
  /** Milliseconds that an operation may take; 0 for as long as it takes. */
  operationTimeout?: number;
  /** Connections at most. */
  poolSize?: number;
  /** Those that the migrator runs, and the schema of the table that says which have run. */
  migrations?: readonly NamedMigration[];
  schema?: string;
  /** False to leave out what sets the organisation of a transaction; for whoever is not bound by row level security. */
  rowLevelSecurity?: boolean;
}

/**
 * A schema generator that takes the database for granted. MikroORM would look for it before each connection, by a statement into which it writes the
 * name as it is, and make one where it finds none.
 */
class GivenDatabase extends SqlSchemaGenerator {
  static override register(orm: Parameters<typeof SqlSchemaGenerator.register>[0]): void {
    orm.config.registerExtension('@mikro-orm/schema-generator', () => new GivenDatabase(orm.em as EntityManager));
  }

  override async ensureDatabase(): Promise<boolean> {
    // What has asked nothing yet, MikroORM would not close.
    await this.connection.execute('select 1');
    return false;
  }
}

/** Opens a database. Nothing is connected before the first use. */
export function openDatabase(options: DatabaseOptions): Database {
  const { log, asOwner = false, operationTimeout = OPERATION_TIMEOUT, poolSize = POOL_SIZE } = options;
  const orm = openOrm(options);
  const pool = lazily<pg.Pool>(() => orm.em.getConnection().getNativeClient());
  let isConnected = () => false;
  const connections = lazily(async () => {
    const handedOut = new Connections(await pool(), log);
    isConnected = () => handedOut.isConnected();
    return handedOut;
  });
  const trouble = new CallTrouble();
  const slots = new ConnectionSlots(poolSize);
  const deadline = () => (operationTimeout ? performance.now() + operationTimeout : Number.POSITIVE_INFINITY);
  const queryAs: ViewParts['queryAs'] = async (organisationId, limits, config) =>
    options.rowLevelSecurity === false
      ? (await pool()).query(config)
      : runWithin({ connections: await connections(), trouble, asOwner, organisationId, ...limits }, config);
  const map = mapperOf(orm);
  const viewParts: ViewParts = {
    orm,
    queryAs,
    async runTransaction(organisationId, until, work, kind = 'change') {
      if (options.rowLevelSecurity === false) throw new Error('a transaction has the settings of row level security');
      const run = async () =>
        runTransaction(
          { connections: await connections(), trouble, asOwner, organisationId, deadline: until, kind },
          work,
        );
      return organisationId === undefined ? run() : slots.run(organisationId, until, run);
    },
    batcher: openBatcher(queryAs, poolSize),
    listSlots: new ConnectionSlots(poolSize),
    turns: new NamedTurns(),
    map,
  };
  const own = new QueryRunner((config) => queryAs(undefined, { deadline: deadline(), lockTimeout: 0 }, config), map);
  return {
    run: (statement, values) => own.run(statement, values),
    one: (statement, values) => own.one(statement, values),
    map,
    orm,
    operationTimeout,
    forOrganisation: (organisationId) => new OrganisationView(organisationId, deadline(), viewParts),
    transaction: (work) =>
      viewParts.runTransaction(undefined, deadline(), ({ query }) => work(new QueryRunner(query, map))),
    trouble: () => trouble.current(),
    isConnected: () => isConnected(),
    close: () => orm.close(true),
  };
}

/** Opens MikroORM, with the pool that everything runs on. */
function openOrm({
  connection,
  entities,
  log,
  schema,
  migrations: migrationsList = [],
  operationTimeout = OPERATION_TIMEOUT,
  poolSize = POOL_SIZE,
}: DatabaseOptions): MikroORM {
  return new MikroORM({
    entities,
    dbName: connection.database,
    extensions: [Migrator, GivenDatabase],
    ...(schema && { schema }),
    // What one migration has done stays done when the next one fails.
    migrations: { migrationsList: [...migrationsList], tableName: 'migration', snapshot: false, allOrNothing: false },
    // Foreign keys share `organisation_id` with the primary key.
    discovery: { checkDuplicateFieldNames: false },
    pool: { min: KEPT_CONNECTIONS, max: poolSize, idleTimeoutMillis: IDLE_TIMEOUT },
    driverOptions: clientOptions(connection, {
      application_name: 'gateway',
      query_timeout: operationTimeout && operationTimeout + GRACE,
      keepAlive: true,
      onConnect: prepareSettings,
    }),
    // Functions are made by migrations alone.
    schemaGenerator: { ignoreRoutines: true, skipTables: tablesOfVersionBefore },
    debug: false,
    colors: false,
    logger: (message) => log.debug(message),
  });
}

function openBatcher(queryAs: ViewParts['queryAs'], poolSize: number): StatementBatcher {
  return new StatementBatcher(
    {
      run: async (organisationId, limits, config) => (await queryAs(organisationId, limits, config)).rows,
      isOfOneCall: (error) => toApiError(error).code !== 'INTERNAL_SERVICE_UNAVAILABLE',
      isLocked,
    },
    poolSize,
  );
}

function mapperOf(orm: MikroORM): StatementRunner['map'] {
  return <Entity extends object>(entity: EntityName<Entity>, row: object) => {
    const meta = orm.getMetadata(entity);
    const mapped = orm.em.getComparator().mapResult(meta, row as never) as Entity;
    return readBigints(meta, mapped);
  };
}

/** Makes something when it is first asked for. */
function lazily<Value>(make: () => Promise<Value>): () => Promise<Value> {
  let made: Promise<Value> | undefined;
  return () => {
    made ??= make();
    return made;
  };
}

/** Opens a database as whoever its URL names, who owns the tables, for as long as something takes. */
export async function withOwner<Result>(
  options: Omit<DatabaseOptions, 'asOwner'>,
  work: (owner: Database) => Promise<Result>,
): Promise<Result> {
  const owner = openDatabase({ ...options, asOwner: true });
  try {
    return await work(owner);
  } finally {
    await owner.close();
  }
}
