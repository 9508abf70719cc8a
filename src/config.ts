// The environment: read once, checked, frozen.
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { z } from 'zod';
import { isAddressOrBlock, isBaseUrl, isHost, isOrigin, isRedis, isServer, list, wholeNumber } from './config-forms.ts';
import {
  type Databases,
  DatabaseUrlError,
  type DatabaseVariable,
  databasesOf,
  parseDatabaseUrl,
} from './database-url.ts';

/** A setting of the environment that cannot be used; the message is one sentence that names the variable. */
export class ConfigError extends Error {
  override name = 'ConfigError';
}

/** Milliseconds that an operation may take unless told otherwise. */
export const OPERATION_TIMEOUT = 5_000;

/** Connections of a process to the database unless told otherwise. */
export const POOL_SIZE = 10;

/** Proxies that a request passes at most: nobody has more, and each costs a comparison with all that are trusted. */
export const MOST_PROXIES = 32;

const logLevels = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;

const databaseUrl = (variable: DatabaseVariable) =>
  z
    .string()
    .transform((url, context) => {
      try {
        return parseDatabaseUrl(url, variable);
      } catch (error) {
        if (!(error instanceof DatabaseUrlError)) throw error;
        context.addIssue({ code: 'custom', params: { must: error.message } });
        return z.NEVER;
      }
    })
    .optional();

const paths = z
  .string()
  .transform(list)
  .refine((parts) => parts.every((path) => path !== ''))
  .transform((parts): readonly string[] => parts.map((path) => resolve(path)))
  .optional()
  .meta({ expected: 'the path of a file, or of several separated by commas' });

const environment = z.object({
  PORT: z
    .string()
    .regex(wholeNumber)
    .transform(Number)
    .refine((port) => port <= 65_535)
    .default(4000)
    .meta({ expected: 'a whole number from 0 to 65535' }),
  HOST: z.string().refine(isHost).optional().meta({ expected: 'a host name or an IP address' }),
  DATABASE_URL: databaseUrl('DATABASE_URL'),
  DATABASE_DIRECT_URL: databaseUrl('DATABASE_DIRECT_URL'),
  POOL_SIZE: z
    .string()
    .regex(/^[1-9]\d{0,2}$/)
    .transform(Number)
    .default(POOL_SIZE)
    .meta({ expected: 'a whole number from 1 to 999' }),
  DATA_DIR: z
    .string()
    .refine((path) => path.trim() !== '')
    .default('.data')
    .meta({ expected: 'the path of a folder' }),
  REDIS_URL: z
    .string()
    .refine(isRedis)
    .optional()
    .meta({ expected: 'a URL such as redis://host:6379/0 or rediss://host' }),
  TRUST_PROXY: z
    .string()
    .transform((text) => (wholeNumber.test(text.trim()) ? Number(text) : list(text)))
    .refine((trusted) => (typeof trusted === 'number' ? trusted <= MOST_PROXIES : trusted.every(isAddressOrBlock)))
    .optional()
    .meta({ expected: 'a number of proxies up to 32, or their IP addresses or CIDR blocks separated by commas' }),
  PUBLIC_URL: z
    .string()
    .refine(isBaseUrl)
    .transform((url) => (url.endsWith('/') ? url.slice(0, -1) : url))
    .optional()
    .meta({ expected: 'a URL such as https://customers.example, without a query' }),
  CORS_ORIGINS: z
    .string()
    .transform(list)
    .refine((origins) => String(origins) === '*' || origins.every(isOrigin))
    .optional()
    .meta({ expected: 'whole origins such as https://shop.example separated by commas, or * alone' }),
  GRAPHIQL: z.enum(['on', 'off']).default('on').meta({ expected: 'on or off' }),
  INTROSPECTION: z.enum(['on', 'off']).default('on').meta({ expected: 'on or off' }),
  GEOIP_CITY: paths,
  GEOIP_COUNTRY: paths,
  GEOIP_ASN: paths,
  GEOIP_ANONYMOUS: paths,
  REVERSE_DNS: z
    .string()
    .transform((text) => (text === 'on' || text === 'off' ? text === 'on' : list(text)))
    .refine((servers) => typeof servers === 'boolean' || servers.every(isServer))
    .default(true)
    .meta({ expected: 'on, off, or the IP addresses of DNS servers separated by commas' }),
  OPERATION_TIMEOUT: z
    .string()
    .regex(wholeNumber)
    .transform(Number)
    .refine((milliseconds) => milliseconds >= 100)
    .default(OPERATION_TIMEOUT)
    .meta({ expected: 'a whole number of milliseconds from 100 to 999999' }),
  DRAIN_SECONDS: z
    .string()
    .regex(wholeNumber)
    .transform(Number)
    .refine((seconds) => seconds <= 3_600)
    .optional()
    .meta({ expected: 'a whole number of seconds from 0 to 3600' }),
  MAX_CONNECTIONS: z
    .string()
    .regex(/^[1-9]\d{0,5}$/)
    .transform(Number)
    .default(10_000)
    .meta({ expected: 'a whole number from 1 to 999999' }),
  WORKERS: z
    .string()
    .regex(/^[1-9]\d?$/)
    .transform(Number)
    .default(1)
    .meta({ expected: 'a whole number from 1 to 99' }),
  KEY_LIFETIME_DAYS: z
    .string()
    .regex(wholeNumber)
    .transform(Number)
    .refine((days) => days >= 1 && days <= 3_650)
    .optional()
    .meta({ expected: 'a whole number of days from 1 to 3650' }),
  LOG_LEVEL: z
    .enum(logLevels)
    .default('info')
    .meta({ expected: `one of ${logLevels.join(', ')}` }),
});

/** The names of all variables. */
export const variables = Object.keys(environment.shape) as (keyof typeof environment.shape)[];

/** The settings that may hold a secret, which each can be given as a file: `DATABASE_URL_FILE`. */
const secrets = ['DATABASE_URL', 'DATABASE_DIRECT_URL', 'REDIS_URL'] as const;

type Environment = Record<string, string | undefined>;

/** Leaves out what is empty, and puts what files hold in the place of their names. */
function gather(env: Environment): Environment {
  const set: Environment = Object.fromEntries(Object.entries(env).filter(([, value]) => value));
  for (const name of secrets) {
    const variable = `${name}_FILE`;
    const path = set[variable];
    if (path === undefined) continue;
    if (set[name] !== undefined)
      throw new ConfigError(`Only one of the environment variables ${name} and ${variable} may be set.`);
    set[name] = readSecret(variable, path);
  }
  return set;
}

function readSecret(variable: string, path: string): string {
  let text: string;
  try {
    text = readFileSync(path, 'utf8').trim();
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    throw new ConfigError(`The environment variable ${variable} must name a file that can be read (${code}).`);
  }
  if (text === '') throw new ConfigError(`The environment variable ${variable} must name a file that is not empty.`);
  return text;
}

function describe({ path, code, ...issue }: z.core.$ZodIssue): string {
  const name = String(path[0]) as keyof typeof environment.shape;
  const must = code === 'custom' && 'params' in issue ? issue.params?.must : undefined;
  return `The environment variable ${name} must ${must ?? `be ${environment.shape[name].meta()?.expected}`}.`;
}

/**
 * Reads the settings of the process.
 *
 * @param env - the environment; a variable that is empty counts as not set
 * @param terminal - whether standard output is a terminal, so that what is printed is seen and not kept
 * @returns the settings, frozen; `demo` is true when no database was named
 * @throws ConfigError one sentence that names the variable which cannot be used (never its value: it may hold a password)
 */
export function readConfig(env: Environment, { terminal = false }: { terminal?: boolean } = {}) {
  const parsed = environment.safeParse(gather(env));
  if (!parsed.success) throw new ConfigError(describe(parsed.error.issues[0] as z.core.$ZodIssue));
  const { PORT, HOST, DATABASE_URL, DATABASE_DIRECT_URL, DATA_DIR, REDIS_URL, TRUST_PROXY, LOG_LEVEL, ...edges } =
    parsed.data;
  const demo = DATABASE_URL === undefined;
  if (demo && DATABASE_DIRECT_URL) {
    throw new ConfigError('The environment variable DATABASE_DIRECT_URL needs DATABASE_URL beside it.');
  }
  return Object.freeze({
    port: PORT,
    host: HOST ?? (demo ? '127.0.0.1' : '0.0.0.0'),
    database: DATABASE_URL && databasesOf(DATABASE_URL, DATABASE_DIRECT_URL),
    poolSize: edges.POOL_SIZE,
    dataDir: resolve(DATA_DIR),
    redisUrl: REDIS_URL,
    trustProxy: TRUST_PROXY,
    /** Where callers reach the gateway, without a slash at the end; undefined where links are paths. */
    publicUrl: edges.PUBLIC_URL,
    /** Origins whose pages may call, or `*` for all. */
    corsOrigins: edges.CORS_ORIGINS ?? (demo ? ['*'] : []),
    graphiql: edges.GRAPHIQL === 'on',
    introspection: edges.INTROSPECTION === 'on',
    ipDatabases: {
      city: edges.GEOIP_CITY,
      country: edges.GEOIP_COUNTRY,
      asn: edges.GEOIP_ASN,
      anonymous: edges.GEOIP_ANONYMOUS,
    },
    reverseDns: edges.REVERSE_DNS,
    operationTimeout: edges.OPERATION_TIMEOUT,
    drainSeconds: edges.DRAIN_SECONDS ?? (demo ? 0 : 5),
    maxConnections: edges.MAX_CONNECTIONS,
    workers: edges.WORKERS,
    /** Days for which a new API key is valid unless told otherwise; undefined for ever. */
    keyLifetimeDays: edges.KEY_LIFETIME_DAYS,
    logLevel: LOG_LEVEL,
    demo,
    /** Whether demo mode makes keys that are shown once: a key that nobody sees, or that a log keeps, is not made. */
    demoKeys: demo && terminal,
  });
}

/** The settings of one gateway process. */
export type Config = ReturnType<typeof readConfig>;

/** The settings of a process that serves: in demo mode with the database that was started for it. */
export type ServingConfig = Config & { readonly database: Databases };
