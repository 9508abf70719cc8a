// The history of a customer: everything that was done with it, newest first, by pages and by action.
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { createKey, runSql } from '../support/database.ts';
import { startGateway, type TestGateway } from '../support/gateway.ts';
import { changesOf, mutate } from '../support/mutations.ts';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startGateway();
});
afterAll(() => gateway.close());

const email = 'history@example.com';
const by = { email };
const page = async (args: string, of = by, at = gateway) => {
  const { body } = await at.graphql(
    `query ($by: CustomerBy!) { customer(by: $by) { changes(${args}) { edges { cursor node { action reason } } pageInfo { hasNextPage hasPreviousPage } } } }`,
    { by: of },
  );
  return { ...body.data?.customer?.changes, errors: body.errors };
};
const reasonsOf = ({ edges }: { edges: { node: { reason: string } }[] }) => edges.map(({ node }) => node.reason);

describe('a creation', () => {
  it('is read from the customer’s row: who, by which request, when', async () => {
    await gateway.rest({ email }, { headers: { 'X-Request-Id': 'made-it' } });
    expect(await runSql(gateway.databaseUrl, 'select * from change_entry')).toEqual([]);
    const [created, ...others] = await changesOf(gateway, by);
    const [row] = await runSql<{ created_at: Date }>(gateway.databaseUrl, 'select created_at from customer');
    expect(others).toEqual([]);
    expect(created).toEqual({
      action: 'CREATED',
      actor: `key:${gateway.key.slice(0, 8)}`,
      reason: null,
      requestId: 'made-it',
      createdAt: row?.created_at.toISOString(),
      fields: [],
    });
  });

  it('of a version that did not note it has neither', async () => {
    await runSql(
      gateway.databaseUrl,
      `insert into customer (organisation_id, cu_ref_no, email, canonical_email) values ($1, 'OlderCustomer001', 'older@example.com', 'older@example.com')`,
      [gateway.organisationId],
    );
    expect(await changesOf(gateway, { email: 'older@example.com' })).toMatchObject([
      { action: 'CREATED', actor: null, requestId: null },
    ]);
  });
});

describe('pages', () => {
  beforeAll(async () => {
    for (let i = 1; i <= 9; i++) {
      await mutate(gateway, i % 2 ? 'banCustomer' : 'unbanCustomer', { by, reason: `r${i}` });
    }
  });

  it('follow each other both ways, with the creation as the last', async () => {
    const forward: string[] = [];
    for (let after = ''; ; ) {
      const { edges, pageInfo } = await page(`first: 4${after && `, after: "${after}"`}`);
      forward.push(...reasonsOf({ edges }));
      if (!pageInfo.hasNextPage) break;
      after = edges.at(-1).cursor;
    }
    expect(forward).toEqual(['r9', 'r8', 'r7', 'r6', 'r5', 'r4', 'r3', 'r2', 'r1', null]);
    const backward: string[] = [];
    for (let before = ''; ; ) {
      const { edges, pageInfo } = await page(`last: 3${before && `, before: "${before}"`}`);
      backward.unshift(...reasonsOf({ edges }));
      if (!pageInfo.hasPreviousPage) break;
      before = edges[0].cursor;
    }
    expect(backward).toEqual(forward);
  });

  it('stay where they are while changes come', async () => {
    const { edges } = await page('first: 3');
    await mutate(gateway, 'unbanCustomer', { by, reason: 'later' });
    expect(reasonsOf(await page(`first: 2, after: "${edges.at(-1).cursor}"`))).toEqual(['r6', 'r5']);
    expect(reasonsOf(await page(`first: 9, before: "${edges[0].cursor}"`))).toEqual(['later']);
  });

  it('hold the actions that are asked for', async () => {
    expect(reasonsOf(await page('first: 3, actions: [BANNED]'))).toEqual(['r9', 'r7', 'r5']);
    expect(reasonsOf(await page('last: 2, actions: [CREATED, BANNED, BANNED]'))).toEqual(['r1', null]);
    expect(reasonsOf(await page('first: 3, actions: [DELETED]'))).toEqual([]);
    expect(reasonsOf(await page('first: 3, actions: []'))).toEqual([]);
    expect(reasonsOf(await page('first: 1, actions: null'))).toEqual(['later']);
  });

  it('refuse what is no cursor of theirs', async () => {
    for (const cursor of [
      'x',
      Buffer.from('customerChange:x').toString('base64url'),
      Buffer.from('customer:1').toString('base64url'),
    ]) {
      const { errors } = await page(`first: 1, after: "${cursor}"`);
      expect(errors[0].extensions.fields).toEqual([{ path: 'after', message: 'must be a cursor of this list' }]);
    }
  });

  it('of many customers are read by one statement', async () => {
    const { body } = await gateway.graphql(
      '{ customers(first: 10) { edges { node { email changes(first: 1) { edges { node { action } } } } } } }',
    );
    const found = body.data.customers.edges.map(
      ({ node }: { node: { email: string; changes: { edges: object[] } } }) => [node.email, node.changes.edges],
    );
    expect(found).toEqual([
      ['older@example.com', [{ node: { action: 'CREATED' } }]],
      [email, [{ node: { action: 'UNBANNED' } }]],
    ]);
  });
});

it('is found by action without reading all of a long history', async () => {
  // In a database of its own: the sessions of the other tests tell what they have read up to ten seconds later.
  const own = await startGateway();
  onTestFinished(() => own.close());
  await own.rest({ email: 'long@example.com' });
  // Reads the table too, whenever it comes.
  await runSql(own.databaseUrl, 'alter table change_entry set (autovacuum_enabled = off)');
  await runSql(
    own.databaseUrl,
    `insert into change_entry (organisation_id, subject, reference, action, actor, fields, ordinal)
     select organisation_id, 'customer', cu_ref_no, case when n = 1 then 'banned' else 'credit adjusted' end, 'command:x', '{}', n
     from customer, generate_series(1, 100000) n where email = 'long@example.com'`,
  );
  const read = async () => {
    const [row] = await runSql<{ blocks: string }>(
      own.databaseUrl,
      `select heap_blks_read + heap_blks_hit + idx_blks_read + idx_blks_hit as blocks from pg_statio_user_tables where relname = 'change_entry'`,
    );
    return Number(row?.blocks);
  };
  const settle = () => new Promise((resolve) => setTimeout(resolve, 1_500));
  await settle();
  const before = await read();
  expect(reasonsOf(await page('first: 1, actions: [BANNED]', { email: 'long@example.com' }, own))).toEqual([null]);
  await settle();
  expect((await read()) - before).toBeLessThan(200);
});

it('needs customer:write, since it tells who acted', async () => {
  const query = `{ customer(by: { email: "${email}" }) { changes { edges { node { action } } } creditEntries { edges { node { amount } } } } }`;
  const key = await createKey(gateway.databaseUrl, gateway.organisationId, { scopes: ['customer:read'] });
  expect((await gateway.graphql(query, {}, { key })).body.errors[0].extensions).toMatchObject({
    code: 'PUBLIC_API_KEY_SCOPE_NOT_ALLOWED',
    status: 403,
  });
  const both = await createKey(gateway.databaseUrl, gateway.organisationId, {
    scopes: ['customer:read', 'customer:write'],
  });
  expect((await gateway.graphql(query, {}, { key: both })).body.errors).toBeUndefined();
});

it('shows what a document has changed so far', async () => {
  await gateway.rest({ email: 'twice@example.com' });
  const field = (name: string, amount: number) =>
    `${name}: adjustCustomerCredit(input: { by: { email: "twice@example.com" }, amount: ${amount}, description: "${name}" }) {
       customer { creditBalance changes(first: 5) { edges { node { reason } } } creditEntries { edges { node { amount } } } } }`;
  const { body } = await gateway.graphql(`mutation { ${field('one', 1)} ${field('two', 2)} }`);
  expect(body.data.one.customer).toMatchObject({
    creditBalance: 1,
    creditEntries: { edges: [{ node: { amount: 1 } }] },
  });
  expect(body.data.two.customer).toMatchObject({
    creditBalance: 3,
    changes: { edges: [{ node: { reason: 'two' } }, { node: { reason: 'one' } }, { node: { reason: null } }] },
    creditEntries: { edges: [{ node: { amount: 2 } }, { node: { amount: 1 } }] },
  });
});
