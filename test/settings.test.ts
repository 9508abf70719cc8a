// What each setting takes, and what it refuses because it could never do what it says.
import { writeFile } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { ConfigError, readConfig, variables } from '../src/config.ts';
import { temporaryFolder } from './support/process.ts';
import { tlsFile } from './support/tls.ts';

/** Of each variable, values that are refused. */
const refused: Record<(typeof variables)[number], string[]> = {
  PORT: ['04000', '+1', '1e3', ' 4000', '65536', '0x1F'],
  HOST: [
    '0',
    '127.1',
    '0x7f.1',
    '256.1.1.1',
    '1.2.3.4.5',
    '010.0.0.1',
    'a..b',
    '.',
    ':',
    'fe80::1%eth0',
    '[::1]',
    ' ::1',
    '127.0.0.1:80',
  ],
  DATABASE_URL: [
    'postgres:x',
    'postgres://',
    ' postgres://host/x',
    'postgres://host/x ',
    'POSTGRES',
    'mysql://host/x',
    'postgres://one,two/x',
    'postgres://one:1,two:2/x',
    'postgres://host:0x1F/x',
    'postgres://host:99999/x',
    'postgres://host:0/x',
    'postgres://a%ZZ:x@host/x',
    'postgres://u:100%@host/x',
    'postgres://u:x@host/x%00',
    'postgres://u:a/b@host/x',
    'postgres://u:a#b@host/x',
    'postgres://:5432/x',
    'postgres://fe80::1/x',
    'postgres://[host]/x',
    'postgres://ho st/x',
    'postgres://host/x\n',
    'postgres://host/x?host=one,two',
    'postgres://host/x?sslmode=allow',
    'postgres://host/x?sslmode=prefer',
    'postgres://host/x?sslmode=',
    'postgres://host/x?sslmode=require&sslmode=disable',
    'postgres://host/x?sslmode=verify-ca',
    'postgres://host/x?sslmode=require&sslrootcert=system',
    'postgres://host/x?sslmode=verify-full&sslrootcert=/nowhere/ca.crt',
    'postgres://host/x?sslmode=require&sslcert=/nowhere/client.crt',
    'postgres://host/x?sslrootcert=/nowhere/ca.crt',
    'postgres://host/x?ssl=true',
    'postgres://host/x?pgbouncer=true',
    'postgres://host/x?target_session_attrs=read-write',
    'postgres://host/x?port=0',
    'postgres://host/x?connect_timeout=0',
    'postgres://host/x?connect_timeout=3s',
  ],
  REDIS_URL: ['redis:x', 'redis://', 'redis://:6379', 'redis://host/name', ' redis://host', 'redis://host/0/1'],
  TRUST_PROXY: [
    '01',
    '33',
    '-1',
    '1, 10.0.0.1',
    '10.0.0.1,',
    '10.1/16',
    '010.0.0.0/8',
    '10.0.0.0/08',
    '10.0.0.0/',
    '10.0.0.0/8/8',
    'fe80::1%eth0',
    'fe80::%eth0/64',
    '::ffff:10.0.0.0/104',
    '::1/129',
    'proxy.example',
  ],
  PUBLIC_URL: [
    'shop.example',
    '//shop.example',
    'ftp://shop.example',
    'https://',
    'https:///x',
    'https://a..b',
    'https://shop.example?x=1',
    'https://shop.example#x',
    'https://shop.example//',
    'https://shop.example/a b',
    'https://user:password@shop.example',
    ' https://shop.example',
  ],
  CORS_ORIGINS: [
    'https://*.example',
    'https://*',
    '*.example',
    'null',
    'https://Shop.example',
    'HTTPS://shop.example',
    'https://shop.example:443',
    'http://shop.example:80',
    'https://bücher.example',
    'https://a..b',
    '*,https://shop.example',
    '*,*',
    'https://shop.example,',
    'https://user@shop.example',
    'https://shop.example?x',
    'https://0x7f.1',
    'file://',
    'https://a$b.example',
  ],
  DATABASE_DIRECT_URL: ['postgres://', 'mysql://host/x'],
  DATA_DIR: ['\t'],
  GEOIP_CITY: ['a.mmdb,', 'a.mmdb,,b.mmdb', ','],
  GEOIP_COUNTRY: [',a.mmdb'],
  GEOIP_ASN: ['a.mmdb, ,b.mmdb'],
  GEOIP_ANONYMOUS: [', a.mmdb'],
  REVERSE_DNS: ['ON', 'on,10.0.0.1', '10.0.0.1,', '1.1', '10.0.0.1:99999', 'dns.example'],
  OPERATION_TIMEOUT: ['05000', '99', '1000000', '5000ms'],
  DRAIN_SECONDS: ['05', '3601', '-1'],
  POOL_SIZE: ['0', '01', '1000', 'all'],
  MAX_CONNECTIONS: ['0', '010', '1000000'],
  WORKERS: ['0', '01', '100', 'auto'],
  KEY_LIFETIME_DAYS: ['0', '030', '3651', '90d', 'never'],
  LOG_LEVEL: ['INFO', 'info ', 'warning'],
  GRAPHIQL: ['ON', 'true'],
  INTROSPECTION: ['Off'],
};

const taken: [name: string, value: string, setting: string, expected: unknown][] = [
  ['PORT', '0', 'port', 0],
  ['PORT', '65535', 'port', 65_535],
  ['HOST', '::', 'host', '::'],
  ['HOST', '0.0.0.0', 'host', '0.0.0.0'],
  ['HOST', 'gateway_1.internal.', 'host', 'gateway_1.internal.'],
  ['HOST', '3com', 'host', '3com'],
  ['REDIS_URL', 'rediss://user:pass@host:6380/15', 'redisUrl', 'rediss://user:pass@host:6380/15'],
  ['REDIS_URL', 'redis://[::1]', 'redisUrl', 'redis://[::1]'],
  ['TRUST_PROXY', ' 2 ', 'trustProxy', 2],
  ['TRUST_PROXY', '0', 'trustProxy', 0],
  ['TRUST_PROXY', '10.0.0.0/8 , ::1,2001:db8::/32', 'trustProxy', ['10.0.0.0/8', '::1', '2001:db8::/32']],
  ['TRUST_PROXY', '::ffff:10.0.0.1', 'trustProxy', ['::ffff:10.0.0.1']],
  ['TRUST_PROXY', '0.0.0.0/0', 'trustProxy', ['0.0.0.0/0']],
  ['PUBLIC_URL', 'https://shop.example/gateway/', 'publicUrl', 'https://shop.example/gateway'],
  ['PUBLIC_URL', 'http://[::1]:4000', 'publicUrl', 'http://[::1]:4000'],
  ['CORS_ORIGINS', '*', 'corsOrigins', ['*']],
  [
    'CORS_ORIGINS',
    ' http://localhost:3000 , https://xn--bcher-kva.example',
    'corsOrigins',
    ['http://localhost:3000', 'https://xn--bcher-kva.example'],
  ],
  ['CORS_ORIGINS', 'http://[::1]:8080', 'corsOrigins', ['http://[::1]:8080']],
  ['CORS_ORIGINS', 'https://my_shop.example.', 'corsOrigins', ['https://my_shop.example.']],
  ['REVERSE_DNS', '10.0.0.53, [::1]:5353', 'reverseDns', ['10.0.0.53', '[::1]:5353']],
  ['DRAIN_SECONDS', '0', 'drainSeconds', 0],
  ['POOL_SIZE', '999', 'poolSize', 999],
  ['WORKERS', '99', 'workers', 99],
  ['KEY_LIFETIME_DAYS', '1', 'keyLifetimeDays', 1],
  ['KEY_LIFETIME_DAYS', '3650', 'keyLifetimeDays', 3_650],
  ['LOG_LEVEL', 'silent', 'logLevel', 'silent'],
];

const account = userInfo().username;

/** What a URL of a database comes to. */
const urls: [url: string, expected: object][] = [
  ['postgres://u:p@[::1]:5432/db', { host: '::1', port: 5432, user: 'u', database: 'db', ssl: false }],
  ['postgresql://u@host', { host: 'host', port: 5432, user: 'u', database: 'u' }],
  ['postgres://host:6432/db', { host: 'host', port: 6432, user: account, database: 'db' }],
  ['postgres:///', { host: 'localhost', port: 5432, user: account, database: account }],
  [
    'postgres://u:p@/db?host=/run/postgresql&port=6432',
    { host: '/run/postgresql', port: 6432, user: 'u', database: 'db' },
  ],
  ['postgres:///db?host=/run/postgresql&sslmode=require', { host: '/run/postgresql', database: 'db', ssl: false }],
  ['postgres://u:p@%2Frun%2Fpostgresql/db', { host: '/run/postgresql', user: 'u', database: 'db' }],
  ['postgres://%C3%A9:p@host/a%20b', { user: 'é', database: 'a b' }],
  ['postgres://u@/db?host=%2Frun%2Fa+b', { host: '/run/a+b', user: 'u', database: 'db' }],
  ['postgres://host/a%2Fb', { database: 'a/b' }],
  ['postgres://host/a%3Fb%23c%26d%3De', { database: 'a?b#c&d=e' }],
  ['postgres://host/%24(id)', { database: '$(id)' }],
  ["postgres://host/it's", { database: "it's" }],
  ['postgres://host/a+b?application_name=a+b%20c', { database: 'a+b', application_name: 'a+b c' }],
  ['postgres://host/db?options=-c%20work_mem%3D1MB', { options: '-c work_mem=1MB' }],
  ['postgres://host/db?application_name=shop', { application_name: 'shop', options: undefined }],
  ['postgres://host/db?connect_timeout=7', { connectionTimeoutMillis: 7_000 }],
  ['postgres://host/db?sslmode=disable', { connectionTimeoutMillis: 3_000, ssl: false }],
  ['postgres://host/db?sslmode=require', { ssl: { rejectUnauthorized: false } }],
  ['postgres://host/db?sslmode=no-verify', { ssl: { rejectUnauthorized: false } }],
  ['postgres://host/db?sslmode=verify-full', { ssl: { rejectUnauthorized: true } }],
  ['postgres://host/db?sslmode=verify-full&sslrootcert=system', { ssl: { rejectUnauthorized: true } }],
  ['postgres://10.0.0.1/db?sslmode=verify-full', { ssl: { rejectUnauthorized: true, host: '10.0.0.1' } }],
];

/** What is wrong with a URL, in words that name the fault. */
const faults: [url: string, must: string][] = [
  [' postgres://host/x', 'not begin or end with white space'],
  ['postgres://host/x\n', 'not begin or end with white space'],
  ['postgres://one,two/x', 'name one host, not several'],
  ['postgres://one:1,two:2/x', 'name one host, not several'],
  ['postgres://host:65536/x', 'have a port from 1 to 65535'],
  ['postgres://host:0/x', 'have a port from 1 to 65535'],
  ['postgres://:5432/x', 'name a host before the port'],
  ['postgres://a%ZZ@host/x', 'have a user in which each % begins a character written as %XX; a % itself is %25'],
  [
    'postgres://u:a%ZZ%40@host/x',
    'have a password in which each % begins a character written as %XX; a % itself is %25',
  ],
  [
    `postgres://host/x?sslmode=require&sslrootcert=${tlsFile('client.key')}`,
    'name in sslrootcert a file that holds a certificate (PEM)',
  ],
  [
    `postgres://host/x?sslmode=require&sslcert=${tlsFile('client.crt')}&sslkey=${tlsFile('server.key')}`,
    'name in sslkey the private key that belongs to the certificate in sslcert',
  ],
  [
    `postgres://host/x?sslmode=require&sslcert=${tlsFile('client.crt')}&sslkey=${tlsFile('ca.crt')}`,
    'name in sslkey a file that holds a private key (PEM) without a passphrase',
  ],
];

describe('settings', () => {
  it.each(faults)('DATABASE_URL=%j is refused for what is wrong with it', (url, must) => {
    expect(() => readConfig({ DATABASE_URL: url })).toThrow(`The environment variable DATABASE_URL must ${must}.`);
  });

  it.each([...variables, 'DATABASE_URL_FILE', 'REDIS_URL_FILE'])(
    '%s counts as not set when it is empty, not when it is blank',
    (name) => {
      expect(readConfig({ [name]: '' })).toEqual(readConfig({}));
      for (const blank of [' ', '\n']) expect(() => readConfig({ [name]: blank })).toThrow(ConfigError);
    },
  );

  it.each(Object.entries(refused).flatMap(([name, values]) => values.map((value) => [name, value])))(
    '%s=%j stops the start with one sentence that names it',
    (name, value) => {
      const sentence = new RegExp(`^The environment variable ${name} must [^\n]+\\.$`);
      expect(() => readConfig({ [String(name)]: value })).toThrow(
        expect.objectContaining({ message: expect.stringMatching(sentence) }),
      );
      expect(() => readConfig({ [String(name)]: value })).toThrow(ConfigError);
    },
  );

  it.each(taken)('%s=%j is taken', (name, value, setting, expected) => {
    expect(readConfig({ [name]: value })).toHaveProperty(setting, expected);
  });

  it.each(urls)('DATABASE_URL=%j is taken apart', (url, expected) => {
    const { database } = readConfig({ DATABASE_URL: url });
    expect(database?.pooled).toMatchObject(expected);
    expect(database?.direct).toBe(database?.pooled);
    expect(readConfig({ DATABASE_URL: url, DATABASE_DIRECT_URL: 'postgres://direct' }).database).toMatchObject({
      pooled: expected,
      direct: { host: 'direct' },
    });
  });

  it('keep a password out of sight, and whole', () => {
    const { database } = readConfig({ DATABASE_URL: 'postgres://u:s%40cr%3At@host/db' });
    expect(database?.pooled.password()).toBe('s@cr:t');
    expect(readConfig({ DATABASE_URL: 'postgres://u:100%25:+@host/db' }).database?.pooled.password()).toBe('100%:+');
    expect(JSON.stringify(database) + inspect(database)).not.toContain('s@cr');
    const urlsWithPassword = [
      ...(refused.DATABASE_URL ?? []).map((text) => text.replace('//', '//user:s3cret@')),
      'postgres://user:pa?s3cret=1@host/db',
    ];
    const messages = urlsWithPassword.flatMap((url) => {
      try {
        readConfig({ DATABASE_URL: url });
        return [];
      } catch (error) {
        return [inspect(error)];
      }
    });
    expect(messages.length).toBeGreaterThan(20);
    expect(messages.join()).not.toContain('s3cret');
  });

  it('may be in files where they are secret', async () => {
    const folder = await temporaryFolder();
    const path = join(folder.path, 'secret');
    await writeFile(path, 'postgres://host/db\n');
    expect(readConfig({ DATABASE_URL_FILE: path })).toMatchObject({
      demo: false,
      database: { pooled: { host: 'host' } },
    });
    const both = { DATABASE_URL: 'postgres://host/db', DATABASE_DIRECT_URL_FILE: path };
    expect(readConfig(both)).toMatchObject({ database: { direct: { host: 'host' } } });
    await writeFile(path, 'redis://host:6380');
    expect(readConfig({ REDIS_URL_FILE: path })).toMatchObject({ redisUrl: 'redis://host:6380' });
    expect(() => readConfig({ DATABASE_URL_FILE: path })).toThrow(/^The environment variable DATABASE_URL must be/);
    expect(() => readConfig({ REDIS_URL: 'redis://host', REDIS_URL_FILE: path })).toThrow(
      'Only one of the environment variables REDIS_URL and REDIS_URL_FILE may be set.',
    );
    await writeFile(path, '\n');
    expect(() => readConfig({ REDIS_URL_FILE: path })).toThrow(
      'The environment variable REDIS_URL_FILE must name a file that is not empty.',
    );
    await folder.remove();
    expect(() => readConfig({ REDIS_URL_FILE: path })).toThrow(
      'The environment variable REDIS_URL_FILE must name a file that can be read (ENOENT).',
    );
  });

  it('of a direct way to the database need the usual one', () => {
    expect(() => readConfig({ DATABASE_DIRECT_URL: 'postgres://host' })).toThrow(
      'The environment variable DATABASE_DIRECT_URL needs DATABASE_URL beside it.',
    );
  });
});
