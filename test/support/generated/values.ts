// JSON that callers send: what `createCustomer` takes, and what nobody takes.
import type { Dice } from './dice.ts';
import { anyAddress, anyEmail, anyText, oddCharacters } from './texts.ts';

/** Any JSON value. */
export function anyValue(dice: Dice, depth = 3): unknown {
  const sort = dice.below(depth > 0 ? 9 : 6);
  if (sort < 2) return anyText(dice);
  if (sort === 2) return dice.pick([0, -1, 1, 1.5, 101, 2 ** 31, 2 ** 53, -0, 1e308, 5103118]);
  if (sort === 3) return dice.chance(0.5);
  if (sort === 4) return null;
  if (sort === 5) return dice.pick<unknown>([[], {}, '', ' ']);
  if (sort === 6) return dice.some(4, () => anyValue(dice, depth - 1));
  return Object.fromEntries(dice.some(4, () => [anyName(dice), anyValue(dice, depth - 1)]));
}

/** The name of a member: known, unknown, odd or long. */
export function anyName(dice: Dice): string {
  const known = ['email', 'companyName', 'apiKey', 'id', 'identityId', 'query', 'variables', 'constructor', 'toString'];
  if (dice.chance(0.6)) return dice.pick(known);
  return dice.chance(0.5) ? anyText(dice).slice(0, 200) : `x${dice.pick(oddCharacters)}${dice.below(100)}`;
}

const MEMBERS = ['companyName', 'companyRegistrationNumber', 'taxIdentificationNumber', 'customerRealIp'] as const;

/**
 * An input of `createCustomer`: its own members alone, mostly of the right type. In JSON it is less than 60 KiB.
 *
 * @param index - the number of the request, which its address holds
 */
export function createInput(dice: Dice, index: number): Record<string, unknown> {
  const input: Record<string, unknown> = {};
  if (dice.chance(0.4)) input.email = `g${index}@example.com`;
  else if (dice.chance(0.95)) input.email = dice.chance(0.92) ? anyEmail(dice, index) : anyValue(dice);
  for (const name of MEMBERS) {
    if (dice.chance(0.5)) continue;
    if (dice.chance(0.07)) input[name] = anyValue(dice);
    else input[name] = name === 'customerRealIp' ? anyAddress(dice) : anyText(dice);
  }
  // One member alone may be long, so that the whole stays within the limit of a body on either API.
  return JSON.stringify(input).length < 60_000 ? input : { email: input.email };
}

/** The text of a JSON body that nobody can read, or that has another meaning for each reader. */
export function brokenJson(dice: Dice, good: string): string {
  const deep = dice.pick([10, 200, 5_000, 15_000]);
  return dice.pick([
    good.slice(0, dice.below(good.length)),
    `${good}${good}`,
    `${good},`,
    `[${good}]`,
    good.replaceAll('"', "'"),
    good.replace('{', '{"email":"twice@example.com",'),
    good.replace('{', '{"\\u0065mail":"twice@example.com",'),
    good.replace('{', '{"__proto__":{"admin":true},'),
    good.replace('{', `{"x":${'['.repeat(deep)}${']'.repeat(deep)},`),
    good.replace('{', `{"x":${'{"a":'.repeat(deep)}1${'}'.repeat(deep)},`),
    good.replace('{', `{${Array.from({ length: 2_000 }, (_, i) => `"m${i}":${i}`).join(',')},`),
    good.replace('{', '{"x":1e999,"y":-0,"z":"\\ud800",'),
    good.replace('{', `{"x":"${'y'.repeat(dice.pick([60_000, 65_536, 70_000]))}",`),
    `\ufeff${good}`,
    ' '.repeat(dice.pick([1, 65_536, 66_000])),
    ...[
      '',
      'null',
      '1',
      'true',
      '""',
      '[]',
      '{}',
      '{',
      '[',
      '{"":1}',
      '{"a"}',
      '{,}',
      '{"a":1,}',
      'NaN',
      '/* */{}',
      '\u0000',
    ],
  ]);
}

/** Bytes of a text, some of which are not UTF-8. */
export function brokenBytes(dice: Dice, text: string): Buffer {
  const bytes = Buffer.from(text);
  const wrong = Buffer.from(
    dice.pick([[0xff], [0xfe, 0xff], [0xc0, 0xaf], [0xed, 0xa0, 0x80], [0xe2, 0x82], [0x80], [0x00]]),
  );
  const at = dice.below(bytes.length + 1);
  return dice.chance(0.2)
    ? Buffer.from(text, 'utf16le')
    : Buffer.concat([bytes.subarray(0, at), wrong, bytes.subarray(at)]);
}
