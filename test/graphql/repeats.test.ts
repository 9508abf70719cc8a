// What an answer repeats of a request: no more than it can bear.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createKey } from '../support/database.ts';
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

const mutationOf = (name: string) => {
  const type = `${name.charAt(0).toUpperCase()}${name.slice(1)}Input`;
  return `mutation ($input: ${type}!) { ${name}(input: $input) { customer { cuRefNo } } }`;
};
const UPDATE = mutationOf('updateCustomer');

describe('what an answer repeats', () => {
  const long = 'x'.repeat(60_000);
  const deep = JSON.parse(`${'{"a":'.repeat(20)}1${'}'.repeat(20)}`);
  it.each<[string, string, object | undefined]>([
    [
      '5,500 unknown members',
      CREATE,
      { input: Object.fromEntries(Array.from({ length: 5_500 }, (_, i) => [`m${i}`, 1])) },
    ],
    [
      '50 members of control characters',
      CREATE,
      {
        input: Object.fromEntries(
          Array.from({ length: 50 }, (_, i) => [`${'\u0001'.repeat(200)}${i}`, '\u0001'.repeat(200)]),
        ),
      },
    ],
    ['one long member', CREATE, { input: { email: 'a@b.cz', [long]: 1 } }],
    ['one long value', CREATE, { input: { email: 'a@b.cz', companyName: [long] } }],
    ['a long field', `{ ${long} }`, undefined],
    ['a long argument', `{ customers(${long}: 1) { edges { cursor } } }`, undefined],
    ['a long literal', `{ customers(first: "${long}") { edges { cursor } } }`, undefined],
    ['a long list', `{ customers(first: [${'1,'.repeat(900)}]) { edges { cursor } } }`, undefined],
    [
      'a long object',
      `{ customers(first: {${Array.from({ length: 400 }, (_, i) => `a${i}:1`)}}) { edges { cursor } } }`,
      undefined,
    ],
    ['a long enum value', `mutation { createApiKey(input: { prefix: ${long}, name: "x" }) { key } }`, undefined],
    ['a long type', `query ($a: ${long}) { __typename }`, undefined],
    ['a long variable', `query ($${long}: Int) { __typename }`, undefined],
    ['a long fragment', `{ ...${long} }`, undefined],
    ['a long directive', `{ __typename @${long} }`, undefined],
    ['a long alias in conflict', `{ ${long}: __typename ${long}: node(id: "x") { id } }`, undefined],
    ['1,500 unknown fields', `{ ${Array.from({ length: 1_500 }, (_, i) => `unknown${i}`).join(' ')} }`, undefined],
    ['a long string that ends early', `{ customer(by: { email: "${long}`, undefined],
    ['a long number', `{ customers(first: ${'9'.repeat(60_000)}) { edges { cursor } } }`, undefined],
    [
      'names in a conflict, one in the other',
      `{ customer(by: { email: "a@b.cz" }) { ${'a'.repeat(58)}: referral { ${'b'.repeat(58)}: customer { ${'c'.repeat(58)}: email } } ${'a'.repeat(58)}: referral { ${'b'.repeat(58)}: customer { ${'c'.repeat(58)}: phone } } } }`,
      undefined,
    ],
    [
      '30,000 lines and many errors',
      `${'\n'.repeat(31_000)}{ ${Array.from({ length: 30 }, (_, i) => `unknown${i}`).join(' ')} }`,
      undefined,
    ],
    ...[
      ['updateCustomer', {}],
      ['changeCustomerEmail', { email: 'v9@example.com' }],
      ['adjustCustomerCredit', { amount: 1, description: 'x' }],
      ['banCustomer', {}],
      ['unbanCustomer', {}],
      ['deleteCustomer', { reason: 'x' }],
    ].flatMap(([name, rest]): [string, string, object][] => {
      const query = mutationOf(name as string);
      const by = { email: 'v1@example.com' };
      return [
        [`one long member of ${name}`, query, { input: { by, ...(rest as object), [long]: 1 } }],
        [`a long member of whom ${name} is about`, query, { input: { by: { [long]: 'x' }, ...(rest as object) } }],
        [`a long reference in ${name}`, query, { input: { by: { cuRefNo: long }, ...(rest as object) } }],
        [`a long address in ${name}`, query, { input: { by: { email: `${long}@example.com` }, ...(rest as object) } }],
        [`a long value for all of ${name}`, query, { input: long }],
      ];
    }),
    ...[
      'firstName',
      'phone',
      'taxIdentificationNumber',
      'primaryLocale',
      'newsletter',
      'version',
      'meta',
      'address',
    ].map((name): [string, string, object] => [
      `a long ${name}`,
      UPDATE,
      { input: { by: { email: 'v1@example.com' }, [name]: long } },
    ]),
    [
      '5,000 unknown members of an address',
      UPDATE,
      {
        input: {
          by: { email: 'v1@example.com' },
          address: Object.fromEntries(Array.from({ length: 5_000 }, (_, i) => [`m${i}`, 1])),
        },
      },
    ],
    ['a long country', UPDATE, { input: { by: { email: 'v1@example.com' }, address: { country: long } } }],
    ['a long member of meta, too deep', UPDATE, { input: { by: { email: 'v1@example.com' }, meta: { [long]: deep } } }],
    [
      'a long member of meta, with U+0000',
      UPDATE,
      { input: { by: { email: 'v1@example.com' }, meta: { [`${long}\0`]: 1 } } },
    ],
    [
      'a long transaction id',
      mutationOf('adjustCustomerCredit'),
      { input: { by: { email: 'v1@example.com' }, amount: 1, description: 'x', transactionId: long } },
    ],
    [
      'a long amount',
      mutationOf('adjustCustomerCredit'),
      { input: { by: { email: 'v1@example.com' }, amount: '9'.repeat(60_000), description: 'x' } },
    ],
    [
      'a long cursor of an entry',
      `{ customer(by: { email: "v1@example.com" }) { creditEntries(after: "${long}") { edges { cursor } } } }`,
      undefined,
    ],
    [
      'a long cursor of a change',
      `{ customer(by: { email: "v1@example.com" }) { changes(after: "${long}") { edges { cursor } } } }`,
      undefined,
    ],
    [
      'a long action',
      'query ($a: [CustomerAction!]) { customer(by: { email: "v1@example.com" }) { changes(actions: $a) { edges { cursor } } } }',
      { a: [long] },
    ],
    [
      '6,000 actions that are none',
      'query ($a: [CustomerAction!]) { customer(by: { email: "v1@example.com" }) { changes(actions: $a) { edges { cursor } } } }',
      { a: Array.from({ length: 6_000 }, (_, i) => `X${i}`) },
    ],
    [
      '12,000 items',
      'mutation ($i: CreateApiKeyInput!) { createApiKey(input: $i) { key } }',
      { i: { prefix: 'PROD', name: 'x', scopes: Array.from({ length: 12_000 }, () => 1) } },
    ],
  ])('is short: %s', async (_, query, variables) => {
    for (const options of [
      { key: rootKey },
      { key: rootKey, headers: { accept: 'application/graphql-response+json' } },
    ]) {
      const { body, text, status } = await gateway.graphql(query, variables, options);
      expect(status).toBeLessThan(500);
      expect(text.length).toBeLessThan(20_000);
      expect(text).not.toMatch(/x{65}|9{65}|(\\u0001){65}|a{30}.*b{30}|INTERNAL_SERVER_ERROR|aborted/i);
      expect(body.errors.length).toBeLessThanOrEqual(50);
    }
  });

  it('says how many fields are left out', async () => {
    const input = Object.fromEntries(Array.from({ length: 1_000 }, (_, i) => [`m${i}`, 1]));
    const { body } = await gateway.graphql(CREATE, { input });
    const [{ message, extensions }] = body.errors;
    expect(extensions.fields).toHaveLength(50);
    // One is the e-mail address, which is missing.
    expect(message).toContain('951 more are not listed');
  });

  it('says that more of a list is wrong', async () => {
    const query = 'mutation ($i: CreateApiKeyInput!) { createApiKey(input: $i) { key } }';
    const i = { prefix: 'PROD', name: 'x', scopes: Array.from({ length: 30_000 }, () => 1) };
    const { body } = await gateway.graphql(query, { i }, { key: rootKey });
    const { fields } = body.errors[0].extensions;
    expect(fields).toContainEqual({ path: 'scopes', message: 'must be at most 50' });
    expect(fields).toContainEqual({ path: 'scopes.19', message: 'must be a string' });
    expect(fields.length).toBeLessThan(25);
  });

  it('gives what was stored, in full, though an answer about what is wrong would cut it', async () => {
    const reason = 'r'.repeat(1_000);
    const input = { by: { email: 'v2@example.com' }, reason };
    const { body } = await gateway.graphql(
      'mutation ($input: BanCustomerInput!) { banCustomer(input: $input) { customer { changes(first: 1) { edges { node { reason } } } } } }',
      { input },
    );
    expect(body.data.banCustomer.customer.changes.edges[0].node.reason).toBe(reason);
  });

  it('says how many errors are left out', async () => {
    const list = 'ipHistory(first: 500) { edges { cursor } }';
    const customer = `{ ${list} referral { customer { ${list} referral { customer { ${list} } } } } }`;
    const roots = Array.from({ length: 20 }, (_, i) => `c${i}: customer(by: { email: "v3@example.com" }) ${customer}`);
    const { body } = await gateway.graphql(`{ ${roots.join(' ')} }`);
    expect(body.errors).toHaveLength(50);
    expect(body.errors[49].message).toBe('11 more errors are not listed.');
    expect(body.errors[49].extensions.code).toBe('INTERNAL_VALIDATION_FAILED');
  });

  it('is little also over a condition of the document that holds many errors', async () => {
    const { body } = await gateway.graphql(`{ ${Array.from({ length: 100 }, (_, i) => `unknown${i}`).join(' ')} }`);
    expect(body.errors.length).toBeLessThanOrEqual(21);
  });
});
