// Phone numbers: what is one, how it is written, and when a country is needed to read it.
import fc from 'fast-check';
import examples from 'libphonenumber-js/examples.mobile.json';
import { getCountries, getExampleNumber } from 'libphonenumber-js/max';
import { describe, expect, it } from 'vitest';
import { changedPhone, isNational, normalizePhone } from '../../src/customer/phone.ts';
import { ApiError } from '../../src/errors/api-error.ts';

/** What the database takes. */
const stored = /^[+][0-9]{1,3} [0-9]{4,14}$/;

const NOT_VALID = 'must be a valid phone number';
const EXTENSION = 'must not have an extension, which would not be kept';
const NEEDS_COUNTRY =
  'must begin with + and the country code, such as +420 777123456, where the address has no country';

function normalizeOrRefuse(text: string, country?: string): string | undefined {
  try {
    return normalizePhone(text, country);
  } catch (error) {
    expect(error).toBeInstanceOf(ApiError);
    expect((error as ApiError).code).toBe('INTERNAL_VALIDATION_FAILED');
    return undefined;
  }
}

describe('a number with its country calling code', () => {
  it.each([
    ['+420 777123456', '+420 777123456'],
    ['+420777123456', '+420 777123456'],
    ['+420 777-123-456', '+420 777123456'],
    ['+420.777.123.456', '+420 777123456'],
    ['(+420) 777/123/456', '+420 777123456'],
    ['+ 420 777 123 456 ', '+420 777123456'],
    ['+420\u2013777\u2011123\u2212456', '+420 777123456'],
    ['00420777123456', '+420 777123456'],
    ['00 420 777 123 456', '+420 777123456'],
    ['(00420) 777 123 456', '+420 777123456'],
    ['+44 (0)20 7946 0958', '+44 2079460958'],
    ['+49 (0) 30 / 901820', '+49 30901820'],
    ['+39 06 698 12345', '+39 0669812345'],
    ['+1 (212) 736-5000', '+1 2127365000'],
    ['+800 1234 5678', '+800 12345678'],
    ['+683 4002', '+683 4002'],
    ['tel:+420-777-123-456', '+420 777123456'],
    ['TEL: +420777123456', '+420 777123456'],
    ['tel:777123456;phone-context=+420', '+420 777123456'],
    [
      '\uff0b\uff14\uff12\uff10\u3000\uff17\uff17\uff17\uff0d\uff11\uff12\uff13\uff0d\uff14\uff15\uff16',
      '+420 777123456',
    ],
    ['+\u0664\u0662\u0660 \u0667\u0667\u0667 \u0661\u0662\u0663 \u0664\u0665\u0666', '+420 777123456'],
    ['+\u06f4\u06f2\u06f0 \u06f7\u06f7\u06f7 \u06f1\u06f2\u06f3 \u06f4\u06f5\u06f6', '+420 777123456'],
    ['\u202a+420\u00a0777\u202f123\u00a0456\u202c', '+420 777123456'],
    ['+4\u200d20\u200b777\u2060123\ufeff45\ufe0f6', '+420 777123456'],
  ])('%j is written as %s, whatever the country of the address', (given, written) => {
    expect(isNational(given)).toBe(false);
    for (const country of [undefined, 'CZ', 'US', 'AQ']) expect(normalizePhone(given, country)).toBe(written);
  });
});

describe('a number without', () => {
  it.each([
    ['777 123 456', 'CZ', '+420 777123456'],
    ['tel:777-123-456', 'CZ', '+420 777123456'],
    ['420777123456', 'CZ', '+420 777123456'],
    ['020 7946 0958', 'GB', '+44 2079460958'],
    ['(020) 7946 0958', 'GG', '+44 2079460958'],
    ['06 698 12345', 'IT', '+39 0669812345'],
    ['(212) 736-5000', 'US', '+1 2127365000'],
    ['1-212-736-5000', 'CA', '+1 2127365000'],
    ['8 (495) 123-45-67', 'RU', '+7 4951234567'],
    ['011 15-2345-6789', 'AR', '+54 91123456789'],
    ['011 420 777 123 456', 'US', '+420 777123456'],
    ['010 420 777 123 456', 'JP', '+420 777123456'],
  ])('%j in %s is written as %s', (given, country, written) => {
    expect(isNational(given)).toBe(true);
    expect(normalizePhone(given, country)).toBe(written);
    expect(() => normalizePhone(given)).toThrow(NEEDS_COUNTRY);
  });

  it.each(['AQ', 'TF', 'XX', 'cz', 'toString', '__proto__', ''])(
    'is refused where nobody has numbers: %j',
    (country) => {
      expect(() => normalizePhone('777 123 456', country)).toThrow(/^must begin with [+] .* [+]420 777123456$/);
    },
  );
});

describe('what is no number', () => {
  it.each([
    ['', NOT_VALID],
    [' \u200b', NOT_VALID],
    ['+', NOT_VALID],
    ['()', NOT_VALID],
    ['abc', NOT_VALID],
    ['call me +420777123456', NOT_VALID],
    ['+420777123456 (mobile)', NOT_VALID],
    ['+420777123456+420777123457', NOT_VALID],
    ['++420777123456', NOT_VALID],
    ['+00420777123456', NOT_VALID],
    ['+420 777 123 45', NOT_VALID],
    ['+420 777 123 4567', NOT_VALID],
    ['+420 112', NOT_VALID],
    ['+999 777123456', NOT_VALID],
    ['+420 777 123 45\u00b2', NOT_VALID],
    ['+420 777 123 45\u2465', NOT_VALID],
    ['1-800-FLOWERS', NOT_VALID],
    ['*21*777123456#', NOT_VALID],
    ['tel:777123456;phone-context=example.com', NOT_VALID],
    ['mailto:+420777123456', NOT_VALID],
    ['+420777123456 ext. 5', EXTENSION],
    ['+420777123456;ext=5', EXTENSION],
    ['tel:+420777123456;ext=5', EXTENSION],
    ['+420777123456x5', EXTENSION],
    ['+420777123456,,5#', EXTENSION],
    ['+420 777 123 456 linka 12', EXTENSION],
    ['(212) 736-5000 Extension: 12', EXTENSION],
    ['+420777123456\u0000', 'must not contain control characters'],
    ['+420777123456\ud800', 'must be well-formed Unicode'],
    ['1'.repeat(51), 'must be at most 50 characters long'],
    ['+420'.repeat(16_384), 'must be at most 50 characters long'],
    [`+420777123456${'\u200b'.repeat(65_536)}`, 'must be at most 50 characters long'],
  ])('is refused, and told why: %.40j', (given, message) => {
    for (const country of [undefined, 'CZ', 'US']) expect(() => normalizePhone(given, country)).toThrow(message);
  });

  it.each([
    ['777 123 45', 'CZ'],
    ['0777 123 456', 'CZ'],
    ['112', 'CZ'],
    ['020 7946 0958', 'US'],
    ['0011 420 777 123 456', 'AU'],
  ])('is refused by the rules of its country: %j in %s', (given, country) => {
    expect(() => normalizePhone(given, country)).toThrow(NOT_VALID);
  });
});

describe('numbers of all countries', () => {
  it.each(getCountries())('%s', (country) => {
    const example = getExampleNumber(country, examples);
    const written = `+${example?.countryCallingCode} ${example?.nationalNumber}`;
    expect(written).toMatch(stored);
    const international = [example?.number, example?.formatInternational(), example?.getURI(), written];
    for (const spelled of [...international, `00${example?.number.slice(1)}`])
      for (const where of [undefined, country, 'US']) expect(normalizePhone(spelled ?? '', where)).toBe(written);
    for (const spelled of [example?.formatNational(), example?.nationalNumber])
      expect(normalizePhone(spelled ?? '', country)).toBe(written);
  });

  const anyText = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 60 }),
    fc.string({ unit: fc.constantFrom(...'0123456789+()-./ ;,x#\u00a0\u200b\u0664\uff0b'), maxLength: 30 }),
    fc
      .tuple(fc.constantFrom('', '+', '00', 'tel:+', '0', '011'), fc.stringMatching(/^[1-9][0-9]{5,14}$/))
      .map(([prefix, digits]) => prefix + digits),
    fc
      .tuple(fc.constantFrom(...getCountries()), fc.constantFrom('+', '', '00'), fc.stringMatching(/^[0-9]{2,4}$/))
      .map(([country, prefix, tail]) => {
        const example = getExampleNumber(country, examples);
        const digits = `${example?.nationalNumber}`.slice(0, -tail.length) + tail;
        return prefix === '' ? digits : `${prefix}${example?.countryCallingCode}${digits}`;
      }),
  );
  const anyCountry = fc.option(fc.constantFrom(...getCountries(), 'AQ'), { nil: undefined });

  it('are written as the database takes them, and not changed when written again; nothing else is thrown', () => {
    fc.assert(
      fc.property(anyText, anyCountry, (text, country) => {
        const once = normalizeOrRefuse(text, country);
        if (once === undefined) return;
        expect(once).toMatch(stored);
        expect(normalizePhone(once)).toBe(once);
        expect(normalizePhone(once, country)).toBe(once);
        if (!isNational(text)) expect(normalizeOrRefuse(text)).toBe(once);
      }),
      { numRuns: 20_000 },
    );
  });

  it('come to the same in an update, which leaves national ones to whoever knows the country', () => {
    fc.assert(
      fc.property(anyText, anyCountry, (text, country) => {
        const changed = changedPhone.safeParse(text);
        const known = normalizeOrRefuse(text, country);
        if (typeof changed.data !== 'string') {
          expect(known).toBeUndefined();
          return;
        }
        expect(changedPhone.parse(changed.data)).toBe(changed.data);
        expect(changed.data).toMatch(isNational(text) ? /^[0-9]+$/ : stored);
        expect(normalizeOrRefuse(changed.data, country)).toBe(known);
      }),
      { numRuns: 5_000 },
    );
  });
});

it('in an update stays when absent, is cleared by nothing, and is told what is wrong', () => {
  expect(changedPhone.parse(undefined)).toBeUndefined();
  for (const nothing of [null, '', ' ', '\u200b\u2060']) expect(changedPhone.parse(nothing)).toBeNull();
  expect(changedPhone.parse('00420 777 123 456')).toBe('+420 777123456');
  expect(changedPhone.parse('777 123 456')).toBe('777123456');
  const reasons = ['+420 1', 'me', '777123456 ext 5', 777123456].map(
    (given) => changedPhone.safeParse(given).error?.issues[0]?.message,
  );
  expect(reasons).toEqual([NOT_VALID, NOT_VALID, EXTENSION, 'must be a string']);
});
