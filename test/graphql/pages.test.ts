// Pages of a list: from one end, by cursors that are its own; every argument that is wrong is named.
import { isIntrospectionType, isObjectType } from 'graphql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { schema } from '../../src/graphql/schema/schema.ts';
import { createKey, runSql } from '../support/database.ts';
import { fieldsOf } from '../support/fields.ts';
import { startGateway, type TestGateway } from '../support/gateway.ts';
import { fillOrganisation } from '../support/organisation.ts';

let gateway: TestGateway;
let rootKey: string;
beforeAll(async () => {
  gateway = await startGateway();
  rootKey = await createKey(gateway.databaseUrl, gateway.organisationId, { prefix: 'ROOT' });
  await fillOrganisation(gateway.databaseUrl, gateway.organisationId, 'v', 3);
  for (const [email, letter] of [
    ['v1@example.com', 'a'],
    ['v2@example.com', 'b'],
  ] as const) {
    for (const amount of [1, 2, 3, 4, 5]) await adjust(email, amount, `${letter.repeat(15)}${amount}`);
  }
});
afterAll(() => gateway.close());

async function adjust(email: string, amount: number, transactionId: string): Promise<void> {
  const input = { by: { email }, amount, description: 'page', transactionId };
  const query =
    'mutation ($i: AdjustCustomerCreditInput!) { adjustCustomerCredit(input: $i) { entry { transactionId } } }';
  expect((await gateway.graphql(query, { i: input })).body.errors).toBeUndefined();
}

/** Lists of a customer. */
const ofCustomer = ['ipHistory', 'changes', 'creditEntries'] as const;
/** What is said of a cursor that is none of a list's. */
const refusalOf = (list: string) =>
  list === 'creditEntries' ? 'must be the id of an entry of this ledger' : 'must be a cursor of this list';

interface FoundPage {
  edges: { cursor: string; node: Record<string, unknown> }[];
  pageInfo: { hasNextPage: boolean; hasPreviousPage: boolean; startCursor: string | null; endCursor: string | null };
}
type AskPage = (args: string) => Promise<FoundPage>;

/** All items of a list, by pages from its start. */
async function walkDown(page: AskPage, size: number): Promise<FoundPage['edges']> {
  const found: FoundPage['edges'] = [];
  for (let place = ''; ; ) {
    const { edges, pageInfo } = await page(`first: ${size} ${place}`);
    found.push(...edges);
    if (!pageInfo.hasNextPage || found.length > 50) return found;
    place = `after: "${pageInfo.endCursor}"`;
  }
}

/** The same from its end. */
async function walkUp(page: AskPage, size: number): Promise<FoundPage['edges']> {
  const found: FoundPage['edges'] = [];
  for (let place = ''; ; ) {
    const { edges, pageInfo } = await page(`last: ${size} ${place}`);
    found.unshift(...edges);
    if (!pageInfo.hasPreviousPage || found.length > 50) return found;
    place = `before: "${pageInfo.startCursor}"`;
  }
}

const base64 = (text: string) => Buffer.from(text).toString('base64');

describe('pages', () => {
  const lists = [
    ['customers', (args: string) => `{ __typename customers(${args}) { edges { cursor } } }`],
    ['apiKeys', (args: string) => `{ __typename apiKeys(${args}) { edges { cursor } } }`],
    ...ofCustomer.map(
      (name) =>
        [
          name,
          (args: string) =>
            `{ __typename customer(by: { email: "v1@example.com" }) { email ${name}(${args}) { edges { cursor } } } }`,
        ] as const,
    ),
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
      // Of nobody, and of another customer.
      'AAAAAAAAAAAAAAAA',
      'bbbbbbbbbbbbbbb1',
      'aaaaaaaaaaaaaaa1 ',
      base64('customerChange:'),
      base64('customerChange:2147483648'),
      base64('customerChange:1e1'),
      base64('creditEntry:aaaaaaaaaaaaaaa1'),
    ]) {
      for (const argument of ['after', 'before']) {
        const args = `first: 1, ${argument}: ${JSON.stringify(cursor)}`;
        const { body } = await gateway.graphql(write(args), undefined, { key: rootKey });
        expect(body.errors[0].extensions).toMatchObject({
          code: 'INTERNAL_VALIDATION_FAILED',
          fields: [{ path: argument, message: refusalOf(name) }],
        });
        expect(body.data.__typename).toBe('Query');
        if (ofCustomer.some((list) => list === name))
          expect(body.data.customer).toEqual({ email: 'v1@example.com', [name]: null });
        else expect(body.data[name]).toBeNull();
      }
    }
  });

  it.each(lists)('of %s name every argument that is wrong', async (name, write) => {
    const { body } = await gateway.graphql(write('first: -1, last: 101, after: "x", before: " "'), undefined, {
      key: rootKey,
    });
    expect(body.errors).toHaveLength(1);
    expect(body.errors[0].extensions.fields).toEqual([
      { path: 'first', message: 'must be at least 0' },
      { path: 'last', message: 'must be at most 100' },
      { path: 'last', message: 'must not be given together with first' },
      { path: 'after', message: refusalOf(name) },
      { path: 'before', message: refusalOf(name) },
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

  it.each([
    ['creditEntries', 'transactionId', 5],
    ['changes', 'createdAt', 6],
  ] as const)('of %s lead through all of it, from either end, each of them once', async (name, field, count) => {
    const page: AskPage = async (args) => {
      const { body } = await gateway.graphql(
        `{ customer(by: { email: "v1@example.com" }) { ${name}(${args}) {
          edges { cursor node { ${field} } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } } }`,
      );
      return body.data.customer[name];
    };
    const whole = await page('first: 100');
    expect(whole.edges).toHaveLength(count);
    const cursors = whole.edges.map(({ cursor }) => cursor);
    if (name === 'creditEntries') {
      expect(cursors).toEqual([5, 4, 3, 2, 1].map((i) => `${'a'.repeat(15)}${i}`));
      expect(whole.edges.map(({ node }) => node.transactionId)).toEqual(cursors);
    } else {
      expect(cursors).toEqual(
        [5, 4, 3, 2, 1, 0].map((ordinal) => Buffer.from(`customerChange:${ordinal}`).toString('base64url')),
      );
    }
    for (const size of [1, 2, 4, count]) {
      expect(await walkDown(page, size), `first: ${size}`).toEqual(whole.edges);
      expect(await walkUp(page, size), `last: ${size}`).toEqual(whole.edges);
    }
    expect((await page(`after: "${cursors[0]}", before: "${cursors[3]}"`)).edges).toEqual(whole.edges.slice(1, 3));
    expect((await page(`after: "${cursors[3]}", before: "${cursors[0]}"`)).edges).toEqual([]);
    expect((await page('first: 0')).edges).toEqual([]);
    expect((await page(`after: "${cursors.at(-1)}"`)).pageInfo).toMatchObject({ startCursor: null, endCursor: null });
  });

  it('of changes hold what was asked for, and their cursors mean the same whatever that was', async () => {
    const changes = async (args: string) => {
      const { body } = await gateway.graphql(
        `{ customer(by: { email: "v1@example.com" }) { changes(${args}) { edges { cursor node { action } } pageInfo { hasNextPage } } } }`,
      );
      const { edges, pageInfo } = body.data.customer.changes;
      const actions = edges.map(({ node }: { node: { action: string } }) => node.action);
      return { actions, more: pageInfo.hasNextPage, last: edges.at(-1)?.cursor };
    };
    expect(await changes('actions: []')).toEqual({ actions: [], more: false, last: undefined });
    expect(await changes('actions: [BANNED]')).toEqual({ actions: [], more: false, last: undefined });
    expect(await changes('actions: [CREATED]')).toMatchObject({ actions: ['CREATED'], more: false });
    const credit = await changes('actions: [CREDIT_ADJUSTED, CREDIT_ADJUSTED], first: 4');
    expect(credit).toMatchObject({ actions: Array(4).fill('CREDIT_ADJUSTED'), more: true });
    expect(await changes(`after: "${credit.last}"`)).toMatchObject({
      actions: ['CREDIT_ADJUSTED', 'CREATED'],
      more: false,
    });
    expect(await changes('actions: null, last: 2')).toMatchObject({ actions: ['CREDIT_ADJUSTED', 'CREATED'] });
    const wrong = await gateway.graphql(
      'query ($a: [CustomerAction!]) { customer(by: { email: "v1@example.com" }) { changes(actions: $a) { edges { cursor } } } }',
      { a: ['CREATED', 'EXPLODED'] },
    );
    expect(wrong.body.errors[0].extensions).toMatchObject({
      code: 'INTERNAL_VALIDATION_FAILED',
      fields: [{ path: 'actions.1' }],
    });
    expect(wrong.text).not.toMatch(/Did you mean|CustomerAction|enum|\$/);
  });

  describe.each(ofCustomer)('below a list, %s', (list) => {
    const page = (selection: string) => `{ __typename customers(first: 3) { edges { node { email ${selection} } } } }`;
    it.each([
      ['a size', `${list}(first: -1) { edges { cursor } }`, 'first'],
      ['both ends', `${list}(first: 1, last: 1) { edges { cursor } }`, 'last'],
      ['a cursor', `${list}(after: "x") { edges { cursor } }`, 'after'],
      [
        'one of many',
        Array.from({ length: 28 }, (_, i) => `a${i}: ${list}(first: ${500 - i}) { edges { cursor } }`).join(' '),
        'first',
      ],
      [
        'one in an inline fragment',
        `... on Customer @include(if: true) { ${list}(first: 500) { edges { cursor } } }`,
        'first',
      ],
      ['one further down', `referral { customer { ${list}(first: 500) { edges { cursor } } } }`, 'first'],
    ])('fail once, for all items: %s', async (_, selection, path) => {
      const { body } = await gateway.graphql(page(selection));
      expect(body).not.toHaveProperty('data');
      expect(body.errors).toHaveLength(1);
      expect(body.errors[0].extensions).toMatchObject({ code: 'INTERNAL_VALIDATION_FAILED', fields: [{ path }] });
      expect(body.errors[0].locations).toHaveLength(1);
    });

    it('fail by way of a fragment and of a variable too', async () => {
      const fragment = `fragment F on Customer { ${list}(first: $n) { edges { cursor } } }`;
      const query = `query ($n: Int, $b: Boolean!) ${page('...F @include(if: $b)')} ${fragment}`;
      const send = async (variables: object) => (await gateway.graphql(query, variables)).body;
      expect((await send({ n: 500, b: true })).errors).toHaveLength(1);
      // What is not run fails nothing.
      expect((await send({ n: 500, b: false })).errors).toBeUndefined();
      expect((await send({ n: 5, b: true })).data.customers.edges).toHaveLength(3);
      expect((await send({ n: 500, b: true })).errors).toHaveLength(1);
    });

    it.each([
      'createCustomer(input: { email: "below@example.com", companyName: "X" }) { customer { LIST } }',
      'adjustCustomerCredit(input: { by: { email: "v3@example.com" }, amount: 7, description: "x" }) { customer { LIST } }',
      'updateCustomer(input: { by: { email: "v3@example.com" }, firstName: "X" }) { customer { LIST } }',
      'deleteCustomer(input: { by: { email: "v3@example.com" }, reason: "x" }) { customer { referral { customer { LIST } } } }',
    ])('fail a mutation under an Idempotency-Key before it does anything: %s', async (mutation) => {
      const state = () =>
        runSql(
          gateway.databaseUrl,
          `select (select array_agg(c order by id) from customer c)::text, (select count(*) from change_entry),
             (select count(*) from credit_entry), (select count(*) from idempotency_key)`,
        );
      const before = await state();
      for (const args of ['first: 500', 'last: -1', 'first: 1, last: 1', 'after: "x"', 'before: ""']) {
        const query = `mutation { ${mutation.replace('LIST', `${list}(${args}) { edges { cursor } }`)} }`;
        const { body } = await gateway.graphql(query, {}, { headers: { 'idempotency-key': `below-${args.length}` } });
        expect(body, query).not.toHaveProperty('data');
        expect(body.errors, query).toMatchObject([{ extensions: { code: 'INTERNAL_VALIDATION_FAILED' } }]);
      }
      expect(await state()).toEqual(before);
    });
  });

  it('of the ledgers of several customers begin after the entry of one, or what is as old as that', async () => {
    const query = (after: string) =>
      `{ customers(first: 3) { edges { node { creditEntries(${after}) { edges { cursor } } } } } }`;
    const read = async (after = 'first: 100') => {
      const { body } = await gateway.graphql(query(after));
      expect(body.errors).toBeUndefined();
      return body.data.customers.edges.map(
        ({ node }: { node: { creditEntries: { edges: object[] } } }) => node.creditEntries.edges,
      );
    };
    const all: { cursor: string }[][] = await read();
    const from = await read('first: 100, after: "aaaaaaaaaaaaaaa3"');
    const owner = all.findIndex((edges) => edges.some(({ cursor }) => cursor === 'aaaaaaaaaaaaaaa3'));
    const own = all[owner] ?? [];
    expect(from[owner]).toEqual(own.slice(own.findIndex(({ cursor }) => cursor === 'aaaaaaaaaaaaaaa3') + 1));
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
