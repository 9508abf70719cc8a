// A query that PostgreSQL runs right after setting what holds for its transaction, in the same round trip.
import { createHash } from 'node:crypto';
import pg from 'pg';
import { ORGANISATION_SETTING } from './organisation.ts';
import { SERVING_ROLE } from './serving-role.ts';

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
  /** Where tables are looked for: what `prepareSettings` has found. */
  searchPath: SearchPath;
}

/** A search path, and the value that does just as well for whoever acts. */
export interface SearchPath {
  readonly path: string;
  readonly equal: string;
}

/**
 * SQL for the search path that the server gives this account in this database, whatever a session has made of it: in a transaction, after
 * `set local search_path to default`. `"$user"` stands for the account, also when another role acts.
 */
export const DEFAULT_SEARCH_PATH = `replace(current_setting('search_path'), '"$user"', quote_ident(session_user))`;

/** The default itself does as well, unless there is a schema that `"$user"` may lead to. */
const EQUAL_SEARCH_PATH = `case when current_setting('search_path') like '%"$user"%'
  and (to_regnamespace(quote_ident(session_user)) is not null or to_regnamespace(quote_ident(${SERVING_ROLE})) is not null)
  then '' else current_setting('search_path') end`;

/** Sets what others rarely leave otherwise: to look costs a tenth of what it costs to set. */
function unless(condition: string, setting: string): string {
  return `case when ${condition} then false else ${setting} is null end`;
}

/*
 * Nothing is set for the session: behind a pooler, the next transaction may run in another one, in which others may have left settings of
 * theirs. Every statement has its index, and reads it in the
 * order that it wants. A plan made while a table was small, or for a customer who has little, would go on reading all that another has, to sort
 * it; one made anew for each list of values would cost more than it saves.
 */
const text = `
    select where set_config('role', coalesce($1, ${SERVING_ROLE}), true) is null
      or set_config('${ORGANISATION_SETTING}', $2, true) is null
      or set_config('statement_timeout', $3, true) is null
      or set_config('lock_timeout', $4, true) is null
      or ${unless(`current_setting('search_path') = $6`, `set_config('search_path', $5, true)`)}
      or ${unless(`current_setting('row_security') = 'on'`, `set_config('row_security', 'on', true)`)}
      or ${unless(`current_setting('datestyle') like 'ISO,%'`, `set_config('datestyle', 'ISO, MDY', true)`)}
      or set_config('enable_seqscan', 'off', true) is null
      or set_config('enable_bitmapscan', 'off', true) is null
      or set_config('jit', 'off', true) is null
      or set_config('plan_cache_mode', 'force_generic_plan', true) is null`;

/** Prepared once on every connection, before its first use. It gives no row: there is nothing to read of it. */
const applySettings = {
  name: `transaction_settings_${createHash('sha256').update(text).digest('hex').slice(0, 8)}`,
  text,
};

/** What PostgreSQL takes for no role at all. */
const NO_ROLE = 'none';

const searchPaths = new WeakMap<pg.ClientBase, SearchPath>();

/** Prepares a connection for `SettingsQuery`. */
export async function prepareSettings(client: pg.ClientBase): Promise<void> {
  // However short a time the account gives statements.
  const answers = await client.query(`
    begin; set local statement_timeout = 0; set local search_path to default;
    select ${DEFAULT_SEARCH_PATH} as path, ${EQUAL_SEARCH_PATH} as equal;
    commit`);
  const [found] = (answers as unknown as pg.QueryResult<SearchPath>[]).flatMap(({ rows }) => rows);
  if (!found) throw new Error('PostgreSQL does not tell the search path');
  searchPaths.set(client, found);
  try {
    await client.query({ ...applySettings, values: [NO_ROLE, '', '0', '0', found.path, found.equal] });
  } catch (error) {
    // A pooler of sessions may hand on one in which another process has prepared it. The name stands for the text.
    if (!(error instanceof pg.DatabaseError && error.code === KNOWN_ALREADY)) throw error;
  }
}

/** Where a connection that was prepared looks for tables. */
export function searchPathOf(client: pg.ClientBase): SearchPath {
  const found = searchPaths.get(client);
  if (!found) throw new Error('the connection was not prepared');
  return found;
}

/** SQLSTATE of a transaction that another one came in between, at the isolation levels where that is a failure. */
const NOT_SERIALIZABLE = '40001';

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

/** Whether a failure says that another transaction came in between. The call has done nothing then, and may be run once more. */
export function isNotSerializable(error: Error): boolean {
  return error instanceof pg.DatabaseError && error.code === NOT_SERIALIZABLE;
}

/** The parts of `pg`'s protocol layer that are used here; its published types leave them out. */
interface ProtocolConnection {
  bind(options: { statement: string; values: (string | null)[]; valueMapper(value: string): string }): void;
  execute(options: object): void;
}

interface ProtocolQuery {
  prepare(connection: ProtocolConnection): void;
  handleCommandComplete(message: unknown, connection: ProtocolConnection): void;
}

type QueryOptions = pg.QueryConfig & {
  queryMode: 'extended';
  callback(error: Error | null, result: pg.QueryResult): void;
};

const BaseQuery = pg.Query as unknown as new (options: QueryOptions) => ProtocolQuery & pg.Submittable;

/**
 * A query of `pg` that sends the settings in front of itself. Both travel before one Sync message, hence run in one
 * transaction, to whose end the settings hold: a query without them cannot be left with those of another.
 *
 * @see https://www.postgresql.org/docs/current/protocol-flow.html#PROTOCOL-FLOW-PIPELINING
 */
export class SettingsQuery extends BaseQuery {
  readonly #settings: TransactionSettings;
  #applied = false;

  constructor(settings: TransactionSettings, options: QueryOptions) {
    super(options);
    this.#settings = settings;
  }

  override prepare(connection: ProtocolConnection): void {
    const { asOwner, organisationId, timeout, lockTimeout, searchPath } = this.#settings;
    const role = asOwner ? NO_ROLE : null;
    const { path, equal } = searchPath;
    const values = [role, String(organisationId ?? ''), String(timeout), String(lockTimeout), path, equal];
    connection.bind({ statement: applySettings.name, values, valueMapper: (value) => value });
    connection.execute({});
    super.prepare(connection);
  }

  override handleCommandComplete(message: unknown, connection: ProtocolConnection): void {
    if (this.#applied) super.handleCommandComplete(message, connection);
    this.#applied = true;
  }
}
