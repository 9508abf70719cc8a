// All that a database holds, as text.
import { runSql } from './database.ts';

/** The rows of all tables of a database, as `pg_dump` would write them; bytes as the text that they are. */
export async function textOfAllTables(databaseUrl: string): Promise<string> {
  const tables = await runSql<{ name: string; bytes: string[] }>(
    databaseUrl,
    `select c.relname as name, array(
       select a.attname::text from pg_attribute a where a.attrelid = c.oid and a.atttypid = 'bytea'::regtype and not a.attisdropped
     ) as bytes
     from pg_class c where c.relkind = 'r' and c.relnamespace = 'public'::regnamespace`,
  );
  const texts = await Promise.all(
    tables.map(async ({ name, bytes }) => {
      const decoded = bytes.map((column) => `coalesce(encode(t.${column}, 'escape'), '')`);
      const [row] = await runSql<{ text: string | null }>(
        databaseUrl,
        `select string_agg(${['t::text', ...decoded].join(` || ' ' || `)}, E'\\n') as text from ${name} t`,
      );
      return row?.text ?? '';
    }),
  );
  return texts.join('\n');
}
