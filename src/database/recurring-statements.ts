// Statements whose text is put together for each call: those that come again are prepared under a name, a bounded number of them.
import { createHash } from 'node:crypto';
import { assertStatementName, type Statement } from './statement.ts';

/** Texts that have a name at most: PostgreSQL keeps each of them on every connection, in 100 to 300 kB. */
const MOST_NAMES = 40;
/** Texts that are remembered to tell which come again. */
const MOST_REMEMBERED = 1_000;

/** Gives statements for texts: without a name when a text comes first, and always once there are enough with one. */
export class RecurringStatements {
  readonly #prefix: string;
  readonly #names = new Map<string, string>();
  readonly #seen = new Set<string>();

  /** @param prefix - begins the names */
  constructor(prefix: string) {
    this.#prefix = prefix;
    assertStatementName(this.#nameOf(''));
  }

  /** @returns a statement; one that is planned by its values each time has no name */
  statement(text: string, plannedByValues = false): Statement {
    return plannedByValues ? { name: undefined, text, plannedByValues } : { name: this.#nameFor(text), text };
  }

  /** The name of a text; undefined for none. */
  #nameFor(text: string): string | undefined {
    const known = this.#names.get(text);
    if (known !== undefined || this.#names.size === MOST_NAMES) return known;
    if (this.#seen.delete(text)) {
      const name = this.#nameOf(text);
      this.#names.set(text, name);
      return name;
    }
    const [oldest] = this.#seen;
    if (oldest !== undefined && this.#seen.size === MOST_REMEMBERED) this.#seen.delete(oldest);
    this.#seen.add(text);
    return undefined;
  }

  #nameOf(text: string): string {
    return `${this.#prefix}_${createHash('sha256').update(text).digest('hex').slice(0, 16)}`;
  }
}
