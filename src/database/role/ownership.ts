// What the account of a URL may do with the tables, told before anything fails for want of it.
import pg from 'pg';
import { ConfigError, OPERATION_TIMEOUT } from '../../config.ts';
import { clientOptions, type DatabaseConnection } from '../../database-url.ts';
import { migrations } from '../migrations/index.ts';
import { explaining } from '../readiness/unreachable.ts';

const NOT_MIGRATED = 'The database has not been migrated: start the gateway or run "npm run migrate".';

/** Tables that only a database of the gateway has together. */
const MARKS = ['migration', 'organisation', 'api_key', 'customer'];

/** What the account has of the schema in which its tables are. */
interface Holdings {
  schema: string | null;
  schemaName: string;
  account: string;
  mayCreate: boolean;
  /** Those of the tables above that are there, and whether the account owns them all. */
  tables: string[];
  ownsThem: boolean;
}

async function holdingsOf(client: pg.ClientBase): Promise<Holdings> {
  const { rows } = await client.query<Holdings>(
    `select n.nspname::text as schema, quote_ident(n.nspname) as "schemaName", quote_ident(current_user) as account,
       coalesce(has_schema_privilege(n.oid, 'create'), false) as "mayCreate",
       coalesce(array_agg(c.relname::text) filter (where c.oid is not null), '{}') as tables,
       coalesce(bool_and(pg_has_role(current_user, c.relowner, 'usage')), true) as "ownsThem"
     from (values (1)) one
       left join pg_namespace n on n.nspname = current_schema()
       left join pg_class c on c.relnamespace = n.oid and c.relkind in ('r', 'p') and c.relname = any($1)
     group by n.oid, n.nspname`,
    [MARKS],
  );
  return rows[0] as Holdings;
}

const ownerWanted = (variable: string) =>
  new ConfigError(`${variable} must name the owner of the tables: this account may not do that.`);

/**
 * Checks that an account may migrate.
 *
 * @param client - of a database that has migrations to run
 * @throws ConfigError saying what to do when it may not
 */
export async function assertMayMigrate(client: pg.ClientBase, { variable }: DatabaseConnection): Promise<void> {
  const { mayCreate, schemaName, account, tables, ownsThem } = await holdingsOf(client);
  if (tables.includes('migration') && !ownsThem) throw ownerWanted(variable);
  if (mayCreate) return;
  throw new ConfigError(
    `The account of ${variable} may not create tables in the schema ${schemaName}: have its owner run: grant create on schema ${schemaName} to ${account};`,
  );
}

/**
 * Checks that a database is one of the gateway, in the shape of this version, and that the account owns it. Changes nothing.
 *
 * @throws ConfigError when it is not
 * @throws DatabaseUnusableError when it cannot be asked
 */
export function assertOwnedAndMigrated(connection: DatabaseConnection): Promise<void> {
  const client = new pg.Client(
    clientOptions(connection, { application_name: 'gateway command', query_timeout: 2 * OPERATION_TIMEOUT }),
  );
  client.on('error', () => {});
  return explaining(connection, async () => {
    try {
      await client.connect();
      const { schemaName, tables, ownsThem } = await holdingsOf(client);
      if (MARKS.some((name) => !tables.includes(name))) throw new ConfigError(NOT_MIGRATED);
      if (!ownsThem) throw ownerWanted(connection.variable);
      const ran = await namesOfThoseThatRan(client, schemaName);
      if (migrations.some(({ name }) => !ran.has(name))) throw new ConfigError(NOT_MIGRATED);
    } finally {
      await client.end().catch(() => {});
    }
  });
}

/** Another application may have a table of that name, with other columns. */
async function namesOfThoseThatRan(client: pg.ClientBase, schemaName: string): Promise<ReadonlySet<string>> {
  const table = `${schemaName}.migration`;
  const { rows: columns } = await client.query(
    `select from pg_attribute where attrelid = $1::regclass and attname = 'name' and not attisdropped`,
    [table],
  );
  if (columns.length === 0) return new Set();
  await client.query(`begin; set local lock_timeout = ${OPERATION_TIMEOUT}`);
  const { rows } = await client.query<{ name: string }>(`select name::text from ${table}`);
  return new Set(rows.map(({ name }) => name));
}
