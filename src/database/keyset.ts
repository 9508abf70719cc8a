// Pages of a list by keyset: a page begins where a row stands in the order, not after a number of rows, so that a deep page costs no more than the
// first, and none is left out or comes twice when others come or go.
import { assertStatementName, type Statement } from './statement.ts';

/** What a list is sorted by, and how it comes from JavaScript. */
interface SortValues {
  bigint: number | string;
  integer: number;
  text: string;
  /** Exact to the millisecond, as our columns are. */
  timestamptz: Date;
  inet: string;
}

/** A value that a list is sorted by. */
export interface SortColumn {
  /** SQL for the value. */
  readonly sql: string;
  readonly type: keyof SortValues;
  /** SQL for a constant that null is sorted as: an index of the list holds `coalesce(<sql>, <ifNull>)`, or `indexed`. Absent where there is no null. */
  readonly ifNull?: string;
  /** SQL for the same in another form, where that is what an index holds. */
  readonly indexed?: string;
}

/** Where a row stands in a list: its sort values. */
export type PositionOf<Sort extends readonly Pick<SortColumn, 'type' | 'ifNull'>[]> = {
  readonly [I in keyof Sort]: SortValues[Sort[I]['type']] | (Sort[I] extends { ifNull: string } ? null : never);
};

/** One page of a list. */
export interface Page<Position> {
  /** Where the page begins and ends; neither is part of it. */
  after?: Position | undefined;
  before?: Position | undefined;
  /** How many at most; all unless told. */
  limit?: number | undefined;
  /** True to count from the end of the list, and to give the last one first. */
  inverted?: boolean | undefined;
}

/** What makes one page of a statement. */
export interface PageParts {
  /** Begins with `and`, or is empty. */
  condition: string;
  /** The sort values, each with the direction. */
  order: string;
  /** The parameter that says how many at most. */
  limit: string;
  direction: 'asc' | 'desc';
}

/** A list that is read by pages. */
interface Keyset<Sort extends readonly SortColumn[]> {
  /** Begins the names of the statements. */
  name: string;
  /** What it is sorted by. Together they tell each row from every other, so the last is a reference or an id. */
  sort: Sort;
  /** Of all of them alike: then one comparison of rows is one range of an index. */
  direction: 'asc' | 'desc';
  /** How many parameters the text has besides those of pages; they come first. */
  parameters: number;
  /** Writes a statement that gives one page, in order. */
  text(parts: PageParts): string;
}

/**
 * Makes the function that gives the statement for a page of a list, and its values: those of the text, then those of the page. A bound that is not
 * given is not in the text; so there is one statement for each of the eight kinds of pages, made when it is first needed.
 */
export function keysetPages<const Sort extends readonly SortColumn[]>(
  list: Keyset<Sort>,
): (page: Page<PositionOf<Sort>>, values: readonly unknown[]) => [statement: Statement, values: unknown[]] {
  // The longest of them, so that no kind of page is the first to be refused by a caller's request.
  assertStatementName(`${list.name}_inverted_after_before`);
  const statements = new Map<string, Statement>();
  return ({ after, before, limit, inverted = false }, values) => {
    const kind = [inverted && 'inverted', after && 'after', before && 'before'].filter(Boolean).join('_');
    let statement = statements.get(kind);
    if (!statement) {
      statement = {
        name: `${list.name}${kind && `_${kind}`}`,
        text: list.text(partsOf(list, { after, before, inverted })),
      };
      statements.set(kind, statement);
    }
    return [statement, [...values, ...(after ?? []), ...(before ?? []), limit ?? null]];
  };
}

/** Makes what a page adds to a statement: conditions, whose values are those of its bounds, then the limit; and the order. */
export function partsOf(
  { sort, direction, parameters }: Pick<Keyset<readonly SortColumn[]>, 'sort' | 'direction' | 'parameters'>,
  { after, before, inverted = false }: Page<unknown>,
): PageParts {
  let used = parameters;
  const columns = sort.map(({ sql, ifNull, indexed }) => indexed ?? orElse(sql, ifNull));
  const isBeyond = (operator: '<' | '>') => {
    const places = sort.map(({ type, ifNull }) => {
      used += 1;
      return valueOr(`$${used}::${type}`, ifNull);
    });
    return ` and (${columns.join(', ')}) ${operator} (${places.join(', ')})`;
  };
  const [later, earlier] = direction === 'asc' ? (['>', '<'] as const) : (['<', '>'] as const);
  const condition = (after ? isBeyond(later) : '') + (before ? isBeyond(earlier) : '');
  const along = (direction === 'asc') !== inverted ? 'asc' : 'desc';
  const order = columns.map((column) => `${column} ${along}`).join(', ');
  return { condition, order, limit: `$${used + 1}`, direction: along };
}

/** Row level security would let no index be read by a `coalesce` of what is not known when a statement is planned. */
function valueOr(value: string, ifNull: string | undefined): string {
  return ifNull === undefined ? value : `case when ${value} is null then ${ifNull} else ${value} end`;
}

/** SQL for a column as an index holds it. */
function orElse(sql: string, ifNull: string | undefined): string {
  return ifNull === undefined ? sql : `coalesce(${sql}, ${ifNull})`;
}
