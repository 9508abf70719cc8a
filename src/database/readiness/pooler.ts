// Whether what lies between the gateway and PostgreSQL, if anything does, keeps prepared statements.
import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { ConfigError } from '../../config.ts';
import { clientOptions, type DatabaseConnection } from '../../database-url.ts';

/** Milliseconds that a question may take: a pooler may have no second connection to give. */
const PATIENCE = 2_000;
/** SQLSTATEs of statements that the server does not know, or knows from somebody else. */
const UNKNOWN = '26000';
const KNOWN_ALREADY = '42P05';
/** What a pooler answers to whatever it does not do; why is in its words alone, which are always English. */
const REFUSED = '08P01';
const OF_STATEMENTS = /statement pooling|prepared statement/i;

const TOO_LITTLE =
  'The pooler that DATABASE_URL leads to cannot be used: it must pool by transaction or by session, and support prepared statements (PgBouncer 1.21 or newer with max_prepared_statements above 0).';

const NOT_CLEAN =
  'The pooler that DATABASE_URL leads to cannot be used: it hands out sessions that still hold prepared statements of other clients: it must reset them (PgBouncer: server_reset_query = DISCARD ALL), or pool by transaction.';

/**
 * Checks that a statement which was prepared is still known in a later transaction, while another connection holds the session in which it was
 * prepared, and that whoever comes next does not find it. Without a pooler that always is so.
 *
 * @throws ConfigError when it is not
 * @throws Error when the question could not be asked
 */
export async function assertPreparedStatementsKeep(connection: DatabaseConnection): Promise<void> {
  const statement = { name: `probe_${randomUUID()}`, text: 'select pg_backend_pid() as pid', values: [] };
  const [asking, holding, next] = [connectionTo(connection), connectionTo(connection), connectionTo(connection)];
  try {
    await asking.connect();
    await asking.query(statement);
    await holding.connect();
    await holding.query('begin').catch(refusedFor(TOO_LITTLE));
    // A pooler gives the connection that was given back last.
    await holding.query(statement).catch(refusedFor(TOO_LITTLE));
    await asking.query(statement).catch(refusedFor(TOO_LITTLE)).catch(leaveIfBusy);
    for (const client of [holding, asking]) await client.end();
    await next.connect();
    await next.query(statement).catch(refusedFor(NOT_CLEAN));
  } finally {
    for (const client of [holding, asking, next]) await client.end().catch(() => {});
  }
}

/** Takes a failure for one of the pooler if its answer says so. */
function refusedFor(sentence: string) {
  return (error: unknown): never => {
    const { code, message } = error instanceof pg.DatabaseError ? error : { code: undefined, message: '' };
    const isPoolers = code === UNKNOWN || code === KNOWN_ALREADY || (code === REFUSED && OF_STATEMENTS.test(message));
    throw isPoolers ? new ConfigError(sentence, { cause: error }) : error;
  };
}

/** One that has to wait while another holds a session has a pooler with a single one: then it is always the same. */
function leaveIfBusy(error: unknown): void {
  if (error instanceof ConfigError) throw error;
}

/** Says what is wrong where calls met a session in which statements of others are left. */
export function explainLeftStatements(error: unknown): never {
  throw error instanceof pg.DatabaseError && error.code === KNOWN_ALREADY
    ? new ConfigError(NOT_CLEAN, { cause: error })
    : error;
}

function connectionTo(connection: DatabaseConnection): pg.Client {
  const client = new pg.Client(
    clientOptions(connection, { application_name: 'gateway start', query_timeout: PATIENCE }),
  );
  client.on('error', () => {});
  return client;
}
