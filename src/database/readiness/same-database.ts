// Whether two ways lead to one database: else changes would be heard, and migrations run, where no call arrives.
import pg from 'pg';
import { ConfigError } from '../../config.ts';
import { clientOptions, type DatabaseConnection, type Databases } from '../../database-url.ts';
import { explaining } from './unreachable.ts';

/** What tells a database from all others. */
interface Identity {
  name: string;
  oid: number;
  /** That of the server; undefined where the account may not know. */
  server: string | undefined;
}

/** Milliseconds that a question may take. */
const PATIENCE = 5_000;

/**
 * Checks that calls, and what passes a pooler by, come to the same database.
 *
 * @throws ConfigError when they do not
 * @throws DatabaseUnusableError when one of them cannot be asked
 */
export async function assertOneDatabase({ pooled, direct }: Databases): Promise<void> {
  if (pooled === direct) return;
  const [here, there] = [await identityOf(pooled), await identityOf(direct)];
  const differ = (what: string) =>
    new ConfigError(`DATABASE_URL and DATABASE_DIRECT_URL must lead to the same database: ${what}.`);
  if (here.name !== there.name) {
    throw differ(`one leads to ${JSON.stringify(here.name)}, the other to ${JSON.stringify(there.name)}`);
  }
  const otherServer = here.server !== undefined && there.server !== undefined && here.server !== there.server;
  if (otherServer || here.oid !== there.oid) {
    throw differ(`both databases are named ${JSON.stringify(here.name)}, but they are on different servers`);
  }
}

function identityOf(connection: DatabaseConnection): Promise<Identity> {
  const client = new pg.Client(
    clientOptions(connection, { application_name: 'gateway start', query_timeout: PATIENCE }),
  );
  client.on('error', () => {});
  return explaining(connection, async () => {
    try {
      await client.connect();
      const { rows } = await client.query<{ name: string; oid: number }>(
        'select datname::text as name, oid from pg_database where datname = current_database()',
      );
      const server = await client
        .query<{ server: string }>('select system_identifier::text as server from pg_control_system()')
        .then(
          (result) => result.rows[0]?.server,
          () => undefined,
        );
      return { ...(rows[0] as { name: string; oid: number }), server };
    } finally {
      await client.end().catch(() => {});
    }
  });
}
