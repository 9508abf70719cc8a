// The orders in which customers are listed.
import type { SortColumn } from '../../database/keyset.ts';
import { NEVER, sortFirstName, sortLastSeen, sortName } from './columns.ts';
import type { SortField } from './filter.ts';

/** What callers ask for. */
export interface CustomerOrder {
  readonly field: SortField;
  readonly direction: 'ASC' | 'DESC';
}

const reference = { sql: 'c.cu_ref_no', type: 'text' } as const;

/** What each order sorts rows `c` by; the reference is the last tie. */
export const sorts = {
  CREATED_AT: [{ sql: 'c.created_at', type: 'timestamptz' }, reference],
  LAST_SEEN_AT: [{ sql: 'c.last_seen_at', indexed: sortLastSeen('c'), ifNull: NEVER, type: 'timestamptz' }, reference],
  NAME: [{ sql: sortName('c'), type: 'text' }, { sql: sortFirstName('c'), type: 'text' }, reference],
  CREDIT: [{ sql: 'c.credit_balance', type: 'integer' }, reference],
} as const satisfies Record<SortField, readonly SortColumn[]>;

/** The order of a list that nothing is said of: by age. */
export const byAge = [{ sql: 'c.id', type: 'bigint' }] as const satisfies readonly SortColumn[];
