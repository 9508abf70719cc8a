// What callers are told about an IP address.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createKey } from '../support/database.ts';
import { startGateway, type TestGateway } from '../support/gateway.ts';
import { cityFile, countryFileIpv4, notListed, testDatabases, unknown } from '../support/geoip.ts';

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
