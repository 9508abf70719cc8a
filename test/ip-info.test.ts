// What callers are told about an IP address.
import { readFileSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import { Reader, type Response } from 'maxmind';
import pino from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { normalizeIp } from '../src/ip/address.ts';
import { kindOf } from '../src/ip/kind.ts';
import { openIpLookup } from '../src/ip/lookup.ts';
import { readAnonymity, readNetwork, readPlace } from '../src/ip/record.ts';
import { createKey } from './support/database.ts';
import { startGateway, type TestGateway } from './support/gateway.ts';
import { anonymousFile, asnFile, cityFile, countryFile, countryFileIpv4, testDatabases } from './support/geoip.ts';
import { seededRandom } from './support/random.ts';

const IP_INFO = `query ($ip: String!) {
  ipInfo(ip: $ip) {
    address kind country { code name } region city latitude longitude accuracyRadiusKm timeZone asn asOrganisation
    isAnonymous isVpn isProxy isTor isHosting sources { name builtAt attribution }
  }
}`;

const BUILT = '2026-02-04T22:49:29.000Z';
const MAXMIND = 'This product includes GeoLite Data created by MaxMind, available from https://www.maxmind.com';
const city = { name: 'GeoLite2-City', builtAt: BUILT, attribution: MAXMIND };
const asn = { name: 'GeoLite2-ASN', builtAt: BUILT, attribution: MAXMIND };
const anonymous = { name: 'GeoIP2-Anonymous-IP', builtAt: BUILT, attribution: null };
const country = {
  name: 'dbip-country',
  builtAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
  attribution: 'IP Geolocation by DB-IP (https://db-ip.com), CC BY 4.0',
};

const unknown = {
  kind: 'PUBLIC',
  country: null,
  region: null,
  city: null,
  latitude: null,
  longitude: null,
  accuracyRadiusKm: null,
  timeZone: null,
  asn: null,
  asOrganisation: null,
  isAnonymous: null,
  isVpn: null,
  isProxy: null,
  isTor: null,
  isHosting: null,
  sources: [],
};
const notListed = { isAnonymous: false, isVpn: false, isProxy: false, isTor: false, isHosting: false };

let gateway: TestGateway;
let bare: TestGateway;

beforeAll(async () => {
  gateway = await startGateway({ ipDatabases: testDatabases, reverseDns: false });
  bare = await startGateway({ reverseDns: false });
});
afterAll(() => Promise.all([gateway.close(), bare.close()]));

async function infoOf(from: TestGateway, ip: string) {
  const { body } = await from.graphql(IP_INFO, { ip });
  expect(body.errors).toBeUndefined();
  return body.data.ipInfo;
}

describe('with databases of cities, networks and anonymous addresses', () => {
  it.each([
    [
      '81.2.69.142',
      {
        country: { code: 'GB', name: 'United Kingdom' },
        region: 'England',
        city: 'London',
        latitude: 51.5142,
        longitude: -0.0931,
        accuracyRadiusKm: 10,
        timeZone: 'Europe/London',
        isAnonymous: true,
        isVpn: true,
        isProxy: true,
        isTor: true,
        isHosting: true,
        sources: [city, anonymous],
      },
    ],
    [
      '89.160.20.112',
      {
        country: { code: 'SE', name: 'Sweden' },
        region: 'Östergötland County',
        city: 'Linköping',
        latitude: 58.4167,
        longitude: 15.6167,
        accuracyRadiusKm: 76,
        timeZone: 'Europe/Stockholm',
        asn: 29518,
        asOrganisation: 'Bredband2 AB',
        ...notListed,
        sources: [city, asn, anonymous],
      },
    ],
    [
      '1.128.0.0',
      {
        country: { code: 'AU', name: 'Australia' },
        asn: 1221,
        asOrganisation: 'Telstra Pty Ltd',
        ...notListed,
        sources: [country, asn, anonymous],
      },
    ],
    [
      '71.160.223.1',
      {
        country: { code: 'US', name: 'United States' },
        ...notListed,
        isAnonymous: true,
        isHosting: true,
        sources: [country, anonymous],
      },
    ],
    [
      '186.30.236.1',
      {
        country: { code: 'CO', name: 'Colombia' },
        ...notListed,
        isAnonymous: true,
        isProxy: true,
        sources: [country, anonymous],
      },
    ],
    [
      '65.0.0.1',
      {
        country: { code: 'IN', name: 'India' },
        ...notListed,
        isAnonymous: true,
        isTor: true,
        sources: [country, anonymous],
      },
    ],
    [
      '2001:218::1',
      {
        country: { code: 'JP', name: 'Japan' },
        latitude: 35.68536,
        longitude: 139.75309,
        accuracyRadiusKm: 100,
        timeZone: 'Asia/Tokyo',
        ...notListed,
        sources: [city, anonymous],
      },
    ],
  ])('%s', async (ip, known) => expect(await infoOf(gateway, ip)).toEqual({ ...unknown, address: ip, ...known }));
});

describe('without any setting', () => {
  it.each([
    ['1.1.1.1', { country: { code: 'AU', name: 'Australia' }, sources: [country] }],
    ['8.8.8.8', { country: { code: 'US', name: 'United States' }, sources: [country] }],
    ['2001:4860:4860::8888', { country: { code: 'CA', name: 'Canada' }, sources: [country] }],
    ['127.0.0.1', { kind: 'LOOPBACK' }],
    ['10.0.0.1', { kind: 'PRIVATE' }],
    ['100.64.0.1', { kind: 'CGNAT' }],
  ])('%s', async (ip, known) => expect(await infoOf(bare, ip)).toEqual({ ...unknown, address: ip, ...known }));
});

it.each([
  ['', '127.0.0.1'],
  [' localhost ', '127.0.0.1'],
  ['::1', '127.0.0.1'],
  ['0.0.0.0', '127.0.0.1'],
  ['1.1.1.1', '1.1.1.1'],
  ['2001:4860:4860:0:0:0:0:8888', '2001:4860:4860::8888'],
  ['::ffff:1.2.3.4', '1.2.3.4'],
])('reads %j as %s', async (ip, address) => expect(await infoOf(bare, ip)).toMatchObject({ address }));

it.each(['1.1', '0x7f.1', '010.0.0.1', '1.1.1.1/24', 'fe80::1%eth0', 'example.com', '256.1.1.1', '\u0000'])(
  'refuses %j',
  async (ip) => {
    const { status, body } = await bare.graphql(IP_INFO, { ip });
    expect(status).toBe(200);
    expect(body.data).toEqual({ ipInfo: null });
    expect(body.errors[0].extensions).toMatchObject({ code: 'INTERNAL_VALIDATION_FAILED', fields: [{ path: 'ip' }] });
  },
);

it('needs the scope ip:read', async () => {
  const key = await createKey(bare.databaseUrl, bare.organisationId, { scopes: ['customer:read'] });
  const { body } = await bare.graphql(IP_INFO, { ip: '1.1.1.1' }, { key });
  expect(body.errors[0].extensions.code).toBe('PUBLIC_API_KEY_SCOPE_NOT_ALLOWED');
  const reader = await createKey(bare.databaseUrl, bare.organisationId, { scopes: ['ip:read'] });
  expect((await bare.graphql(IP_INFO, { ip: '1.1.1.1' }, { key: reader })).body.errors).toBeUndefined();
});

it.each([
  ['1.1.1.1', 'PUBLIC'],
  ['10.255.255.255', 'PRIVATE'],
  ['172.16.0.1', 'PRIVATE'],
  ['172.32.0.1', 'PUBLIC'],
  ['192.168.0.1', 'PRIVATE'],
  ['fd12::1', 'PRIVATE'],
  ['127.255.0.1', 'LOOPBACK'],
  ['169.254.0.1', 'LINK_LOCAL'],
  ['fe80::1', 'LINK_LOCAL'],
  ['100.64.0.0', 'CGNAT'],
  ['100.127.255.255', 'CGNAT'],
  ['100.128.0.0', 'PUBLIC'],
  ['192.0.2.1', 'DOCUMENTATION'],
  ['198.51.100.1', 'DOCUMENTATION'],
  ['203.0.113.255', 'DOCUMENTATION'],
  ['2001:db8::1', 'DOCUMENTATION'],
  ['3fff:fff::1', 'DOCUMENTATION'],
  ['0.1.2.3', 'RESERVED'],
  ['192.0.0.1', 'RESERVED'],
  ['198.18.0.1', 'RESERVED'],
  ['224.0.0.1', 'RESERVED'],
  ['240.0.0.1', 'RESERVED'],
  ['255.255.255.255', 'RESERVED'],
  ['ff02::1', 'RESERVED'],
  ['64:ff9b::102:304', 'RESERVED'],
  ['2002:101:101::1', 'RESERVED'],
  ['2001:0:1::1', 'RESERVED'],
  ['100::1', 'RESERVED'],
  ['4000::1', 'RESERVED'],
  ['2a00::1', 'PUBLIC'],
])('%s is %s', async (ip, kind) => {
  const told = await infoOf(gateway, ip);
  expect(told.kind).toBe(kind);
  if (kind !== 'PUBLIC') expect(told).toEqual({ ...unknown, address: ip, kind });
});

describe('beside maxmind itself', () => {
  const readers = Object.fromEntries(
    Object.entries({ cityFile, asnFile, anonymousFile, countryFile }).map(([name, path]) => [
      name,
      new Reader<Response>(readFileSync(path)),
    ]),
  );
  // biome-ignore lint/suspicious/noExplicitAny: the records are of several shapes
  const record = (name: string, ip: string): any => readers[name]?.get(ip) ?? {};

  /** What maxmind itself says of an address; of what is looked up in several files, the first that says anything. */
  function expected(address: string) {
    const kind = kindOf(address);
    if (kind !== 'PUBLIC') return { ...unknown, address, kind };
    const place = record('cityFile', address);
    const network = record('asnFile', address);
    const listed = record('anonymousFile', address);
    return {
      address,
      kind,
      country: place.country?.iso_code ?? record('countryFile', address).country_code ?? null,
      region: place.subdivisions?.[0]?.names?.en ?? null,
      city: place.city?.names?.en ?? null,
      latitude: place.location?.latitude ?? null,
      longitude: place.location?.longitude ?? null,
      accuracyRadiusKm: place.location?.accuracy_radius ?? null,
      timeZone: place.location?.time_zone ?? null,
      asn: network.autonomous_system_number ?? null,
      asOrganisation: network.autonomous_system_organization ?? null,
      isAnonymous: listed.is_anonymous ?? false,
      isVpn: listed.is_anonymous_vpn ?? false,
      isProxy: Boolean(listed.is_public_proxy || listed.is_residential_proxy),
      isTor: listed.is_tor_exit_node ?? false,
      isHosting: listed.is_hosting_provider ?? false,
      sources: [],
    };
  }

  const random = seededRandom(20_261_125);
  const part = () => Math.floor(random() * 256);
  const group = () => Math.floor(random() * 65_536).toString(16);
  const networks = [
    '81.2.69',
    '89.160.20',
    '2.125.160',
    '67.43.156',
    '175.16.199',
    '202.196.224',
    '216.160.83',
    '1.128.0',
  ];

  /** An address of any kind; two of three in networks that the test databases know. */
  function anyAddress(): string {
    const which = random();
    if (which < 1 / 3) return `${part()}.${part()}.${part()}.${part()}`;
    if (which < 2 / 3) return `${networks[part() % networks.length]}.${part()}`;
    return normalizeIp(
      which < 5 / 6 ? `2001:218:${group()}::${group()}` : `2${group().slice(-3)}:${group()}::${group()}`,
    );
  }

  it('says the same of 100,000 addresses', async () => {
    const lookup = openIpLookup({ databases: testDatabases, reverseDns: false, log: pino({ level: 'silent' }) });
    let located = 0;
    for (let i = 0; i < 100_000; i++) {
      const address = anyAddress();
      const info = await lookup.infoOf(address);
      const told = { ...unknown, ...info, country: info.country?.code ?? null, sources: [] };
      if (!isDeepStrictEqual(told, expected(address))) expect(told).toEqual(expected(address));
      if (info.latitude !== undefined) located += 1;
    }
    lookup.close();
    expect(located).toBeGreaterThan(20_000);
  });
});

describe('the record of a database', () => {
  const flat = {
    country_code: 'CZ',
    state1: 'Prague',
    city: 'Prague 1',
    latitude: 50.1,
    longitude: 14.4,
    timezone: '',
  };
  const place = { region: undefined, city: undefined, timeZone: undefined };

  it.each([
    [
      'in the flat form',
      flat,
      { country: { code: 'CZ', name: 'Czechia' }, region: 'Prague', city: 'Prague 1', latitude: 50.1, longitude: 14.4 },
    ],
    ['of no country', { country_code: 'ZZ' }, {}],
    ['of a country that is not in use', { country_code: 'QQ' }, { country: { code: 'QQ', name: null } }],
    ['of a code that is none', { country_code: 'cz1' }, {}],
    ['with half of the coordinates', { latitude: 50.1 }, {}],
    ['with coordinates of nowhere', { location: { latitude: 91, longitude: 14, accuracy_radius: 5 } }, {}],
    ['with blanks', { city: ' ', state1: '', timezone: '' }, {}],
    ['of another form', { country: 'CZ', city: 7, location: null, subdivisions: {} }, {}],
    ['of the names of other languages', { city: { names: { de: 'Prag' } } }, {}],
  ])('%s', (_, record, told) => expect(readPlace(record)).toEqual({ ...place, ...told }));

  it.each([
    [{ autonomous_system_number: 4_200_000_001 }, undefined],
    [{ autonomous_system_number: 0 }, undefined],
    [{ autonomous_system_number: 'AS1' }, undefined],
    [{ autonomous_system_number: 1 }, 1],
  ])('%j is of the network %s', (record, asn) => expect(readNetwork(record).asn).toBe(asn));

  it.each(['is_public_proxy', 'is_residential_proxy'])('%s is a proxy', (name) =>
    expect(readAnonymity({ [name]: true })).toEqual({ ...notListed, isProxy: true }),
  );
});

it('asks of several databases the first that knows an address, and one of IPv4 for no IPv6', async () => {
  const databases = [countryFileIpv4, cityFile];
  const several = await startGateway({ ipDatabases: { city: databases, country: databases }, reverseDns: false });
  try {
    expect(await infoOf(several, '81.2.69.142')).toMatchObject({
      country: { code: 'GB' },
      city: null,
      sources: [{ name: 'dbip-country-ipv4' }],
    });
    expect(await infoOf(several, '89.160.20.112')).toMatchObject({ sources: [{ name: 'dbip-country-ipv4' }] });
    expect(await infoOf(several, '2001:218::1')).toMatchObject({ country: { code: 'JP' }, sources: [city] });
    expect(await infoOf(several, '2001:4860:4860::8888')).toMatchObject({ country: null, sources: [] });
  } finally {
    await several.close();
  }
});
