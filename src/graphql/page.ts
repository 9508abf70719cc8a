// Pages of lists, as Relay has them.
import { resolveCursorConnection } from '@pothos/plugin-relay';
import { invalidField } from '../errors.ts';
import { DEFAULT_PAGE, LARGEST_PAGE } from './builder.ts';

/** What is asked of a list: cursors around the page, how much of it, and from which end. */
export type PageRequest = Parameters<Parameters<typeof resolveCursorConnection>[1]>[0];

/** What a caller asks of a list. */
type PageArguments = Parameters<typeof resolveCursorConnection>[0]['args'];

/**
 * Reads one page of a list.
 *
 * @param toCursor - marks the place of an item
 * @param read - reads so many items after or before a cursor
 * @throws ApiError `INTERNAL_VALIDATION_FAILED` when both ends of the list are asked for
 */
export async function readPage<Item>(
  args: PageArguments,
  toCursor: (item: Item) => string,
  read: (request: PageRequest) => Promise<Item[]>,
) {
  if (args.first != null && args.last != null) throw invalidField('last', 'must not be given together with first');
  const { edges, pageInfo } = await resolveCursorConnection<Promise<Item[]>>(
    { args, defaultSize: DEFAULT_PAGE, maxSize: LARGEST_PAGE, toCursor: (item: Item) => toCursor(item) },
    read as never,
  );
  // An empty page begins and ends nowhere.
  const [startCursor, endCursor] = [pageInfo.startCursor || null, pageInfo.endCursor || null];
  return { edges: edges as { cursor: string; node: Item }[], pageInfo: { ...pageInfo, startCursor, endCursor } };
}
