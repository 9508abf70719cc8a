// One table of inputs for which both APIs must come to the same answer, and the same for inputs that nobody thought of.
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { graphql, type Outcome, rest } from '../support/apis.ts';
import { startGateway, type TestGateway } from '../support/gateway.ts';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startGateway();
});
afterAll(() => gateway.close());

const REQUIRED = 'is required';
const TEXT = 'must be a string';
const EMAIL = 'must be a valid e-mail address';
const IP = 'must be an IPv4 or IPv6 address';
const CONTROL = 'must not contain control characters';
const UNICODE = 'must be well-formed Unicode';
const UNSEEN = 'must not contain white space or invisible characters';
const MARKS = 'must not contain more than 30 combining marks in a row';
const LONG_254 = 'must be at most 254 characters long';
const LONG_255 = 'must be at most 255 characters long';
const LONG_32 = 'must be at most 32 characters long';

const email = 'table@example.com';

/** Input, and the fields that are refused with the reason; none where the input is good. */
const cases: [name: string, input: Record<string, unknown>, refused: Record<string, string>][] = [
  ['only an e-mail address', { email }, {}],
  ['no e-mail address', {}, { email: REQUIRED }],
  ['null for the e-mail address', { email: null }, { email: REQUIRED }],
  ['an empty e-mail address', { email: '' }, { email: EMAIL }],
  ['no domain', { email: 'jan' }, { email: EMAIL }],
  ['a domain without a dot', { email: 'jan@localhost' }, { email: EMAIL }],
  ['an IP address for a domain', { email: 'jan@[127.0.0.1]' }, { email: EMAIL }],
  ['an internationalised domain', { email: 'jan@háčky.example' }, {}],
  ['a local part of 64', { email: `${'a'.repeat(64)}@example.com` }, {}],
  ['a local part of 65', { email: `${'a'.repeat(65)}@example.com` }, { email: EMAIL }],
  ['an address of 254', { email: `${'a'.repeat(64)}@${'d'.repeat(63)}.${'d'.repeat(63)}.${'d'.repeat(57)}.com` }, {}],
  [
    'an address of 255',
    { email: `${'a'.repeat(64)}@${'d'.repeat(63)}.${'d'.repeat(63)}.${'d'.repeat(58)}.com` },
    { email: EMAIL },
  ],
  ['a number for the e-mail address', { email: 5 }, { email: TEXT }],
  ['true for the e-mail address', { email: true }, { email: TEXT }],
  ['a list for the e-mail address', { email: [email] }, { email: TEXT }],
  ['an object for the e-mail address', { email: { email } }, { email: TEXT }],
  ['U+0000 in the e-mail address', { email: `jan\u0000@example.com` }, { email: CONTROL }],
  ...['\n', '\r\n', '\t', '\u0085'].map((white): [string, Record<string, unknown>, Record<string, string>] => [
    `${JSON.stringify(white)} in a quoted e-mail address`,
    { email: `"a${white}b"@example.com` },
    { email: CONTROL },
  ]),
  ...['\u200b', '\u202e', '\u00ad', '\u200d', '\ufeff', '\u034f', '\ufe0f', '\u3164', '\u2028', '\u00a0', ' '].flatMap(
    (unseen) =>
      [`jan${unseen}.novak@example.com`, `"jan${unseen}"@example.com`, `jan@exam${unseen}ple.com`].map(
        (address): [string, Record<string, unknown>, Record<string, string>] => [
          `U+${unseen.charCodeAt(0).toString(16)} in the e-mail address ${JSON.stringify(address)}`,
          { email: address },
          { email: UNSEEN },
        ],
      ),
  ),
  ['U+FEFF in front of the e-mail address', { email: `\ufeff${email}` }, { email: UNSEEN }],
  ['white space of all kinds around the e-mail address', { email: ` \t\u0085\u2003${email}\u3000\r\n` }, {}],
  ['a label of 63', { email: `a@${'x'.repeat(63)}.com` }, {}],
  ['a label of 64', { email: `a@${'x'.repeat(64)}.com` }, { email: EMAIL }],
  ['a label of 64 in ASCII form', { email: `a@${'\u00e9'.repeat(60)}.com` }, { email: EMAIL }],
  ['a character beyond U+FFFF in the e-mail address', { email: '\u{1f600}@example.com' }, {}],
  ['1,016 characters around an e-mail address', { email: email.padEnd(1016) }, {}],
  ['1,017 characters around an e-mail address', { email: email.padEnd(1017) }, { email: LONG_254 }],
  ['31 combining marks in the e-mail address', { email: `a${'\u0301'.repeat(31)}@example.com` }, { email: MARKS }],
  [
    '64 KB of marks in the e-mail address',
    { email: `a${'\u0345'.repeat(16_000)}${'\u0344'.repeat(14_000)}` },
    { email: LONG_254 },
  ],
  [
    '64 KB of marks',
    { email, companyName: `a${'\u0345'.repeat(16_000)}${'\u0344'.repeat(14_000)}` },
    { companyName: LONG_255 },
  ],
  ['30 combining marks in a row', { email, companyName: `a${'\u0323'.repeat(30)}` }, {}],
  ['31 combining marks in a row', { email, companyName: `a${'\u0323'.repeat(31)}` }, { companyName: MARKS }],
  ['marks that are more in NFC', { email, companyName: '\u0344'.repeat(16) }, { companyName: MARKS }],
  [
    'marks with an invisible character among them',
    { email, companyName: `a${`${'\u0323'.repeat(20)}\u200b`.repeat(2)}` },
    { companyName: MARKS },
  ],
  [
    '31 marks in a number',
    { email, taxIdentificationNumber: `1${'\u0323'.repeat(31)}` },
    { taxIdentificationNumber: MARKS },
  ],
  ['1,020 blanks', { email, companyName: ' '.repeat(1_020) }, {}],
  ['1,021 blanks', { email, companyName: ' '.repeat(1_021) }, { companyName: LONG_255 }],
  ['1,020 characters beyond U+FFFF, of which few stay', { email, companyName: '\u{e0001}'.repeat(1_020) }, {}],
  [
    '129 blanks in a number',
    { email, companyRegistrationNumber: ' '.repeat(129) },
    { companyRegistrationNumber: LONG_32 },
  ],
  ['181 blanks in an address', { email, customerRealIp: ' '.repeat(181) }, { customerRealIp: IP }],
  ['60 KB of an address', { email, customerRealIp: `:${'.'.repeat(60_000)}:` }, { customerRealIp: IP }],
  ['a control character in an address', { email, customerRealIp: '1.1.1.1\u0000' }, { customerRealIp: CONTROL }],
  ['a lone surrogate in an address', { email, customerRealIp: '\ud800' }, { customerRealIp: UNICODE }],
  ['255 characters of company name', { email, companyName: '😀'.repeat(255) }, {}],
  ['256 characters of company name', { email, companyName: 'é'.repeat(256) }, { companyName: LONG_255 }],
  ['256 characters of which one collapses', { email, companyName: `${'a'.repeat(200)}  ${'a'.repeat(54)}` }, {}],
  ['white space of all kinds', { email, companyName: ' a\t\n\u00a0\u2003b ' }, {}],
  ['a control character', { email, companyName: 'a\u0007b' }, { companyName: CONTROL }],
  ['U+0000', { email, companyName: 'a\u0000' }, { companyName: CONTROL }],
  ['a lone surrogate', { email, companyName: '\ud800' }, { companyName: UNICODE }],
  ['a number for the company name', { email, companyName: 1 }, { companyName: TEXT }],
  ['false for the company name', { email, companyName: false }, { companyName: TEXT }],
  ['a registration number with leading zeros', { email, companyRegistrationNumber: '0005103118' }, {}],
  [
    'a registration number as a number',
    { email, companyRegistrationNumber: 5103118 },
    { companyRegistrationNumber: TEXT },
  ],
  [
    '32 characters of registration number with blanks between',
    { email, companyRegistrationNumber: '1 '.repeat(32) },
    {},
  ],
  [
    '33 characters of registration number',
    { email, companyRegistrationNumber: '1'.repeat(33) },
    { companyRegistrationNumber: LONG_32 },
  ],
  [
    '33 characters of tax number',
    { email, taxIdentificationNumber: '1'.repeat(33) },
    { taxIdentificationNumber: LONG_32 },
  ],
  [
    'a letter that grows in upper case',
    { email, taxIdentificationNumber: `${'1'.repeat(31)}ß` },
    { taxIdentificationNumber: LONG_32 },
  ],
  ...['', 'localhost', ' ::1 ', '0.0.0.0', '1.1.1.1', '2001:4860:4860::8888', '::ffff:1.2.3.4'].map(
    (ip): [string, Record<string, unknown>, Record<string, string>] => [
      `the address ${JSON.stringify(ip)}`,
      { email, customerRealIp: ip },
      {},
    ],
  ),
  ...['1.1', '0x7f.1', '010.0.0.1', '1.1.1.1/24', 'fe80::1%eth0', 'example.com', '256.1.1.1'].map(
    (ip): [string, Record<string, unknown>, Record<string, string>] => [
      `the address ${ip}`,
      { email, customerRealIp: ip },
      { customerRealIp: IP },
    ],
  ),
  ['a number for the address', { email, customerRealIp: 16843009 }, { customerRealIp: TEXT }],
  [
    'every field wrong',
    {
      email: 'x',
      companyName: [],
      companyRegistrationNumber: '\u0001',
      taxIdentificationNumber: 'x'.repeat(40),
      customerRealIp: '1.1',
    },
    {
      email: EMAIL,
      companyName: TEXT,
      companyRegistrationNumber: CONTROL,
      taxIdentificationNumber: LONG_32,
      customerRealIp: IP,
    },
  ],
];

describe.each([rest, graphql])('$name API', (api) => {
  it.each(cases)('%s', async (_, input, refused) => {
    const { answer, code, fields, newAccount } = await api.create(gateway, input);
    const expected = Object.entries(refused).map(([path, message]) => ({ path, message }));
    if (expected.length === 0) return expect(typeof newAccount).toBe('boolean');
    expect({ code, fields }).toEqual({ code: 'INTERNAL_VALIDATION_FAILED', fields: expected });
    expect(answer.status).toBe(api === rest ? 422 : 200);
  });
});

/** What both APIs must agree in: all but whether the customer is new, since the second call finds the first one's. */
function comparable({ code, description, fields, profile }: Outcome) {
  return { code, description, fields, profile };
}

const anyText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.string({ unit: 'grapheme', maxLength: 300 }),
  fc.emailAddress(),
  fc.ipV4(),
  fc.ipV6(),
);
const anyValue = fc.oneof({ weight: 6, arbitrary: anyText }, { weight: 1, arbitrary: fc.jsonValue() });
const member = fc.option(anyValue, { nil: undefined });
const anyInput = fc.record({
  email: fc.oneof({ weight: 3, arbitrary: fc.emailAddress() }, { weight: 1, arbitrary: member }),
  companyName: member,
  companyRegistrationNumber: member,
  taxIdentificationNumber: member,
  customerRealIp: fc.oneof(
    { weight: 2, arbitrary: fc.oneof(fc.ipV4(), fc.ipV6(), fc.constant(undefined)) },
    { weight: 1, arbitrary: member },
  ),
});

it('comes to the same answer through both APIs for any input', async () => {
  await fc.assert(
    fc.asyncProperty(anyInput, async (input) => {
      const throughRest = await rest.create(gateway, input);
      const throughGraphQL = await graphql.create(gateway, input);
      expect(comparable(throughGraphQL)).toEqual(comparable(throughRest));
      expect(throughRest.answer.status).toBe(throughRest.code ? 422 : 200);
    }),
    { numRuns: 500 },
  );
});
