// What a list of customers is asked for, as SQL: what is looked up for it once, and the conditions that it comes to.
import type { OrganisationDatabase } from '../../database/organisation-database.ts';
import type { Statement } from '../../database/statement.ts';
import { findGroups } from '../group/list.ts';
import { isListed } from './columns.ts';
import { type CustomerFilter, conditionsOf } from './filter.ts';
import { LONG_WORD } from './limits.ts';
import type { CustomerOrder } from './sort.ts';
import { SqlValues } from './sql-values.ts';

/** What a list is asked for. */
export interface CustomerQuery {
  readonly filter?: CustomerFilter | undefined;
  /** Words of a search, all of which a customer has. */
  readonly words?: readonly string[] | undefined;
  /** Absent for the newest first. */
  readonly order?: CustomerOrder | undefined;
}

/** How conditions are written: to find rows by, or to ask them of each row that was read. */
export type Form = 'join' | 'probe';

/** The conditions of a query on rows `c`, as SQL. */
export interface Conditions {
  /** Those that a range of the order's index meets. */
  readonly range: string;
  /** The others; begins with `and`, or is empty. */
  readonly rest: string;
}

const findCustomers: Statement = {
  name: 'customers_searched',
  text: 'select search_customers($1::text[], $2::integer) as ids',
};

/** SQL for whether a row `c` has a word; of one with blanks, its first part or all others, as `search_customers` has it. */
function hasWord(word: string, values: SqlValues): string {
  const [first = '', ...others] = word
    .split(' ')
    .map((part) => `c.search_text like (select search_pattern(${values.add(part, 'text')}))`);
  return others.length === 0 ? first : `(${first} or (${others.join(' and ')}))`;
}

/** A query of one organisation. */
export class ListQuery {
  readonly asked: CustomerQuery;
  readonly #database: OrganisationDatabase;
  readonly #most: number;
  #found: Promise<readonly string[] | null> | undefined;
  #groups: Promise<readonly number[]> | undefined;

  /** @param most - customers that a search may find */
  constructor(database: OrganisationDatabase, asked: CustomerQuery, most: number) {
    this.#database = database;
    this.asked = asked;
    this.#most = most;
  }

  get isSearch(): boolean {
    return (this.asked.words ?? []).length > 0;
  }

  /** Whether all that is searched for are short words, which may be common. */
  get hasShortWords(): boolean {
    return this.isSearch && !this.asked.words?.some((word) => word.length >= LONG_WORD);
  }

  get isFiltered(): boolean {
    return [...conditionsOf(this.asked.filter ?? {}, new SqlValues(), [])].length > 0;
  }

  /** Ids of all customers that have the words, whatever else they are; null where that is too many, or nothing is searched for. */
  foundIds(): Promise<readonly string[] | null> {
    this.#found ??= this.isSearch
      ? this.#database
          .one<{ ids: readonly string[] | null }>(findCustomers, [this.asked.words, this.#most])
          .then(({ ids }) => ids)
      : Promise.resolve(null);
    return this.#found;
  }

  /** Ids of the groups that the filter names, as far as there are such. */
  groupIds(): Promise<readonly number[]> {
    const slugs = this.asked.filter?.groups?.anyOf;
    this.#groups ??= slugs
      ? findGroups(this.#database, slugs).then((groups) => [...groups.values()].map(({ id }) => id))
      : Promise.resolve([]);
    return this.#groups;
  }

  /**
   * Writes the conditions.
   *
   * @param values - takes what they compare with; its first is the organisation
   * @param ids - those of whom the search finds, where they are known
   * @param asked - a part of the query, where not all of it is meant
   */
  async conditions(
    values: SqlValues,
    form: Form,
    ids?: readonly string[] | null,
    { filter = {}, words = [], order }: CustomerQuery = this.asked,
  ): Promise<Conditions> {
    const conditions = [...conditionsOf(filter, values, await this.groupIds())];
    const ofRange = conditions.filter(({ within }) => within !== undefined && within === order?.field);
    const others = conditions
      .filter((condition) => !ofRange.includes(condition))
      .map(({ sql, probe = sql }) => (form === 'probe' ? probe : sql));
    if (ids) others.push(`c.id = any(${values.add(ids, 'bigint[]')})`);
    for (const word of words) others.push(hasWord(word, values));
    return {
      range: ['c.organisation_id = $1', isListed('c'), ...ofRange.map(({ sql }) => sql)].join(' and '),
      rest: others.map((sql) => ` and ${sql}`).join(''),
    };
  }
}

/** Columns that conditions read. */
export const conditionColumns = [
  ...['id', 'premium', 'banned_at', 'credit_balance', 'created_at', 'last_seen_at'],
  ...['company_name', 'first_name', 'last_name', 'search_text'],
].map((name) => `c.${name}`);
