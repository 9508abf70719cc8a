// What a row of the table of REST endpoints may be: GET or POST, with parameters, with aliases, with errors and names of its own.
import { parse } from 'graphql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { schema } from '../../src/graphql/schema/schema.ts';
import { assertEndpoints } from '../../src/rest/assert-endpoints.ts';
import type { Endpoint } from '../../src/rest/endpoint.ts';
import { endpoints } from '../../src/rest/endpoints/index.ts';
import { createKey } from '../support/database.ts';
import { type Answer, startGateway, type TestGateway } from '../support/gateway.ts';
import { sendRaw } from '../support/raw.ts';
import { create, detail, list, ping, testEndpoints } from '../support/test-endpoints.ts';

const [DETAIL, DETAIL_ALIAS] = detail.paths as [string, string];
const [LIST] = list.paths;
const [CREATE, CREATE_ALIAS] = create.paths as [string, string];
const [PING] = ping.paths;
const email = 'detail@example.com';

let gateway: TestGateway;
let cuRefNo: string;
beforeAll(async () => {
  gateway = await startGateway({ parts: { endpoints: [...endpoints, ...testEndpoints] } });
  cuRefNo = (await gateway.rest({ email })).body.cuRefNo;
});
afterAll(() => gateway.close());

const headersFor = (key: string | null) => ({ ...(key !== null && { authorization: `Bearer ${key}` }) });
const get = (path: string, { key = gateway.key as string | null, method = 'GET', headers = {} } = {}) =>
  gateway.send(path, { method, headers: { ...headersFor(key), ...headers } });
const post = (path: string, body: object, { key = gateway.key as string | null, headers = {} } = {}) =>
  gateway.send(path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headersFor(key), ...headers },
    body: JSON.stringify(body),
  });
const errorOf = ({ status, body }: Answer) => ({ status, code: body.error?.code, fields: body.error?.fields });
const invalid = (...fields: [string, string][]) => ({
  status: 422,
  code: 'INTERNAL_VALIDATION_FAILED',
  fields: fields.map(([path, message]) => ({ path, message })),
});

describe('a GET row', () => {
  it('is answered at each of its paths', async () => {
    for (const path of [DETAIL, DETAIL_ALIAS]) {
      const answer = await get(`${path}?cuRefNo=${cuRefNo}`);
      expect(answer).toMatchObject({ status: 200, body: { cuRefNo, email } });
      expect(answer.headers.get('x-ratelimit-remaining')).not.toBeNull();
      expect(answer.headers.get('cache-control')).toBe('no-store');
    }
    expect(await get(PING)).toMatchObject({ status: 200, body: { success: true } });
  });

  it('answers HEAD with the headers of GET, and no body', async () => {
    const [head, whole] = [
      await get(`${DETAIL}?cuRefNo=${cuRefNo}`, { method: 'HEAD' }),
      await get(`${DETAIL}?cuRefNo=${cuRefNo}`),
    ];
    expect(head).toMatchObject({ status: 200, text: '' });
    for (const name of ['content-length', 'content-type', 'cache-control'])
      expect(head.headers.get(name)).toBe(whole.headers.get(name));
    expect(await get(DETAIL, { method: 'HEAD' })).toMatchObject({ status: 422, text: '' });
  });

  it('says which methods its path answers', async () => {
    const refused = await post(DETAIL, {});
    expect(errorOf(refused)).toMatchObject({ status: 405, code: 'INTERNAL_METHOD_NOT_ALLOWED' });
    for (const { headers } of [refused, await get(DETAIL, { method: 'OPTIONS', key: null })])
      expect(headers.get('allow')).toBe('GET, HEAD');
    expect((await get(CREATE, { method: 'OPTIONS', key: null })).headers.get('allow')).toBe('POST, GET, HEAD');
    // Whoever calls with a method that has a body may send the key there, as everywhere.
    const byBody = await post(DETAIL, { apiKey: gateway.key }, { key: null });
    expect(byBody.status).toBe(405);
  });

  it('takes the key from the URL before the header, and needs one', async () => {
    const query = `cuRefNo=${cuRefNo}`;
    expect((await get(`${DETAIL}?${query}&apiKey=${gateway.key}`, { key: 'bad' })).status).toBe(200);
    expect(errorOf(await get(`${DETAIL}?${query}&apiKey=bad`)).code).toBe('PUBLIC_API_KEY_IS_NOT_IN_VALID_FORMAT');
    for (const path of [DETAIL, DETAIL_ALIAS, PING])
      expect(errorOf(await get(path, { key: null })).code).toBe('PUBLIC_API_KEY_IS_EMPTY');
  });

  it.each(['GET', 'HEAD'])('reads no body of a %s, for its key or anything else', async (method) => {
    const send = (body: string, authorization: string) =>
      sendRaw(
        gateway.url,
        `${method} ${DETAIL}?cuRefNo=${cuRefNo} HTTP/1.1\r\nHost: gateway\r\nConnection: close\r\n${authorization}` +
          `Content-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
      );
    const bearer = `Authorization: Bearer ${gateway.key}\r\n`;
    expect((await send('{"apiKey":"bad","apiKey":"worse"', bearer)).status).toBe(200);
    expect((await send('{"apiKey":"bad","cuRefNo":1}', bearer)).status).toBe(200);
    expect((await send(JSON.stringify({ apiKey: gateway.key }), '')).status).toBe(404);
  });

  it('keeps nothing under an Idempotency-Key', async () => {
    const headers = { 'idempotency-key': 'get' };
    for (const [path, status] of [
      [`${DETAIL}?cuRefNo=${cuRefNo}`, 200],
      [PING, 200],
      [DETAIL, 422],
    ] as const) {
      const answer = await get(path, { headers });
      expect(answer.status).toBe(status);
      expect(answer.headers.get('idempotent-replayed')).toBeNull();
    }
  });

  it('asks for the scopes of its operation before it looks at parameters', async () => {
    const key = await createKey(gateway.databaseUrl, gateway.organisationId, { scopes: ['customer:create'] });
    for (const query of ['', '?cuRefNo=a&cuRefNo=b', `?cuRefNo=${cuRefNo}`])
      expect(errorOf(await get(DETAIL + query, { key })).code).toBe('PUBLIC_API_KEY_SCOPE_NOT_ALLOWED');
    expect((await get(PING, { key })).status).toBe(200);
  });

  it('fails with the errors of its own', async () => {
    expect(errorOf(await get(`${DETAIL}?cuRefNo=AAAAAAAAAAAAAAAA`))).toMatchObject({
      status: 404,
      code: 'PUBLIC_CUSTOMER_DETAIL_NOT_PERMITTED',
    });
  });
});

describe('parameters', () => {
  it.each([
    ['one that is missing', DETAIL, '', [['cuRefNo', 'is required']]],
    ['one that is empty', DETAIL, 'cuRefNo=', [['cuRefNo', 'is required']]],
    ['text for a number', LIST, 'of=1&limit=ten', [['limit', 'must be a whole number of 32 bits']]],
    ['a fraction', LIST, 'of=1&limit=1.5', [['limit', 'must be a whole number of 32 bits']]],
    ['a number of more than 32 bits', LIST, 'of=1&limit=2147483648', [['limit', 'must be a whole number of 32 bits']]],
    [
      'more digits than any number has',
      LIST,
      `of=1&limit=${'9'.repeat(5_000)}`,
      [['limit', 'must be a whole number of 32 bits']],
    ],
    ['a number that the operation refuses', LIST, 'of=1&limit=101', [['limit', 'must be at most 100']]],
    ['a negative number', LIST, 'of=1&limit=-1', [['limit', 'must be at least 0']]],
    ['a cursor that is none', LIST, 'of=1&after=x', [['after', 'must be a cursor of this list']]],
    [
      'two of those',
      LIST,
      'of=1&limit=101&after=x',
      [
        ['limit', 'must be at most 100'],
        ['after', 'must be a cursor of this list'],
      ],
    ],
    [
      'several wrong types',
      LIST,
      'limit=ten',
      [
        ['limit', 'must be a whole number of 32 bits'],
        ['of', 'is required'],
      ],
    ],
  ] as [string, string, string, [string, string][]][])(
    'tells every one that is wrong, by its name: %s',
    async (_, path, query, fields) => {
      expect(errorOf(await get(`${path}?${query}`))).toEqual(invalid(...fields));
    },
  );

  it('are taken when they are right, and may be left out, empty or unknown where they need not be there', async () => {
    const all = await get(`${LIST}?of=1`);
    expect(all.body.items).toEqual([{ id: expect.any(String), cuRefNo }]);
    for (const query of ['of=1&limit=&after=', 'of=1&limit=100', 'of=1&limit=007', 'of=1&x=1&x=2'])
      expect((await get(`${LIST}?${query}`)).body).toEqual(all.body);
    expect((await get(`${LIST}?of=1&limit=0`)).body.items).toEqual([]);
    expect((await get(`${LIST}?of=1&after=${all.body.items[0].id}`)).body.items).toEqual([]);
  });

  it('mean nothing when they come twice', async () => {
    const { status, body } = await get(`${DETAIL}?cuRefNo=${cuRefNo}&cuRefNo=${cuRefNo}`);
    expect(status).toBe(400);
    expect(body.error).toMatchObject({
      code: 'INTERNAL_REQUEST_MALFORMED',
      message: 'The parameter cuRefNo appears twice.',
    });
  });
});

describe('a POST row', () => {
  it('reads a body of its own, parameters with it, and has aliases', async () => {
    expect(await post(`${CREATE}?company=ACME`, { mail: 'post@example.com' })).toMatchObject({
      status: 200,
      body: { newAccount: true },
    });
    expect(await post(CREATE_ALIAS, { mail: 'post@example.com' })).toMatchObject({
      status: 200,
      body: { newAccount: false },
    });
    const { body } = await gateway.graphql('{ customer(by: { email: "post@example.com" }) { companyName } }');
    expect(body.data.customer.companyName).toBe('ACME');
  });

  it('tells problems by the names of its own, of the URL and of the body alike', async () => {
    expect(errorOf(await post(`${CREATE}?company=${'x'.repeat(256)}`, { mail: 'x', ip: '1.1' }))).toEqual(
      invalid(
        ['mail', 'must be a valid e-mail address'],
        ['company', 'must be at most 255 characters long'],
        ['ip', 'must be an IPv4 or IPv6 address'],
      ),
    );
    expect(errorOf(await post(CREATE, {}))).toEqual(invalid(['mail', 'is required']));
  });

  it('is answered once for its Idempotency-Key, and takes the key from the body', async () => {
    const send = () =>
      post(
        CREATE,
        { mail: 'once@example.com', apiKey: gateway.key },
        { key: 'bad', headers: { 'idempotency-key': 'post' } },
      );
    const [first, again] = [await send(), await send()];
    expect(again.body).toEqual(first.body);
    expect(again.headers.get('idempotent-replayed')).toBe('true');
  });

  it('stands beside a GET at the same path', async () => {
    expect(await get(CREATE)).toMatchObject({ status: 200, body: { success: true } });
  });
});

describe('a table that cannot be right does not start', () => {
  const mutation = parse(
    'mutation { x: createCustomer(input: { email: "a@b.cz" }) { newAccount } }',
  ) as Endpoint['operation'];
  it.each([
    [
      'an operation that does not fit',
      [{ ...ping, operation: parse('{ nothing }') as Endpoint['operation'] }],
      'GET /test/ping: the operation does not fit',
    ],
    [
      'a GET that changes something',
      [{ ...ping, operation: mutation }],
      'GET /test/ping: the operation of a GET must be a query',
    ],
    [
      'a GET with a body',
      [{ ...ping, body: { members: ['a'], describedBy: 'a' } }],
      'GET /test/ping: a GET has no body',
    ],
    [
      'a request that two answer',
      [ping, detail, { ...detail, paths: ['/x', '/detail/v1'] }],
      'two endpoints answer GET /detail/v1',
    ],
    [
      'a name of two things',
      [{ ...create, body: { members: ['company'], describedBy: 'input' } }],
      'company has two meanings',
    ],
    [
      'a name that the key has',
      [{ ...create, body: { members: ['apiKey'], describedBy: 'input' } }],
      'apiKey has two meanings',
    ],
  ] as [string, Endpoint[], string][])('%s', (_, endpoints, message) => {
    expect(() => assertEndpoints(endpoints, schema)).toThrow(message);
  });

  it('and one that can, does', () => {
    expect(() => assertEndpoints(testEndpoints, schema)).not.toThrow();
  });
});
