// How one row is looked up for each of many: by the index of its columns, also where PostgreSQL does not know yet how many rows there are, as after a
// restore. It would take any index that begins with the organisation then, and read all that the organisation has, time and again; but it
// reads the one that gives the order which is asked for.

/**
 * SQL for whether a table has a row with certain values in the columns of an index.
 *
 * @param columns - all columns of the index, in its order
 * @param values - SQL for their values, none of which is null
 */
export function hasRow(table: string, columns: readonly string[], values: readonly string[]): string {
  const last = columns.length - 1;
  const pairs = columns.map((column, i) => `p.${column} ${i === last ? '>=' : '='} ${values[i]}`);
  return `(
    (select p.${columns[last]} from ${table} p where ${pairs.join(' and ')} order by p.${columns[last]} limit 1)
    is not distinct from ${values[last]})`;
}
