// Whether what lies between the gateway and PostgreSQL, if anything does, keeps prepared statements.
import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { ConfigError } from '../config.ts';
import { clientOptions, type DatabaseConnection } from '../database-url.ts';

/** Milliseconds that a question may take: a pooler may have no second connection to give. */
const PATIENCE = 2_000;
/** SQLSTATEs of statements that the server does not know, or knows from somebody else. */
const UNPREPARED = ['26000', '42P05'];
/** What PgBouncer answers to `begin` where it hands out connections by the statement. */
const NO_TRANSACTIONS = '08P01';

const TOO_LITTLE =
  'The pooler that DATABASE_URL leads to cannot be used: it must hand out connections by transaction or session, and keep prepared statements (PgBouncer 1.21 or newer with max_prepared_statements above 0).';

/**
 * Checks that a statement which was prepared is still known in a later transaction, while another connection holds the session in which it was
 * prepared. Without a pooler it always is.
 *
 * @throws ConfigError when it is not
 */
export async function assertPreparedStatementsKeep(connection: DatabaseConnection): Promise<void> {
  const [asking, holding] = [connectionTo(connection), connectionTo(connection)];
  const statement = { name: `probe_${randomUUID()}`, text: 'select pg_backend_pid() as pid', values: [] };
  try {
    await asking.connect();
    await asking.query(statement);
    await holding.connect();
    await holding.query('begin');
    // A pooler gives the connection that was given back last.
    await holding.query('select 1');
    await asking.query(statement);
  } catch (error) {
    const { code = '' } = error instanceof pg.DatabaseError ? error : {};
    if (UNPREPARED.includes(code) || code === NO_TRANSACTIONS) throw new ConfigError(TOO_LITTLE, { cause: error });
    // Whatever else fails befalls the calls too, and is told there; one that only has to wait has a pooler of one connection.
  } finally {
    for (const client of [holding, asking]) await client.end().catch(() => {});
  }
}

function connectionTo(connection: DatabaseConnection): pg.Client {
  const client = new pg.Client(
    clientOptions(connection, { application_name: 'gateway start', query_timeout: PATIENCE }),
  );
  client.on('error', () => {});
  return client;
}
