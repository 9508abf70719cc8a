// DATABASE_URL taken apart: the one place that decides how any connection to the database is made.
import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { userInfo } from 'node:os';
import type { ConnectionOptions } from 'node:tls';
import type pg from 'pg';
import { parse, toClientConfig } from 'pg-connection-string';

/** How the database is reached, in the words of `pg`: alike for the pool, the listener, migrations, probes and commands. */
export interface DatabaseConnection {
  /** A name, an address, or the folder of a socket. */
  readonly host: string;
  readonly port: number;
  readonly user: string;
  /** A function, so that neither a log nor an error shows it. */
  readonly password: () => string;
  readonly database: string;
  readonly ssl: false | ConnectionOptions;
  /** Options of the session, as `-c name=value`. */
  readonly options: string | undefined;
  readonly application_name: string | undefined;
  /** Milliseconds to wait for a connection before the database counts as away. */
  readonly connectionTimeoutMillis: number;
}

/** The connections of one gateway. */
export interface Databases {
  /** For calls; there may be a pooler of transactions in between. */
  readonly pooled: DatabaseConnection;
  /** For what needs a session of its own: notifications, migrations, commands. */
  readonly direct: DatabaseConnection;
}

/** @param direct - the same as for calls unless told */
export function databasesOf(pooled: DatabaseConnection, direct = pooled): Databases {
  return Object.freeze({ pooled, direct });
}

/**
 * What a client of `pg`, or a pool of them, is made with. `pg` hides the key of a certificate in what it is given, where a copy
 * would miss it: hence each has a copy of its own.
 *
 * @param own - settings of this client alone; the name is what operators see of it unless the URL gives one
 */
export function clientOptions(connection: DatabaseConnection, own: pg.PoolConfig = {}): pg.PoolConfig {
  const application_name = connection.application_name ?? own.application_name;
  return { ...connection, ...own, application_name, ssl: connection.ssl && { ...connection.ssl } };
}

/** Both are what a URL says; for the database of demo mode. */
export function databasesAt(url: string): Databases {
  return databasesOf(parseDatabaseUrl(url));
}

/** What is wrong with a URL: the end of a sentence that begins with the variable's name and "must", without any value. */
export class DatabaseUrlError extends Error {}

/** Milliseconds that a connection may take to be made, unless the URL has a `connect_timeout`. */
export const CONNECT_TIMEOUT = 3_000;
const DEFAULT_PORT = 5432;

/** How much of TLS each mode of libpq demands, and `no-verify`, which is node-postgres' own. */
const sslModes = ['disable', 'require', 'verify-ca', 'verify-full', 'no-verify'] as const;
type SslMode = (typeof sslModes)[number];

const parameters = [
  'host',
  'port',
  'options',
  'application_name',
  'connect_timeout',
  'sslmode',
  'sslrootcert',
  'sslcert',
  'sslkey',
];
const sslFiles = { sslrootcert: 'ca', sslcert: 'cert', sslkey: 'key' } as const;

/** What `pg` would take from the environment wherever a connection leaves something open: then a setting had two readers. */
const driverVariables =
  /^PG(HOST|PORT|USER|PASSWORD|DATABASE|OPTIONS|APPNAME|SSLMODE|SSLNEGOTIATION|BINARY|REPLICATION|CLIENT_ENCODING|CONNECT_TIMEOUT|PASSFILE)$/;
for (const name of Object.keys(process.env)) if (driverVariables.test(name)) delete process.env[name];

/** The name by which libpq means the authorities that the system trusts; here those that Node brings. */
const SYSTEM = 'system';

/**
 * Takes a URL apart.
 *
 * @param url - `postgres://…` or `postgresql://…`; what it leaves open is as libpq has it, but for the host, which is localhost
 * @throws DatabaseUrlError when it cannot be used, or a file that it names cannot be read
 */
export function parseDatabaseUrl(url: string): DatabaseConnection {
  const query = queryOf(url);
  const base = partsOf(url.replace(/[?#].*$/s, ''));
  const host = query.get('host') || base.host || 'localhost';
  if (host.includes(',')) throw new DatabaseUrlError('name one host, not several');
  const user = base.user || accountName();
  const { password } = base;
  return Object.freeze({
    host,
    port: portOf(base.port, query),
    user,
    password: () => password,
    database: base.database || user,
    ssl: sslOf(query, host),
    options: query.get('options') || undefined,
    application_name: query.get('application_name') || undefined,
    connectionTimeoutMillis: connectTimeoutOf(query),
  });
}

function accountName(): string {
  try {
    return userInfo().username;
  } catch {
    // A container may run as a number that has no name.
    throw new DatabaseUrlError('name a user');
  }
}

function queryOf(url: string): URLSearchParams {
  const query = new URLSearchParams(/\?([^#]*)/.exec(url)?.[1] ?? '');
  for (const name of query.keys()) {
    if (!parameters.includes(name)) {
      // Behind a `?` that is part of a password, the rest of it would look like a parameter.
      const shown = /^\w{1,40}$/.test(name) && !/\?.*@/s.test(url) ? `${name}, which` : 'one that';
      throw new DatabaseUrlError(
        `have no other parameters than ${parameters.join(', ')}; it has ${shown} is not known`,
      );
    }
    if (query.getAll(name).length > 1) throw new DatabaseUrlError(`have ${name} once`);
  }
  return query;
}

/** What stands before the parameters, as node-postgres reads it. */
function partsOf(base: string) {
  try {
    const parsed = parse(base);
    const { host, port, user, password, database } = toClientConfig({ ...parsed, port: parsed.port || undefined });
    return { host, port, user, password: String(password ?? ''), database };
  } catch {
    throw new DatabaseUrlError(
      'be a URL such as postgres://user:password@host:5432/database; other characters than letters and digits are written as %XX in user and password',
    );
  }
}

function portOf(inUrl: number | undefined, query: URLSearchParams): number {
  const given = query.get('port');
  if (given === null) return inUrl ?? DEFAULT_PORT;
  if (!/^[1-9]\d{0,4}$/.test(given) || Number(given) > 65_535)
    throw new DatabaseUrlError('have a port from 1 to 65535');
  return Number(given);
}

function connectTimeoutOf(query: URLSearchParams): number {
  const given = query.get('connect_timeout');
  if (given === null) return CONNECT_TIMEOUT;
  if (!/^[1-9]\d{0,2}$/.test(given))
    throw new DatabaseUrlError('have a connect_timeout that is a whole number of seconds from 1 to 999');
  return Number(given) * 1_000;
}

/** @see https://www.postgresql.org/docs/current/libpq-ssl.html */
function sslOf(query: URLSearchParams, host: string): false | ConnectionOptions {
  const mode = (query.get('sslmode') ?? 'disable') as SslMode;
  if (!sslModes.includes(mode)) throw new DatabaseUrlError(`have an sslmode that is one of ${sslModes.join(', ')}`);
  const files = Object.keys(sslFiles).filter((name) => query.has(name)) as (keyof typeof sslFiles)[];
  if (mode === 'disable') {
    if (files.length > 0)
      throw new DatabaseUrlError(`have an sslmode other than disable where it has ${files.join(' and ')}`);
    return false;
  }
  if (query.has('sslcert') !== query.has('sslkey')) throw new DatabaseUrlError('have sslcert and sslkey together');
  const root = query.get('sslrootcert');
  const rootIsNamed = root !== null;
  if (root === SYSTEM && mode !== 'verify-full') {
    throw new DatabaseUrlError(`have the sslmode verify-full where sslrootcert is ${SYSTEM}`);
  }
  if (mode === 'verify-ca' && !rootIsNamed) {
    throw new DatabaseUrlError('name the certificate of the authority in sslrootcert where sslmode is verify-ca');
  }
  // As libpq does: a socket is within the machine.
  if (host.startsWith('/')) return false;
  const read = files
    .filter((name) => query.get(name) !== SYSTEM)
    .map((name) => [sslFiles[name], readPem(name, query.get(name) ?? '')]);
  const verified = mode === 'verify-full' || mode === 'verify-ca' || (mode === 'require' && rootIsNamed);
  return {
    ...Object.fromEntries(read),
    rejectUnauthorized: verified,
    // Node would compare the certificate of a server that is named by its address with `localhost`.
    ...(isIP(host) > 0 && { host }),
    ...(mode !== 'verify-full' && { checkServerIdentity: () => undefined }),
  };
}

function readPem(name: string, path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    throw new DatabaseUrlError(`name in ${name} a file that can be read (${code})`);
  }
}
