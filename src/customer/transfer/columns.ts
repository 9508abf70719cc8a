// The columns of files that customers come in by and go out by: what they are called, by us and by others.
import { addressMembers } from '../address.ts';
import { identityTexts } from '../fields.ts';

/** Texts that say who a customer is, in the order in which people look for them. */
const [phone, ...names] = identityTexts.filter((name) => name !== 'primaryLocale');

/** Every column, in the order in which export writes them. They bear the names of the API. */
export const transferColumns = [
  'cuRefNo',
  'email',
  phone as 'phone',
  ...(names as Exclude<(typeof identityTexts)[number], 'phone' | 'primaryLocale'>[]),
  ...addressMembers,
  'primaryLocale',
  'newsletter',
  'creditBalance',
  'premium',
  'ban',
  'groups',
  'referral',
  'meta',
  'customFields',
] as const;

/** A column. */
export type TransferColumn = (typeof transferColumns)[number];

/** How a column is read from text, and written as text; the others are text themselves. */
export const columnKinds: Partial<Record<TransferColumn, 'flag' | 'number' | 'object' | 'groups'>> = {
  newsletter: 'flag',
  premium: 'flag',
  ban: 'flag',
  creditBalance: 'number',
  groups: 'groups',
  meta: 'object',
  customFields: 'object',
};

/** The columns whose text is anybody's: a spreadsheet might take it for a formula. */
export const freeColumns: ReadonlySet<TransferColumn> = new Set([
  'email',
  ...names,
  ...addressMembers.filter((name) => name !== 'country'),
] as TransferColumn[]);

/** What others call a column besides its name in the API, in the form of `plainName`. */
const spellings: Partial<Record<TransferColumn, readonly string[]>> = {
  cuRefNo: ['reference', 'customerreference', 'customerrefno'],
  email: ['mail', 'emailaddress', 'emailadresa', 'emailovaadresa', 'kontaktniemail', 'emailzakaznika', 'customeremail'],
  phone: ['phonenumber', 'telephone', 'tel', 'mobile', 'mobilephone', 'telefon', 'telefonnicislo', 'mobil'],
  firstName: ['forename', 'givenname', 'jmeno', 'krestnijmeno'],
  lastName: ['surname', 'familyname', 'prijmeni'],
  companyName: ['company', 'firma', 'nazevfirmy', 'spolecnost'],
  companyRegistrationNumber: ['companyid', 'registrationnumber', 'companynumber', 'ico', 'ic'],
  taxIdentificationNumber: ['taxid', 'taxnumber', 'vat', 'vatid', 'vatnumber', 'dic'],
  streetAddress: ['street', 'address', 'addressline1', 'ulice', 'adresa'],
  city: ['town', 'mesto', 'obec'],
  cityPart: ['district', 'castobce', 'mestskacast'],
  stateRegion: ['state', 'region', 'county', 'province', 'kraj'],
  postalCode: ['zip', 'zipcode', 'postcode', 'psc'],
  country: ['countrycode', 'zeme', 'stat'],
  primaryLocale: ['locale', 'language', 'jazyk'],
  newsletter: ['newslettersubscribed'],
  creditBalance: ['credit', 'balance', 'kredit'],
  ban: ['banned'],
  groups: ['group', 'skupiny', 'skupina'],
  referral: ['referrer', 'referredby', 'referralcode'],
  meta: ['metadata'],
};

/** A name of a column without what spellings differ in: `E-mail`, `e_mail` and `EMAIL` are `email`, `Město` is `mesto`. */
function plainName(header: string): string {
  return header
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]/gu, '');
}

const bySpelling = new Map(
  transferColumns.flatMap((column) =>
    [column.toLowerCase(), ...(spellings[column] ?? [])].map((spelling) => [spelling, column] as const),
  ),
);

/** The column that a header names; undefined for one that is not known. */
export function columnNamed(header: string): TransferColumn | undefined {
  return bySpelling.get(plainName(header));
}

/** What a report of refused rows puts before the columns of the file; import passes over them. */
export const reportColumns = ['refusedLine', 'refusedColumn', 'refusedValue', 'refusedReason'] as const;
