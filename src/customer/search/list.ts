// Lists customers: found by a search, narrowed by a filter, in an order, page by page; and counts them.
import { type Page, type PageParts, partsOf, type SortColumn } from '../../database/keyset.ts';
import type { OrganisationDatabase } from '../../database/organisation-database.ts';
import { RecurringStatements } from '../../database/recurring-statements.ts';
import type { Statement } from '../../database/statement.ts';
import type { OperationContext } from '../../operation-context.ts';
import { type Profile, type ProfileRow, type Reading, readProfile, selectProfile } from '../profile.ts';
import { isListed } from './columns.ts';
import { type CustomerFilter, conditionsOf } from './filter.ts';
import { byAge, type CustomerOrder, sorts } from './sort.ts';
import { SqlValues } from './sql-values.ts';

/*
 * No plan is good for all lists. One that reads in order and leaves out what does not belong is the best where much belongs, and reads everything where little
 * does; one that collects all that belongs and sorts it is the other way round. PostgreSQL, who does not know which names are common, guesses wrong by a
 * factor of a thousand. So some rows are read in order first: mostly they fill the page. If they do not, what belongs is little, and is collected.
 */

/** How many rows a list reads for what. */
export interface ListLimits {
  /** In order, to see how much belongs to the list: what is rare by its look, and what may be common. */
  readonly ofRare: number;
  readonly ofCommon: number;
  /** In order, where that is worth it: for each one that a page holds, and at most in all. */
  readonly perRow: number;
  readonly most: number;
  /** To count, or to collect what a search finds, at most. */
  readonly counted: number;
  /** The newest, to tell how common it is what a search looks for. */
  readonly sample: number;
}

/** Characters of a word that few have. */
const LONG_WORD = 8;

/** Customers that are counted at most. */
export const MOST_COUNTED = 10_000;

const LIMITS: ListLimits = {
  ofRare: 200,
  ofCommon: 1_000,
  perRow: 200,
  most: 20_000,
  counted: MOST_COUNTED,
  sample: 10_000,
};

/** What a list is asked for. */
export interface CustomerQuery {
  readonly filter?: CustomerFilter | undefined;
  /** Words of a search, all of which a customer has. */
  readonly words?: readonly string[] | undefined;
  /** Absent for the newest first. */
  readonly order?: CustomerOrder | undefined;
}

/** Where a customer stands in a list: its sort values. */
export type ListPosition = readonly unknown[];

/** A customer of a list. In the order by age, the reference stands for its position. */
export interface Listed extends Profile {
  readonly position: ListPosition;
}

/** What a statement for a page is put together from. */
interface ListParts {
  /** SQL of the conditions that hold for rows which stand together in the order. */
  own: string;
  /** SQL of the others; begins with `and`, or is empty. */
  others: string;
  page: Omit<PageParts, 'condition'>;
  values: unknown[];
}

const statements = new RecurringStatements('customers_listed');

const find: Statement = {
  name: 'customers_searched',
  text: 'select search_customers($1::text[], $2::integer) as ids',
};

const findGroups: Statement = {
  name: 'customer_groups_by_slug',
  text: 'select id from customer_group where organisation_id = $1 and slug = any($2::text[]) and deleted_at is null',
};

/** Columns that conditions read. */
const columns = [
  ...['id', 'premium', 'banned_at', 'credit_balance', 'created_at', 'last_seen_at'],
  ...['company_name', 'first_name', 'last_name', 'search_text'],
].map((name) => `c.${name}`);

/** Reads a sort value, as JSON has it. */
function read(value: unknown, column: SortColumn | undefined): unknown {
  if (column?.type !== 'timestamptz') return value;
  return value === '-infinity' ? null : new Date(String(value));
}

/** Those of a page among ids, which grow with age. */
function nearestOf(ids: readonly string[], { after, before, limit, inverted = false }: Page<ListPosition>): string[] {
  const [end, start] = [after, before].map((position) => position && Number(position[0]));
  return ids
    .map(Number)
    .filter((id) => (end === undefined || id < end) && (start === undefined || id > start))
    .sort((a, b) => (inverted ? a - b : b - a))
    .slice(0, limit)
    .map(String);
}

/** The customers of one organisation that a query asks for. */
export class CustomerList {
  readonly #database: OrganisationDatabase;
  readonly #query: CustomerQuery;
  readonly #sort: readonly SortColumn[];
  readonly #limits: ListLimits;
  #found: Promise<readonly string[] | null> | undefined;
  #groups: Promise<readonly string[]> | undefined;
  #counted: Promise<number | null> | undefined;

  constructor({ database }: Pick<OperationContext, 'database'>, query: CustomerQuery, limits: ListLimits = LIMITS) {
    this.#database = database;
    this.#query = query;
    this.#limits = limits;
    this.#sort = query.order ? sorts[query.order.field] : byAge;
  }

  /**
   * Reads a page.
   *
   * @param page - with places in the order of the list
   * @param reading - what is read along
   */
  async page(page: Page<ListPosition>, reading: Reading): Promise<Listed[]> {
    const parts = await this.#parts(page, 'asked');
    if (parts.others === '') return this.#walk(parts, reading);
    const { ofRare, ofCommon, perRow, most } = this.#limits;
    const { limit = most } = page;
    const first = this.#looksRare ? ofRare : ofCommon;
    const walked = await this.#walk(parts, reading, first);
    if (walked.length >= limit) return walked;
    const reads = Math.min(perRow * limit, most);
    if ((walked.length * reads) / first >= limit) {
      const further = await this.#walk(parts, reading, reads);
      if (further.length >= limit) return further;
    }
    return this.#collect(page, reading);
  }

  /** Reads a page from rows in order, so many of them at most: then there may be fewer in it than there are. */
  #walk(parts: ListParts, reading: Reading, reads?: number): Promise<Listed[]> {
    const from = `(
        select ${columns}, ${this.#sortValues()} from customer c
        where ${parts.own}
        order by ${parts.page.order}${reads === undefined ? '' : ` limit ${reads}`}
      ) c where true${parts.others}`;
    return this.#read(parts, reading, from);
  }

  get #isSearch(): boolean {
    return (this.#query.words ?? []).length > 0;
  }

  /** Long words are rare. Of filters, those that are not rare show it at once. */
  get #looksRare(): boolean {
    const { words = [] } = this.#query;
    return words.length === 0 || words.some((word) => word.length >= LONG_WORD);
  }

  get #isFiltered(): boolean {
    return [...conditionsOf(this.#query.filter ?? {}, new SqlValues(), [])].length > 0;
  }

  /** How many there are; null for more than are counted. */
  count(): Promise<number | null> {
    this.#counted ??= this.#count();
    return this.#counted;
  }

  /** How many there are, exactly or, where they are more than are counted, as PostgreSQL estimates from what it knows of the table. */
  async estimate(): Promise<number> {
    const count = await this.count();
    if (count !== null) return count;
    const estimated = this.#isSearch
      ? (await this.#planned({})) * (await this.#shareOfSample())
      : await this.#planned(this.#query);
    return Math.max(Math.round(estimated), this.#limits.counted + 1);
  }

  /** Reads a page when few rows belong to it: all of them, then sorted. Where a search finds too many for that, in order, as far as it takes. */
  async #collect(page: Page<ListPosition>, reading: Reading): Promise<Listed[]> {
    const ids = await this.#foundIds();
    if (this.#isSearch && !ids) return this.#walk(await this.#parts(page, 'asked'), reading);
    // In the order by age, the ids alone tell who is on the page.
    const nearest = ids && !this.#query.order && !this.#isFiltered ? nearestOf(ids, page) : undefined;
    if (nearest) {
      const rows = await this.#collectAll(page, reading, nearest);
      if (rows.length === nearest.length) return rows;
    }
    return this.#collectAll(page, reading, ids);
  }

  /** @param ids - of those whom the search finds; null where they are too many, or nothing is searched for */
  async #collectAll(page: Page<ListPosition>, reading: Reading, ids: readonly string[] | null): Promise<Listed[]> {
    const parts = await this.#parts(page, 'sql', ids);
    // What has an offset is collected first, whatever limit there is around it.
    const from = `(
        select c.id, ${this.#sortValues()} from customer c where ${parts.own}${parts.others} offset 0
      ) c`;
    return this.#read(parts, reading, from, true);
  }

  /** What conditions the query comes to, with the values that they name. */
  async #parts(page: Page<ListPosition>, form: 'sql' | 'asked', ids?: readonly string[] | null): Promise<ListParts> {
    const values = new SqlValues(this.#database.organisationId);
    const { own, others } = await this.#conditions(values, this.#query, form, ids);
    const { order } = this.#query;
    const direction = order?.direction === 'ASC' ? 'asc' : 'desc';
    const parameters = values.all.length;
    const { condition, ...parts } = partsOf({ sort: this.#sort, direction, parameters }, page);
    for (const value of [...(page.after ?? []), ...(page.before ?? []), page.limit ?? null]) values.all.push(value);
    return { own: `${own}${condition}`, others, page: parts, values: values.all };
  }

  /** @returns as SQL, the conditions that hold for rows which stand together in the order, and the others, which begin with `and` */
  async #conditions(
    values: SqlValues,
    { filter = {}, words = [], order }: CustomerQuery,
    form: 'sql' | 'asked' = 'sql',
    ids?: readonly string[] | null,
  ) {
    const conditions = [...conditionsOf(filter, values, await this.#groupIds())];
    const own = conditions.filter(({ within }) => within !== undefined && within === order?.field);
    const others = conditions
      .filter((condition) => !own.includes(condition))
      .map((condition) => condition[form] ?? condition.sql);
    if (ids) others.push(`c.id = any(${values.add(ids, 'bigint[]')})`);
    for (const word of words) {
      others.push(`c.search_text like (select search_pattern(${values.add(word, 'text')}))`);
    }
    return {
      own: ['c.organisation_id = $1', isListed('c'), ...own.map(({ sql }) => sql)].join(' and '),
      others: others.map((sql) => ` and ${sql}`).join(''),
    };
  }

  #sortValues(): string {
    return this.#sort.map(({ sql, indexed }, i) => `${indexed ?? sql} as sort_${i}`).join(', ');
  }

  /**
   * Reads the customers whose rows a part of the statement gives, in order.
   *
   * @param from - SQL that gives rows `c` with their ids and sort values
   */
  async #read({ page, values }: ListParts, reading: Reading, from: string, plannedByValues = false): Promise<Listed[]> {
    const names = this.#sort.map((_, i) => `sort_${i}`);
    const order = names.map((name) => `${name} ${page.direction}`).join(', ');
    const text = `
      with listed as materialized (
        select id, true as has_related_records, ${names} from ${from} order by ${order} limit ${page.limit}
      )
      select ${selectProfile(reading)}${this.#query.order ? `, jsonb_build_array(${names}) as sort_values` : ''}
      from listed cross join lateral (select * from customer c where c.organisation_id = $1 and c.id = listed.id offset 0) customer
      order by ${order}`;
    const rows = await this.#database.run<ProfileRow & { sort_values?: unknown[] }>(
      statements.statement(text, plannedByValues),
      values,
    );
    return rows.map(({ sort_values: sortValues = [], ...row }) => ({
      ...readProfile(this.#database, row),
      position: sortValues.map((value, i) => read(value, this.#sort[i])),
    }));
  }

  /** Ids of all customers that have the words, whatever else they are; null where that is too many, or nothing is searched for. */
  #foundIds(): Promise<readonly string[] | null> {
    this.#found ??= this.#isSearch
      ? this.#database
          .one<{ ids: readonly string[] | null }>(find, [this.#query.words, this.#limits.counted])
          .then(({ ids }) => ids)
      : Promise.resolve(null);
    return this.#found;
  }

  /** Ids of the groups that the filter names, as far as there are such. */
  #groupIds(): Promise<readonly string[]> {
    const slugs = this.#query.filter?.groups?.anyOf;
    this.#groups ??= slugs
      ? this.#database
          .run<{ id: string }>(findGroups, [this.#database.organisationId, slugs])
          .then((rows) => rows.map(({ id }) => id))
      : Promise.resolve([]);
    return this.#groups;
  }

  async #count(): Promise<number | null> {
    const ids = await this.#foundIds();
    const values = new SqlValues(this.#database.organisationId);
    const { own, others } = await this.#conditions(values, this.#query, 'sql', ids);
    if (this.#isSearch && !ids && !this.#isFiltered) return null;
    const text = `select count(*)::int as count from (select from customer c where ${own}${others} limit ${this.#limits.counted + 1}) c`;
    const { count } = await this.#database.one<{ count: number }>(statements.statement(text, true), values.all);
    return count > this.#limits.counted ? null : count;
  }

  /** How many rows PostgreSQL expects. */
  async #planned(query: CustomerQuery): Promise<number> {
    const values = new SqlValues(this.#database.organisationId);
    const { own, others } = await this.#conditions(values, query);
    const text = `explain (format json) select c.id from customer c where ${own}${others}`;
    const plan = await this.#database.one<Record<'QUERY PLAN', [{ Plan: { 'Plan Rows': number } }]>>(
      { name: undefined, text, plannedByValues: true },
      values.all,
    );
    return plan['QUERY PLAN'][0].Plan['Plan Rows'];
  }

  /** How many of the newest customers are those of the list: PostgreSQL knows nothing of how common parts of text are. */
  async #shareOfSample(): Promise<number> {
    const values = new SqlValues(this.#database.organisationId);
    const { own, others } = await this.#conditions(values, { ...this.#query, order: undefined }, 'asked');
    const text = `
      select coalesce(avg(case when true${others} then 1 else 0 end), 0)::float8 as share
      from (select ${columns} from customer c where ${own} order by c.id desc limit ${this.#limits.sample}) c`;
    const { share } = await this.#database.one<{ share: number }>(statements.statement(text), values.all);
    return share;
  }
}
