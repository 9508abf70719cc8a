// What PostgreSQL knows of tables that an import fills: plans that it made while they were empty would read all that came since, for each row.
import type { OrganisationDatabase } from '../../../database/organisation-database.ts';
import type { Statement } from '../../../database/statement.ts';

/** Tables that rows go into. */
const tables = ['customer', 'customer_group_membership', 'credit_entry', 'referral', 'change_entry'] as const;
/** How many times as many rows as PostgreSQL knew of there may be before it has another look. */
const GROWTH = 8;

const known: Statement = {
  name: undefined,
  text: `select greatest(reltuples, 0)::float8 as rows from pg_class where oid = $1::regclass`,
};
const look: Statement = { name: undefined, text: `analyze ${tables.join(', ')}` };

/** Has PostgreSQL look at the tables whenever one has grown by much: plans of all sessions, those of foreign keys too, are made anew then. */
export class Statistics {
  readonly #database: OrganisationDatabase;
  /** A table into which rows go, one for each. */
  readonly #table: (typeof tables)[number];
  #added = 0;
  /** Rows that may be added before the next look. */
  #enough = 0;

  constructor(database: OrganisationDatabase, table: (typeof tables)[number]) {
    this.#database = database;
    this.#table = table;
  }

  /** Hears of rows that were added. */
  async added(rows: number): Promise<void> {
    this.#added += rows;
    if (this.#added <= this.#enough) return;
    const { rows: before } = await this.#database.one<{ rows: number }>(known, [this.#table]);
    if (this.#added > before) await this.#database.run(look, []);
    this.#enough = Math.max(before, this.#added) * GROWTH;
  }
}
