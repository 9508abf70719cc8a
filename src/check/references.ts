// What rows that lead to others promise: those are there, in the same organisation, and referrals go round in no circle.
import type { BatchInvariant, RowInvariant } from './invariant.ts';
import { hasRow } from './look-up.ts';
import { customerOf } from './subjects.ts';
import type { ForeignKey, Table } from './tables.ts';

/** SQL for whether there is what a row `b` leads to. */
function targetOf({ columns, target, targetColumns }: ForeignKey): string {
  return hasRow(
    target,
    targetColumns,
    columns.map((column) => `b.${column}`),
  );
}

/** The same in any other organisation; undefined for what belongs to none. */
function targetElsewhere({ columns, target, targetColumns }: ForeignKey): string | undefined {
  if (!targetColumns.includes('organisation_id')) return undefined;
  const pairs = targetColumns.map((column, i) =>
    column === 'organisation_id' ? 'p.organisation_id = o.id' : `p.${column} = b.${columns[i]}`,
  );
  return `exists (select from organisation o join ${target} p on ${pairs.join(' and ')})`;
}

/** What a broken restore leaves behind: rows that lead nowhere, or into another organisation. */
export function foreignKeyRows({ name: table, foreignKeys }: Table): RowInvariant[] {
  // That the organisation exists follows from what the row leads to, whose own is looked at too.
  const others = foreignKeys.filter(({ targetColumns }) => targetColumns.includes('organisation_id'));
  return (others.length > 0 ? others : foreignKeys).map((key) => {
    const isGiven = key.columns.map((column) => `b.${column} is not null`).join(' and ');
    const missing = `'its ${key.property} does not exist'`;
    const elsewhere = targetElsewhere(key);
    return {
      name: key.name,
      promise: `the ${key.property} of every row of ${table} exists in its organisation`,
      table,
      broken: `${isGiven} and not ${targetOf(key)}`,
      detail: elsewhere
        ? `case when ${elsewhere} then 'its ${key.property} belongs to another organisation' else ${missing} end`
        : missing,
    };
  });
}

/*
 * Every circle has a newest customer, whom another one of it leads to. So only a referral by a newer customer may close one, and few are: from there the
 * referrers are followed, to one who is newer still, to the end, or back. A walk may also come into a circle of older ones and never get back; it
 * stops when it meets the place that is remembered after 1, 2, 4, 8, … steps (Brent's algorithm), so that a circle may be as long as it likes. Of several
 * customers whom the newest one brought, the one in the circle names it.
 */
const circles = `
  with recursive walk (organisation_id, newest, customer_id, referrer_id, remembered, pace, steps, length) as (
    select distinct organisation_id, referrer_id, null::bigint, referrer_id, null::bigint, 1::bigint, 0::bigint, 0::bigint
    from batch where referrer_id > customer_id
    union all
    select w.organisation_id, w.newest, f.customer_id, f.referrer_id,
      case when w.steps = w.pace then w.referrer_id else coalesce(w.remembered, w.referrer_id) end,
      case when w.steps = w.pace then 2 * w.pace else w.pace end,
      case when w.steps = w.pace then 1 else w.steps + 1 end,
      w.length + 1
    from walk w
    cross join lateral (
      select customer_id, referrer_id from referral r
      where r.organisation_id = w.organisation_id and r.customer_id >= w.referrer_id
      order by r.customer_id limit 1
    ) f
    where f.customer_id = w.referrer_id and f.referrer_id <= w.newest and (w.length = 0 or w.referrer_id <> w.newest) and w.referrer_id is distinct from w.remembered
  )
  select w.organisation_id, ${customerOf('w', 'newest')} as subject,
    format('is in a circle of %s referrals', w.length) as detail
  from walk w
  join batch b on b.organisation_id = w.organisation_id and b.customer_id = w.customer_id and b.referrer_id = w.newest
  where w.length > 0 and w.referrer_id = w.newest`;

export const referenceBatches: BatchInvariant[] = [
  {
    name: 'referral_circle',
    promise: 'nobody was brought by a customer whom they brought themselves, directly or through others',
    table: 'referral',
    found: circles,
  },
];
