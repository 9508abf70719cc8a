// Texts that callers send: good ones, broken ones, and ones that mean harm.
import type { Dice } from './dice.ts';

/** Characters that are not what they seem, that are not seen at all, or that grow, shrink, combine or break. */
export const oddCharacters = [
  ...['\u0000', '\u0001', '\t', '\n', '\r', '\u001b', '\u007f', '\u0085', '\u00a0', '\u2003', '\u2028', '\u3000'],
  ...['\u00ad', '\u061c', '\u180e', '\u200b', '\u200c', '\u200d', '\u200e', '\u202e', '\u2060', '\u2066', '\ufeff'],
  ...[
    '\u0301',
    '\u0344',
    '\u0345',
    '\u0323',
    '\u20dd',
    '\ufe0f',
    '\u{e0100}',
    '\u{e0001}',
    '\u034f',
    '\u115f',
    '\u3164',
  ],
  ...['ß', 'İ', 'ı', 'ſ', 'ŉ', 'ǰ', 'ΐ', 'ﬃ', 'ﷺ', 'Å', 'é', 'ž', 'Σ', 'ς', '\u1e9e', '\u0130', '\u{1d160}', '\u0958'],
  ...['\ud800', '\udfff', '\ufffd', '\uffff', '😀', '👨‍👩‍👧', '\u{10ffff}', '漢', 'أ', '．', '＠', '。', '\u2488'],
  ...['"', "'", '\\', '<', '>', '%', '@', '.', '+', '-', '#', '&', '=', '{', '}', '[', ']', '$', '/', ':', ';', ' '],
];

const hostileTexts = [
  "'; drop table customer; --",
  '<script>alert(1)</script>',
  // biome-ignore lint/suspicious/noTemplateCurlyInString: it must come through as it is
  '${jndi:ldap://x}',
  '{{7*7}}',
  '../../etc/passwd',
  '%00%ff%zz',
  '__proto__',
  'constructor',
  'toString',
  'null',
  'undefined',
  'NaN',
  '[object Object]',
  '=1+1',
  '\\u0000',
  '\\',
];

const words = [
  'Novák & dcera',
  's.r.o.',
  'Ltd',
  '東京',
  'a',
  'BizKitHub',
  '05103118',
  'CZ 96 09',
  '  two   blanks ',
  '…',
];

/** Any text: of words, of odd characters, long, hostile or empty. */
export function anyText(dice: Dice): string {
  const sort = dice.below(10);
  if (sort < 4) return dice.some(3, () => dice.pick(words)).join(' ');
  if (sort < 6) return dice.some(12, () => (dice.chance(0.5) ? dice.pick(words) : dice.pick(oddCharacters))).join('');
  if (sort < 7) return dice.pick(oddCharacters).repeat(dice.pick([1, 31, 32, 33, 64, 65, 254, 255, 256, 1020, 1021]));
  if (sort < 8) return dice.pick(['x', 'é', '😀', 'ab ']).repeat(dice.pick([31, 33, 128, 255, 256, 2_000, 9_000]));
  return dice.chance(0.2) ? '' : dice.pick(hostileTexts);
}

const domains = ['example.com', 'gmail.com', 'googlemail.com', 'outlook.com', 'icloud.com', 'yahoo.com', 'yandex.ru'];
const oddDomains = [
  ...[
    'háčky.example',
    'xn--hky-ela1e.example',
    'xn--zzzz.example',
    'EXAMPLE.com',
    'a.b.c.d.example',
    'localhost',
    'com',
  ],
  ...['[127.0.0.1]', '[::1]', '1.1.1.1', 'example.com.', '.example.com', 'example..com', '-a.com', 'a_b.com', 'ﬃ.com'],
  ...[`${'x'.repeat(63)}.com`, `${'x'.repeat(64)}.com`, `${'ž'.repeat(56)}.com`, `${'d.'.repeat(110)}com`, 'faß.de'],
  ...['ex\u00adample.com', 'ex\u200dample.com', '𝐞xample.com', 'example。com', '１.com', 'example.c', '\u{20000}.com'],
];

/**
 * An e-mail address, often a valid one, that no other number has.
 *
 * @param index - the number of the request
 */
export function anyEmail(dice: Dice, index: number): string {
  const name = `g${index}`;
  const domain = dice.chance(0.7) ? dice.pick(domains) : dice.pick(oddDomains);
  const odd = dice.pick(oddCharacters);
  const local = dice.pick([
    name,
    name,
    name,
    `${name}.a`,
    `${name}+tag`,
    `${name.toUpperCase()}`,
    `"${name}"`,
    `"${name} b"`,
    `"${name}\\"b"`,
    `"+${name}"`,
    `+${name}`,
    `-${name}`,
    `${odd}${name}`,
    `${name}${odd}`,
    `"${name}${odd}"`,
    `ž${name}`,
    `${name}..a`,
    `.${name}`,
    name.padEnd(dice.pick([63, 64, 65, 200]), 'x'),
  ]);
  const around = dice.pick(['', '', '', ' ', '\n', '\u00a0', '\ufeff', '\u200b']);
  return `${around}${local}${dice.chance(0.97) ? '@' : dice.pick(['', '@@', '＠'])}${domain}${around}`;
}

const addresses = [
  ...[
    '1.1.1.1',
    '127.0.0.1',
    '10.0.0.1',
    '255.255.255.255',
    '2001:4860:4860::8888',
    '::',
    '::1',
    '0.0.0.0',
    'localhost',
  ],
  ...['', ' ', '::ffff:1.2.3.4', '::1.2.3.4', '64:ff9b::1.2.3.4', 'FE80::1', ' ::1 ', 'LOCALHOST', '2001:db8::1'],
  ...['1.1', '0x7f.1', '010.0.0.1', '1.1.1.1/24', 'fe80::1%eth0', 'example.com', '256.1.1.1', '1.1.1.1:80', '[::1]:80'],
  ...[
    '1',
    '4294967296',
    '1.1.1.1.',
    '.1.1.1',
    ':::',
    '1::2::3',
    '1.2.3.4::',
    'g::',
    '::ffff:1.2.3.04',
    '١.١.١.١',
    '00000::1',
  ],
];

/** An IP address, or nearly. */
export function anyAddress(dice: Dice): string {
  if (dice.chance(0.9)) return dice.pick(addresses);
  const part = dice.pick([':', '.', '0', '1.', ':1', 'f', '%']);
  return `:${part.repeat(dice.pick([3, 8, 40, 2_000]))}`;
}

/** Changes a text at some places: characters or words go, come twice, or are replaced. */
export function mutated(dice: Dice, text: string): string {
  let changed = text;
  for (const _ of dice.some(4, () => 0)) {
    const parts = dice.chance(0.5) ? [...changed] : changed.split(/\b/);
    const at = dice.below(parts.length);
    const part = parts[at] ?? '';
    const instead = dice.pick([
      '',
      part + part,
      dice.pick(oddCharacters),
      dice.pick(hostileTexts),
      parts[dice.below(parts.length)],
    ]);
    parts.splice(at, 1, instead ?? '');
    changed = parts.join('');
  }
  return changed;
}
