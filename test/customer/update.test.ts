// `updateCustomer`: what is absent stays, null clears, objects are merged; nothing is written where nothing differs.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { runSql } from '../support/database.ts';
import { startGateway, type TestGateway } from '../support/gateway.ts';
import { changesOf, mutate } from '../support/mutations.ts';

const PROFILE = `customer {
  version firstName lastName phone companyName companyRegistrationNumber taxIdentificationNumber
  address { streetAddress city cityPart stateRegion postalCode country } primaryLocale newsletter premium meta customFields
}`;
const EMPTY = {
  firstName: null,
  lastName: null,
  phone: null,
  companyName: null,
  companyRegistrationNumber: null,
  taxIdentificationNumber: null,
  address: null,
  primaryLocale: null,
  newsletter: false,
  premium: false,
  meta: {},
  customFields: {},
};
const FULL = {
  firstName: 'Jan',
  lastName: 'Barášek',
  phone: '+420 777123456',
  companyName: 'BizKitHub',
  companyRegistrationNumber: '05103118',
  taxIdentificationNumber: 'CZ05103118',
  address: {
    streetAddress: 'Dlouhá 12',
    city: 'Praha',
    cityPart: 'Staré Město',
    stateRegion: 'Praha',
    postalCode: '110 00',
    country: 'CZ',
  },
  primaryLocale: 'cs-CZ',
  newsletter: true,
  premium: true,
  meta: { source: { name: 'fair', year: 2026 } },
  customFields: { shirt: 'M', sizes: [1, null, 'x'] },
};

let gateway: TestGateway;
let email: string;
let count = 0;
beforeAll(async () => {
  gateway = await startGateway();
});
afterAll(() => gateway.close());
beforeEach(async () => {
  count += 1;
  email = `update${count}@example.com`;
  await gateway.rest({ email });
});

const update = (input: object, options?: object) =>
  mutate(gateway, 'updateCustomer', { by: { email }, ...input }, PROFILE, options);
const history = () => changesOf(gateway, { email });

it('sets every field, and leaves what is absent', async () => {
  expect((await update(FULL)).payload.customer).toEqual({ ...FULL, version: 2 });
  expect((await update({ firstName: 'Petr', address: { city: 'Brno' } })).payload.customer).toEqual({
    ...FULL,
    firstName: 'Petr',
    address: { ...FULL.address, city: 'Brno' },
    version: 3,
  });
});

it.each(Object.keys(EMPTY))('clears %s by null alone', async (name) => {
  await update(FULL);
  const { payload } = await update({ [name]: null });
  expect(payload.customer).toEqual({ ...FULL, [name]: EMPTY[name as keyof typeof EMPTY], version: 3 });
});

it.each([
  'firstName',
  'lastName',
  'phone',
  'companyName',
  'companyRegistrationNumber',
  'taxIdentificationNumber',
  'primaryLocale',
])('clears %s by text of which nothing is left', async (name) => {
  await update(FULL);
  for (const text of ['', ' \u00a0\t', '\u200b'])
    expect((await update({ [name]: text })).payload.customer[name], JSON.stringify(text)).toBeNull();
});

it('clears one member of an address, which is null when none is left', async () => {
  await update({ address: { city: 'Praha', country: 'cz' } });
  expect((await update({ address: { city: null } })).payload.customer.address).toMatchObject({
    city: null,
    country: 'CZ',
  });
  expect((await update({ address: { country: '' } })).payload.customer.address).toBeNull();
});

it('names the customer by reference too, and by every spelling of the mailbox', async () => {
  const { payload } = await mutate(gateway, 'updateCustomer', { by: { email: email.toUpperCase() }, firstName: 'Jan' });
  const { cuRefNo } = payload.customer;
  expect(
    (await mutate(gateway, 'updateCustomer', { by: { cuRefNo }, firstName: 'Petr' })).payload.customer.version,
  ).toBe(3);
});

describe('what differs in nothing', () => {
  it('is no change: no version, no entry, no other date', async () => {
    await update(FULL);
    const state = 'select version, updated_at, change_count, xmin from customer where email = $1';
    const before = await runSql(gateway.databaseUrl, state, [email]);
    const again = { ...FULL, phone: '777 123 456', meta: { source: { year: 2026 } }, primaryLocale: 'cs_CZ' };
    expect((await update(again)).payload.customer).toEqual({ ...FULL, version: 2 });
    expect(await runSql(gateway.databaseUrl, state, [email])).toEqual(before);
    expect(await history()).toHaveLength(2);
  });
});

describe('the version', () => {
  it('that was seen must be the present one', async () => {
    await update({ firstName: 'Jan', version: 1 });
    const { code, message } = await update({ firstName: 'Petr', version: 1 });
    expect([code, message]).toEqual(['INTERNAL_CONFLICT', 'The customer has version 2 by now.']);
    expect((await update({ lastName: 'Novák', version: 2 })).payload.customer).toMatchObject({
      firstName: 'Jan',
      version: 3,
    });
  });

  it('of twenty who saw the same one, lets one through', async () => {
    const all = await Promise.all(
      Array.from({ length: 20 }, (_, i) => update({ firstName: `Jan ${String.fromCharCode(97 + i)}`, version: 1 })),
    );
    expect(all.filter(({ code }) => code === undefined)).toHaveLength(1);
    expect(all.filter(({ code }) => code === 'INTERNAL_CONFLICT')).toHaveLength(19);
  });

  it('loses no change of those who do not look at it', async () => {
    await Promise.all(Array.from({ length: 20 }, (_, i) => update({ meta: { [`m${i}`]: i } })));
    const { payload } = await update({});
    expect(Object.keys(payload.customer.meta)).toHaveLength(20);
    expect(payload.customer.version).toBe(21);
  });
});

describe('a phone number without a country code', () => {
  const NEEDS = 'must begin with + and the country code, such as +420 777123456, where the address has no country';

  it('is read by the country of the address that is given, or was given before', async () => {
    expect((await update({ phone: '020 7946 0958', address: { country: 'GB' } })).payload.customer.phone).toBe(
      '+44 2079460958',
    );
    expect((await update({ phone: '020 7946 0959' })).payload.customer.phone).toBe('+44 2079460959');
  });

  it.each([
    ['no address', {}],
    ['an address that is cleared', { address: null }],
    ['a country that is cleared', { address: { country: null } }],
  ])('is refused with %s', async (_, input) => {
    if (Object.keys(input).length > 0) await update({ address: { country: 'CZ' } });
    const { code, fields } = await update({ phone: '777123456', ...input });
    expect([code, fields]).toEqual(['INTERNAL_VALIDATION_FAILED', [{ path: 'phone', message: NEEDS }]]);
  });

  it('is refused with everything else that is wrong, where the input tells the country', async () => {
    const { fields } = await update({
      phone: '1',
      address: { country: 'CZ' },
      primaryLocale: 'x',
      firstName: 'x'.repeat(256),
    });
    expect(fields).toEqual([
      { path: 'firstName', message: 'must be at most 255 characters long' },
      { path: 'primaryLocale', message: 'must be a language tag such as cs or en-GB' },
      { path: 'phone', message: 'must be a valid phone number' },
    ]);
    const { fields: badCountry } = await update({ phone: '777123456', address: { country: 'xx' } });
    expect(badCountry).toEqual([{ path: 'address.country', message: expect.any(String) }]);
    const { fields: alone } = await update({ phone: '1', address: { country: 'CZ' } });
    expect(alone).toEqual([{ path: 'phone', message: 'must be a valid phone number' }]);
  });
});

describe('meta and custom fields', () => {
  it.each(['meta', 'customFields'])('%s: are merged as RFC 7396 says, and come back equal in meaning', async (name) => {
    const value = {
      'a.b': 'ž\n\u0001',
      ' ': -0.5,
      deep: { list: [[1, { x: null }], true], empty: {} },
      constructor: 'c',
      toString: 1,
    };
    expect((await update({ [name]: value })).payload.customer[name]).toEqual(value);
    const { payload } = await update({ [name]: { deep: { list: null, more: [1] }, ' ': null, gone: null } });
    const { ' ': _, ...rest } = value;
    expect(payload.customer[name]).toEqual({ ...rest, deep: { empty: {}, more: [1] } });
  });

  it('are read from a document as they are from variables', async () => {
    const { body } = await gateway.graphql(
      `mutation { updateCustomer(input: { by: { email: "${email}" }, meta: { a: [1, -2.5, true, null, "x", { b: {} }] } }) { customer { meta } } }`,
    );
    expect(body.data.updateCustomer.customer.meta).toEqual({ a: [1, -2.5, true, null, 'x', { b: {} }] });
    const named = await gateway.graphql(
      `mutation { updateCustomer(input: { by: { email: "${email}" }, meta: { a: NaN } }) { customer { meta } } }`,
    );
    expect(named.body.errors[0].extensions.code).toBe('INTERNAL_REQUEST_MALFORMED');
    const refused = await gateway.graphql(
      `mutation { updateCustomer(input: { by: { email: "${email}" }, meta: { __proto__: { a: 1 } } }) { customer { meta } } }`,
    );
    expect(refused.body.errors[0].extensions.fields).toEqual([
      { path: 'meta', message: 'must not have a member named __proto__' },
    ]);
  });

  it('keep what a variable in a document does not say', async () => {
    await update({ meta: { v: 'keep', n: { m: 1 }, l: [1] } });
    const query = `mutation ($x: JSONObject) { updateCustomer(input: { by: { email: "${email}" }, meta: { v: $x, n: { m: $x } } }) { customer { meta version } } }`;
    const { body } = await gateway.graphql(query);
    expect(body.data.updateCustomer.customer).toEqual({ meta: { v: 'keep', n: { m: 1 }, l: [1] }, version: 2 });
    const list = `mutation ($x: JSONObject) { updateCustomer(input: { by: { email: "${email}" }, meta: { l: [$x] } }) { customer { meta version } } }`;
    for (let i = 0; i < 2; i++) {
      const again = await gateway.graphql(list);
      expect(again.body.data.updateCustomer.customer).toMatchObject({ meta: { l: [null] }, version: 3 });
    }
    const removed = await gateway.graphql(query, { x: null });
    expect(removed.body.data.updateCustomer.customer.meta).toEqual({ n: {}, l: [null] });
  });

  const deep = (levels: number): object => (levels === 1 ? {} : { a: deep(levels - 1) });
  it.each<[string, unknown, string | undefined]>([
    ['16 levels', deep(16), undefined],
    ['17 levels', deep(17), 'must be at most 16 levels deep'],
    ['a list', [], 'must be an object'],
    ['text', '{}', 'must be an object'],
    [
      'a whole number of 54 bits',
      { n: 2 ** 53 },
      'must not contain whole numbers beyond 9007199254740991: send them as strings',
    ],
    ['U+0000', { a: '\u0000' }, 'must not contain U+0000'],
    ['U+0000 in a name', { 'a\u0000': 1 }, 'must not contain U+0000'],
    ['a lone surrogate', { a: '\ud800' }, 'must be well-formed Unicode'],
    ['33 KiB', { a: 'x'.repeat(33 * 1024) }, 'must be at most 32 KiB of JSON after the merge'],
  ])('%s', async (_, meta, message) => {
    const { fields } = await update({ meta });
    expect(fields).toEqual(message === undefined ? undefined : [{ path: 'meta', message }]);
  });

  it('are told with the phone number where neither fits what the customer has', async () => {
    await update({ phone: null, address: null, meta: null, customFields: null });
    const half = { x: 'y'.repeat(20_000) };
    await update({ meta: half });
    await update({ customFields: half });
    const other = { z: 'y'.repeat(20_000) };
    const { fields: ofMeta } = await update({ phone: '777123456', meta: other });
    expect(ofMeta?.map(({ path }) => path)).toEqual(['phone', 'meta']);
    const { fields: ofFields } = await update({ meta: other, customFields: other });
    expect(ofFields?.map(({ path }) => path)).toEqual(['meta', 'customFields']);
    await update({ meta: null, customFields: null });
  });

  it('grow to 32 KiB, however small each change is', async () => {
    for (let i = 0; i < 3; i++) await update({ customFields: { [`f${i}`]: 'x'.repeat(10_000) } });
    const { fields } = await update({ customFields: { last: 'x'.repeat(10_000) } });
    expect(fields).toEqual([{ path: 'customFields', message: 'must be at most 32 KiB of JSON after the merge' }]);
    expect((await update({ customFields: { f0: null, last: 'x'.repeat(10_000) } })).code).toBeUndefined();
  });
});

it('notes where the customer came from, which is no change of the profile', async () => {
  const { payload } = await mutate(
    gateway,
    'updateCustomer',
    { by: { email }, customerRealIp: '8.8.8.8' },
    'customer { version lastSeenAt lastIp { address } ipHistory { edges { node { address } } } }',
  );
  expect(payload.customer).toMatchObject({
    version: 1,
    lastIp: { address: '8.8.8.8' },
    ipHistory: { edges: [{ node: { address: '8.8.8.8' } }] },
  });
  await update({ customerRealIp: '8.8.8.8' });
  await update({ customerRealIp: '1.1.1.1', firstName: 'Jan' });
  const [{ addresses }] = (await runSql<{ addresses: string }>(
    gateway.databaseUrl,
    `select string_agg(host(address), ' ' order by seen_at desc) as addresses from customer_ip
     where customer_id = (select id from customer where email = $1)`,
    [email],
  )) as [{ addresses: string }];
  expect(addresses).toBe('1.1.1.1 8.8.8.8');
  expect((await history()).map(({ action }: { action: string }) => action)).toEqual(['UPDATED', 'CREATED']);
});

it('writes who, when, by which request, and each field before and after', async () => {
  await update({ firstName: 'Jan', meta: { a: { x: 1, y: 2 }, b: 1 } }, { headers: { 'X-Request-Id': 'first' } });
  await update(
    { firstName: 'Petr', newsletter: true, address: { city: 'Brno' }, meta: { a: { y: null }, b: 2 } },
    { headers: { 'X-Request-Id': 'second' } },
  );
  const [last, , created] = await history();
  expect(last).toEqual({
    action: 'UPDATED',
    actor: `key:${gateway.key.slice(0, 8)}`,
    reason: null,
    requestId: 'second',
    createdAt: expect.stringMatching(/Z$/),
    fields: expect.arrayContaining([
      { name: 'firstName', before: 'Jan', after: 'Petr' },
      { name: 'newsletter', before: false, after: true },
      { name: 'address.city', before: null, after: 'Brno' },
      { name: 'meta', before: { a: { y: 2 }, b: 1 }, after: { a: {}, b: 2 } },
    ]),
  });
  expect(last.fields).toHaveLength(4);
  expect(created).toMatchObject({ action: 'CREATED', actor: `key:${gateway.key.slice(0, 8)}`, fields: [] });
});

it('happens not at all where it cannot be written down', async () => {
  const role = `customer_gateway_${new URL(gateway.databaseUrl).pathname.slice(1)}`;
  await runSql(gateway.databaseUrl, `revoke insert on change_value from ${role}`);
  const { code } = await update({ firstName: 'Jan', customerRealIp: '9.9.9.9' });
  await runSql(gateway.databaseUrl, `grant insert on change_value to ${role}`);
  expect(code).toBe('INTERNAL_SERVER_ERROR');
  const rows = await runSql(gateway.databaseUrl, 'select first_name, last_ip, version from customer where email = $1', [
    email,
  ]);
  expect(rows).toEqual([{ first_name: null, last_ip: null, version: 1 }]);
});
