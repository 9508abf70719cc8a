// GraphQL over HTTP: parameters, media types, operations that cannot be told, persisted queries.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startGateway, type TestGateway } from '../support/gateway.ts';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startGateway();
});
afterAll(() => gateway.close());

const NEW_TYPE = 'application/graphql-response+json';

function get(parameters: Record<string, string> | [string, string][], accept?: string) {
  const headers = { authorization: `Bearer ${gateway.key}`, ...(accept && { accept }) };
  return gateway.send(`/graphql?${new URLSearchParams(parameters)}`, { headers });
}

function post(body: unknown, accept?: string) {
  const headers = {
    'content-type': 'application/json',
    authorization: `Bearer ${gateway.key}`,
    ...(accept && { accept }),
  };
  return gateway.send('/graphql', { method: 'POST', headers, body: JSON.stringify(body) });
}

const BY = 'query ($e: String!) { customer(by: { email: $e }) { email } }';

describe('parameters in the URL', () => {
  it.each([
    ['variables that are not JSON', { query: '{__typename}', variables: 'x' }],
    ['variables that end early', { query: '{__typename}', variables: '{' }],
    ['variables that are a list', { query: '{__typename}', variables: '[]' }],
    ['variables that are a string', { query: '{__typename}', variables: '"x"' }],
    ['a variable twice', { query: BY, variables: '{"e":"a@example.com","e":"b@example.com"}' }],
    ['a variable twice, further down', { query: BY, variables: '{"e":"a@example.com","x":{"y":1,"\\u0079":2}}' }],
    ['extensions that are not JSON', { query: '{__typename}', extensions: 'x' }],
    ['extensions that are a number', { query: '{__typename}', extensions: '1' }],
    ['no query', { variables: '{}' }],
    ['an empty query', { query: '' }],
    [
      'two queries',
      [
        ['query', '{__typename}'],
        ['query', '{__typename}'],
      ] as [string, string][],
    ],
    [
      'two operation names',
      [
        ['query', 'query A {__typename}'],
        ['operationName', 'A'],
        ['operationName', 'A'],
      ] as [string, string][],
    ],
  ])('are refused: %s', async (_, parameters) => {
    for (const accept of [undefined, NEW_TYPE]) {
      const answer = await get(parameters, accept);
      expect(answer.status).toBe(400);
      expect(answer.body.errors).toHaveLength(1);
      expect(answer.body.errors[0].extensions).toMatchObject({ code: 'INTERNAL_REQUEST_MALFORMED', status: 400 });
      expect(answer.body.errors[0].extensions.description).toContain('variables');
    }
    expect(gateway.log.filter(({ level }) => Number(level) >= 50)).toEqual([]);
  });

  it('are taken', async () => {
    expect((await get({ query: BY, variables: '{"e":"a@example.com"}' })).body).toEqual({ data: { customer: null } });
    expect((await get({ query: '{__typename}', variables: '', extensions: '' })).body.data).toEqual({
      __typename: 'Query',
    });
    expect((await get({ query: '{__typename}', variables: 'null', extensions: '{}' })).status).toBe(200);
  });
});

describe('members of the body', () => {
  it.each([
    ['no query', {}],
    ['null for the query', { query: null }],
    ['an empty query', { query: '' }],
    ['a number for the query', { query: 5 }],
    ['a list for the variables', { query: '{__typename}', variables: [] }],
    ['a string for the variables', { query: '{__typename}', variables: 'x' }],
    ['a number for the operation name', { query: '{__typename}', operationName: 5 }],
    ['a string for the extensions', { query: '{__typename}', extensions: 'x' }],
    ['an unknown member', { query: '{__typename}', nothing: 1 }],
    ['an unknown member with a long name', { query: '{__typename}', [`n${'x'.repeat(60_000)}`]: 1 }],
  ])('are refused: %s', async (_, body) => {
    for (const accept of [undefined, NEW_TYPE]) {
      const answer = await post(body, accept);
      expect(answer.status).toBe(400);
      expect(answer.body.errors[0].extensions).toMatchObject({ code: 'INTERNAL_REQUEST_MALFORMED', status: 400 });
      expect(answer.text.length).toBeLessThan(1_000);
    }
  });
});

describe('an operation that cannot be told', () => {
  it.each([
    ['two operations and no name', { query: 'query A {__typename} query B {__typename}' }, 'holds 2 operations'],
    ['a name of none', { query: 'query A {__typename}', operationName: 'C' }, '"C"'],
    ['a long name of none', { query: 'query A {__typename}', operationName: 'C'.repeat(5_000) }, 'CCC…'],
    ['only a fragment', { query: 'fragment F on Query {__typename}' }, 'holds no operation'],
  ])('is told as such: %s', async (_, body, words) => {
    for (const [accept, status] of [
      [undefined, 200],
      ['application/json', 200],
      [NEW_TYPE, 400],
    ] as const) {
      const viaGet = get(Object.entries(body), accept);
      for (const answer of [await post(body, accept), await viaGet]) {
        expect(answer.status).toBe(status);
        expect(answer.body).not.toHaveProperty('data');
        const [{ message, extensions }] = answer.body.errors;
        expect(message).toContain(words);
        expect(message.length).toBeLessThan(150);
        expect(extensions).toMatchObject({ code: 'INTERNAL_REQUEST_MALFORMED', status: 400 });
        expect(extensions.description).toContain('operationName');
      }
    }
  });
});

describe('Accept', () => {
  it.each([
    [undefined, 'application/json'],
    ['application/graphql-response+json;q=0, application/json', 'application/json'],
    ['application/graphql-response+json;q=0.1, application/json;q=0.2', 'application/json'],
    ['application/json;q=0.1, application/graphql-response+json;q=0.2', NEW_TYPE],
    ['application/json;q=0, */*', NEW_TYPE],
    ['application/graphql-response+json;q=0, */*', 'application/json'],
    ['application/*', 'application/json'],
    ['APPLICATION/GRAPHQL-RESPONSE+JSON', NEW_TYPE],
    ['application/graphql-response+json; charset=utf-8, application/json; charset=utf-8', NEW_TYPE],
    ['text/html, application/graphql-response+json;q=0.5', NEW_TYPE],
    ['image/png', 'application/json'],
    [',;q=,', 'application/json'],
  ])('"%s" is answered in %s', async (accept, type) => {
    const answer = await post({ query: '{nope}' }, accept);
    expect(answer.headers.get('content-type')).toBe(`${type}; charset=utf-8`);
    expect(answer.status).toBe(type === NEW_TYPE ? 400 : 200);
  });
});

describe('a client of persisted queries', () => {
  const extensions = { persistedQuery: { version: 1, sha256Hash: 'a'.repeat(64) } };

  it('hears that it must send the whole query', async () => {
    for (const answer of [
      await post({ extensions, variables: { e: 'a@example.com' } }),
      await post({ query: null, extensions }, NEW_TYPE),
      await get({ extensions: JSON.stringify(extensions) }),
    ]) {
      expect(answer.status).toBe(200);
      expect(answer.body.errors).toMatchObject([
        { message: 'PersistedQueryNotSupported', extensions: { code: 'INTERNAL_REQUEST_MALFORMED', status: 400 } },
      ]);
      expect(answer.body).not.toHaveProperty('data');
    }
  });

  it('is answered when it does', async () => {
    const answer = await post({ query: BY, variables: { e: 'a@example.com' }, extensions });
    expect(answer.body).toEqual({ data: { customer: null } });
  });

  it('is not told the same again under an Idempotency-Key', async () => {
    const send = (body: object) =>
      gateway.send('/graphql', {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          authorization: `Bearer ${gateway.key}`,
          'idempotency-key': 'persisted',
        },
        body: JSON.stringify(body),
      });
    await send({ extensions });
    expect((await send({ query: '{__typename}', extensions })).body).toEqual({ data: { __typename: 'Query' } });
  });
});

describe('descriptions', () => {
  it.each([
    ['a field that does not exist', { query: '{ customr { email } }' }, 'schema'],
    ['a document that does not parse', { query: '{' }, 'GraphQL'],
    ['a document that is too deep', { query: '{a'.repeat(70) }, 'limits'],
    ['a missing query', {}, 'query (a string)'],
  ])('fit what went wrong: %s', async (_, body, words) => {
    const { extensions } = (await post(body)).body.errors[0];
    expect(extensions.description).toContain(words);
    expect(extensions.description).not.toContain('UTF-8');
  });
});
