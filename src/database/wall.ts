// Checks that the wall between organisations stands, before the first request leans on it.
import type { Database, Statement } from './orm.ts';

const unboundTables: Statement = {
  name: 'unbound_tables',
  text: `
    select c.relname as name from pg_class c
    where c.relnamespace = current_schema()::regnamespace and c.relkind in ('r', 'p') and not row_security_active(c.oid)`,
};

/**
 * Checks that row level security binds whoever serves requests, on every table.
 *
 * @throws Error naming the tables that are open
 */
export async function assertWall(database: Database): Promise<void> {
  const open = await database.run<{ name: string }>(unboundTables, []);
  if (open.length > 0) throw new Error(`row level security does not bind: ${open.map(({ name }) => name).join(', ')}`);
}
