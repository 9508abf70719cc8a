// Pages of a list: from one end, by cursors that are its own; every argument that is wrong is named.
import { isIntrospectionType, isObjectType } from 'graphql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { schema } from '../../src/graphql/schema/schema.ts';
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

const base64 = (text: string) => Buffer.from(text).toString('base64');

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
    expect(await fieldsOf(gateway, `{ customers(after: " ${cursor}") { edges { cursor } } }`)).toMatchObject([
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
    expect(
      await fieldsOf(gateway, `{ customers(after: "${cursor}", before: "x") { edges { cursor } } }`),
    ).toMatchObject([{ path: 'before' }]);
  });
});

it('arguments below a list or a mutation can be checked before anything is run', () => {
  const roots = ['Query', 'Mutation'];
  const types = Object.values(schema.getTypeMap()).filter((type) => isObjectType(type));
  const unchecked = types
    .filter((type) => !isIntrospectionType(type) && !roots.includes(type.name))
    .flatMap((type) => Object.values(type.getFields()).map((field) => ({ type, field })))
    .filter(({ field }) => field.args.length > 0 && !field.extensions.validate);
  expect(unchecked.map(({ type, field }) => `${type.name}.${field.name}`)).toEqual([]);
});
