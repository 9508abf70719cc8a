// What the row of a subscription promises besides the checks that its table declares.
import type { RowInvariant } from './invariant.ts';

export const subscriptionRows: RowInvariant[] = [
  {
    name: 'subscription_times',
    promise: 'a subscription does not end before it starts',
    table: 'subscription',
    // No check of the table: rows that operators wrote, before there were mutations, may break it and do no harm.
    broken: 'b.ends_at < b.starts_at',
    detail: `format('ends %s before it starts', b.starts_at - b.ends_at)`,
  },
];
