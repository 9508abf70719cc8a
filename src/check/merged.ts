// What customers promise that were merged into another one.
import { MOST_MERGED } from '../customer/merge/merged.ts';
import type { RowInvariant } from './invariant.ts';
import { hasRow } from './look-up.ts';

/** SQL of something of the survivor of a row `b`, looked up by the whole key. */
const ofSurvivor = (what: string) => `
  (select ${what} from customer s where s.organisation_id = b.organisation_id and s.id >= b.merged_into order by s.id limit 1)`;

const isMerged = 'b.merged_into is not null';

/** What moves at a merge, but for addresses: one that a call had begun to note before a merge may come after it, and erasing takes it away all the same. */
const moved: readonly [name: string, table: string, column: string][] = [
  ['merged_groups', 'customer_group_membership', 'customer_id'],
  ['merged_subscriptions', 'subscription', 'customer_id'],
  ['merged_referral', 'referral', 'customer_id'],
  ['merged_referrals', 'referral', 'referrer_id'],
];

export const mergedRows: RowInvariant[] = [
  {
    name: 'merged_once',
    promise: 'a customer that was merged leads to one that was not, and not to itself',
    table: 'customer',
    broken: `${isMerged} and (b.merged_into = b.id or ${ofSurvivor('s.merged_into')} is not null)`,
    detail: `case when b.merged_into = b.id then 'was merged into itself' else 'its survivor was merged too' end`,
  },
  {
    name: 'merged_deletion',
    promise: 'a customer that was merged is deleted where its survivor is',
    table: 'customer',
    broken: `${isMerged} and (b.deleted_at is null) <> ${ofSurvivor('s.deleted_at is null')}`,
    detail: `case when b.deleted_at is null then 'its survivor is deleted' else 'is deleted, and its survivor is not' end`,
  },
  {
    name: 'merged_count',
    promise: `at most ${MOST_MERGED} customers were merged into one`,
    table: 'customer',
    broken: `(select count(*) > ${MOST_MERGED} from customer m where m.organisation_id = b.organisation_id and m.merged_into = b.id)`,
    detail: `'more than ${MOST_MERGED} customers were merged into it'`,
  },
  ...moved.map(
    ([name, table, column]): RowInvariant => ({
      name,
      promise: `no row of ${table} leads by ${column} to a customer that was merged`,
      table: 'customer',
      broken: `${isMerged} and ${hasRow(table, ['organisation_id', column], ['b.organisation_id', 'b.id'])}`,
      detail: `'was merged, and ${table} still leads to it by ${column}'`,
    }),
  ),
];
