// Customers that are made up, each from a seeded random source: the same seed gives the same customers.
import type { Customer } from '../../../src/customer/customer.entity.ts';
import { slugOfName } from '../../../src/customer/group/slug.ts';
import { seededRandom } from '../random.ts';
import { type Country, countries } from './names.ts';

const DAY = 86_400_000;
/** When the oldest customer of a population came, and for how many days others have come since. */
const BEGINNING = Date.UTC(2020, 0, 1);
const AGE = 2_200;
/** Groups of an organisation, by how many of a thousand customers belong to each. */
export const groupShares = [300, 150, 80, 40, 20, 10, 5, 2, 1, 1] as const;

/** What is made up of a customer. */
export type MadeUpCustomer = Pick<
  Customer,
  | 'id'
  | 'cuRefNo'
  | 'email'
  | 'phone'
  | 'firstName'
  | 'lastName'
  | 'companyName'
  | 'companyRegistrationNumber'
  | 'taxIdentificationNumber'
  | 'streetAddress'
  | 'city'
  | 'postalCode'
  | 'country'
  | 'primaryLocale'
  | 'newsletter'
  | 'creditBalance'
  | 'premium'
  | 'createdAt'
  | 'lastSeenAt'
  | 'lastIp'
  | 'bannedAt'
  | 'deletedAt'
> & {
  /** Positions of its groups among those of its organisation. */
  readonly groups: readonly number[];
  /** How many subscriptions it has. */
  readonly subscriptions: number;
};

/** Text as it is written in e-mail addresses. */
const plain = (text: string) => (slugOfName(text) ?? '').replaceAll('-', '.');

/** Draws from a seeded source. */
class Draws {
  readonly #next: () => number;

  constructor(seed: number) {
    this.#next = seededRandom(seed);
    // Neighbouring seeds begin alike.
    for (let i = 0; i < 8; i++) this.#next();
  }

  /** True for so many of a thousand. */
  chance(thousandth: number): boolean {
    return this.#next() * 1_000 < thousandth;
  }

  /** A whole number from 0 up to one below. */
  below(limit: number): number {
    return Math.floor(this.#next() * limit);
  }

  of<Item>(items: readonly Item[]): Item {
    return items[this.below(items.length)] as Item;
  }

  /** The earlier of a list the more often, as names are spread. */
  often<Item>(items: readonly Item[]): Item {
    return items[Math.floor(this.#next() * this.#next() * items.length)] as Item;
  }

  digits(count: number): string {
    let text = '';
    while (text.length < count) text += String(this.below(10));
    return text;
  }
}

function countryOf(draws: Draws): Country {
  const drawn = draws.below(100);
  let sum = 0;
  for (const [country, share] of countries) {
    sum += share;
    if (drawn < sum) return country;
  }
  throw new Error('the shares of the countries are less than a hundred');
}

function nameOf(draws: Draws, country: Country): { firstName: string; lastName: string } {
  const isFeminine = draws.chance(500);
  const firstName = draws.often(country.first[isFeminine ? 1 : 0] ?? []);
  const last = draws.often(country.last);
  return { firstName, lastName: isFeminine && country.feminine ? country.feminine(last) : last };
}

function emailOf(
  draws: Draws,
  country: Country,
  name: { firstName: string; lastName: string },
  n: number,
  company: string,
) {
  const host = company && draws.chance(600) ? `${slugOfName(company)}.example` : draws.of(country.mailHosts);
  const [first, last] = [plain(name.firstName), plain(name.lastName)];
  const local = draws.of([`${first}.${last}`, `${last}.${first}`, `${first[0]}${last}`, `${last}`]);
  return `${local}${n.toString(36)}@${host}`;
}

/** A reference as no other customer of the population has it. */
function referenceOf(n: number): string {
  const spread = (BigInt(n + 1) * 11_400_714_819_323_198_485n) & 0xffff_ffff_ffff_ffffn;
  return spread.toString(36).padStart(13, '0').slice(0, 13) + (n % 46_656).toString(36).padStart(3, '0').toUpperCase();
}

/** What a customer is called: a person, a company, somebody of a company, or nobody that is known. */
function identityOf(draws: Draws, country: Country) {
  const name = nameOf(draws, country);
  const isCompany = draws.chance(150);
  const isNamed = draws.chance(isCompany ? 300 : 850);
  const company = `${draws.of(country.trades)} ${name.lastName} ${draws.of(country.companyForms)}`;
  return { name, isNamed, company: isCompany ? company : '' };
}

/** How a customer is reached, by mail and by telephone: by one of them at least. */
function contactOf(draws: Draws, country: Country, n: number, { name, company }: ReturnType<typeof identityOf>) {
  const [beginnings, digits] = country.mobile;
  const phone = draws.chance(450) ? `${country.prefix} ${draws.of(beginnings)}${draws.digits(digits)}` : null;
  return { phone, email: phone && draws.chance(60) ? null : emailOf(draws, country, name, n, company) };
}

function addressOf(draws: Draws, { last, cities, code }: Country) {
  if (!draws.chance(300)) return { streetAddress: null, city: null, postalCode: null, country: null };
  const streetAddress = `${draws.of(last)} ${1 + draws.below(200)}`;
  return { streetAddress, city: draws.of(cities), postalCode: draws.digits(5), country: code };
}

const addressOfIp = (draws: Draws) =>
  `${11 + draws.below(80)}.${draws.below(256)}.${draws.below(256)}.${draws.below(256)}`;

/**
 * Makes a customer up.
 *
 * @param n - its place in the population, of which its id and when it came are made
 * @param total - customers of the population
 * @param seed - of the population
 */
export function makeUpCustomer(n: number, total: number, seed: number): MadeUpCustomer {
  const draws = new Draws(Math.imul(n + 1, 2_654_435_761) ^ seed);
  const country = countryOf(draws);
  const identity = identityOf(draws, country);
  const { name, isNamed, company } = identity;
  const createdAt = new Date(BEGINNING + Math.floor((n / total) * AGE) * DAY + draws.below(DAY));
  /** A moment within so many days after, for so many of a thousand. */
  const later = (thousandth: number, days: number) =>
    draws.chance(thousandth) ? new Date(createdAt.getTime() + draws.below(days) * DAY) : null;
  const ofCompany = (thousandth: number, text: string) => (company && draws.chance(thousandth) ? text : null);
  return {
    id: n + 1,
    cuRefNo: referenceOf(n),
    ...contactOf(draws, country, n, identity),
    firstName: isNamed ? name.firstName : null,
    lastName: isNamed ? name.lastName : null,
    companyName: company || null,
    companyRegistrationNumber: ofCompany(800, draws.digits(8)),
    taxIdentificationNumber: ofCompany(600, `${country.code}${draws.digits(8)}`),
    ...addressOf(draws, country),
    primaryLocale: draws.chance(600) ? country.locale : null,
    newsletter: draws.chance(350),
    creditBalance: draws.chance(120) ? draws.below(2_000) - 500 : 0,
    premium: draws.chance(40),
    createdAt,
    lastSeenAt: later(900, 400),
    lastIp: draws.chance(700) ? addressOfIp(draws) : null,
    bannedAt: later(4, 100),
    deletedAt: later(10, 200),
    groups: groupShares.flatMap((share, position) => (draws.chance(share) ? [position] : [])),
    subscriptions: draws.chance(100) ? 1 + draws.below(2) : 0,
  };
}
