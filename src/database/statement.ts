// A prepared statement, and what runs one.
import type { EntityName } from '@mikro-orm/postgresql';
import type pg from 'pg';

/** Characters of a name that PostgreSQL keeps: two that differ after them are one to it. */
const LONGEST_NAME = 63;

/** A statement that PostgreSQL plans once per connection. `name` must be unique to `text`, within the characters that PostgreSQL keeps. */
export interface Statement {
  /** Undefined for one that is planned each time. */
  readonly name: string | undefined;
  readonly text: string;
  /** Whether it is planned for its values each time, and may read by bitmaps: where the best way depends on what is looked for. */
  readonly plannedByValues?: boolean;
}

/** A query of `pg`, with how it is planned. */
export type StatementConfig = pg.QueryConfig & Pick<Statement, 'plannedByValues'>;

/** @throws Error when PostgreSQL would not keep the whole name of a statement */
export function assertStatementName(name: string): void {
  if (name.length > LONGEST_NAME) throw new Error(`the name of a statement is too long: ${name}`);
}

/** What runs statements: each as a transaction of its own, or all in one. */
export interface StatementRunner {
  /**
   * Runs a prepared statement.
   *
   * @returns its rows, with PostgreSQL's column names
   * @throws ApiError `INTERNAL_SERVICE_UNAVAILABLE` when the operation's time is up
   */
  run<Row extends object>(statement: Statement, values: readonly unknown[]): Promise<Row[]>;
  /**
   * Runs a prepared statement that gives one row.
   *
   * @throws Error when it gives none, or several
   */
  one<Row extends object>(statement: Statement, values: readonly unknown[]): Promise<Row>;
  /** Turns a row with PostgreSQL's column names into an entity's properties, without a unit of work. */
  map<Entity extends object>(entity: EntityName<Entity>, row: object): Entity;
}

/** Runs a query of `pg`. */
export type Query = (config: StatementConfig) => Promise<pg.QueryResult>;

/** Runs statements by a query function. */
export class QueryRunner implements StatementRunner {
  readonly map: StatementRunner['map'];
  readonly #query: Query;

  constructor(query: Query, map: StatementRunner['map']) {
    this.#query = query;
    this.map = map;
  }

  async run<Row extends object>(statement: Statement, values: readonly unknown[]): Promise<Row[]> {
    return (await this.#query({ ...statement, values: [...values] })).rows as Row[];
  }

  async one<Row extends object>(statement: Statement, values: readonly unknown[]): Promise<Row> {
    return onlyRow(statement, await this.run<Row>(statement, values));
  }
}

/** The row of a statement that has to give one. */
function onlyRow<Row>(statement: Statement, rows: readonly Row[]): Row {
  const [row, second] = rows;
  if (row === undefined || second !== undefined)
    throw new Error(`the statement ${statement.name} gave ${rows.length} rows instead of one`);
  return row;
}
