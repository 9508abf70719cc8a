// A query that PostgreSQL runs right after setting what holds for its transaction, in the same round trip.
import { createHash } from 'node:crypto';
import pg from 'pg';
import { type MessageWriter, type ProtocolConnection, writerOf } from './message-writer.ts';
import { SERVING_ROLE } from './role/serving-role.ts';
import { type FieldDescription, RowReader } from './row-reader.ts';
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
  `set_config('${ORGANISATION_SETTING}', $2, true)`,
  `set_config('statement_timeout', $3, true)`,
  `set_config('lock_timeout', $4, true)`,
  `set_config('enable_seqscan', 'off', true)`,
  `set_config('enable_bitmapscan', $5, true)`,
  `set_config('plan_cache_mode', $6, true)`,
  `set_config('jit', 'off', true)`,
  `set_config('max_parallel_workers_per_gather', '0', true)`,
];
/** In a session that is this connection's alone; it has the rest from its beginning, and stays in its database. */
const inOwnSession = settingStatement([`set_config('role', $1, true)`, ...settings]);
/** Behind a pooler: the next transaction may run in another session, in which others may have left settings of theirs, and even in another database. */
const inSharedSession = settingStatement([
  `set_config('role', coalesce($1, ${SERVING_ROLE}), true)`,
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
interface PreparedSettings {
  readonly name: string;
  readonly values: readonly string[];
  /** The role that serves requests; null where it is found out in each transaction. */
  readonly servingRole: string | null;
  /** Whether the session is the connection's alone, and knows what was prepared in it. */
  readonly isOwn: boolean;
}

const prepared = new WeakMap<pg.ClientBase, PreparedSettings>();

/** Prepares a connection for `SettingsQuery`. */
export async function prepareSettings(client: pg.ClientBase): Promise<void> {
  const { path, pid, role } = await ask<{ path: string; pid: number; role: string }>(
    client,
    `set local search_path to default; select ${DEFAULT_SEARCH_PATH} as path, pg_backend_pid() as pid, ${SERVING_ROLE} as role`,
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
  prepared.set(client, { name: statement.name, values, servingRole: isOwn ? role : null, isOwn });
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
function preparedOn(client: pg.ClientBase): PreparedSettings {
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

/** What is used of a query of `pg`; its published types leave it out. */
interface ProtocolQuery {
  readonly name?: string;
  readonly _result: { addRow(row: object): void };
  _canceledDueToError: unknown;
  handleError(error: Error, connection: ProtocolConnection): void;
  prepare(connection: ProtocolConnection): void;
  handleRowDescription(message: { readonly fields: readonly FieldDescription[] }): void;
  handleDataRow(message: { readonly fields: readonly (string | null)[] }): void;
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
  readonly #client: pg.ClientBase;
  #writer: MessageWriter | undefined;
  #reader: RowReader | undefined;
  #applied = false;
  #refused = false;

  constructor(client: pg.ClientBase, settings: TransactionSettings, options: QueryOptions) {
    super(options);
    this.#client = client;
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
    const { asOwner, organisationId, timeout, lockTimeout, plannedByValues } = this.#settings;
    const settingsOf = preparedOn(this.#client);
    const role = asOwner ? NO_ROLE : settingsOf.servingRole;
    const values = [
      ...[role, String(organisationId ?? ''), String(timeout), String(lockTimeout)],
      ...(plannedByValues ? planning.byValues : planning.alike),
      ...settingsOf.values,
    ];
    this.#writer = writerOf(connection);
    this.#reader = settingsOf.isOwn ? this.#writer.readerOf(this.name) : undefined;
    this.#writer.send((collecting) => {
      collecting.bind({ statement: settingsOf.name, values, valueMapper: (value) => value });
      collecting.execute({});
      super.prepare(collecting);
    }, this.#reader === undefined);
  }

  override handleRowDescription({ fields }: { readonly fields: readonly FieldDescription[] }): void {
    this.#reader = new RowReader(fields, this.#client);
    if (this.name !== undefined) this.#writer?.remember(this.name, this.#reader);
  }

  override handleDataRow({ fields }: { readonly fields: readonly (string | null)[] }): void {
    if (this._canceledDueToError) return;
    try {
      this._result.addRow((this.#reader as RowReader).read(fields));
    } catch (error) {
      // As `pg` does it: told once PostgreSQL is done with the statement.
      this._canceledDueToError = error;
    }
  }

  override handleCommandComplete(message: unknown, connection: ProtocolConnection): void {
    if (this.#applied) super.handleCommandComplete(message, connection);
    this.#applied = true;
  }
}
