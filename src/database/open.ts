// MikroORM on PostgreSQL: its one pool, and the database as a single organisation sees it.
import { Migrator } from '@mikro-orm/migrations';
import {
  type EntityManager,
  type EntityName,
  type EntitySchema,
  MikroORM,
  SqlSchemaGenerator,
  type Transaction,
} from '@mikro-orm/postgresql';
import type pg from 'pg';
import { OPERATION_TIMEOUT, POOL_SIZE } from '../config.ts';
import { clientOptions, type DatabaseConnection } from '../database-url.ts';
import { isLocked, toApiError } from '../errors/classify.ts';
import type { Log } from '../log.ts';
import type { Batched, BatchStatement } from './batch-queue.ts';
import { CallTrouble, type Trouble } from './call-trouble.ts';
import { readBigints } from './columns.ts';
import { Connections } from './connections.ts';
import type { NamedMigration } from './migrations/index.ts';
import { runWithin } from './run-query.ts';
import { prepareSettings } from './settings-query.ts';
import { type Limits, StatementBatcher } from './statement-batcher.ts';

/** Milliseconds after which a statement counts as lost that PostgreSQL should have cancelled by then. */
const GRACE = 1_000;
/** Connections that are kept although they have no work: when others have taken all that the server has, calls go on by these. */
const KEPT_CONNECTIONS = 1;
/** Milliseconds that any other is kept: a new one has to learn the tables, policies and plans again. */
const IDLE_TIMEOUT = 60_000;

/** A statement that PostgreSQL plans once per connection. `name` must be unique to `text`. */
export interface Statement {
  readonly name: string;
  readonly text: string;
}

/** The database as one organisation sees it, for one operation. No row of another is in reach, whatever is asked. */
export interface OrganisationDatabase {
  readonly organisationId: number;
  /** The operation's unit of work; made when first asked for, since not every operation needs one. */
  readonly em: EntityManager;
  /**
   * Runs a prepared statement.
   *
   * @returns its rows, with PostgreSQL's column names
   * @throws ApiError `INTERNAL_SERVICE_UNAVAILABLE` when the operation's time is up
   */
  run<Row extends object>(statement: Statement, values: readonly unknown[]): Promise<Row[]>;
  /**
   * Runs a call of a prepared statement that serves many at once, together with those that arrive at the same time.
   *
   * @throws ApiError `INTERNAL_SERVICE_UNAVAILABLE` when the operation's time is up
   */
  runBatched<Call, Row extends object>(statement: BatchStatement<Call>, call: Call): Promise<Batched<Row>>;
  /** Turns a row with PostgreSQL's column names into an entity's properties, without a unit of work. */
  map<Entity extends object>(entity: EntityName<Entity>, row: object): Entity;
}

/** One PostgreSQL database, seen through MikroORM. */
export interface Database {
  readonly orm: MikroORM;
  /** Milliseconds that an operation may take, its statements included. */
  readonly operationTimeout: number;
  /** The database as an organisation sees it, for an operation that begins now. */
  forOrganisation(organisationId: number): OrganisationDatabase;
  /** Runs a prepared statement for no organisation. */
  run<Row extends object>(statement: Statement, values: readonly unknown[]): Promise<Row[]>;
  /** Turns a row with PostgreSQL's column names into an entity's properties, without a unit of work. */
  map<Entity extends object>(entity: EntityName<Entity>, row: object): Entity;
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
  const {
    connection,
    entities,
    log,
    schema,
    migrations: migrationsList = [],
    poolSize = POOL_SIZE,
    asOwner = false,
    operationTimeout = OPERATION_TIMEOUT,
    rowLevelSecurity = true,
  } = options;
  const orm = new MikroORM({
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
    schemaGenerator: { ignoreRoutines: true },
    debug: false,
    colors: false,
    logger: (message) => log.debug(message),
  });
  let pool: Promise<pg.Pool> | undefined;
  const nativePool = () => {
    pool ??= orm.em.getConnection().getNativeClient();
    return pool;
  };
  let connections: Promise<Connections> | undefined;
  let isConnected = () => false;
  const connectionsOfPool = () => {
    connections ??= nativePool().then((opened) => {
      const handedOut = new Connections(opened, log);
      isConnected = () => handedOut.isConnected();
      return handedOut;
    });
    return connections;
  };
  const map = <Entity extends object>(entity: EntityName<Entity>, row: object) => {
    const meta = orm.getMetadata(entity);
    const mapped = orm.em.getComparator().mapResult(meta, row as never) as Entity;
    return readBigints(meta, mapped);
  };
  const trouble = new CallTrouble();
  const queryAs: ViewParts['queryAs'] = async (organisationId, limits, config) =>
    rowLevelSecurity
      ? runWithin({ connections: await connectionsOfPool(), trouble, asOwner, organisationId, ...limits }, config)
      : (await nativePool()).query(config);
  const deadline = () => (operationTimeout ? performance.now() + operationTimeout : Number.POSITIVE_INFINITY);
  const batcher = new StatementBatcher(
    {
      run: async (organisationId, limits, config) => (await queryAs(organisationId, limits, config)).rows,
      isOfOneCall: (error) => toApiError(error).code !== 'INTERNAL_SERVICE_UNAVAILABLE',
      isLocked,
    },
    poolSize,
  );
  const viewParts: ViewParts = { orm, queryAs, batcher, map };

  return {
    orm,
    operationTimeout,
    forOrganisation: (organisationId) => {
      return new OrganisationView(organisationId, deadline(), viewParts);
    },
    async run<Row extends object>(statement: Statement, values: readonly unknown[]) {
      const limits = { deadline: deadline(), lockTimeout: 0 };
      return (await queryAs(undefined, limits, { ...statement, values: [...values] })).rows as Row[];
    },
    map,
    trouble: () => trouble.current(),
    isConnected: () => isConnected(),
    close: () => orm.close(true),
  };
}

/** What the views of all organisations share. */
interface ViewParts {
  orm: MikroORM;
  queryAs(organisationId: number | undefined, limits: Limits, config: pg.QueryConfig): Promise<pg.QueryResult>;
  batcher: StatementBatcher;
  map: Database['map'];
}

/** The database as one organisation sees it until a deadline. */
class OrganisationView implements OrganisationDatabase {
  readonly organisationId: number;
  readonly map: Database['map'];
  readonly #deadline: number;
  readonly #parts: ViewParts;
  #em: EntityManager | undefined;

  constructor(organisationId: number, deadline: number, parts: ViewParts) {
    this.organisationId = organisationId;
    this.map = parts.map;
    this.#deadline = deadline;
    this.#parts = parts;
  }

  get em(): EntityManager {
    this.#em ??= forkFor(this.#parts.orm, (config) => this.#query(config));
    return this.#em;
  }

  async run<Row extends object>(statement: Statement, values: readonly unknown[]): Promise<Row[]> {
    return (await this.#query({ ...statement, values: [...values] })).rows as Row[];
  }

  runBatched<Call, Row extends object>(statement: BatchStatement<Call>, call: Call): Promise<Batched<Row>> {
    return this.#parts.batcher.run(this.organisationId, this.#deadline, statement, call);
  }

  #query(config: pg.QueryConfig): Promise<pg.QueryResult> {
    return this.#parts.queryAs(this.organisationId, { deadline: this.#deadline, lockTimeout: 0 }, config);
  }
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

/**
 * Makes a unit of work whose every statement goes through `query`. To MikroORM that is the transaction it runs in; to
 * PostgreSQL each statement is a transaction of its own.
 */
function forkFor(orm: MikroORM, query: (config: pg.QueryConfig) => Promise<pg.QueryResult>): EntityManager {
  const em = orm.em.fork();
  const executor = {
    async executeQuery({ sql }: { sql: string }) {
      const { rows, rowCount } = await query({ text: sql });
      return { rows, numAffectedRows: BigInt(rowCount ?? 0) };
    },
  };
  em.setTransactionContext(executor as unknown as Transaction);
  return em;
}
