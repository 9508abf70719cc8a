// What customers are searched and sorted by, as SQL. The indexes of lists hold these expressions, so that they stand once.

/** SQL for whether a list has a customer: not one that was deleted, or merged into another. */
export const isListed = (row: string) => `${row}.deleted_at is null and ${row}.merged_into is null`;

/** SQL for whether a customer is a company: one that has a company's name, and nobody's own. In one piece, of which PostgreSQL keeps statistics. */
export const isCompany = (row: string) =>
  `(case when ${row}.company_name is not null and ${row}.first_name is null and ${row}.last_name is null then true else false end)`;

/** Orders text without regard to any one language. */
const NEUTRAL = `collate "und-x-icu"`;

/*
 * What people look a customer up by in a sorted list: the last name, then the first; a company's name; at worst, the address or the number. Row level
 * security lets a condition read an index only where it cannot tell of rows that it is not for, which `coalesce` and `||` do not promise and `case` does.
 */
const present = (row: string, column: string) => `when ${row}.${column} is not null then ${row}.${column}`;

/** SQL for what a list by name is sorted by first. */
export const sortName = (row: string) =>
  `((case ${['last_name', 'first_name', 'company_name', 'email', 'phone'].map((column) => present(row, column)).join(' ')} else '' end) ${NEUTRAL})`;

/** SQL for what it is sorted by next. */
export const sortFirstName = (row: string) =>
  `((case when ${row}.last_name is not null and ${row}.first_name is not null then ${row}.first_name else '' end) ${NEUTRAL})`;

/** SQL for a moment before all others: when those were seen last who never were. */
export const NEVER = `'-infinity'::timestamptz`;

/** SQL for when a customer was last seen, where one who never was comes before all others. */
export const sortLastSeen = (row: string) =>
  `(case when ${row}.last_seen_at is null then ${NEVER} else ${row}.last_seen_at end)`;
