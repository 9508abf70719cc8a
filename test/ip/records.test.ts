// What the records of IP databases say, and that nothing of it is lost or made up on the way to the caller.
import { readFileSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import { Reader, type Response } from 'mmdb-lib';
import pino from 'pino';
import { describe, expect, it } from 'vitest';
import { normalizeIp } from '../../src/ip/address.ts';
import { kindOf } from '../../src/ip/kind.ts';
import { openIpLookup } from '../../src/ip/lookup.ts';
import { readAnonymity, readNetwork, readPlace } from '../../src/ip/record.ts';
import { anonymousFile, asnFile, cityFile, countryFile, notListed, testDatabases, unknown } from '../support/geoip.ts';
import { seededRandom } from '../support/random.ts';

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

describe('beside mmdb-lib itself', () => {
  const readers = Object.fromEntries(
    Object.entries({ cityFile, asnFile, anonymousFile, countryFile }).map(([name, path]) => [
      name,
      new Reader<Response>(readFileSync(path)),
    ]),
  );
  // biome-ignore lint/suspicious/noExplicitAny: the records are of several shapes
  const record = (name: string, ip: string): any => readers[name]?.get(ip) ?? {};

  /** What mmdb-lib itself says of an address; of what is looked up in several files, the first that says anything. */
  function expected(address: string) {
    const kind = kindOf(address);
    if (kind !== 'PUBLIC') return { ...unknown, address, kind };
    const place = record('cityFile', address);
    const network = record('asnFile', address);
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
      ...expectedAnonymity(address),
      sources: [],
    };
  }

  function expectedAnonymity(address: string) {
    const listed = record('anonymousFile', address);
    return {
      isAnonymous: listed.is_anonymous ?? false,
      isVpn: listed.is_anonymous_vpn ?? false,
      isProxy: Boolean(listed.is_public_proxy || listed.is_residential_proxy),
      isTor: listed.is_tor_exit_node ?? false,
      isHosting: listed.is_hosting_provider ?? false,
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

  it('says the same of 30,000 addresses', async () => {
    const lookup = openIpLookup({ databases: testDatabases, reverseDns: false, log: pino({ level: 'silent' }) });
    let located = 0;
    for (let i = 0; i < 30_000; i++) {
      const address = anyAddress();
      const info = await lookup.infoOf(address);
      const told = { ...unknown, ...info, country: info.country?.code ?? null, sources: [] };
      if (!isDeepStrictEqual(told, expected(address))) expect(told).toEqual(expected(address));
      if (info.latitude !== undefined) located += 1;
    }
    lookup.close();
    expect(located).toBeGreaterThan(6_000);
  });
});
