// Variables that GraphQL refuses: placed as the schema names them, in the catalogue's words.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createKey } from '../support/database.ts';
import { fieldsOf } from '../support/fields.ts';
import { startGateway, type TestGateway } from '../support/gateway.ts';
import { fillOrganisation } from '../support/organisation.ts';

let gateway: TestGateway;
let rootKey: string;
beforeAll(async () => {
  gateway = await startGateway();
  rootKey = await createKey(gateway.databaseUrl, gateway.organisationId, { prefix: 'ROOT' });
  await fillOrganisation(gateway.databaseUrl, gateway.organisationId, 'v', 3);
});
afterAll(() => gateway.close());

const CREATE = 'mutation ($input: CreateCustomerInput!) { createCustomer(input: $input) { newAccount } }';

describe('the path of a variable', () => {
  const one = (path: string, message: string) => [{ path, message }];
  const flat =
    'mutation ($mail: String!, $company: String) { createCustomer(input: { email: $mail, companyName: $company }) { newAccount } }';
  it.each<[string, string, object | undefined, unknown]>([
    ['a list for the input', CREATE, { input: [] }, one('input', 'must be an object')],
    ['a string for the input', CREATE, { input: 'x' }, one('input', 'must be an object')],
    ['null for the input', CREATE, { input: null }, one('input', 'is required')],
    ['no input', CREATE, {}, one('input', 'is required')],
    ['no variables', CREATE, undefined, one('input', 'is required')],
    ['a number in the input', CREATE, { input: { email: 5 } }, one('email', 'must be a string')],
    ['an unknown member', CREATE, { input: { email: 'a@b.cz', more: 1 } }, one('more', 'is not a known member')],
    ['a flattened number', flat, { mail: 5 }, one('email', 'must be a string')],
    ['a flattened null', flat, { mail: null }, one('email', 'is required')],
    [
      'two flattened ones',
      flat,
      { mail: 5, company: [] },
      [...one('email', 'must be a string'), ...one('companyName', 'must be a string')],
    ],
    [
      'an argument',
      'query ($n: Int) { customers(first: $n) { edges { cursor } } }',
      { n: 'x' },
      one('first', 'must be a whole number of 32 bits'),
    ],
    [
      'a condition',
      'query ($b: Boolean!) { __typename @include(if: $b) }',
      { b: 1 },
      one('if', 'must be true or false'),
    ],
    ['an id', 'query ($i: ID!) { node(id: $i) { id } }', { i: {} }, one('id', 'must be a string')],
    [
      'nothing of @oneOf',
      'query ($by: CustomerBy!) { customer(by: $by) { email } }',
      { by: {} },
      one('by', 'must have exactly one member, which must not be null'),
    ],
    [
      'both of @oneOf',
      'query ($by: CustomerBy!) { customer(by: $by) { email } }',
      { by: { email: 'a@b.cz', cuRefNo: 'x' } },
      one('by', 'must have exactly one member, which must not be null'),
    ],
    [
      'null in @oneOf',
      'query ($by: CustomerBy!) { customer(by: $by) { email } }',
      { by: { email: null } },
      one('by', 'must have exactly one member, which must not be null'),
    ],
    [
      'a wrong value in @oneOf',
      'query ($by: CustomerBy!) { customer(by: $by) { email } }',
      { by: { email: 5 } },
      one('email', 'must be a string'),
    ],
  ])('is that of the input: %s', async (_, query, variables, fields) => {
    expect(await fieldsOf(gateway, query, variables)).toEqual(fields);
  });

  it.each([
    '{ prefix: "X", name: "n" }',
    '{ prefix: "PROD", name: "n", expiresAt: "soon" }',
    '{ prefix: "PROD", name: "n", scopes: [1] }',
  ])('is that of the input of keys: %s', async (literal) => {
    const input = JSON.parse(literal.replace(/(\w+):/g, '"$1":'));
    const query = 'mutation ($input: CreateApiKeyInput!) { createApiKey(input: $input) { key } }';
    const [field] = await fieldsOf(gateway, query, { input }, rootKey);
    expect(field.path).toMatch(/^(prefix|expiresAt|scopes\.0)$/);
    expect(field.message).toMatch(/^must be /);
  });

  it.each([undefined, null])(
    'is named when a variable that may be %s stands where nothing may be missing',
    async (e) => {
      const query = 'query ($e: String) { customer(by: { email: $e }) { email } }';
      // As often as it takes for whatever is kept of a document to be used.
      for (let i = 0; i < 12; i++) {
        expect(await fieldsOf(gateway, query, { e })).toEqual(
          one('by', 'must have exactly one member, which must not be null'),
        );
      }
    },
  );

  it('is named when a variable with a default is null where nothing may be', async () => {
    const query = 'query ($b: Boolean = true) { __typename @include(if: $b) }';
    expect((await gateway.graphql(query, {})).body).toEqual({ data: { __typename: 'Query' } });
    expect(await fieldsOf(gateway, query, { b: null })).toEqual(one('if', 'is required, and must not be null'));
  });
});

describe('variables of one operation', () => {
  const two =
    'query A($x: String!) { ipInfo(ip: $x) { address } } mutation B($x: String!) { createCustomer(input: { email: $x }) { newAccount } }';

  it('are placed in that operation', async () => {
    const send = async (operationName: string) => {
      const { body } = await gateway.send('/graphql', {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${gateway.key}` },
        body: JSON.stringify({ query: two, variables: { x: 5 }, operationName }),
      });
      return body.errors[0].extensions.fields;
    };
    expect(await send('A')).toEqual([{ path: 'ip', message: 'must be a string' }]);
    expect(await send('B')).toEqual([{ path: 'email', message: 'must be a string' }]);
  });

  it('are checked together where they stand together, whichever way they are written', async () => {
    const flat =
      'mutation ($m: String!, $n: String) { createCustomer(input: { email: $m, companyName: $n }) { newAccount } }';
    const expected = [
      { path: 'email', message: 'must be a valid e-mail address' },
      { path: 'companyName', message: 'must be a string' },
    ];
    expect(await fieldsOf(gateway, flat, { m: 'bad', n: 5 })).toEqual(expected);
    expect(await fieldsOf(gateway, CREATE, { input: { email: 'bad', companyName: 5 } })).toEqual(expected);
  });
});
