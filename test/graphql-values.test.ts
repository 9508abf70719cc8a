// Values that GraphQL refuses: named as the schema names them, in the catalogue's words, no more of them than an answer can bear.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { referenceForms } from '../src/graphql/global-id.ts';
import { schema } from '../src/graphql/schema.ts';
import { createKey, runSql } from './support/database.ts';
import { startGateway, type TestGateway } from './support/gateway.ts';
import { fillOrganisation } from './support/organisation.ts';

let gateway: TestGateway;
let rootKey: string;
beforeAll(async () => {
  gateway = await startGateway();
  rootKey = await createKey(gateway.databaseUrl, gateway.organisationId, { prefix: 'ROOT' });
  await fillOrganisation(gateway.databaseUrl, gateway.organisationId, 'v', 3);
});
afterAll(() => gateway.close());

const CREATE = 'mutation ($input: CreateCustomerInput!) { createCustomer(input: $input) { newAccount } }';
const base64 = (text: string) => Buffer.from(text).toString('base64');

/** The fields of the first error, which must be one of validation and quote no library. */
async function fieldsOf(query: string, variables?: object, key?: string) {
  const { body, text } = await gateway.graphql(query, variables, { key });
  const [{ extensions }] = body.errors;
  expect(extensions, text).toMatchObject({ code: 'INTERNAL_VALIDATION_FAILED', status: 422 });
  expect(text).not.toMatch(/Invalid input|expected |received|found:|Variable|\$/i);
  return extensions.fields;
}

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
    expect(await fieldsOf(query, variables)).toEqual(fields);
  });

  it.each([
    '{ prefix: "X", name: "n" }',
    '{ prefix: "PROD", name: "n", expiresAt: "soon" }',
    '{ prefix: "PROD", name: "n", scopes: [1] }',
  ])('is that of the input of keys: %s', async (literal) => {
    const input = JSON.parse(literal.replace(/(\w+):/g, '"$1":'));
    const query = 'mutation ($input: CreateApiKeyInput!) { createApiKey(input: $input) { key } }';
    const [field] = await fieldsOf(query, { input }, rootKey);
    expect(field.path).toMatch(/^(prefix|expiresAt|scopes\.0)$/);
    expect(field.message).toMatch(/^must be /);
  });

  it.each([undefined, null])(
    'is named when a variable that may be %s stands where nothing may be missing',
    async (e) => {
      const query = 'query ($e: String) { customer(by: { email: $e }) { email } }';
      // As often as it takes for whatever is kept of a document to be used.
      for (let i = 0; i < 12; i++) {
        expect(await fieldsOf(query, { e })).toEqual(one('by', 'must have exactly one member, which must not be null'));
      }
    },
  );

  it('is named when a variable with a default is null where nothing may be', async () => {
    const query = 'query ($b: Boolean = true) { __typename @include(if: $b) }';
    expect((await gateway.graphql(query, {})).body).toEqual({ data: { __typename: 'Query' } });
    expect(await fieldsOf(query, { b: null })).toEqual(one('if', 'is required, and must not be null'));
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

  it('are judged together where they stand together, whichever way they are written', async () => {
    const flat =
      'mutation ($m: String!, $n: String) { createCustomer(input: { email: $m, companyName: $n }) { newAccount } }';
    const expected = [
      { path: 'email', message: 'must be a valid e-mail address' },
      { path: 'companyName', message: 'must be a string' },
    ];
    expect(await fieldsOf(flat, { m: 'bad', n: 5 })).toEqual(expected);
    expect(await fieldsOf(CREATE, { input: { email: 'bad', companyName: 5 } })).toEqual(expected);
  });
});

describe('an id of node', () => {
  it.each([
    ...['Query:1', 'String:1', 'constructor:1', '__proto__:1', 'Nothing:1', 'Customer', 'Customer:', 'Referral:1'].map(
      base64,
    ),
    base64('Customer:0123456789abcde'),
    base64('Customer:0123456789abcdef0'),
    base64('Customer:0123456789abcde\u0000'),
    base64('Customer:0123456789abcdef:x'),
    `${base64('Customer:0123456789abcdef')}=`,
    'x',
    '',
    '💥',
    'A'.repeat(50_000),
  ])('that this gateway does not give out is refused: %s', async (id) => {
    for (const [query, variables] of [
      [`{ node(id: ${JSON.stringify(id)}) { id } }`, undefined],
      ['query ($id: ID!) { node(id: $id) { id } }', { id }],
    ] as const) {
      expect(await fieldsOf(query, variables)).toEqual([
        { path: 'id', message: 'must be an id that this gateway gave out' },
      ]);
    }
  });

  it('of nobody is null, and of somebody that one', async () => {
    const query = 'query ($id: ID!) { node(id: $id) { id } }';
    const nobody = await gateway.graphql(query, { id: base64('Customer:0123456789abcdef') });
    expect(nobody.body).toEqual({ data: { node: null } });
    const [row] = await runSql<{ cu_ref_no: string }>(gateway.databaseUrl, 'select cu_ref_no from customer limit 1');
    const id = base64(`Customer:${row?.cu_ref_no}`);
    expect((await gateway.graphql(query, { id })).body).toEqual({ data: { node: { id } } });
  });

  it('is known for every type that has one', () => {
    const node = schema.getType('Node') as Parameters<typeof schema.getPossibleTypes>[0];
    expect(schema.getPossibleTypes(node).map(({ name }) => name)).toEqual([...referenceForms.keys()]);
  });
});

describe('pages', () => {
  const lists = [
    ['customers', (args: string) => `{ __typename customers(${args}) { edges { cursor } } }`],
    ['apiKeys', (args: string) => `{ __typename apiKeys(${args}) { edges { cursor } } }`],
    [
      'ipHistory',
      (args: string) =>
        `{ __typename customer(by: { email: "v1@example.com" }) { email ipHistory(${args}) { edges { cursor } } } }`,
    ],
  ] as const;

  it.each(lists)('of %s are asked for from one end', async (_, write) => {
    const { body } = await gateway.graphql(write('first: 1, last: 1'), undefined, { key: rootKey });
    expect(body.errors).toHaveLength(1);
    expect(body.errors[0].extensions.fields).toEqual([
      { path: 'last', message: 'must not be given together with first' },
    ]);
    for (const args of ['first: 1, last: null', 'first: null, last: 1', 'first: null, last: null']) {
      expect((await gateway.graphql(write(args), undefined, { key: rootKey })).body.errors).toBeUndefined();
    }
  });

  it.each(lists)('of %s refuse a cursor that is none of theirs, and lose nothing beside it', async (name, write) => {
    for (const cursor of [
      'x',
      '',
      base64('customer:AAAAAAAAAAAAAAAA'),
      base64('apiKey:PRODnone'),
      base64('ipSighting:x y'),
    ]) {
      for (const argument of ['after', 'before']) {
        const args = `first: 1, ${argument}: ${JSON.stringify(cursor)}`;
        const { body } = await gateway.graphql(write(args), undefined, { key: rootKey });
        expect(body.errors[0].extensions).toMatchObject({
          code: 'INTERNAL_VALIDATION_FAILED',
          fields: [{ path: argument, message: 'must be a cursor of this list' }],
        });
        expect(body.data.__typename).toBe('Query');
        if (name === 'ipHistory') expect(body.data.customer).toEqual({ email: 'v1@example.com', ipHistory: null });
        else expect(body.data[name]).toBeNull();
      }
    }
  });

  it.each(lists)('of %s name every argument that is wrong', async (_, write) => {
    const { body } = await gateway.graphql(write('first: -1, last: 101, after: "x", before: " "'), undefined, {
      key: rootKey,
    });
    expect(body.errors).toHaveLength(1);
    expect(body.errors[0].extensions.fields).toEqual([
      { path: 'first', message: 'must be at least 0' },
      { path: 'last', message: 'must be at most 100' },
      { path: 'last', message: 'must not be given together with first' },
      { path: 'after', message: 'must be a cursor of this list' },
      { path: 'before', message: 'must be a cursor of this list' },
    ]);
  });

  it('that are empty begin and end nowhere', async () => {
    const { body } = await gateway.graphql('{ customers(last: 1) { edges { cursor } } }');
    const { cursor } = body.data.customers.edges[0];
    const after = await gateway.graphql(
      `{ customers(after: "${cursor}") { edges { cursor } pageInfo { startCursor endCursor } } }`,
    );
    expect(after.body.data.customers).toEqual({ edges: [], pageInfo: { startCursor: null, endCursor: null } });
    // Blanks in front are no part of a cursor.
    expect(await fieldsOf(`{ customers(after: " ${cursor}") { edges { cursor } } }`)).toMatchObject([
      { path: 'after' },
    ]);
  });

  describe('below a list', () => {
    const page = (selection: string) => `{ __typename customers(first: 3) { edges { node { email ${selection} } } } }`;
    it.each([
      ['a size', 'ipHistory(first: -1) { edges { cursor } }', 'first'],
      ['both ends', 'ipHistory(first: 1, last: 1) { edges { cursor } }', 'last'],
      ['a cursor', 'ipHistory(after: "x") { edges { cursor } }', 'after'],
      [
        'one of many',
        Array.from({ length: 28 }, (_, i) => `a${i}: ipHistory(first: ${500 - i}) { edges { cursor } }`).join(' '),
        'first',
      ],
      [
        'one in an inline fragment',
        '... on Customer @include(if: true) { ipHistory(first: 500) { edges { cursor } } }',
        'first',
      ],
      ['one further down', 'referral { customer { ipHistory(first: 500) { edges { cursor } } } }', 'first'],
    ])('fail once, for all items: %s', async (_, selection, path) => {
      const { body } = await gateway.graphql(page(selection));
      expect(body).not.toHaveProperty('data');
      expect(body.errors).toHaveLength(1);
      expect(body.errors[0].extensions).toMatchObject({ code: 'INTERNAL_VALIDATION_FAILED', fields: [{ path }] });
      expect(body.errors[0].locations).toHaveLength(1);
    });

    it('fail by way of a fragment and of a variable too', async () => {
      const fragment = 'fragment F on Customer { ipHistory(first: $n) { edges { cursor } } }';
      const query = `query ($n: Int, $b: Boolean!) ${page('...F @include(if: $b)')} ${fragment}`;
      const send = async (variables: object) => (await gateway.graphql(query, variables)).body;
      expect((await send({ n: 500, b: true })).errors).toHaveLength(1);
      // What is not run fails nothing.
      expect((await send({ n: 500, b: false })).errors).toBeUndefined();
      expect((await send({ n: 5, b: true })).data.customers.edges).toHaveLength(3);
      expect((await send({ n: 500, b: true })).errors).toHaveLength(1);
    });
  });

  it('name the cursor that is wrong', async () => {
    const { body } = await gateway.graphql('{ customers(first: 1) { edges { cursor } } }');
    const { cursor } = body.data.customers.edges[0];
    expect(await fieldsOf(`{ customers(after: "${cursor}", before: "x") { edges { cursor } } }`)).toMatchObject([
      { path: 'before' },
    ]);
  });
});

describe('what an answer repeats', () => {
  const long = 'x'.repeat(60_000);
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
