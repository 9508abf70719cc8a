// A query that PostgreSQL runs right after setting what holds for its transaction, in the same round trip.
import { createHash } from 'node:crypto';
import pg from 'pg';
import { SERVING_ROLE } from './role/serving-role.ts';
import { ORGANISATION_SETTING } from './tenant-policy.ts';

/** What holds for one transaction. */
export interface TransactionSettings {
  /** Whether whoever the connection belongs to acts, instead of the role that serves requests. */
  asOwner: boolean;
  /** Whose rows are in reach; undefined for nobody's. */
  organisationId: number | undefined;
  /** Milliseconds after which PostgreSQL cancels the statement; 0 for never. */
  timeout: number;
  /** Milliseconds after which PostgreSQL cancels it when it waits for a lock; 0 for never. */
  lockTimeout: number;
  /** Whether the statement is planned for its values, and may read by bitmaps. */
  plannedByValues: boolean;
  /** What `prepareSettings` has prepared. */
  prepared: PreparedSettings;
}

/**
 * SQL for the search path that the server gives this account in this database, whatever a session has made of it: in a transaction, after
 * `set local search_path to default`. `"$user"` stands for the account, also when another role acts.
 */
export const DEFAULT_SEARCH_PATH = `replace(current_setting('search_path'), '"$user"', quote_ident(session_user))`;

/** A statement that sets what holds for a transaction. It gives no row: there is nothing to read of it. Its name stands for its text. */
function settingStatement(settings: readonly string[]): { name: string; text: string } {
  const text = `select where ${settings.map((setting) => `${setting} is null`).join(' or ')}`;
  return { name: `transaction_settings_${createHash('sha256').update(text).digest('hex').slice(0, 8)}`, text };
}

/*
 * Every statement has its index, and reads it in the order that it wants. A plan made while a table was small, or for a customer who has little,
 * would go on reading all that another has, to sort it; one made anew for each list of values would cost more than it saves. But for those that say so
 * themselves: which index is the best for a search depends on what is looked for. None takes more than one processor.
 */
const settings = [
  `set_config('role', coalesce($1, ${SERVING_ROLE}), true)`,
  `set_config('${ORGANISATION_SETTING}', $2, true)`,
  `set_config('statement_timeout', $3, true)`,
  `set_config('lock_timeout', $4, true)`,
  `set_config('enable_seqscan', 'off', true)`,
  `set_config('enable_bitmapscan', $5, true)`,
  `set_config('plan_cache_mode', $6, true)`,
  `set_config('jit', 'off', true)`,
  `set_config('max_parallel_workers_per_gather', '0', true)`,
];
/** In a session that is this connection's alone; it has the rest from its beginning. */
const inOwnSession = settingStatement(settings);
/** Behind a pooler: the next transaction may run in another session, in which others may have left settings of theirs. */
const inSharedSession = settingStatement([
  ...settings,
  `set_config('search_path', $7, true)`,
  `set_config('row_security', 'on', true)`,
  `set_config('datestyle', 'ISO, MDY', true)`,
]);

/** Values of both settings that say how a statement is planned. */
const planning = { alike: ['off', 'force_generic_plan'], byValues: ['on', 'force_custom_plan'] };

/** What PostgreSQL takes for no role at all. */
const NO_ROLE = 'none';

/** The statement that was prepared on a connection, and its last values. */
export interface PreparedSettings {
  readonly name: string;
  readonly values: readonly string[];
}

const prepared = new WeakMap<pg.ClientBase, PreparedSettings>();

/** Prepares a connection for `SettingsQuery`. */
export async function prepareSettings(client: pg.ClientBase): Promise<void> {
  const { path, pid } = await ask<{ path: string; pid: number }>(
    client,
    `set local search_path to default; select ${DEFAULT_SEARCH_PATH} as path, pg_backend_pid() as pid`,
  );
  // A pooler gives its clients a number of its own.
  const isOwn = pid === (client as pg.ClientBase & { processID?: number }).processID;
  if (isOwn) {
    await ask(
      client,
      `select set_config('search_path', ${pg.escapeLiteral(path)}, false), set_config('row_security', 'on', false),
        set_config('datestyle', 'ISO, MDY', false)`,
    );
  }
  const statement = isOwn ? inOwnSession : inSharedSession;
  const values = isOwn ? [] : [path];
  prepared.set(client, { name: statement.name, values });
  try {
    await client.query({ ...statement, values: [NO_ROLE, '', '0', '0', ...planning.alike, ...values] });
  } catch (error) {
    // A pooler of sessions may hand on one in which another process has prepared it.
    if (!(error instanceof pg.DatabaseError && error.code === KNOWN_ALREADY)) throw error;
  }
}

/** Asks for one row, however short a time the account gives statements. */
async function ask<Row extends object>(client: pg.ClientBase, text: string): Promise<Row> {
  const answers = await client.query(`begin; set local statement_timeout = 0; ${text}; commit`);
  const [row] = (answers as unknown as pg.QueryResult<Row>[]).flatMap(({ rows }) => rows);
  if (!row) throw new Error('PostgreSQL has given no row');
  return row;
}

/** What was prepared on a connection of the pool. */
export function preparedOn(client: pg.ClientBase): PreparedSettings {
  const found = prepared.get(client);
  if (!found) throw new Error('the connection was not prepared');
  return found;
}

/** SQLSTATEs of a transaction that another one came in between, at the isolation levels where that is a failure, and of the victim of a deadlock. */
const NOT_SERIALIZABLE = '40001';
const DEADLOCK = '40P01';

/** SQLSTATEs of prepared statements that the server has forgotten, or knows under the same name from somebody else. */
const FORGOTTEN = '26000';
const KNOWN_ALREADY = '42P05';
/** Where PostgreSQL finds that a plan no longer fits its table; the message is in the server's language. */
const PLAN_CHANGED = 'RevalidateCachedQuery';

/**
 * Whether a failure says that the server no longer knows what was prepared on a connection. The call has done nothing then, and may be run
 * once more; the connection is of no use.
 */
export function isStaleSession(error: Error): boolean {
  if (!(error instanceof pg.DatabaseError)) return false;
  return error.code === FORGOTTEN || error.code === KNOWN_ALREADY || error.routine === PLAN_CHANGED;
}

/** Whether PostgreSQL rolled a transaction back because of others. It has done nothing then, and may be run once more. */
export function isNotSerializable(error: Error): boolean {
  return error instanceof pg.DatabaseError && (error.code === NOT_SERIALIZABLE || error.code === DEADLOCK);
}

/** The parts of `pg`'s protocol layer that are used here; its published types leave them out. */
interface ProtocolConnection {
  readonly parsedStatements: Readonly<Record<string, string>>;
  bind(options: { statement: string; values: (string | null)[]; valueMapper(value: string): string }): void;
  execute(options: object): void;
}

interface ProtocolQuery {
  readonly name?: string;
  handleError(error: Error, connection: ProtocolConnection): void;
  prepare(connection: ProtocolConnection): void;
  handleCommandComplete(message: unknown, connection: ProtocolConnection): void;
}

type QueryOptions = pg.QueryConfig & {
  queryMode: 'extended';
  callback(error: Error | null, result: pg.QueryResult): void;
};

const BaseQuery = pg.Query as unknown as new (options: QueryOptions) => ProtocolQuery & pg.Submittable;

/**
 * A query of `pg` that sends the settings in front of itself. Both are sent before one Sync message, hence run in one
 * transaction, to whose end the settings hold: a query without them cannot be left with those of another.
 *
 * @see https://www.postgresql.org/docs/current/protocol-flow.html#PROTOCOL-FLOW-PIPELINING
 */
export class SettingsQuery extends BaseQuery {
  readonly #settings: TransactionSettings;
  #applied = false;
  #refused = false;

  constructor(settings: TransactionSettings, options: QueryOptions) {
    super(options);
    this.#settings = settings;
  }

  /** Whether the server refused to prepare the statement. A pooler keeps its name all the same, and takes it no second time. */
  get isRefused(): boolean {
    return this.#refused;
  }

  override handleError(error: Error, connection: ProtocolConnection): void {
    this.#refused = this.name !== undefined && connection.parsedStatements[this.name] === undefined;
    super.handleError(error, connection);
  }

  override prepare(connection: ProtocolConnection): void {
    const { asOwner, organisationId, timeout, lockTimeout, plannedByValues, prepared: settingsOf } = this.#settings;
    const role = asOwner ? NO_ROLE : null;
    const values = [
      ...[role, String(organisationId ?? ''), String(timeout), String(lockTimeout)],
      ...(plannedByValues ? planning.byValues : planning.alike),
      ...settingsOf.values,
    ];
    connection.bind({ statement: settingsOf.name, values, valueMapper: (value) => value });
    connection.execute({});
    super.prepare(connection);
  }

  override handleCommandComplete(message: unknown, connection: ProtocolConnection): void {
    if (this.#applied) super.handleCommandComplete(message, connection);
    this.#applied = true;
  }
}
