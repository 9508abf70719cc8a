// DATABASE_URL taken apart: the one place that decides how any connection to the database is made.
import { userInfo } from 'node:os';
import type { ConnectionOptions } from 'node:tls';
import type pg from 'pg';
import { tlsOf, tlsParameters } from './database-tls.ts';
import { DatabaseUrlError, splitDatabaseUrl } from './url-parts.ts';

export { DatabaseUrlError };

/** The variables that name a database. */
export type DatabaseVariable = 'DATABASE_URL' | 'DATABASE_DIRECT_URL';

/** How the database is reached, in the words of `pg`: alike for the pool, the listener, migrations, probes and commands. */
export interface DatabaseConnection {
  /** Where an operator finds the setting that says all this. */
  readonly variable: DatabaseVariable;
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
  const { variable, ...said } = connection;
  const application_name = connection.application_name ?? own.application_name;
  return { ...said, ...own, application_name, ssl: connection.ssl && { ...connection.ssl } };
}

/** Both are what a URL says; for the database of demo mode. */
export function databasesAt(url: string): Databases {
  return databasesOf(parseDatabaseUrl(url));
}

/** Milliseconds that a connection may take to be made, unless the URL has a `connect_timeout`. */
export const CONNECT_TIMEOUT = 3_000;
const DEFAULT_PORT = 5432;

const parameterNames = ['host', 'port', 'options', 'application_name', 'connect_timeout', ...tlsParameters];

/**
 * Takes a URL apart.
 *
 * @param url - `postgres://…` or `postgresql://…`; what it leaves open is as libpq has it, but for the host, which is localhost
 * @param variable - where it stands
 * @throws DatabaseUrlError when it cannot be used, or a file that it names cannot be read
 */
export function parseDatabaseUrl(url: string, variable: DatabaseVariable = 'DATABASE_URL'): DatabaseConnection {
  const { parameters, password, ...parts } = splitDatabaseUrl(url, parameterNames);
  const host = parts.host || 'localhost';
  const user = parts.user || accountName();
  return Object.freeze({
    variable,
    host,
    port: portOf(parts.port),
    user,
    password: () => password,
    database: parts.database || user,
    ssl: tlsOf(parameters, host),
    options: parameters.get('options') || undefined,
    application_name: parameters.get('application_name') || undefined,
    connectionTimeoutMillis: connectTimeoutOf(parameters.get('connect_timeout')),
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

function portOf(given: string): number {
  if (given === '') return DEFAULT_PORT;
  if (!/^[1-9]\d{0,4}$/.test(given) || Number(given) > 65_535)
    throw new DatabaseUrlError('have a port from 1 to 65535');
  return Number(given);
}

function connectTimeoutOf(given: string | undefined): number {
  if (given === undefined) return CONNECT_TIMEOUT;
  if (!/^[1-9]\d{0,2}$/.test(given))
    throw new DatabaseUrlError('have a connect_timeout that is a whole number of seconds from 1 to 999');
  return Number(given) * 1_000;
}
