// The schema that holds the tables of the gateway: the first of the search path that is there.
import type pg from 'pg';
import { ConfigError } from '../config.ts';

/** SQL of its number; a cast of the name would take `Shop` for `shop` and `a b` for two words. */
export const SCHEMA_OID = `to_regnamespace(quote_ident(current_schema()))::oid`;

/**
 * Where the account makes its tables, and finds them: MikroORM would look into `public`, wherever they are. What counts is the search path that
 * server, account and URL give, not what a pooled session holds of somebody else's.
 *
 * @param client - in no transaction
 * @returns the schema's name as it is, not quoted
 * @throws ConfigError when there is none, or one that cannot be used
 */
export async function schemaOf(client: pg.ClientBase): Promise<string> {
  const results: unknown = await client.query(
    'begin; set local role none; set local search_path to default; select current_schema()::text as schema; rollback',
  );
  const schema = (results as pg.QueryResult<{ schema: string | null }>[])[3]?.rows[0]?.schema;
  if (!schema) throw unusable('no schema of the search path exists');
  // MikroORM takes a dot for the end of a schema's name.
  if (schema.includes('.')) {
    throw unusable(`the name of its schema ${schema} contains a dot: put another schema first in the search path`);
  }
  return schema;
}

function unusable(reason: string): ConfigError {
  return new ConfigError(`The database of DATABASE_URL cannot be used: ${reason}.`);
}
