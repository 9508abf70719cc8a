// Pages of lists, as Relay has them.
import { resolveCursorConnection } from '@pothos/plugin-relay';
import { z } from 'zod';
import type { Page } from '../../database/keyset.ts';
import { ApiError, type FieldProblem } from '../../errors/api-error.ts';
import { fieldProblems } from '../../errors/validation.ts';

/** Customers, or whatever is listed, in a page of which nothing is said. */
export const DEFAULT_PAGE = 20;
/** The most that one page holds. */
export const LARGEST_PAGE = 100;

const pageSize = z.int().min(0, 'must be at least 0').max(LARGEST_PAGE, `must be at most ${LARGEST_PAGE}`).nullish();
const pageSizes = z.object({ first: pageSize, last: pageSize });

/** What a caller asks of a list. */
export interface PageArguments {
  first?: number | null | undefined;
  last?: number | null | undefined;
  after?: string | null | undefined;
  before?: string | null | undefined;
}

/** Reads a cursor; undefined for none. @throws ApiError `INTERNAL_VALIDATION_FAILED` at the argument */
export type ReadCursor<Place> = (cursor: string | null | undefined, argument: string) => Place | undefined;

/** The complexity of a field that gives a page: what a page holds is counted as often as the page is long. */
export function pricedByPage({ first, last }: PageArguments) {
  return { field: 1, multiplier: Math.min(first ?? last ?? DEFAULT_PAGE, LARGEST_PAGE) };
}

/**
 * Checks what is asked of a list, before anything is read.
 *
 * @param problems - what is wrong with other arguments
 * @returns the places that the cursors mark
 * @throws ApiError `INTERNAL_VALIDATION_FAILED` with every argument that is wrong
 */
export function validatePage<Place>(
  args: PageArguments,
  readCursor: ReadCursor<Place>,
  problems: readonly FieldProblem[] = [],
) {
  const fields = [...problems, ...fieldProblems(pageSizes.safeParse(args).error)];
  if (args.first != null && args.last != null) {
    fields.push({ path: 'last', message: 'must not be given together with first' });
  }
  const place = (argument: 'after' | 'before') => {
    try {
      return readCursor(args[argument], argument);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      fields.push(...(error.fields ?? []));
      return undefined;
    }
  };
  const places = { after: place('after'), before: place('before') };
  if (fields.length > 0) throw new ApiError('INTERNAL_VALIDATION_FAILED', { fields });
  return places;
}

/**
 * Reads one page of a list.
 *
 * @param toCursor - marks the place of an item
 * @param readCursor - finds the place that a cursor marks
 * @param read - reads so many items after or before a place
 * @throws ApiError `INTERNAL_VALIDATION_FAILED` with every argument that is wrong
 */
export async function readPage<Item, Place>(
  args: PageArguments,
  toCursor: (item: Item) => string,
  readCursor: ReadCursor<Place>,
  read: (page: Page<Place>) => Promise<Item[]>,
) {
  const places = validatePage(args, readCursor);
  const { edges, pageInfo } = await resolveCursorConnection<Promise<Item[]>>(
    { args, defaultSize: DEFAULT_PAGE, maxSize: LARGEST_PAGE, toCursor: (item: Item) => toCursor(item) },
    (({ limit, inverted }: Page<Place>) => read({ ...places, limit, inverted })) as never,
  );
  // An empty page begins and ends nowhere.
  const ends = edges.length === 0 && { startCursor: null, endCursor: null };
  return { edges: edges as { cursor: string; node: Item }[], pageInfo: { ...pageInfo, ...ends } };
}
