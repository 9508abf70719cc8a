// What lists of customers are asked for: what is refused and how, cursors, counts beyond what is counted, look-ups of many, and the bounds of a costly search.
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { rest } from '../../support/apis.ts';
import { createKey, createOrganisation, runSql } from '../../support/database.ts';
import { startGateway, type TestGateway } from '../../support/gateway.ts';

let gateway: TestGateway;
const references: string[] = [];
beforeAll(async () => {
  gateway = await startGateway();
  for (let n = 0; n < 5; n++) {
    const { profile } = await rest.create(gateway, { email: `asked${n}@example.com`, companyName: `Asked ${n}` });
    references.push(String(profile?.cuRefNo));
  }
});
afterAll(() => gateway.close());

const LIST = `query ($filter: CustomerFilter, $search: String, $orderBy: CustomerOrder, $first: Int, $after: String, $before: String) {
  customers(filter: $filter, search: $search, orderBy: $orderBy, first: $first, after: $after, before: $before) {
    edges { cursor node { cuRefNo email } } pageInfo { hasNextPage endCursor }
  }
}`;
const list = async (variables: object) => (await gateway.graphql(LIST, variables)).body;
const fieldsOf = async (variables: object) => (await list(variables)).errors?.[0]?.extensions.fields;

describe('arguments', () => {
  it.each([
    [{ filter: { premium: 'yes' } }, [{ path: 'filter.premium', message: 'must be true or false' }]],
    [{ filter: { credit: 'MUCH' } }, [{ path: 'filter.credit', message: 'must be one of POSITIVE, ZERO, NEGATIVE' }]],
    [{ filter: { groups: {} } }, [{ path: 'filter.groups', message: expect.stringContaining('exactly one member') }]],
    [{ filter: { groups: { anyOf: ['a'], none: true } } }, [{ path: 'filter.groups', message: expect.any(String) }]],
    [{ filter: { groups: { none: false } } }, [{ path: 'filter.groups.none', message: 'must be true' }]],
    [{ filter: { groups: { anyOf: [] } } }, [{ path: 'filter.groups.anyOf', message: 'must not be empty' }]],
    [{ filter: { groups: { anyOf: ['no slug!'] } } }, [{ path: 'filter.groups.anyOf.0', message: expect.any(String) }]],
    [
      { filter: { createdAt: { from: '2026-01-02T00:00:00Z', to: '2026-01-01T00:00:00Z' } } },
      [{ path: 'filter.createdAt.to', message: 'must not be before from' }],
    ],
    [
      { filter: { lastSeenAt: { from: 'yesterday' } } },
      [{ path: 'filter.lastSeenAt.from', message: expect.any(String) }],
    ],
    [{ search: 'x'.repeat(201) }, [{ path: 'search', message: 'must be at most 200 characters long' }]],
    [{ search: 'a b c d e f g h i j k' }, [{ path: 'search', message: 'must have at most 10 words' }]],
    [{ search: 'a\u0000b' }, [{ path: 'search', message: 'must not contain control characters' }]],
    [{ search: 7 }, [{ path: 'search', message: 'must be a string' }]],
    [{ orderBy: { field: 'NAME' } }, [{ path: 'orderBy.direction', message: 'is required' }]],
    [{ first: 101 }, [{ path: 'first', message: 'must be at most 100' }]],
  ])('are refused: %j', async (variables, fields) => {
    expect(await fieldsOf(variables)).toEqual(fields);
  });

  it('are all told that are wrong', async () => {
    const fields = await fieldsOf({ filter: { groups: { anyOf: [] } }, search: 'a\u0000', first: 101, after: '?' });
    expect(fields.map(({ path }: { path: string }) => path).toSorted()).toEqual([
      'after',
      'filter.groups.anyOf',
      'first',
      'search',
    ]);
  });

  it('that are null, or empty, narrow nothing', async () => {
    const filter = { premium: null, ban: null, credit: null, groups: null, createdAt: null, kind: null };
    const span = { createdAt: {}, lastSeenAt: { from: null, to: null } };
    for (const asked of [
      { filter },
      { filter: null },
      { filter: {} },
      { filter: span },
      { search: null, orderBy: null },
    ])
      expect((await list(asked)).data.customers.edges).toHaveLength(5);
  });

  it('that name a group which is not there, or which is being deleted, are nobody’s', async () => {
    const slugs = async (anyOf: string[]) =>
      (await list({ filter: { groups: { anyOf } } })).data.customers.edges.length;
    expect(await slugs(['never-made'])).toBe(0);
    await gateway.graphql(
      'mutation ($input: AddCustomerToGroupsInput!) { addCustomerToGroups(input: $input) { customer { cuRefNo } } }',
      { input: { by: { cuRefNo: references[0] }, groups: ['made'], createMissingGroups: true } },
    );
    expect(await slugs(['never-made', 'made'])).toBe(1);
    expect(await slugs([' MADE '])).toBe(1);
    expect((await list({ filter: { groups: { none: true } } })).data.customers.edges).toHaveLength(4);
    await gateway.graphql(
      'mutation ($input: DeleteCustomerGroupInput!) { deleteCustomerGroup(input: $input) { group { slug } } }',
      { input: { slug: 'made', force: true } },
    );
    expect(await slugs(['made'])).toBe(0);
    expect((await list({ filter: { groups: { none: true } } })).data.customers.edges).toHaveLength(5);
  });
});

describe('cursors', () => {
  const orders = [
    undefined,
    ...['CREATED_AT', 'LAST_SEEN_AT', 'NAME', 'CREDIT'].map((field) => ({ field, direction: 'ASC' })),
  ];

  it('are of one order each, and of both of its directions', async () => {
    for (const orderBy of orders) {
      const { endCursor } = (await list({ orderBy, first: 2 })).data.customers.pageInfo;
      for (const other of orders) {
        const fields = await fieldsOf({ orderBy: other, first: 2, after: endCursor });
        const refused = [{ path: 'after', message: 'must be a cursor of this list' }];
        expect(fields).toEqual(other?.field === orderBy?.field ? undefined : refused);
      }
      if (!orderBy) continue;
      const back = await list({ orderBy: { ...orderBy, direction: 'DESC' }, after: endCursor });
      expect(back.data.customers.edges).toHaveLength(1);
    }
  });

  it('hold nothing but the sort values, and are refused when they were changed', async () => {
    const { endCursor } = (await list({ orderBy: orders[3], first: 1 })).data.customers.pageInfo;
    const text = Buffer.from(endCursor, 'base64url').toString();
    expect(text).toBe(`customerByName:${encodeURIComponent('Asked 0')}  ${references[0]}`);
    for (const wrong of [
      `${text} `,
      text.replace('customerByName', 'customerByCredit'),
      'customerByName:',
      `${text}%00`,
    ])
      expect(await fieldsOf({ orderBy: orders[3], after: Buffer.from(wrong).toString('base64url') })).toEqual([
        { path: 'after', message: 'must be a cursor of this list' },
      ]);
  });
});

describe('customersByReference', () => {
  const QUERY = 'query ($cuRefNos: [String!]!) { customersByReference(cuRefNos: $cuRefNos) { cuRefNo } }';

  it('gives them in the order asked, null for those that there are not, and one twice that is asked for twice', async () => {
    const [a = '', b = ''] = references;
    const cuRefNos = [b, 'nobody', a, 'A'.repeat(16), b];
    const { body } = await gateway.graphql(QUERY, { cuRefNos });
    expect(body.data.customersByReference).toEqual([{ cuRefNo: b }, null, { cuRefNo: a }, null, { cuRefNo: b }]);
    expect((await gateway.graphql(QUERY, { cuRefNos: [] })).body.data.customersByReference).toEqual([]);
    const other = await createKey(gateway.databaseUrl, await createOrganisation(gateway.databaseUrl));
    expect((await gateway.graphql(QUERY, { cuRefNos: [a] }, { key: other })).body.data.customersByReference).toEqual([
      null,
    ]);
  });

  it('takes a hundred, and no more', async () => {
    const many = Array.from({ length: 100 }, (_, i) => references[i % 5]);
    expect((await gateway.graphql(QUERY, { cuRefNos: many })).body.data.customersByReference).toHaveLength(100);
    const { body } = await gateway.graphql(QUERY, { cuRefNos: [...many, 'x'] });
    expect(body.errors[0].extensions.fields).toEqual([{ path: 'cuRefNos', message: 'must have at most 100 items' }]);
  });
});

describe('many customers', () => {
  const COUNT = `query ($filter: CustomerFilter, $search: String) {
    customers(filter: $filter, search: $search, first: 1) { totalCount estimatedCount }
  }`;
  const MANY = 12_000;
  let key: string;
  beforeAll(async () => {
    const organisation = await createOrganisation(gateway.databaseUrl);
    key = await createKey(gateway.databaseUrl, organisation);
    // Another one has as many, and nearly all of both belong to a group.
    for (const id of [organisation, await createOrganisation(gateway.databaseUrl)]) {
      await runSql(
        gateway.databaseUrl,
        `insert into customer (organisation_id, cu_ref_no, email, canonical_email, premium, last_name)
         select $1, lpad(n::text, 16, 'm'), 'many' || n || '@example.com', 'many' || n || '@example.com', n > 10000, 'Many ' || (n % 3)
         from generate_series(1, ${MANY}) n`,
        [id],
      );
      await runSql(
        gateway.databaseUrl,
        `with made as (insert into customer_group (organisation_id, slug, name) values ($1, 'most', 'Most') returning id)
         insert into customer_group_membership (organisation_id, group_id, customer_id)
         select $1, made.id, c.id from made, (select id from customer where organisation_id = $1 order by id limit 11000) c`,
        [id],
      );
    }
    await runSql(gateway.databaseUrl, 'analyze customer, customer_group_membership');
  }, 60_000);
  const count = async (variables: object) => (await gateway.graphql(COUNT, variables, { key })).body.data.customers;

  it('are counted up to 10,000, and estimated beyond', async () => {
    const everybody = await count({});
    expect(everybody.totalCount).toBeNull();
    expect(everybody.estimatedCount).toBeGreaterThan(MANY * 0.8);
    expect(everybody.estimatedCount).toBeLessThan(MANY * 1.2);
    expect(await count({ filter: { premium: false } })).toEqual({ totalCount: 10_000, estimatedCount: 10_000 });
    expect(await count({ filter: { premium: true } })).toEqual({ totalCount: 2_000, estimatedCount: 2_000 });
    const members = await count({ filter: { groups: { anyOf: ['most'] }, ban: false } });
    expect(members.totalCount).toBeNull();
    expect(members.estimatedCount).toBeGreaterThan(11_000 * 0.95);
    expect(members.estimatedCount).toBeLessThan(11_000 * 1.05);
    expect(await count({ search: 'many1 2' })).toMatchObject({ totalCount: expect.any(Number) });
    expect(await count({ search: 'many1199' })).toEqual({ totalCount: 11, estimatedCount: 11 });
    const searched = await count({ search: 'example' });
    expect(searched.totalCount).toBeNull();
    expect(searched.estimatedCount).toBeGreaterThan(10_000);
    expect(searched.estimatedCount).toBeLessThan(MANY * 1.2);
    // More are found than are counted, and fewer are left.
    expect(await count({ search: 'example', filter: { premium: true } })).toMatchObject({ totalCount: 2_000 });
  });

  it('are found at the far end of an order, and where too many have the words', async () => {
    const query = `{ customers(search: "example", filter: { premium: false }, orderBy: { field: CREATED_AT, direction: ASC }, first: 1) {
      edges { node { premium } } } }`;
    expect((await gateway.graphql(query, {}, { key })).body.data.customers.edges).toEqual([
      { node: { premium: false } },
    ]);
    const rare = await gateway.graphql(
      '{ customers(search: "many1@", first: 5) { edges { node { email } } } }',
      {},
      { key },
    );
    expect(rare.body.data.customers.edges).toEqual([{ node: { email: 'many1@example.com' } }]);
  });

  it('are searched for no longer than an operation may take: PostgreSQL cancels it then', async () => {
    const hasty = await startGateway({ databaseUrl: gateway.databaseUrl, operationTimeout: 700 });
    const blocker = new pg.Client(gateway.databaseUrl);
    await blocker.connect();
    await hasty.graphql('{ __typename }', {}, { key });
    await blocker.query('begin; lock table customer in access exclusive mode');
    const { status, body, headers } = await hasty.graphql(COUNT, { search: 'example' }, { key });
    expect([status, body.errors[0].extensions.code]).toEqual([503, 'INTERNAL_SERVICE_UNAVAILABLE']);
    expect(headers.get('retry-after')).not.toBeNull();
    const active = () =>
      runSql(
        gateway.databaseUrl,
        `select query from pg_stat_activity
         where datname = current_database() and state = 'active' and application_name = 'gateway' and query like '%customer c%'`,
      );
    // PostgreSQL tells of the end of a statement a moment after it.
    await expect.poll(active, { timeout: 5_000 }).toEqual([]);
    await blocker.end();
    expect((await hasty.graphql(COUNT, { search: 'many1199' }, { key })).body.data.customers.totalCount).toBe(11);
    await hasty.close();
  });
});

it('leaves connections to others, however many lists are asked for', async () => {
  const blocker = new pg.Client(gateway.databaseUrl);
  await blocker.connect();
  await blocker.query('begin; lock table customer_group in access exclusive mode');
  // More than there are connections; each waits for the table.
  const blocked = Array.from({ length: 30 }, () => list({ filter: { groups: { anyOf: ['nobody'] } } }));
  await expect
    .poll(async () => {
      const { rows } = await blocker.query(
        `select from pg_locks where relation = 'customer_group'::regclass and not granted`,
      );
      return rows.length;
    })
    .toBe(5);
  const query = '{ customer(by: { email: "asked0@example.com" }) { email } }';
  expect((await gateway.graphql(query)).body.data.customer.email).toBe('asked0@example.com');
  await blocker.query('rollback');
  await blocker.end();
  for (const { data } of await Promise.all(blocked)) expect(data.customers.edges).toEqual([]);
});

it('costs what it may read', async () => {
  const cost = async (query: string) => {
    const { body } = await gateway.graphql(query);
    return body.extensions?.cost?.complexity ?? body.errors?.[0]?.message;
  };
  const many = Array.from({ length: 20 }, (_, i) => `a${i}: customers(search: "x${i}", first: 100) { totalCount }`);
  expect(await cost(`{ ${many} }`)).toBe('The operation is too complex: 30000 points, 25000 at most.');
});
