// The values of a statement whose text is put together, in the order in which the text names them.

/** Takes values, and gives the SQL that stands for each. */
export class SqlValues {
  readonly all: unknown[];

  /** @param first - values that the text names by itself, $1 first */
  constructor(...first: unknown[]) {
    this.all = first;
  }

  /** @param type - PostgreSQL's name for it */
  add(value: unknown, type: string): string {
    this.all.push(value);
    return `$${this.all.length}::${type}`;
  }
}
