// Bodies of the REST API: what old clients send in three types, which members are read, and what is refused.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { generateKey } from '../../src/api-key/key.ts';
import { createKey } from '../support/database.ts';
import { startGateway, type TestGateway } from '../support/gateway.ts';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startGateway();
});
afterAll(() => gateway.close());

const JSON_TYPE = 'application/json';
const FORM = 'application/x-www-form-urlencoded';
const BOUNDARY = '------------------------d74496d66958873e';
const PARTS = `multipart/form-data; boundary=${BOUNDARY}`;
const email = 'bodies@example.com';

interface Sent {
  type?: string | undefined;
  /** `null` for none. */
  key?: string | null;
  query?: string;
  headers?: Record<string, string>;
}

/** Posts bytes; without a type, if none is given. */
async function post(body: string | Buffer, { type, key = gateway.key, query = '', headers }: Sent = {}, path?: string) {
  return gateway.send((path ?? '/api/v1/customer/create') + query, {
    method: 'POST',
    headers: { ...(type && { 'content-type': type }), ...(key && { authorization: `Bearer ${key}` }), ...headers },
    body: Buffer.from(body as string),
  });
}

const codeOf = async (...call: Parameters<typeof post>) => {
  const { status, body } = await post(...call);
  return status === 200 ? 'ok' : body.error.code;
};

/** Writes a form in parts, each from a name or a whole head, and a value. */
function parts(...members: [head: string, value: string | Buffer][]): Buffer {
  const chunks = members.flatMap(([name, value]) => [
    `--${BOUNDARY}\r\n${name.includes(':') ? name : `Content-Disposition: form-data; name="${name}"`}\r\n\r\n`,
    value,
    '\r\n',
  ]);
  return Buffer.concat([...chunks, `--${BOUNDARY}--\r\n`].map((chunk) => Buffer.from(chunk as string)));
}

describe('every type', () => {
  const name = 'Příliš "žluťoučký" & spol. +1 😀';
  it.each([
    [JSON_TYPE, JSON.stringify({ email: 'json@example.com', companyName: name })],
    [`${JSON_TYPE}; charset=UTF-8`, JSON.stringify({ email: 'charset@example.com', companyName: name })],
    [FORM, `email=form%40example.com&companyName=${encodeURIComponent(name)}`],
    [
      FORM,
      `email=raw@example.com&companyName=${name.replaceAll('&', '%26').replaceAll('+', '%2B').replaceAll(' ', '+')}`,
    ],
    [FORM, `%65mail=name%40example.com&company%4Eame=${encodeURIComponent(name)}`],
    [PARTS, parts(['email', 'parts@example.com'], ['companyName', name])],
    [
      PARTS,
      parts(
        [
          'Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\ncontent-disposition: form-data; name=email',
          'heads@example.com',
        ],
        ['companyName', name],
      ),
    ],
    [`Multipart/Form-Data; boundary="${BOUNDARY}"`, parts(['email', 'quoted@example.com'], ['companyName', name])],
  ])('%s: %s', async (type, body) => {
    const answer = await post(body, { type });
    expect(answer.body).toMatchObject({ success: true, newAccount: true, companyName: name });
  });

  it('what fetch and PHP make of a form in parts', async () => {
    const form = new FormData();
    form.set('email', 'fetch@example.com');
    form.set('companyName', name);
    const answer = await gateway.send(`/api/v1/customer/create?apiKey=${gateway.key}`, { method: 'POST', body: form });
    expect(answer.body).toMatchObject({ newAccount: true, companyName: name });
  });

  it.each([
    [JSON_TYPE, (key: string) => JSON.stringify({ email, apiKey: key })],
    [FORM, (key: string) => `email=${email}&api%4Bey=${key}`],
    [PARTS, (key: string) => parts(['email', email], ['apiKey', key])],
  ])('%s may hold the key', async (type, write) => {
    expect(await codeOf(write(gateway.key), { type, key: null })).toBe('ok');
    // The first key found is the one that is checked.
    expect(await codeOf(write('bad'), { type })).toBe('PUBLIC_API_KEY_IS_NOT_IN_VALID_FORMAT');
    expect(await codeOf(write(''), { type })).toBe('PUBLIC_API_KEY_IS_EMPTY');
    expect(await codeOf(write('bad'), { type, query: `?apiKey=${gateway.key}` })).toBe('ok');
  });
});

describe('an unknown member is ignored, whatever it holds:', () => {
  const deep = '['.repeat(20_000) + ']'.repeat(20_000);
  it.each([
    [JSON_TYPE, `{"email":"${email}","x":[1,{"a":[]}],"y":{"email":1}}`],
    [JSON_TYPE, `{"x":1,"email":"${email}","x":2}`],
    [JSON_TYPE, `{"email":"${email}","x":{"a":1,"a":2,"email":1,"email":2}}`],
    [JSON_TYPE, `{"email":"${email}","__proto__":{"companyName":1},"x":{"__proto__":1}}`],
    [JSON_TYPE, `{"email":"${email}","\\u005f_proto__":{"admin":true},"constructor":1,"toString":2}`],
    [JSON_TYPE, `{"email":"${email}","x":"\\ud800","":0,"email ":1,"Email":2}`],
    [JSON_TYPE, `{"email":"${email}","x":${deep}}`],
    [JSON_TYPE, `\ufeff {"email":"${email}","x":"\\"email\\":1,\\\\"}`],
    [FORM, `email=${email}&tags=a&tags=b&tags[]=a&tags[]=b&email[]=x`],
    [FORM, `email=${email}&x=10%&y=%ff&%=1&%ff=2&z=%zz&%c0%65mail=1`],
    [FORM, Buffer.concat([Buffer.from(`email=${email}&x=`), Buffer.from([0xff, 0xfe])])],
    [FORM, `&&email=${email}&&=&=x&__proto__=1&Email=2&email+=3`],
    [PARTS, parts(['email', email], ['tags', 'a'], ['tags', 'b'], ['%65mail', 'x'], ['__proto__', 'y'])],
    [PARTS, parts(['email', email], ['x', Buffer.from([0xff, 0xfe])], ['email[]', 'x'])],
  ])('%s: %s', async (type, body) => {
    const answer = await post(body, { type });
    expect(answer.body).toMatchObject({ success: true });
  });
});

describe('a known member, or the key, that nobody can be sure of is refused:', () => {
  const key = () => gateway.key;
  const latin1 = (text: string) => Buffer.from(text, 'latin1');
  it.each([
    [JSON_TYPE, () => `{"email":"${email}","email":"${email}"}`],
    [JSON_TYPE, () => `{"email":"a@b.cz","\\u0065mail":"${email}"}`],
    [JSON_TYPE, () => `{"email":"${email}","companyName":null,"companyName":null}`],
    [JSON_TYPE, () => `{"email":"${email}","apiKey":"${key()}","api\\u004bey":"${key()}"}`],
    [JSON_TYPE, () => latin1(`{"email":"${email}","companyName":"\xe9"}`)],
    [JSON_TYPE, () => latin1(`{"email":"${email}","x":"\xe9"}`)],
    [FORM, () => `email=${email}&%65mail=${email}`],
    [FORM, () => `email=${email}&companyName=a&companyName=a`],
    [FORM, () => `email=${email}&companyName=10%`],
    [FORM, () => `email=${email}&companyName=%ff`],
    [FORM, () => `email=${email}&companyName=%c0%af`],
    [FORM, () => latin1(`email=${email}&companyName=\xe9`)],
    [FORM, () => `email=${email}&apiKey=${key()}&apiKey=${key()}`],
    [PARTS, () => parts(['email', email], ['email', email])],
    [PARTS, () => parts(['email', email], ['companyName', latin1('\xe9')])],
    [PARTS, () => parts(['email', email], ['apiKey', key()], ['apiKey', key()])],
    [PARTS, () => parts(['email', email], ['Content-Disposition: form-data; name="photo"; filename="a.png"', 'x'])],
    [
      PARTS,
      () => parts([`Content-Transfer-Encoding: base64\r\nContent-Disposition: form-data; name="email"`, btoa(email)]),
    ],
    [PARTS, () => parts(...Array.from({ length: 101 }, (_, i): [string, string] => [`m${i}`, '']))],
    [PARTS, () => parts([`Content-Disposition: form-data; name="x"\r\n${'a:b\r\n'.repeat(2_000)}x: y`, ''])],
    [PARTS, () => '--y\r\n'],
    ['multipart/form-data', () => parts(['email', email])],
  ])('%s, body %#', async (type, write) => {
    const before = await post(write(), { type, key: null, query: '?apiKey=bad' });
    expect(before.body.error.code).toBe('PUBLIC_API_KEY_IS_NOT_IN_VALID_FORMAT');
    const { status, body } = await post(write(), { type, query: `?apiKey=${key()}` });
    expect([status, body.error?.code]).toEqual([400, 'INTERNAL_REQUEST_MALFORMED']);
    expect(body.error.message).toMatch(/^(The|A) .+\.$/);
  });

  it.each([
    [JSON_TYPE, () => `{"apiKey":"${key()}","apiKey":"${key()}"}`],
    [FORM, () => `apiKey=${key()}&apiKe%79=${key()}`],
    [FORM, () => 'apiKey=%ff'],
    [PARTS, () => parts(['apiKey', key()], ['apiKey', key()])],
    ['text/plain', () => `{"apiKey":"${key()}","apiKey":"${key()}"}`],
  ])('%s, the only key, body %#', async (type, write) => {
    for (const other of [null, gateway.key])
      expect(await codeOf(write(), { type, key: other })).toBe('INTERNAL_REQUEST_MALFORMED');
  });

  it('the key that stands there once is checked before what else is wrong', async () => {
    const unknown = generateKey('PROD');
    expect(await codeOf(`{"apiKey":"${unknown}","email":1,"email":2}`, { type: JSON_TYPE, key: null })).toBe(
      'PUBLIC_API_KEY_DOES_NOT_EXIST',
    );
    const both = `{"apiKey":"${gateway.key}","email":1,"email":2}`;
    expect(await codeOf(both, { type: JSON_TYPE, key: null })).toBe('INTERNAL_REQUEST_MALFORMED');
  });
});

it.each([
  [JSON_TYPE, `{"email":"\ufeff${email}"}`],
  [FORM, `email=%EF%BB%BF${email}`],
  [FORM, `email=\ufeff${email}`],
  [PARTS, parts(['email', `\ufeff${email}`])],
])('a U+FEFF in front of a value belongs to it: %s, body %#', async (type, body) => {
  expect(await codeOf(body, { type })).toBe('INTERNAL_VALIDATION_FAILED');
});

describe('JSON under another name', () => {
  const body = () => JSON.stringify({ email, apiKey: gateway.key, note: 'a=b&c=%' });
  it.each([undefined, FORM, 'text/plain', PARTS, 'application/json; charset=iso-8859-2', 'text/json'])(
    'is refused with what to send instead: %s',
    async (type) => {
      const { status, body: answer } = await post(body(), { type, key: null });
      expect([status, answer.error.code]).toEqual([415, 'INTERNAL_UNSUPPORTED_MEDIA_TYPE']);
      const isCharset = type?.includes('charset');
      expect(answer.error.message).toContain(isCharset ? 'UTF-8' : 'send Content-Type: application/json');
      expect(await codeOf(JSON.stringify({ email }), { type, key: null })).toBe('PUBLIC_API_KEY_IS_EMPTY');
    },
  );

  it('is told at the GraphQL API too', async () => {
    const { status, body: answer } = await post('{"query":"{__typename}"}', { type: FORM }, '/graphql');
    expect(status).toBe(415);
    expect(answer.errors[0].message).toContain('send Content-Type: application/json');
  });

  it('is not seen in what is none', async () => {
    for (const text of ['{email}', '{', '[1', '"x']) {
      const { body: answer } = await post(text, { type: 'text/plain' });
      expect(answer.error).toMatchObject({ code: 'INTERNAL_UNSUPPORTED_MEDIA_TYPE' });
      expect(answer.error.message).not.toContain('The body is JSON');
    }
    expect(await codeOf(`{x}&email=${email}`, { type: FORM })).toBe('ok');
  });

  it('is seen also when it is no object', async () => {
    for (const text of [`[{"email":"${email}"}]`, `"${email}"`]) {
      for (const type of [FORM, 'text/plain']) {
        const { body: answer } = await post(text, { type });
        expect(answer.error).toMatchObject({ code: 'INTERNAL_UNSUPPORTED_MEDIA_TYPE' });
        expect(answer.error.message).toContain('send Content-Type: application/json');
      }
    }
  });

  it('is told from the type alone, whatever else stands in the header', async () => {
    const boundary = 'a;charset=x';
    const parts = `--${boundary}\r\nContent-Disposition: form-data; name="email"\r\n\r\n${email}\r\n--${boundary}--\r\n`;
    expect(await codeOf(parts, { type: `multipart/form-data; boundary="${boundary}"` })).toBe('ok');
  });
});

it.each([
  ['a member twice', '{"query":"{__typename}","query":"{__typename}"}'],
  ['a variable twice', '{"query":"{__typename}","variables":{"a":{"b":1,"\\u0062":1}}}'],
  ['an unknown member twice', '{"query":"{__typename}","x":[{"a":1,"a":1}]}'],
])('the GraphQL API refuses %s at any depth', async (_, body) => {
  const answer = await post(body, { type: JSON_TYPE }, '/graphql');
  expect([answer.status, answer.body.errors[0].extensions.code]).toEqual([400, 'INTERNAL_REQUEST_MALFORMED']);
});

it('takes the name of the prototype for a name like any other, in GraphQL too', async () => {
  const free = await post('{"query":"{__typename}","variables":{"__proto__":1}}', { type: JSON_TYPE }, '/graphql');
  expect(free.body).toEqual({ data: { __typename: 'Query' } });
  const query = 'mutation ($input: CreateCustomerInput!) { createCustomer(input: $input) { newAccount } }';
  const wrap = (input: string) => `{"query":${JSON.stringify(query)},"variables":{"input":${input}}}`;
  const unknown = await post(wrap('{"email":"a@b.cz","__proto__":{"x":1}}'), { type: JSON_TYPE }, '/graphql');
  expect(unknown.body.errors[0].extensions.fields).toEqual([{ path: '__proto__', message: 'is not a known member' }]);
  const missing = await post(wrap('{"__proto__":{"email":"a@b.cz"}}'), { type: JSON_TYPE }, '/graphql');
  expect(missing.body.errors[0].extensions.fields).toContainEqual({ path: 'email', message: 'is required' });
});

it('the GraphQL API takes the same name in different objects', async () => {
  const variables = '{"a":{"x":1},"b":[{"x":1},{"x":{"x":1}}],"x":"\\"x\\":"}';
  const answer = await post(`{"query":"{__typename}","variables":${variables}}`, { type: JSON_TYPE }, '/graphql');
  expect(answer.body).toEqual({ data: { __typename: 'Query' } });
});

it('looks at nothing of a body whose key may not run the operation', async () => {
  const key = await createKey(gateway.databaseUrl, gateway.organisationId, { scopes: ['customer:read'] });
  for (const [body, type] of [
    ['{', JSON_TYPE],
    ['x', 'text/plain'],
    ['{"email":"a@b.cz","email":"a@b.cz"}', JSON_TYPE],
    [' '.repeat(70_000), JSON_TYPE],
    ['{"email":"bad"}', JSON_TYPE],
  ] as const) {
    const answer = await post(body, { type, key });
    expect([answer.status, answer.body.error.code]).toEqual([403, 'PUBLIC_API_KEY_SCOPE_NOT_ALLOWED']);
    expect(answer.body.error.description).toContain('customer:create');
  }
});

it.each([
  ['a charset', 'application/json; charset=windows-1250', {}, 'UTF-8'],
  ['the charset of a form', `${FORM}; charset=iso-8859-2`, {}, 'UTF-8'],
  ['a compressed body', JSON_TYPE, { 'content-encoding': 'gzip' }, 'Content-Encoding'],
  ['another type', 'text/xml', {}, 'multipart/form-data'],
])('says what is not supported: %s', async (_, type, headers, words) => {
  const answer = await post('email=a@b.cz', { type, headers });
  expect([answer.status, answer.body.error.code]).toEqual([415, 'INTERNAL_UNSUPPORTED_MEDIA_TYPE']);
  expect(answer.body.error.message).toContain(words);
});

it('takes a file that nobody chose, as browsers send it, for nothing', async () => {
  const form = parts(['email', email], ['Content-Disposition: form-data; name="photo"; filename=""', '']);
  expect(await codeOf(form, { type: PARTS })).toBe('ok');
});

it('takes no apiKey that comes twice in the URL', async () => {
  for (const path of ['/api/v1/customer/create', '/graphql']) {
    const answer = await gateway.send(`${path}?apiKey=${gateway.key}&apiKey=x`, { method: 'POST' });
    const { code } = path === '/graphql' ? answer.body.errors[0].extensions : answer.body.error;
    expect([answer.status, code]).toEqual([400, 'INTERNAL_REQUEST_MALFORMED']);
  }
});
