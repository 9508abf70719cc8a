// Checks that row level security separates the organisations, before the first request relies on it.
import { ConfigError } from '../config.ts';
import type { Database } from './open.ts';
import { SCHEMA_OID } from './schema.ts';
import type { Statement } from './statement.ts';

const boundTables: Statement = {
  name: 'bound_tables',
  text: `
    select t.name, c.oid is not null as found, coalesce(row_security_active(c.oid), false) as bound, current_schema()::text as schema
    from unnest($1::text[]) t (name)
    left join pg_class c on c.relnamespace = ${SCHEMA_OID} and c.relname = t.name`,
};

interface Row {
  name: string;
  found: boolean;
  bound: boolean;
  schema: string | null;
}

/**
 * Checks that whoever serves requests finds every table of the gateway, and is bound by row level security on each; the schema may hold others.
 *
 * @throws ConfigError naming the tables that are not found
 * @throws Error naming the tables that are open
 */
export async function assertRowLevelSecurity(database: Database): Promise<void> {
  const tables = [...database.orm.getMetadata().getAll().values()].map(({ tableName }) => tableName);
  const rows = await database.run<Row>(boundTables, [tables]);
  const missing = rows.filter(({ found }) => !found).map(({ name }) => name);
  if (missing.length > 0) {
    const where = rows[0]?.schema ? `the schema ${rows[0].schema}` : 'any schema';
    throw new ConfigError(
      `The serving role does not find the gateway's tables in ${where} of the search path: ${missing.join(', ')}.`,
    );
  }
  const open = rows.filter(({ bound }) => !bound).map(({ name }) => name);
  if (open.length > 0) throw new Error(`row level security is not in force on: ${open.join(', ')}`);
}
