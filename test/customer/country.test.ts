// Countries: which codes are taken, and how they are written.
import { expect, it } from 'vitest';
import { changedCountry, normalizeCountry } from '../../src/customer/country.ts';

const REFUSED = 'must be an ISO 3166-1 alpha-2 country code such as CZ';

it.each([
  ['CZ', 'CZ'],
  ['cz', 'CZ'],
  [' gB\u00a0', 'GB'],
  ['\u202aUS\u202c', 'US'],
])('%j is written as %s', (given, written) => expect(normalizeCountry(given)).toBe(written));

it.each(['CZE', 'UK', 'XX', 'XK', 'EU', 'C', '203', 'C Z', 'Czech Republic', '\u00df', '\ufb01', '\uff23\uff3a'])(
  '%j is refused',
  (given) => expect(() => normalizeCountry(given)).toThrow(REFUSED),
);

it.each([
  ['C'.repeat(65_536), 'must be at most 64 characters long'],
  ['CZ\u0000', 'must not contain control characters'],
  ['CZ\udc00', 'must be well-formed Unicode'],
])('%.20j is refused for what it is', (given, message) => expect(() => normalizeCountry(given)).toThrow(message));

it('in an update stays when absent, is cleared by nothing, and is told what is wrong', () => {
  expect(changedCountry.parse(undefined)).toBeUndefined();
  for (const nothing of [null, '', ' \u200b']) expect(changedCountry.parse(nothing)).toBeNull();
  expect(changedCountry.parse('cz')).toBe('CZ');
  expect(changedCountry.safeParse('UK').error?.issues[0]?.message).toBe(REFUSED);
  expect(changedCountry.safeParse(420).error?.issues[0]?.message).toBe('must be a string');
});
