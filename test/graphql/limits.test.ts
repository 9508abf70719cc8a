// A GraphQL API that holds: bounds on documents, switches for production, a time for every operation.
import { setTimeout as sleep } from 'node:timers/promises';
import { getIntrospectionQuery } from 'graphql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { catalogue } from '../../src/errors/api-error.ts';
import { apis, CREATE } from '../support/apis.ts';
import { attacks } from '../support/attacks.ts';
import { runSql } from '../support/database.ts';
import { startGateway, type TestGateway } from '../support/gateway.ts';
import { fillOrganisation } from '../support/organisation.ts';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startGateway();
  await fillOrganisation(gateway.databaseUrl, gateway.organisationId, 'limits', 120);
});
afterAll(() => gateway.close());

const codes = Object.keys(catalogue);
const messageOf = async (query: string) =>
  (await gateway.graphql(query)).body.errors?.[0].message as string | undefined;
const times = (count: number, write: (i: number) => string) =>
  Array.from({ length: count }, (_, i) => write(i)).join(' ');

describe('known attacks', () => {
  it.each(attacks)(
    '$name: answered from the catalogue, with nothing of the inside',
    async ({ body, method, headers }) => {
      const answer =
        method === 'GET'
          ? await gateway.send(`/graphql?query=${encodeURIComponent(body)}`, {
              headers: { authorization: `Bearer ${gateway.key}` },
            })
          : await gateway.send('/graphql', {
              method: 'POST',
              headers: { 'content-type': 'application/json', authorization: `Bearer ${gateway.key}`, ...headers },
              body,
            });
      expect(answer.status).toBeLessThan(500);
      for (const error of answer.body.errors ?? []) expect(codes).toContain(error.extensions.code);
      expect(answer.text).not.toMatch(/INTERNAL_SERVER_ERROR|node_modules|at .*\.[jt]s:\d/);
      expect(answer.body.errors?.length ?? 0).toBeLessThan(30);
    },
  );

  it('left the gateway well, and the log without an error', async () => {
    expect((await gateway.send('/health/ready')).status).toBe(200);
    expect(gateway.log.filter(({ level }) => (level as number) >= 50)).toEqual([]);
  });
});

describe('bounds', () => {
  it.each([
    [
      'aliases',
      (n: number) => `{ customers { edges { node { ${times(n, (i) => `a${i}: email`)} } } } }`,
      30,
      'aliases',
    ],
    [
      'directives',
      (n: number) => `{ customers { edges { node { email ${times(n, () => 'phone @include(if: true)')} } } } }`,
      50,
      'directives',
    ],
    ['root fields', (n: number) => `{ ${times(n, (i) => `a${i}: __typename`)} }`, 20, 'root fields'],
    [
      'root fields in a fragment',
      (n: number) => `{ ...f } fragment f on Query { ${times(n, (i) => `a${i}: __typename`)} }`,
      20,
      'root fields',
    ],
    [
      'questions for the schema',
      (n: number) => `{ ${times(n, (i) => `a${i}: __type(name: "Query") { name }`)} }`,
      2,
      'schema',
    ],
    [
      'levels',
      (n: number) =>
        `{ customer(by: { email: "limits9@example.com" }) { ${'referral { customer { '.repeat((n - 2) / 2)}email${' } }'.repeat((n - 2) / 2)} } }`,
      12,
      'levels deep',
    ],
    [
      'tokens',
      (n: number) => `{ ${times((n - 2) / 2, () => '__typename')} ${times((n - 2) / 2, () => '__typename')} }`,
      2_000,
      'tokens',
    ],
  ] as [string, (n: number) => string, number, string][])(
    'as many %s as allowed pass, two more do not',
    async (_, write, most, word) => {
      expect((await messageOf(write(most))) ?? '').not.toContain(word);
      expect(await messageOf(write(most + 2))).toContain(word);
    },
  );

  const customer = (selection: string) => `{ customer(by: { email: "limits9@example.com" }) { ${selection} } }`;

  it.each([
    ['fields with fields', customer(times(485, () => 'groups { slug }'))],
    ['fields with fields further down', customer(times(190, () => 'referral { customer { groups { slug } } }'))],
    ['plain fields', customer(times(1_900, () => 'email'))],
    ['one fragment', `{ ${times(650, () => '...F')} } fragment F on Query { __typename }`],
    [
      'fragments with equal fields',
      `{ ${times(150, (i) => `...F${i}`)} } ${times(150, (i) => `fragment F${i} on Query { __typename }`)}`,
    ],
    ['inline fragments', `{ ${times(400, () => '... { __typename }')} }`],
    [
      'deep questions about the schema',
      `{ __schema { types { ${'ofType { '.repeat(14)} ${times(370, () => 'ofType { name kind }')} ${'} '.repeat(14)} } } }`,
    ],
    [
      'names deep in the schema',
      `{ __schema { types { ${'ofType { '.repeat(15)} ${times(1_800, () => 'name')} ${'} '.repeat(15)} } } }`,
    ],
    [
      'fields in a fragment that stands in many places',
      `${customer(times(28, (i) => `a${i}: referral { customer { ...F } }`))} fragment F on Customer { ${times(60, () => 'email')} }`,
    ],
  ])('refuse the same too many times, in our own words: %s', async (_, query) => {
    expect(await messageOf(query)).toMatch(
      /^The document selects (the same fields too many times|more than 4000 fields)/,
    );
  });

  it.each([
    ['a field 50 times', customer(times(50, () => 'email'))],
    ['a field with fields 20 times', customer(times(20, () => 'referral { customer { groups { slug } } }'))],
    [
      'a fragment of each part of a page',
      `{ customers(first: 2) { edges { node { ${times(40, (i) => `...F${i}`)} } } } } ${times(40, (i) => `fragment F${i} on Customer { id email groups { slug } }`)}`,
    ],
  ])('let pass what clients write: %s', async (_, query) => {
    expect(await messageOf(query)).toBeUndefined();
  });

  it('let tools ask for the schema, and nobody for many times as much', async () => {
    const [, root = '', fragments = ''] =
      /^\s*query \w+ \{([\s\S]*?)\n {4}\}\n([\s\S]*)$/.exec(getIntrospectionQuery()) ?? [];
    expect(await messageOf(`{ a: ${root.trim()} } ${fragments}`)).toBeUndefined();
    expect(await messageOf(`{ a: ${root.trim()} b: ${root.trim()} } ${fragments}`)).toBe(
      'The document asks too much about the schema.',
    );
    const customer = (n: number) =>
      `{ __type(name: "Customer") { ${times(n, (i) => `a${i}: fields { name description args { name description } type { name kind ofType { name kind ofType { name kind } } } }`)} } }`;
    expect(await messageOf(customer(5))).toBeUndefined();
    expect(await messageOf(customer(28))).toBe('The document asks too much about the schema.');
    const types = (n: number) =>
      `{ __schema { ${times(n, (i) => `a${i}: types { name kind fields { name description } }`)} } }`;
    expect(await messageOf(types(5))).toBeUndefined();
    expect(await messageOf(types(29))).toBe('The document asks too much about the schema.');
    expect(
      await messageOf(
        `{ ...F } fragment F on Query { __schema { ...S } } fragment S on __Schema { ${times(29, (i) => `a${i}: types { ...T }`)} } fragment T on __Type { name kind fields { name description } }`,
      ),
    ).toBe('The document asks too much about the schema.');
  });

  it('prices a page by its size and refuses what costs too much, before anything is asked of the database', async () => {
    const page = (n: number) =>
      `customers(first: 100) { edges { node { ${times(n, () => '')} cuRefNo groups { name slug } referral { code customer { groups { name slug } runningSubscriptions { externalId orderNumber } } } runningSubscriptions { externalId orderNumber productSlug } } } }`;
    const one = await gateway.graphql(`{ ${page(0)} }`);
    expect(one.body.data.customers.edges).toHaveLength(100);
    const three = await gateway.graphql(`{ ${['a', 'b', 'c'].map((name) => `${name}: ${page(0)}`).join(' ')} }`);
    expect(three.body.errors[0].message).toMatch(/^The operation is too complex: \d+ points, 25000 at most\.$/);
    expect(three.body.errors[0].extensions).toMatchObject({ code: 'INTERNAL_REQUEST_MALFORMED', status: 400 });
    const sized = await gateway.graphql(
      'query ($n: Int) { a: customers(first: $n) { edges { node { groups { slug } } } } }',
      { n: 5 },
      { headers: { 'x-graphql-cost': '1' } },
    );
    expect(sized.body.extensions.cost.complexity).toBe(1 + 5 * (1 + 1 + (1 + 10)));
  });

  it.each([
    ['objects', '{ meta customFields }'],
    ['values of changes', '{ changes(first: 1) { edges { node { fields { before after } } } } }'],
  ])(
    'prices %s by how long they may be: a hundred in full are paid for, and three hundred too many',
    async (_, fields) => {
      const page = `customers(first: 100) { edges { node ${fields} } }`;
      const { body } = await gateway.graphql(`{ ${page} }`, {}, { headers: { 'x-graphql-cost': '1' } });
      expect(body.errors).toBeUndefined();
      // Kilobytes that they may be of, to requests that they count as.
      expect(body.extensions.cost.requests).toBeGreaterThan((100 * 64) / 1_000);
      expect(await messageOf(`{ a: ${page} b: ${page} c: ${page} }`)).toMatch(/^The operation is too complex/);
    },
  );

  it.each(['changes', 'creditEntries', 'ipHistory'])('prices a page of %s by its size too', async (list) => {
    const cost = async (args: string, variables = {}) => {
      const declared = args.includes('$n') ? '($n: Int)' : '';
      const query = `query ${declared} { customer(by: { email: "limits1@example.com" }) { ${list}${args} { edges { cursor } } } }`;
      const answer = await gateway.graphql(query, variables, { headers: { 'x-graphql-cost': '1' } });
      return answer.body.extensions.cost.complexity;
    };
    const base = await cost('(first: 0)');
    for (const n of [1, 5, 100]) {
      expect(await cost(`(first: ${n})`)).toBe(base + 2 * n);
      expect(await cost('(last: $n)', { n })).toBe(base + 2 * n);
    }
    expect(await cost('')).toBe(base + 40);
    const all = `{ customers(first: 100) { edges { node { ${list}(first: 100) { edges { node { __typename } } } } } } }`;
    expect(await messageOf(all)).toMatch(/^The operation is too complex: \d+ points, 25000 at most\.$/);
  });

  it('answers a document that is refused with 400 to who asks for the newer media type', async () => {
    const answer = await gateway.graphql(
      `{ ${times(40, (i) => `a${i}: __typename`)} }`,
      {},
      {
        headers: { accept: 'application/graphql-response+json' },
      },
    );
    expect([answer.status, answer.body.errors[0].extensions.code]).toEqual([400, 'INTERNAL_REQUEST_MALFORMED']);
  });

  it('lets tools read the whole schema', async () => {
    const { body } = await gateway.graphql(getIntrospectionQuery({ inputValueDeprecation: true, oneOf: true }));
    expect(body.data.__schema.types.length).toBeGreaterThan(20);
  });
});

describe('in production', () => {
  it('does not say which other name may have been meant; in demo mode it does', async () => {
    const demo = await startGateway({ demo: true });
    for (const [query, variables] of [
      ['{ custmers { edges { cursor } } }', {}],
      ['{ customers(frst: 1) { edges { cursor } } }', {}],
      ['{ customers { edges { nod { email } } } }', {}],
      ['query ($x: Customr) { __typename }', {}],
      ['mutation { createApiKey(input: { prefix: PRD, name: "x" }) { key } }', {}],
      ['query ($by: CustomerBy!) { customer(by: $by) { email } }', { by: { emial: 'a@b.cz' } }],
    ] as const) {
      expect((await gateway.graphql(query, variables)).text).not.toMatch(/did you mean/i);
    }
    const answer = await demo.graphql('{ custmers { edges { cursor } } }');
    expect(answer.text).toContain('Did you mean');
    const { body } = await demo.graphql('mutation { mergeCustomer(input: {}) { __typename } }');
    expect(body.errors[0].message).toMatch(/Did you mean "mergeCustomers"(, "[a-zA-Z]+")+, or "[a-zA-Z]+"\?$/);
    await demo.close();
  });

  it('introspection and GraphiQL can be switched off', async () => {
    const closed = await startGateway({ introspection: false, graphiql: false });
    for (const query of ['{ __schema { queryType { name } } }', '{ __type(name: "Customer") { name } }']) {
      const { body } = await closed.graphql(query);
      expect(body.errors[0].extensions.code).toBe('INTERNAL_REQUEST_MALFORMED');
      expect(body.data ?? null).toBeNull();
    }
    expect((await closed.graphql('{ __typename }')).body.data).toEqual({ __typename: 'Query' });
    expect((await closed.graphql(CREATE, { input: { email: 'closed@example.com' } })).body.errors).toBeUndefined();
    const page = await closed.send(`/graphql?apiKey=${closed.key}`, { headers: { accept: 'text/html' } });
    expect([page.status, page.body.errors[0].extensions.code]).toEqual([400, 'INTERNAL_REQUEST_MALFORMED']);
    await closed.close();
  });
});

describe('an operation that takes too long', () => {
  it.each(apis)('is answered in time, and its SQL is cancelled: $name', async (api) => {
    const slow = await startGateway({ operationTimeout: 400 });
    await runSql(
      slow.databaseUrl,
      `create function wait() returns trigger language plpgsql as $$ begin perform pg_sleep(30); return new; end $$;
       create trigger wait before insert on customer for each row execute function wait()`,
    );
    const { answer, code } = await api.create(slow, { email: 'slow@example.com' });
    expect([code, answer.status]).toEqual(['INTERNAL_SERVICE_UNAVAILABLE', 503]);
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
    const message = answer.body.error?.message ?? answer.body.errors[0].message;
    expect(message).toBe('The operation took too long and was cancelled.');
    const running = () =>
      runSql(
        slow.databaseUrl,
        `select query from pg_stat_activity where datname = current_database() and state = 'active' and query like '%insert into customer%' and pid <> pg_backend_pid()`,
      );
    await expect.poll(running, { timeout: 1_000 }).toEqual([]);
    await runSql(slow.databaseUrl, 'drop trigger wait on customer');
    expect((await api.create(slow, { email: 'slow@example.com' })).newAccount).toBe(true);
    await slow.close();
  });

  it.each([
    ['updateCustomer', 'updateCustomer(input: { by: { email: "slow@example.com" }, firstName: "Jan" })'],
    [
      'adjustCustomerCredit',
      'adjustCustomerCredit(input: { by: { email: "slow@example.com" }, amount: 5, description: "x" })',
    ],
    ['deleteCustomer', 'deleteCustomer(input: { by: { email: "slow@example.com" }, reason: "x" })'],
  ])('has done nothing, and keeps nobody waiting: %s', async (_, mutation) => {
    const slow = await startGateway({ operationTimeout: 400 });
    await slow.rest({ email: 'slow@example.com' });
    const state = () =>
      runSql(
        slow.databaseUrl,
        'select c.*, (select count(*) from change_entry) as changes, (select count(*) from credit_entry) as entries from customer c',
      );
    const before = await state();
    // The change is made by then, and its entry is what takes long.
    await runSql(
      slow.databaseUrl,
      `create function wait() returns trigger language plpgsql as $$ begin perform pg_sleep(30); return new; end $$;
       create trigger wait after insert on change_entry for each row execute function wait()`,
    );
    const query = `mutation { ${mutation} { customer { version } } }`;
    for (const headers of [{}, { 'idempotency-key': 'slow' }]) {
      const answer = await slow.graphql(query, {}, { headers: headers as Record<string, string> });
      expect(answer.body.errors[0].extensions, answer.text).toMatchObject({
        code: 'INTERNAL_SERVICE_UNAVAILABLE',
        status: 503,
      });
      expect(await state()).toEqual(before);
    }
    await runSql(slow.databaseUrl, 'drop trigger wait on change_entry');
    const done = await slow.graphql(query, {}, { headers: { 'idempotency-key': 'slow' } });
    expect(done.body.errors).toBeUndefined();
    expect(await state()).toMatchObject([{ changes: '1' }]);
    await slow.close();
  });

  it('has one time for all of its statements together', async () => {
    const slow = await startGateway({ operationTimeout: 900 });
    await fillOrganisation(slow.databaseUrl, slow.organisationId, 'slow', 3);
    // Every look at one of these tables takes a third of a second; a page takes two: what belongs to it does not fit.
    await runSql(
      slow.databaseUrl,
      `create function slowly() returns boolean language plpgsql volatile as $$ begin perform pg_sleep(0.33); return true; end $$;
       create policy slow on customer as restrictive using ((select slowly()));
       create policy slow on customer_group_membership as restrictive using ((select slowly()));
       create policy slow on referral as restrictive using ((select slowly()))`,
    );
    const one = await slow.graphql('{ customers(first: 1) { edges { node { email } } } }');
    expect(one.body.errors).toBeUndefined();
    const all = await slow.graphql(
      '{ customers(first: 1) { edges { node { referral { customer { referral { customer { email groups { slug } } } } } } } } }',
    );
    expect(all.body.errors[0].extensions.code).toBe('INTERNAL_SERVICE_UNAVAILABLE');
    await sleep(400);
    const active = await runSql(
      slow.databaseUrl,
      `select query from pg_stat_activity where datname = current_database() and state = 'active' and pid <> pg_backend_pid()`,
    );
    expect(active).toEqual([]);
    await slow.close();
  });
});
