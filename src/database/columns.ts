// The columns of a table and JSON of its rows, for statements: derived from the entity, so that they stand once.
import { BigIntType, type EntityMetadata, type EntitySchema, UnderscoreNamingStrategy } from '@mikro-orm/postgresql';

const naming = new UnderscoreNamingStrategy();

/** What an entity declares of a property before MikroORM has looked at it; a column bears the property's name unless told. */
interface Declared {
  kind?: string;
  fieldName?: string;
  joinColumn?: string;
  joinColumns?: string[];
  ownColumns?: string[];
  persist?: boolean;
  lazy?: boolean;
}

/** An entity, as `defineEntity` gives it. */
export type Declaration<Entity> = Pick<EntitySchema<Entity>, 'meta'>;

/**
 * Names the columns of an entity's table one by one: with `*`, a column that the migration of a newer version adds would break
 * the prepared statements of a running one. Lazy ones are left out, unless they are named.
 *
 * @param row - what the statement calls the row, where that must be said: `k`, `(customer)`
 * @param also - lazy properties whose columns are wanted
 * @returns each column once, in the order of the entity's properties
 */
export function columnsOf<Entity>(
  { meta }: Declaration<Entity>,
  row?: string,
  also: readonly (keyof Entity & string)[] = [],
): string[] {
  const isWanted = ([name, { lazy }]: [string, Declared]) => !lazy || also.some((wanted) => wanted === name);
  const properties = Object.entries<Declared>(meta.properties).filter(isWanted);
  const columns = new Set(properties.flatMap(([name, declared]) => columnsOfProperty(name, declared)));
  return Array.from(columns, (column) => (row === undefined ? column : `${row}.${column}`));
}

function columnsOfProperty(name: string, declared: Declared): string[] {
  const { kind, persist, fieldName, joinColumn, joinColumns, ownColumns } = declared;
  if (persist === false || kind === '1:m' || kind === 'm:n') return [];
  if (kind === 'm:1' || kind === '1:1')
    return ownColumns ?? joinColumns ?? [joinColumn ?? fieldName ?? naming.joinKeyColumnName(name, 'id')];
  return [fieldName ?? naming.propertyToColumnName(name)];
}

/** Names the column of a property that is no relation. */
export function columnOf<Entity>({ meta }: Declaration<Entity>, name: keyof Entity & string): string {
  const properties: Record<string, Declared> = meta.properties;
  const [column] = columnsOfProperty(name, properties[name] ?? {});
  if (column === undefined) throw new Error(`${name} has no column of its own`);
  return column;
}

/** Properties that are the same in JSON as in the entity; a date or a blob is not. */
type JsonProperty<Entity> = {
  [Name in keyof Entity & string]: Entity[Name] extends string | number | boolean | null | undefined ? Name : never;
}[keyof Entity & string];

/** What `jsonOf` makes of a row. */
export type JsonRow<Entity, Names extends readonly (keyof Entity)[]> = Pick<Entity, Names[number]>;

/**
 * Writes the SQL that makes a JSON object of a row.
 *
 * @param alias - what the statement calls the row
 * @param names - properties of the entity; they are the members of the object too
 * @param also - members besides those, each with its SQL
 */
export function jsonOf<Entity>(
  { meta }: Declaration<Entity>,
  alias: string,
  names: readonly JsonProperty<Entity>[],
  also: Readonly<Record<string, string>> = {},
): string {
  const properties: Record<string, Declared> = meta.properties;
  const members = [
    ...names.map((name) => `'${name}', ${alias}.${columnsOfProperty(name, properties[name] ?? {})[0]}`),
    ...Object.entries(also).map(([name, sql]) => `'${name}', ${sql}`),
  ];
  return `json_build_object(${members.join(', ')})`;
}

const bigints = new WeakMap<object, [name: string, type: BigIntType][]>();

/** Reads the bigints of a mapped row, which PostgreSQL's driver gives as text, as the entity declares them. */
export function readBigints<Entity extends object>(meta: EntityMetadata<Entity>, mapped: Entity): Entity {
  let properties = bigints.get(meta);
  if (!properties) {
    properties = meta.props.flatMap(({ name, customType }) =>
      customType instanceof BigIntType ? [[name, customType]] : [],
    );
    bigints.set(meta, properties);
  }
  const values = mapped as Record<string, unknown>;
  for (const [name, type] of properties) {
    const value = values[name];
    if (typeof value === 'string') values[name] = type.convertToJSValue(value);
  }
  return mapped;
}
