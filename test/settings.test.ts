// What each setting takes, and what it refuses because it could never do what it says.
import { describe, expect, it } from 'vitest';
import { ConfigError, readConfig } from '../src/config.ts';

const refused: Record<string, string[]> = {
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
  DATABASE_URL: ['postgres:x', 'postgres://', ' postgres://host/x', 'postgres://host/x ', 'POSTGRES'],
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
  GEOIP_CITY: ['a.mmdb,', 'a.mmdb,,b.mmdb', ','],
  GEOIP_ANONYMOUS: [', a.mmdb'],
  REVERSE_DNS: ['ON', 'on,10.0.0.1', '10.0.0.1,', '1.1', '10.0.0.1:99999', 'dns.example'],
  OPERATION_TIMEOUT: ['05000', '99', '1000000', '5000ms'],
  DRAIN_SECONDS: ['05', '3601', '-1'],
  MAX_CONNECTIONS: ['0', '010', '1000000'],
  WORKERS: ['0', '01', '100', 'auto'],
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
  [
    'DATABASE_URL',
    'postgresql://[::1]:5432/x?sslmode=require',
    'databaseUrl',
    'postgresql://[::1]:5432/x?sslmode=require',
  ],
  ['DATABASE_URL', 'postgres:///x?host=/run/postgresql', 'databaseUrl', 'postgres:///x?host=/run/postgresql'],
  ['REDIS_URL', 'rediss://user:pass@host:6380/15', 'redisUrl', 'rediss://user:pass@host:6380/15'],
  ['REDIS_URL', 'redis://[::1]', 'redisUrl', 'redis://[::1]'],
  ['TRUST_PROXY', ' 2 ', 'trustProxy', 2],
  ['TRUST_PROXY', '0', 'trustProxy', 0],
  ['TRUST_PROXY', '10.0.0.0/8 , ::1,2001:db8::/32', 'trustProxy', ['10.0.0.0/8', '::1', '2001:db8::/32']],
  ['TRUST_PROXY', '::ffff:10.0.0.1', 'trustProxy', ['::ffff:10.0.0.1']],
  ['TRUST_PROXY', '0.0.0.0/0', 'trustProxy', ['0.0.0.0/0']],
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
  ['WORKERS', '99', 'workers', 99],
  ['LOG_LEVEL', 'silent', 'logLevel', 'silent'],
];

describe('settings', () => {
  it.each(Object.entries(refused).flatMap(([name, values]) => values.map((value) => [name, value])))(
    '%s=%j stops the start with one sentence that names it',
    (name, value) => {
      const sentence = new RegExp(`^The environment variable ${name} must be [^\n]+\\.$`);
      expect(() => readConfig({ [String(name)]: value })).toThrow(
        expect.objectContaining({ message: expect.stringMatching(sentence) }),
      );
      expect(() => readConfig({ [String(name)]: value })).toThrow(ConfigError);
    },
  );

  it.each(taken)('%s=%j is taken', (name, value, setting, expected) => {
    expect(readConfig({ [name]: value })).toHaveProperty(setting, expected);
  });
});
