// A query that PostgreSQL runs right after setting what holds for its transaction, in the same round trip.
import pg from 'pg';
import { ORGANISATION_SETTING } from './organisation.ts';

/** What holds for one transaction. */
export interface TransactionSettings {
  organisationId: number;
  /** Milliseconds after which PostgreSQL cancels the statement; 0 for never. */
  timeout: number;
  /** Milliseconds after which PostgreSQL cancels it when it waits for a lock; 0 for never. */
  lockTimeout: number;
}

/** Prepared once on every connection, before its first use. It gives no row: there is nothing to read of it. */
const applySettings = {
  name: 'transaction_settings',
  text: `
    select where set_config('${ORGANISATION_SETTING}', $1, true) is null
      or set_config('statement_timeout', $2, true) is null
      or set_config('lock_timeout', $3, true) is null`,
};

/** Prepares a connection for `SettingsQuery`. */
export async function prepareSettings(client: pg.ClientBase): Promise<void> {
  await client.query({ ...applySettings, values: ['', '0', '0'] });
}

/** The parts of `pg`'s protocol layer that are used here; its published types leave them out. */
interface ProtocolConnection {
  bind(options: { statement: string; values: string[]; valueMapper(value: string): string }): void;
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
    const { organisationId, timeout, lockTimeout } = this.#settings;
    const values = [String(organisationId), String(timeout), String(lockTimeout)];
    connection.bind({ statement: applySettings.name, values, valueMapper: (value) => value });
    connection.execute({});
    super.prepare(connection);
  }

  override handleCommandComplete(message: unknown, connection: ProtocolConnection): void {
    if (this.#applied) super.handleCommandComplete(message, connection);
    this.#applied = true;
  }
}
