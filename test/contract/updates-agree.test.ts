// One table of updates for which both APIs must come to the same answer and the same rows, and the same for updates that nobody thought of.
import fc from 'fast-check';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { graphql, type Outcome, rest } from '../support/apis.ts';
import { createKey, createOrganisation } from '../support/database.ts';
import { startGateway, type TestGateway } from '../support/gateway.ts';

const REQUIRED = 'is required';
const TEXT = 'must be a string';
const FLAG = 'must be true or false';
const EMAIL = 'must be a valid e-mail address';
const IP = 'must be an IPv4 or IPv6 address';
const CONTROL = 'must not contain control characters';
const UNICODE = 'must be well-formed Unicode';
const MARKS = 'must not contain more than 30 combining marks in a row';
const PHONE = 'must be a valid phone number';
const EXTENSION = 'must not have an extension, which would not be kept';
const COUNTRY = 'must be an ISO 3166-1 alpha-2 country code such as CZ';
const LOCALE = 'must be a language tag such as cs or en-GB';
const LONG_255 = 'must be at most 255 characters long';
const LONG_32 = 'must be at most 32 characters long';

const email = 'table@example.com';

let gateway: TestGateway;
let sql: pg.Client;
/** An organisation for each API, with the same customer. */
let organisations: { id: number; key: string }[];
const apis = [rest, graphql];
beforeAll(async () => {
  gateway = await startGateway();
  sql = new pg.Client(gateway.databaseUrl);
  await sql.connect();
  const other = await createOrganisation(gateway.databaseUrl);
  organisations = [
    { id: gateway.organisationId, key: gateway.key },
    { id: other, key: await createKey(gateway.databaseUrl, other) },
  ];
  for (const { key } of organisations) await gateway.rest({ email }, { key });
});
afterAll(async () => {
  await sql.end();
  await gateway.close();
});
/** Makes both customers what they were at first. */
async function reset(): Promise<void> {
  await sql.query(
    `delete from change_value; delete from change_entry; delete from customer_ip;
     update customer set phone = '+420 777123456', first_name = 'Jan', last_name = 'Novák', company_name = 'Firma', company_registration_number = '05103118',
       tax_identification_number = 'CZ05103118', street_address = 'Dlouhá 1', city = 'Praha', city_part = 'Josefov', state_region = 'Praha', postal_code = '110 00',
       country = 'CZ', primary_locale = 'cs', newsletter = true, version = 1, change_count = 0, address_changes = 0, last_ip = null`,
  );
}

/** Everything that is stored of a customer and its history, but for what is each one's own. */
async function stored(): Promise<unknown[]> {
  const found = [];
  for (const { id } of organisations) {
    const { rows } = await sql.query(
      `select to_jsonb(c) - '{id,organisation_id,cu_ref_no,created_at,updated_at,last_seen_at,created_by,creation_request_id}'::text[] as customer,
         (select jsonb_agg(jsonb_build_array(e.ordinal, e.action, e.reason, e.fields, v.field, v.before, v.after) order by e.ordinal, v.field)
          from change_entry e left join change_value v on v.organisation_id = e.organisation_id and v.entry_id = e.id
          where e.organisation_id = c.organisation_id and e.reference = c.cu_ref_no) as changes,
         (select jsonb_agg(host(address) order by seen_at) from customer_ip i where i.organisation_id = c.organisation_id) as addresses
       from customer c where organisation_id = $1`,
      [id],
    );
    found.push(rows);
  }
  return found;
}

async function throughBoth(input: Record<string, unknown>) {
  await reset();
  const outcomes = [];
  for (const [i, api] of apis.entries()) {
    outcomes.push(await api.update(gateway, input, { key: organisations[i]?.key ?? '' }));
  }
  const [first, second] = await stored();
  expect(second, JSON.stringify(input)).toEqual(first);
  return outcomes;
}

/** What both must agree in. */
function comparable({ code, description, fields, profile }: Outcome) {
  const { cuRefNo: _, ...rest } = profile ?? {};
  return { code, description, fields, profile: rest };
}

type Case = [name: string, input: Record<string, unknown>, refused: Record<string, string>];
const texts = ['firstName', 'lastName', 'companyName', 'streetAddress', 'city', 'cityPart', 'stateRegion'];
const each = (names: string[], cases: (name: string) => Case[]): Case[] => names.flatMap(cases);

/** Members of a body beside the e-mail address, and those that are refused with the reason. */
const cases: Case[] = [
  ['nothing', {}, {}],
  [
    'an unknown customer, with all that is wrong told first',
    { email: 'x', phone: 'x' },
    { email: EMAIL, phone: PHONE },
  ],
  ['a number for the e-mail address', { email: 5 }, { email: TEXT }],
  ['another spelling of the e-mail address', { email: ' TABLE@Example.com ', firstName: 'Same' }, {}],
  ...each(texts, (name) => [
    [`a new ${name}`, { [name]: ' a\t\u00a0b ' }, {}],
    [`the same ${name} twice`, { [name]: 'a b' }, {}],
    [`null for ${name}`, { [name]: null }, {}],
    [`nothing left of ${name}`, { [name]: ' \u200b ' }, {}],
    [`a number for ${name}`, { [name]: 1 }, { [name]: TEXT }],
    [`a list for ${name}`, { [name]: ['x'] }, { [name]: TEXT }],
    [`an object for ${name}`, { [name]: { a: 1 } }, { [name]: TEXT }],
    [`true for ${name}`, { [name]: true }, { [name]: TEXT }],
    [`255 characters of ${name}`, { [name]: '😀'.repeat(255) }, {}],
    [`256 characters of ${name}`, { [name]: 'é'.repeat(256) }, { [name]: LONG_255 }],
    [`1,021 blanks for ${name}`, { [name]: ' '.repeat(1_021) }, { [name]: LONG_255 }],
    [`U+0000 in ${name}`, { [name]: 'a\u0000' }, { [name]: CONTROL }],
    [`a control character in ${name}`, { [name]: 'a\u0007b' }, { [name]: CONTROL }],
    [`a lone surrogate in ${name}`, { [name]: '\ud800' }, { [name]: UNICODE }],
    [`31 marks in ${name}`, { [name]: `a${'\u0323'.repeat(31)}` }, { [name]: MARKS }],
  ]),
  ...each(['companyRegistrationNumber', 'taxIdentificationNumber', 'postalCode'], (name) => [
    [`a new ${name}`, { [name]: ' cz 00 1 ' }, {}],
    [`null for ${name}`, { [name]: null }, {}],
    [`32 characters of ${name}`, { [name]: '1'.repeat(32) }, {}],
    [`33 characters of ${name}`, { [name]: '1'.repeat(33) }, { [name]: LONG_32 }],
    [`129 blanks for ${name}`, { [name]: ' '.repeat(129) }, { [name]: LONG_32 }],
    [`a number for ${name}`, { [name]: 5103118 }, { [name]: TEXT }],
  ]),
  ...['+420 777 123 456', '00420777123456', '777 123 456', 'tel:+420-777-123-456', '+1 (201) 555-0123', '', ' '].map(
    (phone): Case => [`the phone ${JSON.stringify(phone)}`, { phone }, {}],
  ),
  ['null for the phone', { phone: null }, {}],
  ...['+420 1', '12', 'abc', '+999 123456789', '++420777123456', '7'.repeat(40)].map(
    (phone): Case => [`the phone ${phone}`, { phone }, { phone: PHONE }],
  ),
  ['a phone with an extension', { phone: '+420 777 123 456 ext. 5' }, { phone: EXTENSION }],
  ['a national phone and its country', { phone: '0201 5550123', country: 'de' }, {}],
  ['a national phone of another country', { phone: '777 123 456', country: 'US' }, { phone: PHONE }],
  ['a number for the phone', { phone: 420777123456 }, { phone: TEXT }],
  ['U+0000 in the phone', { phone: '+420777\u0000123456' }, { phone: CONTROL }],
  ...['cz', ' SK '].map((country): Case => [`the country ${country}`, { country }, {}]),
  ...['Czechia', 'CZE', 'XK', 'ß', 'c', '42'].map(
    (country): Case => [`the country ${country}`, { country }, { country: COUNTRY }],
  ),
  ['no country any more', { country: null }, {}],
  ...['cs', 'en-gb', 'zh-hant-tw', 'es-419', 'cs_CZ', 'iw', ''].map(
    (primaryLocale): Case => [`the language ${primaryLocale}`, { primaryLocale }, {}],
  ),
  ...['c', 'czech', 'en-GB-oxendict', 'en-x-private', 'cs-CZ-u-co-phonebk', '--'].map(
    (primaryLocale): Case => [`the language ${primaryLocale}`, { primaryLocale }, { primaryLocale: LOCALE }],
  ),
  ...[true, false, null].map((newsletter): Case => [`${newsletter} for the newsletter`, { newsletter }, {}]),
  ...['true', 'yes', '', 1, 0, [], {}].map(
    (newsletter): Case => [`${JSON.stringify(newsletter)} for the newsletter`, { newsletter }, { newsletter: FLAG }],
  ),
  ...['', 'localhost', '1.1.1.1', '::ffff:1.2.3.4', '2001:4860:4860:0::8888', null].map(
    (customerRealIp): Case => [`the address ${JSON.stringify(customerRealIp)}`, { customerRealIp }, {}],
  ),
  ...['1.1', '1.1.1.1/24', 'example.com'].map(
    (customerRealIp): Case => [`the address ${customerRealIp}`, { customerRealIp }, { customerRealIp: IP }],
  ),
  [
    'all of it',
    {
      ...everyMember('x'),
      phone: '+420777123457',
      country: 'SK',
      primaryLocale: 'sk',
      customerRealIp: '9.9.9.9',
      newsletter: false,
    },
    {},
  ],
  ['all of it gone', { ...everyMember(null), phone: null, country: null, primaryLocale: null, newsletter: null }, {}],
  [
    'everything wrong',
    {
      firstName: [],
      lastName: '\u0001',
      phone: '+420 1',
      companyName: 'x'.repeat(256),
      companyRegistrationNumber: 1,
      taxIdentificationNumber: 'x'.repeat(33),
      streetAddress: {},
      city: 5,
      cityPart: '\ud800',
      stateRegion: false,
      postalCode: 'x'.repeat(33),
      country: 'XX',
      primaryLocale: 'czech',
      newsletter: 'x',
      customerRealIp: '1.1',
    },
    {
      firstName: TEXT,
      lastName: CONTROL,
      phone: PHONE,
      companyName: LONG_255,
      companyRegistrationNumber: TEXT,
      taxIdentificationNumber: LONG_32,
      streetAddress: TEXT,
      city: TEXT,
      cityPart: UNICODE,
      stateRegion: TEXT,
      postalCode: LONG_32,
      country: COUNTRY,
      primaryLocale: LOCALE,
      newsletter: FLAG,
      customerRealIp: IP,
    },
  ],
];

function everyMember(value: string | null): Record<string, unknown> {
  const names = [...texts, 'companyRegistrationNumber', 'taxIdentificationNumber', 'postalCode'];
  return Object.fromEntries(names.map((name) => [name, value]));
}

const sorted = (fields: Outcome['fields']) => fields?.toSorted((a, b) => (a.path < b.path ? -1 : 1));

describe('both APIs', () => {
  it.each(cases)('agree in %s', async (_, members, refused) => {
    const outcomes = await throughBoth({ email, ...members });
    const [throughRest, throughGraphQL] = outcomes.map((outcome) => comparable(outcome));
    const fields = Object.entries(refused).map(([path, message]) => ({ path, message }));
    if (fields.length === 0) expect(outcomes[0]?.code, outcomes[0]?.answer.text).toBeUndefined();
    else expect(sorted(outcomes[0]?.fields)).toEqual(sorted(fields));
    expect({ ...throughGraphQL, fields: sorted(throughGraphQL?.fields) }).toEqual({
      ...throughRest,
      fields: sorted(throughRest?.fields),
    });
    const status = fields.length === 0 ? 200 : 422;
    expect(outcomes.map(({ answer }) => answer.status)).toEqual([status, 200]);
  });

  it('need to be told which customer, each in its own form', async () => {
    const outcomes = await throughBoth({ email: undefined, firstName: 'X' });
    expect(outcomes.map(({ code, fields }) => [code, fields])).toEqual([
      ['INTERNAL_VALIDATION_FAILED', [{ path: 'email', message: REQUIRED }]],
      ['INTERNAL_VALIDATION_FAILED', [{ path: 'by', message: 'must have exactly one member, which must not be null' }]],
    ]);
  });

  it('agree that there is no such customer', async () => {
    const outcomes = await throughBoth({ email: 'nobody@example.com', firstName: 'X' });
    expect(outcomes.map(({ code }) => code)).toEqual(Array(2).fill('PUBLIC_CUSTOMER_DETAIL_NOT_PERMITTED'));
    expect(outcomes.map(({ answer }) => answer.status)).toEqual([404, 200]);
    expect(comparable(outcomes[1] as Outcome)).toEqual(comparable(outcomes[0] as Outcome));
  });
});

const anyText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.string({ unit: 'grapheme', maxLength: 300 }),
  fc.string({ unit: fc.constantFrom(...'+0123456789 -()/.'), maxLength: 20 }),
  fc.constantFrom('CZ', 'sk', 'cs', 'en-GB', '1.1.1.1', '+420777123456', '777123456', ''),
);
const anyValue = fc.oneof(
  { weight: 6, arbitrary: anyText },
  { weight: 1, arbitrary: fc.constant(null) },
  { weight: 1, arbitrary: fc.jsonValue() },
);
const members = [
  'phone',
  'country',
  'primaryLocale',
  'newsletter',
  'customerRealIp',
  ...Object.keys(everyMember(null)),
];
const anyUpdate = fc.record(
  Object.fromEntries(
    members.map((name) => [name, name === 'newsletter' ? fc.oneof(fc.boolean(), anyValue) : anyValue]),
  ),
  { requiredKeys: [] },
);

it('come to the same for any update', async () => {
  await fc.assert(
    fc.asyncProperty(anyUpdate, async (update) => {
      const [throughRest, throughGraphQL] = await throughBoth({ email, ...update });
      expect(comparable(throughGraphQL as Outcome)).toEqual(comparable(throughRest as Outcome));
      expect(throughRest?.answer.status).toBe(throughRest?.code ? 422 : 200);
    }),
    { numRuns: 300 },
  );
});
