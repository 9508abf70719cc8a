// The tables as their entities declare them: keys, checks, what must be unique, and what rows lead to.
import type { EntityMetadata, EntityProperty, MikroORM } from '@mikro-orm/postgresql';

/** A column of a primary key, with its type. */
interface KeyColumn {
  readonly name: string;
  readonly type: string;
}

/** What rows lead to. */
export interface ForeignKey {
  readonly name: string;
  /** What it is called in the entity: `referrer`. */
  readonly property: string;
  readonly columns: readonly string[];
  readonly target: string;
  readonly targetColumns: readonly string[];
}

/** What no two rows may have alike. */
export interface Unique {
  readonly name: string;
  readonly columns: readonly string[];
  /** SQL for which rows are bound by it; all, unless told. */
  readonly where: string | undefined;
}

/** A table of the gateway. */
export interface Table {
  readonly name: string;
  readonly key: readonly KeyColumn[];
  /** The column that says to which organisation a row belongs. */
  readonly organisation: string;
  readonly checks: readonly { readonly name: string; readonly expression: string }[];
  readonly uniques: readonly Unique[];
  readonly foreignKeys: readonly ForeignKey[];
}

/** Reads the declarations of all tables. */
export function tablesOf(orm: MikroORM): Table[] {
  return [...orm.getMetadata().getAll().values()].filter(({ tableName }) => tableName).map(tableOf);
}

function tableOf(meta: EntityMetadata): Table {
  const name = meta.tableName;
  return {
    name,
    key: meta.getPrimaryProps().flatMap(keyColumnsOf),
    organisation: name === 'organisation' ? 'id' : 'organisation_id',
    checks: meta.checks.map((check) => ({ name: String(check.name), expression: String(check.expression) })),
    uniques: [
      ...meta.uniques.map((unique) => ({
        name: String(unique.name),
        columns: [unique.properties ?? []].flat().flatMap((property) => columnsOf(meta, property)),
        where: unique.where === undefined ? undefined : String(unique.where),
      })),
      ...meta.props.flatMap(({ unique, fieldNames }) =>
        typeof unique === 'string' ? [{ name: unique, columns: fieldNames, where: undefined }] : [],
      ),
    ],
    foreignKeys: meta.props.filter(({ kind }) => kind === 'm:1').map((property) => foreignKeyOf(name, property)),
  };
}

function columnsOf(meta: EntityMetadata, property: string): string[] {
  return meta.props.find(({ name }) => name === property)?.fieldNames ?? [];
}

/** What a number counts up by itself is no part of its type. */
function keyColumnsOf({ fieldNames, columnTypes }: EntityProperty): KeyColumn[] {
  return fieldNames.map((name, i) => ({ name, type: String(columnTypes[i]).replace(/serial$/, 'int') }));
}

function foreignKeyOf(table: string, property: EntityProperty): ForeignKey {
  const { name, joinColumns, referencedColumnNames, referencedTableName } = property;
  return {
    name: `${table}_${joinColumns.join('_')}_foreign`,
    property: name,
    columns: joinColumns,
    target: referencedTableName,
    targetColumns: referencedColumnNames,
  };
}
