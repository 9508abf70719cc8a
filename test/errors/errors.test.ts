// Every code of the catalogue that can occur, with its status, headers and envelope, on the APIs that it applies to.
import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { catalogue, type ErrorCode } from '../../src/errors/api-error.ts';
import { apis, graphql, rest } from '../support/apis.ts';
import { createDatabase, runSql } from '../support/database.ts';
import { startGateway, type TestGateway } from '../support/gateway.ts';
import { openProxy } from '../support/proxy.ts';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startGateway();
});
afterAll(() => gateway.close());

const create = '/api/v1/customer/create';
const json = { 'content-type': 'application/json' };
const withKey = (path: string) => `${path}?apiKey=${gateway.key}`;

describe('the REST API', () => {
  it.each([
    ['an unknown path', () => '/api/v1/customer/delete', { method: 'POST' }, 'INTERNAL_RESOURCE_NOT_FOUND'],
    ['a path with a slash too many', () => `${create}/`, { method: 'POST' }, 'INTERNAL_RESOURCE_NOT_FOUND'],
    ['another method', () => create, { method: 'GET' }, 'INTERNAL_METHOD_NOT_ALLOWED'],
    [
      'a body that is no JSON',
      () => create,
      { method: 'POST', headers: json, body: '{"email":' },
      'INTERNAL_REQUEST_MALFORMED',
    ],
    [
      'a body that is no object',
      () => create,
      { method: 'POST', headers: json, body: '[]' },
      'INTERNAL_REQUEST_MALFORMED',
    ],
    ['no body', () => create, { method: 'POST', headers: json }, 'INTERNAL_REQUEST_MALFORMED'],
    [
      'a body of another type',
      () => create,
      { method: 'POST', headers: { 'content-type': 'text/xml' }, body: '<a/>' },
      'INTERNAL_UNSUPPORTED_MEDIA_TYPE',
    ],
    [
      'a body without a type',
      () => create,
      { method: 'POST', body: new Uint8Array([123, 125]) },
      'INTERNAL_UNSUPPORTED_MEDIA_TYPE',
    ],
    [
      'a body in another encoding',
      () => create,
      { method: 'POST', headers: { 'content-type': 'application/json; charset=iso-8859-2' }, body: '{}' },
      'INTERNAL_UNSUPPORTED_MEDIA_TYPE',
    ],
    [
      'a body that says it is compressed',
      () => create,
      { method: 'POST', headers: { ...json, 'content-encoding': 'gzip' }, body: '{"email":"a@b.cz"}' },
      'INTERNAL_UNSUPPORTED_MEDIA_TYPE',
    ],
    [
      'a body over 64 KiB',
      () => create,
      { method: 'POST', headers: json, body: `{"email":"${'a'.repeat(65_536)}"}` },
      'INTERNAL_PAYLOAD_TOO_LARGE',
    ],
    [
      'a field that breaks its rule',
      () => create,
      { method: 'POST', headers: json, body: '{}' },
      'INTERNAL_VALIDATION_FAILED',
    ],
  ] as [string, () => string, RequestInit, ErrorCode][])('answers %s', async (_, path, init, code) => {
    const answer = await gateway.send(withKey(path()), init);
    expect(answer.status).toBe(catalogue[code].status);
    expect(answer.headers.get('content-type')).toBe('application/json; charset=utf-8');
    const { error } = answer.body;
    expect(error).toMatchObject({
      code,
      description: catalogue[code].description,
      requestId: answer.headers.get('x-request-id'),
    });
    expect(error.message).toEqual(expect.any(String));
    expect(answer.headers.get('allow')).toBe(code === 'INTERNAL_METHOD_NOT_ALLOWED' ? 'POST' : null);
  });

  it('takes exactly 64 KiB', async () => {
    const frame = JSON.stringify({ email: 'full@example.com', extra: '' });
    const body = JSON.stringify({ email: 'full@example.com', extra: 'x'.repeat(65_536 - frame.length) });
    expect(Buffer.byteLength(body)).toBe(65_536);
    expect((await gateway.rest(body)).status).toBe(200);
  });

  it('measures a body of unknown length', async () => {
    const status = await new Promise((resolve, reject) => {
      const chunked = request(gateway.url + withKey(create), { method: 'POST', headers: json }, (response) =>
        resolve(response.resume().statusCode),
      );
      chunked.on('error', reject);
      for (let i = 0; i < 10; i++) chunked.write(' '.repeat(10_000));
      chunked.end('{}');
    });
    expect(status).toBe(413);
  });
});

it('answers an unknown path without a key', async () => {
  const answer = await gateway.send('/robots.txt');
  expect(answer).toMatchObject({ status: 404, body: { error: { code: 'INTERNAL_RESOURCE_NOT_FOUND' } } });
});

describe('the GraphQL API', () => {
  it.each([
    ['another method', { method: 'PUT', headers: json, body: '{}' }, 'INTERNAL_METHOD_NOT_ALLOWED', 405],
    ['a body that is no JSON', { method: 'POST', headers: json, body: '{' }, 'INTERNAL_REQUEST_MALFORMED', 400],
    [
      'a body that is no object',
      { method: 'POST', headers: json, body: '[{"query":"{__typename}"}]' },
      'INTERNAL_REQUEST_MALFORMED',
      400,
    ],
    ['a body without a query', { method: 'POST', headers: json, body: '{}' }, 'INTERNAL_REQUEST_MALFORMED', 400],
    [
      'a body of another type',
      { method: 'POST', headers: { 'content-type': 'text/plain' }, body: '{__typename}' },
      'INTERNAL_UNSUPPORTED_MEDIA_TYPE',
      415,
    ],
    [
      'a body over 64 KiB',
      { method: 'POST', headers: json, body: `{"query":"${' '.repeat(65_536)}"}` },
      'INTERNAL_PAYLOAD_TOO_LARGE',
      413,
    ],
    [
      'a document that is no GraphQL',
      { method: 'POST', headers: json, body: '{"query":"{"}' },
      'INTERNAL_REQUEST_MALFORMED',
      200,
    ],
    [
      'a field that does not exist',
      { method: 'POST', headers: json, body: '{"query":"{ nothing }"}' },
      'INTERNAL_REQUEST_MALFORMED',
      200,
    ],
    ['a mutation by GET', { method: 'GET' }, 'INTERNAL_METHOD_NOT_ALLOWED', 405],
  ] as [string, RequestInit, ErrorCode, number][])('answers %s', async (name, init, code, status) => {
    const query =
      name === 'a mutation by GET'
        ? `&query=${encodeURIComponent('mutation { createCustomer(input: { email: "a@b.cz" }) { newAccount } }')}`
        : '';
    const answer = await gateway.send(withKey('/graphql') + query, init);
    expect(answer.status).toBe(status);
    expect(answer.body.errors[0].extensions).toMatchObject({
      code,
      status: catalogue[code].status,
      description: expect.any(String),
      requestId: answer.headers.get('x-request-id'),
    });
    expect(answer.body).not.toHaveProperty('data');
    if (status === 405) expect(answer.headers.get('allow')).toContain('POST');
  });

  it('keeps HTTP 200 for a failure inside an operation, and says the code in extensions', async () => {
    const { answer } = await graphql.create(gateway, { email: 'x' });
    expect(answer.status).toBe(200);
    expect(answer.body.errors[0]).toMatchObject({
      message: catalogue.INTERNAL_VALIDATION_FAILED.message,
      path: ['createCustomer'],
      extensions: { code: 'INTERNAL_VALIDATION_FAILED', status: 422, fields: [{ path: 'email' }] },
    });
  });

  it('answers 400 to a variable of the wrong type where the specification says so', async () => {
    const { answer, code } = await graphql.create(
      gateway,
      { email: 5 },
      { headers: { accept: 'application/graphql-response+json' } },
    );
    expect([answer.status, code]).toEqual([400, 'INTERNAL_VALIDATION_FAILED']);
    const limit = await gateway.graphql('query ($n: Int) { customers(first: $n) { edges { cursor } } }', { n: 'x' });
    expect(limit.body.errors[0].extensions).toMatchObject({
      code: 'INTERNAL_VALIDATION_FAILED',
      fields: [{ path: 'first', message: 'must be a whole number of 32 bits' }],
    });
  });

  it.each([
    ['text/html', 'application/json'],
    ['image/png', 'application/json'],
    ['*/*', 'application/json'],
    ['application/graphql-response+json, application/json', 'application/graphql-response+json'],
    ['application/json, application/graphql-response+json', 'application/json'],
  ])('answers who accepts %s in %s, success and failure alike', async (accept, type) => {
    for (const key of [gateway.key, null]) {
      const answer = await gateway.graphql('{ __typename }', undefined, { key, headers: { accept } });
      expect([answer.status, answer.headers.get('content-type')]).toEqual([key ? 200 : 404, `${type}; charset=utf-8`]);
    }
  });

  it('loses nothing of the other operations when one fails', async () => {
    const { body } = await gateway.graphql(
      'mutation { a: createCustomer(input: { email: "one@example.com" }) { newAccount } b: createCustomer(input: { email: "two" }) { newAccount } }',
    );
    expect(body.data).toEqual({ a: { newAccount: true }, b: null });
    expect(body.errors).toHaveLength(1);
  });
});

describe('a request id', () => {
  it('is the one sent, or a new one', async () => {
    expect(
      (await gateway.rest({ email: 'id@example.com' }, { headers: { 'x-request-id': 'my-id:1' } })).headers.get(
        'x-request-id',
      ),
    ).toBe('my-id:1');
    for (const bad of ['has blank', 'a'.repeat(129), '{"json":1}', 'é']) {
      const { headers } = await gateway.rest({ email: 'id@example.com' }, { headers: { 'x-request-id': bad } });
      expect(headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
    }
    const { answer } = await graphql.create(gateway, { email: 'x' }, { headers: { 'x-request-id': 'gql-1' } });
    expect(answer.headers.get('x-request-id')).toBe('gql-1');
    expect(answer.body.errors[0].extensions.requestId).toBe('gql-1');
  });
});

describe('a database that is away', () => {
  it.each(['cut', 'silence'] as const)(
    'is told as such by both APIs, and by health, and comes back: %s',
    async (failure) => {
      const proxy = await openProxy(await createDatabase());
      const broken = await startGateway({ databaseUrl: proxy.url });
      await rest.create(broken, { email: 'before@example.com' });
      await proxy[failure]();
      for (const api of apis) {
        const { answer, code } = await api.create(broken, { email: 'during@example.com' });
        expect([code, answer.status]).toEqual(['INTERNAL_SERVICE_UNAVAILABLE', 503]);
        expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
      }
      expect(await broken.send('/health/ready')).toMatchObject({
        status: 503,
        body: { status: 'database unavailable' },
      });
      expect((await broken.send('/health/live')).status).toBe(200);
      await proxy.cut();
      await proxy.mend();
      expect(await rest.create(broken, { email: 'during@example.com' })).toMatchObject({ newAccount: true });
      await expect.poll(async () => (await broken.send('/health/ready')).status, { timeout: 3_000 }).toBe(200);
      await broken.close();
      await proxy.close();
    },
  );
});

describe('a defect of the gateway', () => {
  it('is logged under the request id and shows nothing of the inside', async () => {
    const broken = await startGateway();
    await runSql(broken.databaseUrl, 'alter table customer rename column company_name to organisation_name');
    for (const api of apis) {
      const { answer, code } = await api.create(broken, { email: 'secret@example.com' });
      expect(code).toBe('INTERNAL_SERVER_ERROR');
      expect(answer.status).toBe(api === rest ? 500 : 200);
      expect(answer.text).not.toMatch(/company_name|does not exist|select|stack|pg|node_modules/i);
      const requestId = answer.headers.get('x-request-id');
      expect(broken.log).toContainEqual(
        expect.objectContaining({ level: 50, requestId, err: expect.objectContaining({ code: '42703' }) }),
      );
    }
    expect(JSON.stringify(broken.log)).not.toContain('secret@example.com');
    const query = await broken.graphql('{ customers { edges { node { companyName } } } }');
    expect(query.body.errors?.[0].extensions.code ?? 'none').toMatch(/none|INTERNAL_SERVER_ERROR/);
    await broken.close();
  });
});

it('describes every code', () => {
  for (const [code, { message, description, status }] of Object.entries(catalogue)) {
    expect(message, code).toMatch(/^[A-Z].+\.$/);
    expect(description, code).toMatch(/^[A-Z].+\.$/);
    expect(status, code).toBeGreaterThanOrEqual(400);
  }
});
