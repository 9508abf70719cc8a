// One table of inputs for which both doors must come to the same answer, and the same for inputs that nobody thought of.
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { graphql, type Outcome, rest } from './support/doors.ts';
import { startGateway, type TestGateway } from './support/gateway.ts';

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

describe.each([rest, graphql])('$name door', (door) => {
  it.each(cases)('%s', async (_, input, refused) => {
    const { answer, code, fields, newAccount } = await door.create(gateway, input);
    const expected = Object.entries(refused).map(([path, message]) => ({ path, message }));
    if (expected.length === 0) return expect(typeof newAccount).toBe('boolean');
    expect({ code, fields }).toEqual({ code: 'INTERNAL_VALIDATION_FAILED', fields: expected });
    expect(answer.status).toBe(door === rest ? 422 : 200);
  });
});

/** What both doors must agree in: all but whether the customer is new, since the second call finds the first one's. */
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

it('comes to the same answer through both doors for any input', async () => {
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
