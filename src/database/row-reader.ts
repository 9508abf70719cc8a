// The rows of one prepared statement, read as PostgreSQL described them once.
import type pg from 'pg';

/** A column of a result, as PostgreSQL describes it. */
export interface FieldDescription {
  readonly name: string;
  readonly dataTypeID: number;
}

/** Reads rows of text as `pg` reads them: an object for each, with the column names as its members. */
export class RowReader {
  readonly #names: readonly string[];
  readonly #parsers: readonly ((text: string) => unknown)[];
  /** An object with all members: a copy of it has its shape from the beginning. */
  readonly #empty: Readonly<Record<string, unknown>>;

  constructor(fields: readonly FieldDescription[], client: Pick<pg.ClientBase, 'getTypeParser'>) {
    this.#names = fields.map(({ name }) => name);
    this.#parsers = fields.map(({ dataTypeID }) => client.getTypeParser(dataTypeID, 'text'));
    this.#empty = Object.fromEntries(this.#names.map((name) => [name, null]));
  }

  /** @param texts - one for each column; null for SQL's null */
  read(texts: readonly (string | null)[]): object {
    const row: Record<string, unknown> = { ...this.#empty };
    for (let i = 0; i < texts.length; i++) {
      const text = texts[i] ?? null;
      const parse = this.#parsers[i] as (text: string) => unknown;
      row[this.#names[i] as string] = text === null ? null : parse(text);
    }
    return row;
  }
}
