// Language tags: what is one, and how it is written.
import { expect, it } from 'vitest';
import { changedLocale, normalizeLocale } from '../../src/customer/locale.ts';

const REFUSED = 'must be a language tag such as cs or en-GB';

it.each([
  ['cs', 'cs'],
  [' CS\u200b ', 'cs'],
  ['en-gb', 'en-GB'],
  ['EN-GB', 'en-GB'],
  ['cs_CZ', 'cs-CZ'],
  ['zh-hant-tw', 'zh-Hant-TW'],
  ['zh_Hant_TW', 'zh-Hant-TW'],
  ['sr-Latn', 'sr-Latn'],
  ['es-419', 'es-419'],
  ['iw', 'he'],
  ['en-BU', 'en-MM'],
  ['fil', 'fil'],
])('%j is written as %s', (given, written) => expect(normalizeLocale(given)).toBe(written));

it.each([
  'c',
  'C',
  'english',
  'POSIX',
  'en-GB.UTF-8',
  'cs_CZ@euro',
  'en GB',
  'en--GB',
  '-en',
  'en-',
  'de-DE-1996',
  'de-u-co-phonebk',
  'en-x-gateway',
  'i-klingon',
  'zh-cmn-Hans-CN',
  '\u0441\u0441',
  'e\u017f',
  '*',
])('%j is refused', (given) => expect(() => normalizeLocale(given)).toThrow(REFUSED));

it.each([
  [`en${'-'.repeat(40)}`, 'must be at most 35 characters long'],
  ['e'.repeat(65_536), 'must be at most 35 characters long'],
  ['en\u0000', 'must not contain control characters'],
  ['en\ud800', 'must be well-formed Unicode'],
])('%.20j is refused for what it is', (given, message) => expect(() => normalizeLocale(given)).toThrow(message));

it('changes nothing of what was written, whatever codes were replaced', () => {
  const letters = [...'abcdefghijklmnopqrstuvwxyz'];
  const languages = letters.flatMap((a) => letters.flatMap((b) => ['', ...letters].map((c) => a + b + c)));
  const stored = /^[a-z]{2,3}(-[A-Z][a-z]{3})?(-([A-Z]{2}|[0-9]{3}))?$/;
  const written = [...languages, 'en-172', 'en-yu', 'en-qaai-su', 'sh-yu'].map((tag) => normalizeLocale(tag) ?? '');
  expect(written.filter((tag) => !stored.test(tag))).toEqual([]);
  expect([...new Set(written)].filter((tag) => normalizeLocale(tag) !== tag)).toEqual([]);
});

it('in an update stays when absent, is cleared by nothing, and is told what is wrong', () => {
  expect(changedLocale.parse(undefined)).toBeUndefined();
  for (const nothing of [null, '', ' \u200b']) expect(changedLocale.parse(nothing)).toBeNull();
  expect(changedLocale.parse('cs_CZ')).toBe('cs-CZ');
  expect(changedLocale.safeParse('english').error?.issues[0]?.message).toBe(REFUSED);
  expect(changedLocale.safeParse(1).error?.issues[0]?.message).toBe('must be a string');
});
