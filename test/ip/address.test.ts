// IP addresses: what is one, and how it is written.
import { isIP } from 'node:net';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { ApiError } from '../../src/errors/api-error.ts';
import { normalizeIp } from '../../src/ip/address.ts';
import { seededRandom } from '../support/random.ts';

it.each([
  ['', '127.0.0.1'],
  ['  ', '127.0.0.1'],
  ['localhost', '127.0.0.1'],
  [' localhost ', '127.0.0.1'],
  ['::1', '127.0.0.1'],
  ['0:0:0:0:0:0:0:1', '127.0.0.1'],
  ['0.0.0.0', '127.0.0.1'],
  ['::ffff:0.0.0.0', '127.0.0.1'],
  ['1.1.1.1', '1.1.1.1'],
  [' 1.1.1.1 ', '1.1.1.1'],
  ['2001:4860:4860::8888', '2001:4860:4860::8888'],
  ['2001:4860:4860:0:0:0:0:8888', '2001:4860:4860::8888'],
  ['2001:DB8::A', '2001:db8::a'],
  ['2001:db8:0:1:1:1:1:1', '2001:db8:0:1:1:1:1:1'],
  ['2001:0:0:1:0:0:0:1', '2001:0:0:1::1'],
  ['::ffff:1.2.3.4', '1.2.3.4'],
  ['::ffff:102:304', '1.2.3.4'],
  ['64:ff9b::1.2.3.4', '64:ff9b::102:304'],
  ['::1.2.3.4', '::102:304'],
  ['::102:304', '::102:304'],
  ['::0.0.0.1', '127.0.0.1'],
])('writes %j as %s', (given, written) => expect(normalizeIp(given)).toBe(written));

it.each([
  '1.1',
  '1',
  '16843009',
  '0x7f.1',
  '0x7f000001',
  '010.0.0.1',
  '01.1.1.1',
  '1.1.1.1/24',
  '1.1.1.1:80',
  '[::1]',
  'fe80::1%eth0',
  '::ffff:010.0.0.1',
  '::ffff:1.1',
  'example.com',
  '256.1.1.1',
  '1.1.1.1.1',
  '1.1.1.',
  '1 .1.1.1',
  '1::2::3',
  ':::',
  '2001:db8::/32',
  '１.1.1.1',
])('refuses %j', (given) => expect(() => normalizeIp(given)).toThrow(ApiError));

const anyText = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.ipV4(),
  fc.ipV6(),
  fc.ipV4Extended(),
  fc.string({ unit: fc.constantFrom(...'0123456789abcdefx:.%/ '.split('')) }),
);

it('changes nothing when done again, and throws nothing but the error of the catalogue', () => {
  fc.assert(
    fc.property(anyText, (text) => {
      try {
        const once = normalizeIp(text);
        expect(normalizeIp(once)).toBe(once);
      } catch (error) {
        expect(error).toBeInstanceOf(ApiError);
        expect((error as ApiError).code).toBe('INTERNAL_VALIDATION_FAILED');
      }
    }),
    { numRuns: 20_000 },
  );
});

it('throws nothing but the error of the catalogue at 60,000 spoilt addresses', () => {
  const random = seededRandom(6);
  const pick = <Item>(items: ArrayLike<Item>) => items[Math.floor(random() * items.length)] as Item;
  const whole = [
    '1.1.1.1',
    '255.255.255.255',
    '2001:4860:4860::8888',
    '::ffff:1.2.3.4',
    'fe80::1%eth0',
    'localhost',
    '::',
    '',
  ];
  const spoilers = [...'0123456789abcdefxX.:%/[]- \t\n\0١１😀', '\ud800', '::', '0x', '..', '256', '00', 'e9'];
  let accepted = 0;
  // Nobody reads where so many errors came from.
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;
  for (let i = 0; i < 60_000; i++) {
    let text = pick(whole);
    for (let changes = Math.floor(random() * 4); changes >= 0; changes--) {
      const at = Math.floor(random() * (text.length + 1));
      text = text.slice(0, at) + pick(spoilers) + text.slice(at + Math.floor(random() * 3));
    }
    try {
      const written = normalizeIp(text);
      if (isIP(written) === 0 || normalizeIp(written) !== written) expect.fail(`${JSON.stringify(text)}: ${written}`);
      accepted += 1;
    } catch (error) {
      if (!(error instanceof ApiError && error.code === 'INTERNAL_VALIDATION_FAILED')) throw error;
    }
  }
  Error.stackTraceLimit = stackTraceLimit;
  expect(accepted).toBeGreaterThan(2_000);
});
