// Hostile values in every place of every mutation of a customer, and of the REST endpoints beside it: refused by the catalogue, and nothing is changed.
import {
  type GraphQLInputObjectType,
  type GraphQLInputType,
  getNamedType,
  getNullableType,
  isInputObjectType,
  isListType,
} from 'graphql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { catalogue } from '../../src/errors/api-error.ts';
import { schema } from '../../src/graphql/schema/schema.ts';
import { endpoints } from '../../src/rest/endpoints/index.ts';
import { mutations } from '../support/customer-mutations.ts';
import { runSql } from '../support/database.ts';
import { type Answer, startGateway, type TestGateway } from '../support/gateway.ts';
import { mutate } from '../support/mutations.ts';

let gateway: TestGateway;
let cuRefNo: string;
let externalId: string;
let before: unknown;
beforeAll(async () => {
  gateway = await startGateway();
  ({ cuRefNo } = (await gateway.rest({ email: 'hostile@example.com', companyName: 'Hostile' })).body);
  const input = { by: { cuRefNo }, productSlug: 'year', orderNumber: '1' };
  const made = await mutate(gateway, 'startCustomerSubscription', input, 'subscription { externalId }');
  ({ externalId } = made.payload.subscription);
  before = await state();
});
afterAll(() => gateway.close());

const state = () =>
  runSql(
    gateway.databaseUrl,
    `select c.*, (select count(*) from change_entry), (select count(*) from credit_entry), (select count(*) from customer_group), (select count(*) from idempotency_key),
       (select jsonb_agg(s) from subscription s) as subscriptions from customer c`,
  );

/** Texts that no place takes; as JSON writes them. */
const texts: Record<string, string> = {
  'U+0000': '"\\u0000"',
  'U+0000 inside': '"a\\u0000b"',
  'U+0000 at the end': '"hostile@example.com\\u0000"',
  'a control character': '"a\\u0007b"',
  'a lone high surrogate': '"\\ud800"',
  'a lone low surrogate': '"x\\udc00y"',
  '60,000 digits': `"${'7'.repeat(60_000)}"`,
  '60,000 digits after a plus': `"+${'4'.repeat(60_000)}"`,
  '60,000 letters': `"${'a'.repeat(60_000)}"`,
  '20,000 marks': `"a${'\u0345'.repeat(20_000)}"`,
  '31 marks': `"a${'\u0323'.repeat(31)}"`,
  'a number': '5',
  'a fraction': '1.5',
  'a huge number': '1e999',
  'a number of many digits': '9'.repeat(5_000),
  true: 'true',
  'a list': '["x"]',
  'an object': '{"toString":"x"}',
  __proto__: '{"__proto__":{"email":"hostile@example.com"}}',
};

const numbers: Record<string, string> = {
  'more than 32 bits': '2147483648',
  'less than 32 bits': '-2147483649',
  'more than 53 bits': '9007199254740993',
  'more than 64 bits': '18446744073709551616',
  'a huge number': '1e300',
  infinity: '1e999',
  'minus infinity': '-1e999',
  'a fraction': '1.5',
  'next to nothing': '5e-324',
  NaN: '"NaN"',
  Infinity: '"Infinity"',
  'a text': '"5"',
  'no text': '""',
  true: 'true',
  'a list': '[5]',
  'an object': '{}',
};

const nested = (depth: number, open: string, close: string, core = '1') =>
  open.repeat(depth) + core + close.repeat(depth);

const objects: Record<string, string> = {
  '17 levels': nested(17, '{"a":', '}'),
  '17 levels of lists': `{"a":${nested(17, '[', ']')}}`,
  '5,000 levels': nested(5_000, '{"a":', '}'),
  '20,000 levels of lists': `{"a":${nested(20_000, '[', ']')}}`,
  __proto__: '{"__proto__":{"admin":true}}',
  '__proto__ in disguise': '{"\\u005f_proto__":1}',
  '__proto__ in a list': '{"a":[{"b":{"__proto__":null}}]}',
  'U+0000 in a name': '{"a\\u0000":1}',
  'U+0000 in a value': '{"a":"\\u0000"}',
  'U+0000 in a list': '{"a":[["x\\u0000y"]]}',
  'a lone surrogate in a name': '{"\\ud800":1}',
  'a lone surrogate in a value': '{"a":"\\udfff"}',
  'a whole number of more than 53 bits': '{"a":9007199254740993}',
  'a number of 400 digits': `{"a":${'9'.repeat(400)}}`,
  infinity: '{"a":1e999}',
  'minus infinity': '{"a":[-1e999]}',
  'next to nothing': '{"a":5e-324}',
  '40 KiB': `{"a":"${'x'.repeat(40_960)}"}`,
  '40 KiB of names': `{${Array.from({ length: 3_500 }, (_, i) => `"name${i}":0`)}}`,
  'a list': '[]',
  'a text': '"{}"',
  'a number': '5',
  true: 'true',
};

const times: Record<string, string> = {
  ...texts,
  'a year before the first': '"0000-06-01T00:00:00Z"',
  'a moment before the first, by its zone': '"0001-01-01T00:00:00+00:01"',
  'a moment after the last, by its zone': '"9999-12-31T23:59:59-23:59"',
  'a year of five digits': '"10000-01-01T00:00:00Z"',
  'a year with a sign': '"-000001-01-01T00:00:00Z"',
  infinity: '"infinity"',
  'no moment': '"2026-02-30T00:00:00Z"',
  'no text': '""',
};

const hostile: Record<string, Record<string, string>> = {
  DateTime: times,
  String: texts,
  Int: numbers,
  JSONObject: objects,
  Boolean: { 'a text': '"true"', 'a number': '1', 'a list': '[true]', 'an object': '{}', 'U+0000': '"\\u0000"' },
};

/** The places of an input that hold a scalar, or a list of some, each as a path. */
function placesOf(type: GraphQLInputObjectType, above: string[] = []): Place[] {
  return Object.values(type.getFields()).flatMap(({ name, type: given }) => {
    const inner: GraphQLInputType = getNullableType(given);
    const path = [...above, name];
    if (isInputObjectType(inner)) return placesOf(inner, path);
    return [{ path, scalar: getNamedType(inner).name, isList: isListType(inner) }];
  });
}

interface Place {
  path: string[];
  scalar: string;
  isList: boolean;
}

/** JSON of an input in which one place holds something else. */
function inputWith(base: Record<string, unknown>, [name = '', ...below]: string[], value: string): string {
  // One of its members is all that names a customer.
  const kept = name === 'by' ? {} : ((base[name] as Record<string, unknown>) ?? {});
  const written = below.length === 0 ? value : inputWith(kept, below, value);
  const members = Object.entries(base).filter(([other]) => other !== name);
  const [first = ''] = [JSON.stringify(Object.fromEntries(members)).slice(0, -1)];
  return `${first}${members.length > 0 ? ',' : ''}${JSON.stringify(name)}:${written}}`;
}

const inputTypeOf = (name: string) => `${name.charAt(0).toUpperCase()}${name.slice(1)}Input`;
/** Mutations of groups, with inputs that they take. */
const ofGroups: Record<string, object> = {
  createCustomerGroup: { name: 'x', slug: 'x' },
  updateCustomerGroup: { slug: 'nobodys', name: 'x', newSlug: 'y' },
  deleteCustomerGroup: { slug: 'nobodys', force: true, reason: 'why' },
};
const called: [name: string, base: () => object, selection: string][] = [
  ...Object.entries(mutations).map(
    ([name, { rest, namedBy = 'by' }]) =>
      [
        name,
        () => ({ [namedBy]: namedBy === 'externalId' ? externalId : { cuRefNo }, ...rest(1) }),
        'customer { cuRefNo }',
      ] as const,
  ),
  ...Object.entries(ofGroups).map(([name, base]) => [name, () => base, 'group { slug }'] as const),
].map((one) => [...one]);
const tries = called.flatMap(([name, base, selection]) =>
  placesOf(schema.getType(inputTypeOf(name)) as GraphQLInputObjectType).map((place) => ({
    name,
    base,
    selection,
    ...place,
  })),
);

const LIBRARY =
  /RangeError|SyntaxError|TypeError|call stack|node_modules|Invalid input|expected |received|zod|pg_|jsonb|invalid byte|relation|unsupported Unicode|\bNaN\b|libphonenumber|Variable|\bat .*\.[jt]s:\d/i;

function assertRefused(answer: Answer, told: string): void {
  const error = answer.body.error ?? answer.body.errors?.[0]?.extensions;
  expect(error, told).toBeDefined();
  expect(Object.keys(catalogue), told).toContain(error.code);
  expect(['INTERNAL_SERVER_ERROR', 'INTERNAL_SERVICE_UNAVAILABLE'], told).not.toContain(error.code);
  expect(answer.status, told).toBeLessThan(500);
  expect(answer.text.length, told).toBeLessThan(3_000);
  // Of a document that does not fit the schema, graphql's own rules tell.
  if (error.code !== 'INTERNAL_REQUEST_MALFORMED') expect(answer.text, told).not.toMatch(LIBRARY);
  for (const { path, message } of error.fields ?? [])
    expect([path.length < 100, message.length < 200], told).toEqual([true, true]);
}

const post = (path: string, body: string, headers = {}) =>
  gateway.send(path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${gateway.key}`, ...headers },
    body,
  });

describe('a mutation', () => {
  it('has its places known', () => {
    expect(new Set(tries.map(({ scalar }) => scalar))).toEqual(new Set(Object.keys(hostile)));
    expect(tries.length).toBeGreaterThan(40);
  });

  it.each(tries.map((one) => [`${one.name}: ${one.path.join('.')}`, one] as const))(
    'refuses what is hostile at %s',
    async (_, { name, base, selection, path, scalar, isList }) => {
      const query = `mutation ($input: ${inputTypeOf(name)}!) { ${name}(input: $input) { ${selection} } }`;
      for (const [what, one] of Object.entries(hostile[scalar] ?? {})) {
        const value = isList ? `["ok",${one}]` : one;
        const body = `{"query":${JSON.stringify(query)},"variables":{"input":${inputWith(base() as Record<string, unknown>, path, value)}}}`;
        assertRefused(await post('/graphql', body), `${name}, ${path.join('.')}: ${what}`);
        const keyed = await post('/graphql', body, { 'idempotency-key': 'hostile' });
        assertRefused(keyed, `${name} under a key, ${path.join('.')}: ${what}`);
      }
      expect(await state()).toEqual(before);
    },
  );

  it.each(['5,000 levels', '20,000 levels of lists'])('refuses under an Idempotency-Key: %s', async (what) => {
    const other = await startGateway();
    try {
      const query = `mutation ($input: UpdateCustomerInput!) { updateCustomer(input: $input) { customer { cuRefNo } } }`;
      const body = `{"query":${JSON.stringify(query)},"variables":{"input":${inputWith({ by: { cuRefNo } }, ['meta'], objects[what] ?? '')}}}`;
      const answer = await other.send('/graphql', {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          authorization: `Bearer ${other.key}`,
          'idempotency-key': 'deep',
        },
        body,
      });
      assertRefused(answer, what);
    } finally {
      await other.close();
    }
  });

  it('refuses hostile literals alike', async () => {
    const literals = [
      'meta: { __proto__: { admin: true } }',
      'meta: { a: [{ __proto__: 1 }] }',
      `meta: ${nested(17, '{a:', '}')}`,
      `meta: ${nested(400, '{a:', '}')}`,
      'meta: { a: 9007199254740993 }',
      `meta: { a: ${'9'.repeat(400)} }`,
      'meta: { a: 1e999 }',
      'meta: { a: "\\u0000" }',
      'meta: "x"',
      'meta: []',
      'version: 2147483648',
      'version: 1e3',
      `phone: "${'7'.repeat(50_000)}"`,
      'phone: "+420 777\\u0000123 456"',
      'address: { country: "\\u0000" }',
      'address: []',
      'newsletter: 1',
    ];
    for (const literal of literals) {
      const query = `mutation { updateCustomer(input: { by: { cuRefNo: "${cuRefNo}" }, ${literal} }) { customer { version } } }`;
      assertRefused(await gateway.graphql(query), literal.slice(0, 60));
    }
    expect(await state()).toEqual(before);
  });
});

describe('the lists of a customer', () => {
  it('refuse what is no boolean: subscriptions', async () => {
    for (const [what, value] of Object.entries(hostile.Boolean ?? {})) {
      const query = `query ($v: Boolean) { customer(by: { cuRefNo: "${cuRefNo}" }) { subscriptions(running: $v) { externalId } } }`;
      const body = `{"query":${JSON.stringify(query)},"variables":{"v":${value}}}`;
      assertRefused(await post('/graphql', body), what);
    }
  });

  it.each(['creditEntries', 'changes', 'ipHistory'])('refuse hostile cursors and sizes: %s', async (list) => {
    const ask = (type: string, argument: string, value: string) =>
      post(
        '/graphql',
        `{"query":${JSON.stringify(`query ($v: ${type}) { customer(by: { cuRefNo: "${cuRefNo}" }) { ${list}(${argument}: $v) { edges { cursor } } } }`)},"variables":{"v":${value}}}`,
      );
    for (const argument of ['after', 'before']) {
      for (const [what, value] of Object.entries(texts)) {
        assertRefused(await ask('String', argument, value), `${list}, ${argument}: ${what}`);
      }
    }
    for (const [what, value] of Object.entries(numbers)) {
      assertRefused(await ask('Int', 'first', value), `${list}, first: ${what}`);
    }
  });
});

describe('the REST API', () => {
  const updated = endpoints.find(({ paths: [path] }) => path.endsWith('/update-profile'));
  const members = updated?.body?.members ?? [];

  it.each(members)('refuses what is hostile in %s of a profile', async (member) => {
    const { true: _, ...others } = objects;
    const { 'a list': _list, ...noLists } = texts;
    const inLists = Object.entries(texts).map(([what, value]) => [`${what} in a list`, `["ok",${value}]`] as const);
    const ofMembers: Record<string, Record<string, string>> = {
      newsletter: { ...hostile.Boolean, ...others },
      groups: { ...noLists, ...Object.fromEntries(inLists) },
    };
    const values = ofMembers[member] ?? texts;
    for (const [what, value] of Object.entries(values)) {
      const base = member === 'email' ? {} : { email: 'hostile@example.com' };
      const body = inputWith(base, [member], value);
      assertRefused(await post('/api/v1/customer/update-profile', body), `${member}: ${what}`);
    }
    expect(await state()).toEqual(before);
  });

  it.each(members)('refuses it in forms too: %s', async (member) => {
    const values = Object.entries(texts).filter(([, value]) => value.startsWith('"') && value.length < 20_000);
    for (const [what, value] of values) {
      const text = JSON.parse(value) as string;
      // A form has no lone surrogates.
      if (!text.isWellFormed()) continue;
      const form = new URLSearchParams({ ...(member !== 'email' && { email: 'hostile@example.com' }), [member]: text });
      const answer = await gateway.send('/api/v1/customer/update-profile', {
        method: 'POST',
        headers: { authorization: `Bearer ${gateway.key}` },
        body: form,
      });
      assertRefused(answer, `${member}: ${what}`);
    }
    expect(await state()).toEqual(before);
  });

  it.each([
    ['/api/v1/customer/detail', 'cuRefNo'],
    ['/api/v1/customer/credit-log', 'cuRefNo'],
    ['/api/v1/customer/credit-log', 'after'],
    ['/api/v1/customer/credit-log', 'limit'],
  ])('%s refuses what is hostile in %s', async (path, parameter) => {
    const values = [
      '%00',
      'a%00b',
      '%ff',
      '%c0%80',
      '%ed%a0%80',
      '%zz',
      '%',
      '9'.repeat(5_000),
      'a'.repeat(5_000),
      '-1',
      '101',
      '1.5',
      '1e1',
      'NaN',
      'Infinity',
      '0x10',
      '2147483648',
      '%27%20or%201=1%20--',
      '__proto__',
      '%F0%9F%98%80'.repeat(16),
      '%EF%BC%A1'.repeat(16),
    ];
    const others = parameter === 'cuRefNo' ? '' : `cuRefNo=${cuRefNo}&`;
    for (const value of values) {
      const answer = await gateway.send(`${path}?${others}${parameter}=${value}`, {
        headers: { authorization: `Bearer ${gateway.key}` },
      });
      assertRefused(answer, `${parameter}=${value.slice(0, 40)}`);
    }
    const twice = await gateway.send(`${path}?${others}${parameter}=1&${parameter}=1`, {
      headers: { authorization: `Bearer ${gateway.key}` },
    });
    assertRefused(twice, 'twice');
  });
});

it('left the gateway well, and the log without an error', async () => {
  expect((await gateway.send('/health/ready')).status).toBe(200);
  expect(gateway.log.filter(({ level }) => (level as number) >= 50)).toEqual([]);
  expect(await state()).toEqual(before);
});
