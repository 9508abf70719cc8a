// The words behind `npm start --`: the gateway takes its settings from the environment alone.
import { readVersion } from '../version.ts';

/** What each setting is, in a line; `docs/operations.md` has the whole of it. */
export const settings: Readonly<Record<string, string>> = {
  PORT: 'port (4000)',
  HOST: 'address to listen on (0.0.0.0; in demo mode 127.0.0.1)',
  DATABASE_URL: 'the database; without it, demo mode brings its own',
  DATABASE_DIRECT_URL: 'the way to it past a pooler of transactions',
  POOL_SIZE: 'connections of each process to the database (10)',
  DATA_DIR: 'where demo mode keeps its database (.data)',
  REDIS_URL: 'where several gateways count requests together',
  WORKERS: 'processes that serve on the port (1)',
  TRUST_PROXY: 'how many proxies, or whose addresses, are believed',
  PUBLIC_URL: 'where callers reach the gateway, for links in answers',
  CORS_ORIGINS: 'origins whose pages may call',
  GRAPHIQL: 'off for no GraphiQL (on)',
  INTROSPECTION: 'off for no questions about the schema (on)',
  GEOIP_CITY: 'databases of IP addresses, by city',
  GEOIP_COUNTRY: 'by country',
  GEOIP_ASN: 'by network',
  GEOIP_ANONYMOUS: 'of proxies and hosts',
  REVERSE_DNS: 'off, or the DNS servers to ask (on)',
  MAX_CONNECTIONS: 'connections at once (10000)',
  OPERATION_TIMEOUT: 'milliseconds that an operation may take (5000)',
  DRAIN_SECONDS: 'how long SIGTERM goes on answering (5, in demo mode 0)',
  KEY_LIFETIME_DAYS: 'days that a new API key is valid (for ever)',
  LOG_LEVEL: 'fatal, error, warn, info, debug, trace or silent (info)',
};

const HELP = `Usage: npm start

Starts the gateway, until it is told to end: Ctrl-C, or SIGTERM. Its settings
are variables of the environment:

${Object.entries(settings)
  .map(([name, text]) => `  ${name.padEnd(20)} ${text}`)
  .join('\n')}

Example:
  PORT=5000 DATABASE_URL=postgres://user:password@host/database npm start

Options:
  --version   print the version
  --help      print this

docs/operations.md tells all of it. Commands for operators: npm run keys,
organisations, customers, check, migrate.`;

/**
 * Answers the words of a command line that asks for something else than to start.
 *
 * @returns the exit code
 */
export function answerArguments(words: readonly string[]): number {
  if (words.some((word) => word === '--help' || word === '-h')) {
    console.log(HELP);
    return 0;
  }
  if (words.length === 1 && words[0] === '--version') {
    console.log(readVersion());
    return 0;
  }
  console.error(
    'The gateway takes its settings from the environment, such as PORT=5000; npm start -- --help lists them.',
  );
  return 2;
}
