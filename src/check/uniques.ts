// What no two rows may have alike, compared without the index that sees to it, which may be what is broken.
import type { WholeInvariant } from './invariant.ts';
import { subjectOf } from './subjects.ts';
import type { Table, Unique } from './tables.ts';

/*
 * One statement, hence one moment: what one customer gives up another may have a moment later. PostgreSQL sorts in memory of a fixed size, and on its
 * disk. No index is of expressions, none is chosen for a condition that stands in a `case`, and the table itself is read.
 */
function foundOf({ name: table, organisation, key }: Table, { columns, where }: Unique): string {
  const own = columns.filter((column) => column !== organisation);
  const values = columns.map((column) => (column === organisation ? `t.${column} + 0` : `t.${column} || ''`));
  const place = key.map(({ name }) => `t.${name}`).join(', ');
  const isBound = [...own.map((column) => `${column} is not null`), ...(where ? [`(${where})`] : [])].join(' and ');
  return `
    select organisation_id, subject, format('has the same ${own.join(', ')} as %s', other) as detail
    from (
      select s.organisation_id, s.subject, lag(s.subject) over (partition by ${values.map((_, i) => `s.v${i}`).join(', ')} order by s.place) as other
      from (
        select t.${organisation} + 0 as organisation_id, ${subjectOf(table, 't')} as subject, row(${place}) as place,
          ${values.map((value, i) => `${value} as v${i}`).join(', ')}
        from ${table} t
        where case when ${isBound} then true end
      ) s
    ) d
    where other is not null`;
}

/** What no two rows of a table may have alike. */
export function uniqueInvariants(table: Table): WholeInvariant[] {
  return table.uniques.map((unique) => ({
    name: unique.name,
    promise: `no two rows of ${table.name} have the same ${unique.columns.join(', ')}${unique.where ? ` where ${unique.where}` : ''}`,
    found: foundOf(table, unique),
  }));
}
