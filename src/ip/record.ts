// What the records of IP databases say. Whatever they do not say, or say in a form that is not expected, is left out.

/** A country. */
export interface Country {
  /** ISO 3166-1 alpha-2. */
  readonly code: string;
  /** In English; null when the code is not in use. */
  readonly name: string | null;
}

/** Where an address is. */
export interface Place {
  country: Country;
  region: string;
  city: string;
  /** Degrees, WGS 84. */
  latitude: number;
  longitude: number;
  /** Kilometres around the coordinates within which the address is likely to be. */
  accuracyRadiusKm: number;
  /** Name in the IANA time zone database. */
  timeZone: string;
}

/** Whose network an address is in. */
export interface Network {
  asn: number;
  asOrganisation: string;
}

/** What an address is used for. */
export interface Anonymity {
  isAnonymous: boolean;
  isVpn: boolean;
  /** A public or a residential proxy. */
  isProxy: boolean;
  isTor: boolean;
  isHosting: boolean;
}

type Known<Facts> = { [Fact in keyof Facts]?: Facts[Fact] | undefined };

const countryNames = new Intl.DisplayNames('en', { type: 'region', fallback: 'none' });
/** Stand for no country. */
const noCountries = ['ZZ', 'XX'];
const HIGHEST_INT = 2 ** 31 - 1;
/** Characters of a text; what is known of thousands of addresses is kept. */
const LONGEST_TEXT = 255;

/**
 * Reads a record about a place: the nested form of MaxMind and DB-IP, or the flat one of ip-location-db.
 */
export function readPlace(record: object): Known<Place> {
  const coordinate = (name: string, limit: number) => {
    const degrees = at(record, 'location', name) ?? at(record, name);
    return typeof degrees === 'number' && Math.abs(degrees) <= limit ? degrees : undefined;
  };
  const latitude = coordinate('latitude', 90);
  const longitude = coordinate('longitude', 180);
  const located = latitude !== undefined && longitude !== undefined;
  return {
    country: readCountry(record),
    region: text(at(record, 'subdivisions', 0, 'names', 'en')) ?? text(at(record, 'state1')),
    city: text(at(record, 'city', 'names', 'en')) ?? text(at(record, 'city')),
    ...(located && { latitude, longitude, accuracyRadiusKm: count(at(record, 'location', 'accuracy_radius')) }),
    timeZone: text(at(record, 'location', 'time_zone')) ?? text(at(record, 'timezone')),
  };
}

function readCountry(record: object): Country | undefined {
  const code = text(at(record, 'country', 'iso_code')) ?? text(at(record, 'country_code'));
  if (!code || !/^[A-Z]{2}$/.test(code) || noCountries.includes(code)) return undefined;
  return { code, name: text(at(record, 'country', 'names', 'en')) ?? countryNames.of(code) ?? null };
}

/** Reads a record about a network. Numbers beyond 2³¹ are given to no network of the internet (RFC 6996). */
export function readNetwork(record: object): Known<Network> {
  const asn = count(at(record, 'autonomous_system_number'));
  return { asn: asn || undefined, asOrganisation: text(at(record, 'autonomous_system_organization')) };
}

/** Reads a record of a list of anonymous addresses: what it does not name, the address is not listed as. */
export function readAnonymity(record: object): Anonymity {
  const listed = (...names: string[]) => names.some((name) => at(record, name) === true);
  return {
    isAnonymous: listed('is_anonymous'),
    isVpn: listed('is_anonymous_vpn'),
    isProxy: listed('is_public_proxy', 'is_residential_proxy'),
    isTor: listed('is_tor_exit_node'),
    isHosting: listed('is_hosting_provider'),
  };
}

function at(value: unknown, ...path: (string | number)[]): unknown {
  return path.reduce<unknown>(
    (inner, step) => (inner as Record<string | number, unknown> | null | undefined)?.[step],
    value,
  );
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value.length <= LONGEST_TEXT && value.trim() !== '' ? value : undefined;
}

function count(value: unknown): number | undefined {
  return Number.isInteger(value) && (value as number) >= 0 && (value as number) <= HIGHEST_INT
    ? (value as number)
    : undefined;
}
