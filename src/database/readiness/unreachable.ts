// Why a database cannot be used, in one sentence for the operator who named it: never a password, never a stack.
import pg from 'pg';
import { ConfigError } from '../../config.ts';
import { clientOptions, type DatabaseConnection } from '../../database-url.ts';
import { ApiError } from '../../errors/api-error.ts';
import { lasting, passing, type Reason, type Target } from './unreachable-reasons.ts';

/** SQLSTATE of what the account may not do, and the classes of what a server says of parameters that it does not take. */
const NOT_PERMITTED = '42501';
const PARAMETER_STATES = /^(22|42)(?!501)/;
/** SQLSTATEs of failures of the connection, whose message may be a pooler's or that of the server behind it. */
const CONNECTION_STATES = /^(08|28)/;

/** A database that cannot be used, in one sentence. */
export class DatabaseUnusableError extends Error {
  override name = 'DatabaseUnusableError';
  /** Whether that will be so until an operator mends it. */
  readonly isLasting: boolean;
  /** What callers of health may know of it. */
  readonly health: string;

  constructor(sentence: string, { isLasting, health, cause }: { isLasting: boolean; health: string; cause: unknown }) {
    super(sentence, { cause });
    this.isLasting = isLasting;
    this.health = health;
  }
}

/**
 * Does something with a database, and says why it cannot be used where that is the failure.
 *
 * @throws DatabaseUnusableError, or whatever else `work` throws
 */
export async function explaining<Result>(connection: DatabaseConnection, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof ConfigError) throw error;
    throw whyUnusable(error, connection) ?? (await whyParametersRefused(error, connection)) ?? error;
  }
}

/**
 * Says why a database cannot be used.
 *
 * @param error - anything that was thrown
 * @param connection - how the database was to be reached
 * @returns undefined when the error is of another kind
 */
export function whyUnusable(error: unknown, connection: DatabaseConnection): DatabaseUnusableError | undefined {
  if (error instanceof DatabaseUnusableError) return error;
  // Whatever else the gateway says of itself is said already.
  if (error instanceof ConfigError || (error instanceof ApiError && error.status < 500)) return undefined;
  for (const text of wordsOf(error)) {
    const found = reasonFor(text, lasting) ?? reasonFor(text, passing);
    if (!found) continue;
    const [, say, health] = found;
    const isLasting = lasting.includes(found);
    return unusable(connection, say(targetOf(connection), text), { isLasting, health, cause: error });
  }
  return whyNotPermitted(error, connection);
}

function reasonFor(text: string, reasons: readonly Reason[]): Reason | undefined {
  return reasons.find(([failure]) => failure.test(text));
}

function whyNotPermitted(error: unknown, connection: DatabaseConnection): DatabaseUnusableError | undefined {
  const refusal = serverErrorOf(error);
  if (refusal?.code !== NOT_PERMITTED) return undefined;
  const sentence = `${connection.variable} must name the owner of the tables: ${inSentence(refusal.message)}.`;
  return new DatabaseUnusableError(sentence, {
    isLasting: true,
    health: 'does not let the gateway do its work',
    cause: error,
  });
}

/** Parameters are refused when a connection begins, by states that statements have too: so one is begun. */
async function whyParametersRefused(
  error: unknown,
  connection: DatabaseConnection,
): Promise<DatabaseUnusableError | undefined> {
  const { code = '' } = serverErrorOf(error) ?? {};
  if (!PARAMETER_STATES.test(code)) return undefined;
  const client = new pg.Client(clientOptions(connection));
  client.on('error', () => {});
  try {
    await client.connect();
    return undefined;
  } catch (refusal) {
    if (!(refusal instanceof pg.DatabaseError) || refusal.code !== code) return undefined;
    const reason = `the server refuses the parameters of the URL (${inSentence(refusal.message)})`;
    return unusable(connection, reason, { isLasting: true, health: 'cannot be reached', cause: error });
  } finally {
    await client.end().catch(() => {});
  }
}

function unusable(
  { variable }: DatabaseConnection,
  reason: string,
  traits: ConstructorParameters<typeof DatabaseUnusableError>[1],
): DatabaseUnusableError {
  return new DatabaseUnusableError(`The database of ${variable} cannot be used: ${reason}.`, traits);
}

function targetOf({ host, port, user, database }: DatabaseConnection): Target {
  const at = host.startsWith('/') ? `${host}/.s.PGSQL.${port}` : `${host.includes(':') ? `[${host}]` : host}:${port}`;
  return { at, host, user: JSON.stringify(user), database: JSON.stringify(database) };
}

/** What a server or a pooler said, as `pg` has it or MikroORM repeats it. */
interface ServerError extends Error {
  code: string;
}

function isServerError(error: unknown): error is ServerError {
  return error instanceof Error && 'severity' in error && 'code' in error && typeof error.code === 'string';
}

/** What a server said that is the cause of an error, or the error itself. */
export function serverErrorOf(error: unknown): ServerError | undefined {
  for (let each = error, depth = 0; each instanceof Error && depth < 5; each = each.cause, depth++) {
    if (isServerError(each)) return each;
  }
  return undefined;
}

/** The message of a server, for a sentence. */
export function inSentence(message: string): string {
  return message.replace(/\s+/g, ' ').trim().replace(/\.$/, '');
}

/** Codes before messages, of an error and whatever it was caused by. Messages of statements that failed say nothing of the database. */
function wordsOf(error: unknown, depth = 0): string[] {
  if (!(error instanceof Error) || depth > 5) return [];
  const state = 'code' in error && typeof error.code === 'string' ? error.code : '';
  const codes = state === '' ? [] : [state];
  if ('routine' in error) codes.unshift(`${state} ${error.routine}`);
  const inner = [error.cause, ...(error instanceof AggregateError ? error.errors : [])];
  const isServers = isServerError(error);
  const speaks = !isServers || CONNECTION_STATES.test(state);
  // A pooler says everything with one state: its words come first.
  const isPoolers = isServers && speaks;
  const own = isPoolers ? [error.message, ...codes] : codes;
  return [
    ...own,
    ...inner.flatMap((each) => wordsOf(each, depth + 1)),
    ...(speaks && !isPoolers ? [error.message] : []),
  ];
}
