// Hostile input is ordinary input: a clear error of the catalogue, never a 500, and the process goes on.
import { connect } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { catalogue } from '../../src/errors/api-error.ts';
import { runSql } from '../support/database.ts';
import { startGateway, type TestGateway } from '../support/gateway.ts';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startGateway();
});
afterAll(() => gateway.close());

const create = '/api/v1/customer/create';
const bytes = (...parts: (string | number[])[]) => Buffer.concat(parts.map((part) => Buffer.from(part as string)));
const email = '"email":"hostile@example.com"';
const deep = (depth: number, open: string, close: string, core = '1') =>
  open.repeat(depth) + core + close.repeat(depth);

const bodies: [name: string, body: string | Buffer, headers?: Record<string, string>][] = [
  ['U+0000 in a value', '{"email":"a\\u0000@example.com"}'],
  ['a raw U+0000 in a value', bytes('{"email":"a', [0], '@example.com"}')],
  ['U+0000 in the company name', `{${email},"companyName":"\\u0000"}`],
  ['only U+0000', bytes([0, 0, 0, 0])],
  ['a lone high surrogate', `{${email},"companyName":"\\ud83d"}`],
  ['a lone low surrogate', `{${email},"companyName":"x\\ude00y"}`],
  ['a surrogate pair the wrong way round', `{${email},"taxIdentificationNumber":"\\ude00\\ud83d"}`],
  ['a lone surrogate in the address', '{"email":"\\ud800@example.com"}'],
  ['an encoded surrogate in UTF-8', bytes(`{${email},"companyName":"`, [0xed, 0xa0, 0x80], '"}')],
  ['invalid UTF-8', bytes(`{${email},"companyName":"`, [0xff, 0xfe], '"}')],
  ['an overlong encoding', bytes(`{${email},"companyName":"`, [0xc0, 0xaf], '"}')],
  ['a truncated character', bytes(`{${email},"companyName":"`, [0xe2, 0x82], '"}')],
  ['UTF-16', Buffer.from(`\ufeff{${email}}`, 'utf16le')],
  ['1 MB of a value', `{${email},"companyName":"${'x'.repeat(1_000_000)}"}`],
  ['1 MB of white space', ' '.repeat(1_000_000)],
  ['arrays 30,000 deep', `{${email},"companyName":${deep(30_000, '[', ']')}}`],
  ['objects 10,000 deep', `{${email},"companyName":${deep(10_000, '{"a":', '}')}}`],
  ['30,000 arrays that never close', '['.repeat(30_000)],
  ['an array', `[{${email}}]`],
  ['a string', '"hostile@example.com"'],
  ['a number', '42'],
  ['null', 'null'],
  ['true', 'true'],
  ['an array for a string', '{"email":["hostile@example.com"]}'],
  ['a number for a string', `{${email},"companyRegistrationNumber":5103118}`],
  ['an object for a string', `{${email},"companyName":{"toString":"x"}}`],
  ['a huge number', `{${email},"companyName":1e999}`],
  ['a number of 60,000 digits', `{${email},"companyName":${'9'.repeat(60_000)}}`],
  ['the same member twice', `{${email},${email}}`],
  ['the same member twice, written differently', `{${email},"\\u0065mail":"other@example.com"}`],
  ['__proto__ with an address', `{"__proto__":{${email}}}`],
  ['constructor and prototype alone', '{"constructor":{"prototype":{"email":"hostile@example.com"}}}'],
  ['nothing', ''],
  ['gzip that claims to be JSON', gzipSync(`{${email}}`)],
  ['gzip that says so', gzipSync(`{${email}}`), { 'content-encoding': 'gzip' }],
  ['JSON with a comment', `{${email} /* x */}`],
  ['JSON with a trailing comma', `{${email},}`],
  ['single quotes', `{'email':'hostile@example.com'}`],
  ['two documents', `{${email}}{${email}}`],
  ['NaN', `{${email},"companyName":NaN}`],
  ['a form that claims to be JSON', 'email=hostile@example.com'],
  ['JSON that claims to be a form', `{${email}}`, { 'content-type': 'application/x-www-form-urlencoded' }],
  ['a form with bad percents', 'email=%zz@example.com', { 'content-type': 'application/x-www-form-urlencoded' }],
  [
    'a form with invalid UTF-8',
    'email=a@example.com&companyName=%ff',
    { 'content-type': 'application/x-www-form-urlencoded' },
  ],
  ['a form with U+0000', 'email=a%00@example.com', { 'content-type': 'application/x-www-form-urlencoded' }],
  [
    'a form with the same member twice',
    'email=a@example.com&email=b@example.com',
    { 'content-type': 'application/x-www-form-urlencoded' },
  ],
  ['a form in parts', '--x\r\n', { 'content-type': 'multipart/form-data; boundary=x' }],
  ['SQL for an address', `{"email":"'; drop table customer; --"}`],
];

/** What is of no meaning to the REST API, which ignores members that it does not know (test/rest/bodies.test.ts). */
const strictBodies: typeof bodies = [
  ['the same unknown member twice', `{${email},"x":{"a":1,"a":2}}`],
  ['__proto__ beside an address', `{${email},"__proto__":{"admin":true}}`],
  ['__proto__ in disguise', `{${email},"\\u005f_proto__":{"admin":true}}`],
];

const codes = Object.keys(catalogue);
const auth = () => ({ authorization: `Bearer ${gateway.key}` });

describe('the REST API', () => {
  it.each(bodies)('answers %s with an error of the catalogue', async (_, body, headers = {}) => {
    const answer = await gateway.send(create, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...auth(), ...headers },
      body: body as BodyInit,
    });
    expect(answer.status).toBeGreaterThanOrEqual(400);
    expect(answer.status).toBeLessThan(500);
    expect(codes).toContain(answer.body.error.code);
    expect(answer.text.length).toBeLessThan(2000);
  });

  describe('for the update of a profile that is there', () => {
    const state = () => runSql(gateway.databaseUrl, 'select c.*, (select count(*) from change_entry) from customer c');
    let before: object[];
    beforeAll(async () => {
      expect((await gateway.rest({ email: 'hostile@example.com' })).status).toBe(200);
      before = await state();
    });
    afterAll(() => runSql(gateway.databaseUrl, 'delete from customer'));

    it.each(bodies)('answers %s with an error of the catalogue', async (_, body, headers = {}) => {
      for (const key of [{}, { 'idempotency-key': 'hostile' }]) {
        const answer = await gateway.send('/api/v1/customer/update-profile', {
          method: 'POST',
          headers: { 'content-type': 'application/json', ...auth(), ...headers, ...(key as object) },
          body: body as BodyInit,
        });
        expect(answer.status).toBeGreaterThanOrEqual(400);
        expect(answer.status).toBeLessThan(500);
        expect(codes).toContain(answer.body.error.code);
        expect(answer.text.length).toBeLessThan(2000);
      }
    });

    it('has changed nothing', async () => {
      expect(await state()).toEqual(before);
    });
  });

  it('took nothing of all that', async () => {
    expect(await runSql(gateway.databaseUrl, 'select * from customer')).toEqual([]);
    expect((await gateway.rest({ email: 'sane@example.com' })).status).toBe(200);
  });
});

describe('the GraphQL API', () => {
  it.each([...bodies, ...strictBodies])(
    'answers the body "%s" with an error of the catalogue',
    async (_, body, headers = {}) => {
      const answer = await gateway.send('/graphql', {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...auth(), ...headers },
        body: body as BodyInit,
      });
      expect(answer.status).toBeLessThan(500);
      expect(codes).toContain(answer.body.errors[0].extensions.code);
    },
  );

  const brackets = deep(2_000, '[', ']');
  it.each([
    ['braces 20,000 deep', '{'.repeat(20_000)],
    ['fields 5,000 deep', deep(5_000, '{a', '}', '')],
    ['a list 2,000 deep', `{ customers(first: ${brackets}) { edges { cursor } } }`],
    ['a type 2,000 deep', `query ($a: ${deep(2_000, '[', ']', 'Int')}) { __typename }`],
    ['30,000 fields', `{ ${'__typename '.repeat(6_000)} }`],
    ['a fragment of itself', '{ ...a } fragment a on Query { ...a }'],
    ['an unknown operation', 'query a { __typename } query b { __typename }'],
    ['only a fragment', 'fragment a on Query { __typename }'],
    ['a subscription', 'subscription { x }'],
    ['a type definition', 'type X { y: Int }'],
    ['nothing', ''],
    ['U+0000', '{ __typename \u0000 }'],
    ['a lone surrogate', '{ customer(by: { email: "\ud800@b.cz" }) { email } }'],
    ['two ways to name a customer', '{ customer(by: { email: "a@b.cz", cuRefNo: "x" }) { email } }'],
    ['no way to name a customer', '{ customer(by: {}) { email } }'],
    ['a page of -1', '{ customers(first: -1) { edges { cursor } } }'],
    ['a page of 101', '{ customers(first: 101) { edges { cursor } } }'],
    ['a page of a billion', '{ customers(last: 1000000000) { edges { cursor } } }'],
    ['cursors at both ends that are none', '{ customers(after: "x", before: "y") { edges { cursor } } }'],
    ['no page size and a cursor', '{ customers(before: "") { edges { cursor } } }'],
    ['a fraction of a page', '{ customers(first: 1.5) { edges { cursor } } }'],
    ['an empty id', '{ node(id: "") { id } }'],
    ['an id of a type that has none', `{ node(id: "${Buffer.from('Referral:1').toString('base64')}") { id } }`],
    ['an id of nothing', `{ node(id: "${Buffer.from('Nothing:1').toString('base64')}") { id } }`],
    ['an id of an input type', `{ node(id: "${Buffer.from('CreateCustomerInput:1').toString('base64')}") { id } }`],
    ['variables that are missing', 'query ($by: CustomerBy!) { customer(by: $by) { email } }'],
    ['a cursor that is none', '{ customers(after: "x") { edges { cursor } } }'],
    [
      'a cursor of nobody',
      `{ customers(after: "${Buffer.from('customer:AAAAAAAAAAAAAAAA').toString('base64url')}") { edges { cursor } } }`,
    ],
    [
      'a cursor with SQL',
      `{ customers(before: "${Buffer.from("customer:' or 1=1 --").toString('base64url')}") { edges { cursor } } }`,
    ],
    ['an id that is none', '{ node(id: "x") { id } }'],
    ['an id with U+0000', `{ node(id: "${Buffer.from('Customer:\u0000').toString('base64')}x") { id } }`],
  ])('answers %s with an error of the catalogue', async (name, query) => {
    const answer = await gateway.graphql(query);
    expect(answer.status).toBeLessThan(500);
    if (answer.body.errors) expect(codes).toContain(answer.body.errors[0].extensions.code);
    else expect(name).toBe('an id with U+0000');
    expect(answer.text).not.toMatch(/RangeError|call stack|node_modules|INTERNAL_SERVER_ERROR/);
  });

  it('answers null for a customer that no reference can name', async () => {
    const { body } = await gateway.graphql('query ($r: String!) { customer(by: { cuRefNo: $r }) { email } }', {
      r: 'x\u0000',
    });
    expect(body).toEqual({ data: { customer: null } });
  });
});

it('stays alive when a caller goes away in the middle of a body', async () => {
  for (let i = 0; i < 20; i++) {
    await new Promise<void>((resolve) => {
      const socket = connect(Number(new URL(gateway.url).port), '127.0.0.1', () => {
        socket.write(
          `POST ${create} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{"email":`,
        );
        setTimeout(() => socket.destroy(), 5);
      });
      socket.on('close', () => resolve());
    });
  }
  expect((await gateway.send('/health/ready')).status).toBe(200);
  expect(gateway.log.filter(({ level }) => (level as number) >= 50)).toEqual([]);
});
