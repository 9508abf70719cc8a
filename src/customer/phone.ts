// A phone number: whether it is one, and how it is stored.
import { createRequire } from 'node:module';
import type { CountryCode } from 'libphonenumber-js/max';
import { changedTextOf, invalid, writeText } from '../text.ts';

/** Room for every usual spelling of the 15 digits that a number has at most. */
const LONGEST = 50;
/** What the database takes: country calling code, national significant number. */
const stored = /^\+[0-9]{1,3} [0-9]{4,14}$/;

const scheme = /^tel: ?/i;
/** A number of RFC 3966 that is told apart from its country. */
const localUri = /^tel:([^;]*);phone-context=(\+[^;]*)$/i;
const invisible = /\p{Default_Ignorable_Code_Point}/gu;
const fullWidth = /[\uff01-\uff5e]/g;
/** Digits of Arabic and Persian; the last four bits of each are its value. */
const arabicDigits = /[\u0660-\u0669\u06f0-\u06f9]/g;
/** Digits, and what stands between and around them. Katakana's long vowel and the minus pass for dashes. */
const spelling = /^[ ([]*(\+?)([0-9 .()[\]/\p{Dash_Punctuation}\u2212\u30fc]*)$/u;
/** A number, something that announces an extension, and digits. */
const extension = /[0-9] ?[)\]]?[ .;,]*(?:[,;x#]|ext|extn|extension|anexo|int|linka|klapka|доб)[ .:=-]*[0-9]+#?$/iu;

const MUST_BE_INTERNATIONAL = 'must begin with + and the country code, such as +420 777123456';

const require = createRequire(import.meta.url);

/** Loaded by `loadPhoneNumbers`, or when the first number comes: the rules of all countries take 50 ms. */
function library(): typeof import('libphonenumber-js/max') {
  return require('libphonenumber-js/max');
}

/** Loads the rules ahead, so that no request waits for them. */
export function loadPhoneNumbers(): void {
  library();
}

/** A number as it is dialled: `digits` follow a `+`, or are what is dialled within a country. */
interface Dialled {
  readonly international: boolean;
  readonly digits: string;
}

function notValid() {
  return invalid('must be a valid phone number');
}

/** What a text says is dialled; undefined when nothing is left of the text. */
function read(given: string): Dialled | undefined {
  const text = writeText(LONGEST, given, ' ');
  if (text === undefined) return undefined;
  const plain = toAscii(text).replace(localUri, '$2$1').replace(scheme, '');
  const [, plus, spelled = ''] = spelling.exec(plain) ?? [];
  const digits = spelled.replace(/[^0-9]/g, '');
  if (digits === '')
    throw extension.test(plain) ? invalid('must not have an extension, which would not be kept') : notValid();
  if (plus) return { international: true, digits };
  // The ITU's prefix, whatever a country's own is. The few national numbers that begin like it (in Tajikistan) need the +.
  return digits.startsWith('00') ? { international: true, digits: digits.slice(2) } : { international: false, digits };
}

function toAscii(text: string): string {
  return text
    .replace(invisible, '')
    .replace(fullWidth, (character) => String.fromCharCode(character.charCodeAt(0) - 0xfee0))
    .replace(arabicDigits, (digit) => String(digit.charCodeAt(0) & 0xf));
}

/** Writes what is dialled as it is stored, if the rules of its country allow the number. */
function write({ international, digits }: Dialled, country?: string): string {
  const defaultCountry = international ? undefined : knownCountry(country);
  const text = international ? `+${digits}` : digits;
  const number = library().parsePhoneNumberFromString(text, { defaultCountry, extract: false });
  const written = number?.isValid() ? `+${number.countryCallingCode} ${number.nationalNumber}` : '';
  if (!stored.test(written)) throw notValid();
  return written;
}

function knownCountry(country: string | undefined): CountryCode {
  if (country === undefined) throw invalid(`${MUST_BE_INTERNATIONAL}, where the address has no country`);
  const known = library()
    .getCountries()
    .find((code) => code === country);
  // Some territories nobody can be called in, such as Antarctica.
  if (known === undefined) throw invalid(MUST_BE_INTERNATIONAL);
  return known;
}

/**
 * Writes a phone number the one way it is stored. Writing the result again changes nothing.
 *
 * @param given - what the caller sent, in any usual spelling: blanks, dashes, dots, slashes, brackets, a `tel:` URI; `+` or
 *   `00` before the country calling code, without which it is a number of `country`
 * @param country - ISO 3166-1 alpha-2 in upper case; nothing to a number that has a country calling code
 * @returns `+`, the country calling code, a space, and the national significant number: `+420 777123456`
 * @throws ApiError `INTERNAL_VALIDATION_FAILED` when it is no number, the rules of its country do not allow it, it has an
 *   extension, or needs a country that is not given
 */
export function normalizePhone(given: string, country?: string): string {
  const dialled = read(given);
  if (dialled === undefined) throw notValid();
  return write(dialled, country);
}

/**
 * Whether a phone number can only be read by whoever knows its country.
 *
 * @param given - as for `normalizePhone`
 * @throws ApiError `INTERNAL_VALIDATION_FAILED` when it is no number or has an extension
 */
export function isNational(given: string): boolean {
  return read(given)?.international === false;
}

/** A phone number in an update: as it is stored, or, where `isNational`, its digits for `normalizePhone` with the country. */
export const changedPhone = changedTextOf((value) => {
  const dialled = read(value);
  return dialled?.international ? write(dialled) : dialled?.digits;
});
