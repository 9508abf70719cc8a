// Lists customers: found by a search, narrowed by a filter, in an order, page by page; and counts them.
import { hash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import { type Page, type PageParts, partsOf, type SortColumn } from '../../database/keyset.ts';
import type { OrganisationDatabase } from '../../database/organisation-database.ts';
import { RecurringStatements } from '../../database/recurring-statements.ts';
import type { OperationContext } from '../../operation-context.ts';
import {
  columnsOfProfile,
  type Profile,
  type ProfileRow,
  type Reading,
  readProfile,
  selectProfile,
} from '../profile.ts';
import { countList, estimateList, plannedRows } from './count.ts';
import { LIMITS, type ListLimits } from './limits.ts';
import { planOf } from './plan.ts';
import { type Conditions, type CustomerQuery, conditionColumns, type Form, ListQuery } from './query.ts';
import { byAge, sorts } from './sort.ts';
import { SqlValues } from './sql-values.ts';

/*
 * No plan is good for all lists. One that reads in order and leaves out what does not belong is the best where much belongs, and reads everything where little
 * does; one that collects all that belongs and sorts it is the other way round. PostgreSQL, who does not know which names are common, guesses wrong by a
 * factor of a thousand. So some rows are read in order first: mostly they fill the page. If they do not, all that belongs is collected.
 */

/** Where a customer stands in a list: its sort values. */
export type ListPosition = readonly unknown[];

/** A customer of a list. */
export interface Listed extends Profile {
  readonly position: ListPosition;
}

/** What a statement for a page is put together from. */
interface ListParts extends Conditions {
  readonly page: Omit<PageParts, 'condition'>;
  readonly values: readonly unknown[];
}

const statements = new RecurringStatements('customers_listed');

/** Lists whose first rows gave no page a moment ago: their first page is collected at once. */
const collectedAtOnce = new LRUCache<string, true>({ max: 1_000, ttl: 60_000 });

/** Reads a sort value, as JSON has it. */
function read(value: unknown, column: SortColumn | undefined): unknown {
  if (column?.type !== 'timestamptz') return value;
  return value === '-infinity' ? null : new Date(String(value));
}

/** A number rounded up so that there are few statements: how much a statement reads is in its text, since a plan for an unknown number reads too much. */
const powerOfTwo = (number: number) => 2 ** Math.ceil(Math.log2(number));

/** Those of a page among ids, which grow with age. */
function nearestOf(ids: readonly string[], { after, before, limit, inverted = false }: Page<ListPosition>): string[] {
  const [end, start] = [after, before].map((position) => position && BigInt(String(position[0])));
  return ids
    .map(BigInt)
    .filter((id) => (end === undefined || id < end) && (start === undefined || id > start))
    .sort((a, b) => (a < b ? -1 : 1) * (inverted ? 1 : -1))
    .slice(0, limit)
    .map(String);
}

/** The customers of one organisation that a query asks for. */
export class CustomerList {
  readonly #database: OrganisationDatabase;
  readonly #query: ListQuery;
  readonly #sort: readonly SortColumn[];
  readonly #limits: ListLimits;
  #counted: Promise<number | null> | undefined;

  constructor({ database }: Pick<OperationContext, 'database'>, asked: CustomerQuery, limits: ListLimits = LIMITS) {
    this.#database = database;
    this.#query = new ListQuery(database, asked, limits.counted);
    this.#limits = limits;
    this.#sort = asked.order ? sorts[asked.order.field] : byAge;
  }

  /**
   * Reads a page.
   *
   * @param page - with places in the order of the list
   * @param reading - what is read along
   */
  page(page: Page<ListPosition>, reading: Reading): Promise<Listed[]> {
    return this.#inSlot(() => this.#page(page, reading));
  }

  async #page(page: Page<ListPosition>, reading: Reading): Promise<Listed[]> {
    const parts = await this.#parts(page, 'probe');
    const { limit = this.#limits.most } = page;
    if (parts.rest === '') return this.#readPlain(parts, reading, powerOfTwo(limit));
    const isFirst = !page.after && !page.before;
    if (
      isFirst &&
      collectedAtOnce.has(this.#key) &&
      (this.#query.isFiltered || (await this.#query.foundIds()) !== null)
    ) {
      return this.#collect(page, reading);
    }
    const { forShortWords, perRow, most } = this.#limits;
    const first = this.#query.hasShortWords ? forShortWords : this.#limits.first;
    const walked = await this.#walk(parts, reading, first);
    if (walked.length >= limit) return walked;
    // More than are needed: one that was found by chance says little.
    const further = Math.min(perRow * limit, most);
    if ((walked.length / first) * further >= 1.25 * limit) {
      const listed = await this.#walk(parts, reading, further);
      if (listed.length >= limit) return listed;
    }
    const reads = await this.#furtherReads(page, parts);
    if (reads !== 0) {
      const listed = await this.#walk(parts, reading, reads);
      if (reads === undefined || listed.length >= limit) return listed;
    } else if (isFirst) collectedAtOnce.set(this.#key, true);
    return this.#collect(page, reading);
  }

  /** Says which list it is. */
  get #key(): string {
    const { organisationId } = this.#database;
    return hash('sha256', JSON.stringify([organisationId, this.#query.asked]), 'base64');
  }

  /** What is neither searched nor narrowed is read at once, and waits for nobody. */
  #inSlot<Result>(work: () => Promise<Result>): Promise<Result> {
    return this.#query.isSearch || this.#query.isFiltered ? this.#database.inListSlot(work) : work();
  }

  /** How many there are; null for more than are counted. */
  count(): Promise<number | null> {
    this.#counted ??= this.#inSlot(() => countList(this.#database, this.#query, this.#limits));
    return this.#counted;
  }

  /** How many there are, exactly or, where they are more than are counted, as estimated. */
  async estimate(): Promise<number> {
    const count = await this.count();
    if (count !== null) return count;
    const estimated = await this.#inSlot(() => estimateList(this.#database, this.#query, this.#limits));
    return Math.max(Math.round(estimated), this.#limits.counted + 1);
  }

  /**
   * How many rows to read in order before all that belongs to the list is collected: as many as take the same time. None where that is soon done; all that
   * there are, by undefined, where a search finds too many to collect.
   */
  async #furtherReads(page: Page<ListPosition>, walk: ListParts): Promise<number | undefined> {
    const { counted, most } = this.#limits;
    if (this.#query.isSearch) {
      if (await this.#query.foundIds()) return 0;
      const { filter } = this.#query.asked;
      const isNarrow =
        this.#query.isFiltered && (await plannedRows(this.#database, this.#query, { filter })) <= counted;
      return isNarrow ? 0 : undefined;
    }
    const all = await this.#parts(page, 'join');
    const plan = (from: string, { values }: ListParts) =>
      planOf(this.#database, `select id from ${from}`, values.slice(0, -1));
    const { rows, cost } = await plan(this.#collected(all), all);
    if (rows <= counted) return 0;
    const { cost: costOfMost } = await plan(this.#walked(walk, most), walk);
    return cost <= costOfMost ? 0 : powerOfTwo((cost / costOfMost) * most);
  }

  /** Rows `c` that a page is read from: in order, so many of them at most, those of the list. */
  #walked({ range, rest, page }: ListParts, reads: number | undefined): string {
    return `(
        select ${conditionColumns}, ${this.#sortValues()} from customer c
        where ${range}
        order by ${page.order}${reads === undefined ? '' : ` limit ${reads}`}
      ) c where true${rest}`;
  }

  /** Rows `c` that a page is read from: all that belong to the list. By the offset, PostgreSQL collects before it sorts, whatever limit stands around it. */
  #collected({ range, rest }: ListParts): string {
    return `(
        select c.id, ${this.#sortValues()} from customer c where ${range}${rest} offset 0
      ) c`;
  }

  /** Reads a page from rows in order, so many of them at most: then there may be fewer in it than there are. */
  #walk(parts: ListParts, reading: Reading, reads?: number): Promise<Listed[]> {
    return this.#read(parts, reading, this.#walked(parts, reads));
  }

  /** Reads a page from all that belongs to the list, sorted. */
  async #collect(page: Page<ListPosition>, reading: Reading): Promise<Listed[]> {
    const ids = await this.#query.foundIds();
    if (ids?.length === 0) return [];
    // In the order by age, the ids alone tell who is on the page.
    const nearest = ids && !this.#query.asked.order && !this.#query.isFiltered ? nearestOf(ids, page) : undefined;
    if (nearest) {
      const rows = await this.#collectAll(page, reading, nearest);
      if (rows.length === nearest.length) return rows;
    }
    return this.#collectAll(page, reading, ids);
  }

  /** @param ids - of those whom the search finds; null where they are too many, or nothing is searched for */
  async #collectAll(page: Page<ListPosition>, reading: Reading, ids: readonly string[] | null): Promise<Listed[]> {
    const parts = await this.#parts(page, 'join', ids);
    return this.#read(parts, reading, this.#collected(parts), true);
  }

  /** The conditions with those of a page, and the values that they name. */
  async #parts(page: Page<ListPosition>, form: Form, ids?: readonly string[] | null): Promise<ListParts> {
    const values = new SqlValues(this.#database.organisationId);
    const { range, rest } = await this.#query.conditions(values, form, ids);
    const direction = this.#query.asked.order?.direction === 'ASC' ? 'asc' : 'desc';
    const parameters = values.all.length;
    const { condition, ...parts } = partsOf({ sort: this.#sort, direction, parameters }, page);
    const bounds = [...(page.after ?? []), ...(page.before ?? []), page.limit ?? null];
    return { range: `${range}${condition}`, rest, page: parts, values: [...values.all, ...bounds] };
  }

  #sortValues(): string {
    return this.#sort.map(({ sql, indexed }, i) => `${indexed ?? sql} as sort_${i}`).join(', ');
  }

  /** Reads a page of a list that leaves nobody out: no row has to be looked at before it is known to be on it. */
  #readPlain({ range, page, values }: ListParts, reading: Reading, reads: number): Promise<Listed[]> {
    const order = this.#orderOf(page);
    const text = `
      select ${this.#selected(reading)}
      from (
        select true as has_related_records, c.* from (
          select ${columnsOfProfile(reading)}, ${this.#sortValues()} from customer c
          where ${range}
          order by ${page.order} limit ${reads}
        ) c
        order by ${order} limit ${page.limit}
      ) customer
      order by ${order}`;
    return this.#run(text, values);
  }

  /**
   * Reads the customers whose rows a part of the statement gives, in order.
   *
   * @param from - SQL that gives rows `c` with their ids and sort values
   */
  #read({ page, values }: ListParts, reading: Reading, from: string, plannedByValues = false): Promise<Listed[]> {
    const order = this.#orderOf(page);
    const text = `
      with listed as materialized (
        select id, true as has_related_records, ${this.#sortNames} from ${from} order by ${order} limit ${page.limit}
      )
      select ${this.#selected(reading)}
      from listed cross join lateral (
        select ${columnsOfProfile(reading)} from customer c where c.organisation_id = $1 and c.id = listed.id offset 0
      ) customer
      order by ${order}`;
    return this.#run(text, values, plannedByValues);
  }

  get #sortNames(): string[] {
    return this.#sort.map((_, i) => `sort_${i}`);
  }

  #orderOf({ direction }: ListParts['page']): string {
    return this.#sortNames.map((name) => `${name} ${direction}`).join(', ');
  }

  #selected(reading: Reading): string {
    const sortValues = this.#query.asked.order ? `, jsonb_build_array(${this.#sortNames}) as sort_values` : '';
    return selectProfile(reading) + sortValues;
  }

  async #run(text: string, values: readonly unknown[], plannedByValues = false): Promise<Listed[]> {
    const rows = await this.#database.run<ProfileRow>(statements.statement(text, plannedByValues), values);
    return rows.map((row) =>
      Object.assign(readProfile(this.#database, row), {
        position: row.sort_values?.map((value, i) => read(value, this.#sort[i])) ?? [row.id],
      }),
    );
  }
}
