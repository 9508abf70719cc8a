// Checks that the wall between organisations stands, before the first request leans on it.
import type { Database, Statement } from './orm.ts';

const unboundTables: Statement = {
  name: 'unbound_tables',
  text: `
    select c.relname as name from pg_class c
    where c.relnamespace = current_schema()::regnamespace and c.relname = any($1) and not row_security_active(c.oid)`,
};

/**
 * Checks that row level security binds whoever serves requests, on every table of the gateway; the schema may hold others.
 *
 * @throws Error naming the tables that are open
 */
export async function assertWall(database: Database): Promise<void> {
  const tables = [...database.orm.getMetadata().getAll().values()].map(({ tableName }) => tableName);
  const open = await database.run<{ name: string }>(unboundTables, [tables]);
  if (open.length > 0) throw new Error(`row level security does not bind: ${open.map(({ name }) => name).join(', ')}`);
}
