// The calls of a batch statement as rows: of many calls, whose parameters are lists, and of one, whose parameters are values.

/** SQL of the CTE `given`, which has a row for each call, with its `position`. */
export interface GivenRows {
  /** How many columns there are. */
  readonly columns: number;
  readonly many: string;
  /** Takes less time: PostgreSQL has no lists to read, and no rows to count. */
  readonly one: string;
}

/**
 * Writes the CTE of the calls that a statement serves.
 *
 * @param columns - with their types; a call's values are `$2` and what follows, in this order
 */
export function givenRows(columns: Readonly<Record<string, string>>): GivenRows {
  const names = Object.keys(columns).join(', ');
  const typed = Object.entries(columns).map(([name, type], i) => ({ name, type, parameter: `$${i + 2}` }));
  const lists = typed.map(({ type, parameter }) => `${parameter}::${type}[]`).join(', ');
  const values = typed.map(({ name, type, parameter }) => `${parameter}::${type} as ${name}`).join(', ');
  return {
    columns: typed.length,
    many: `given as (select * from unnest(${lists}) with ordinality as g (${names}, position))`,
    one: `given as (select ${values}, 1 as position)`,
  };
}
