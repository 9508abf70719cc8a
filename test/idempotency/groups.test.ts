// Mutations of groups under an Idempotency-Key: done once however often they are sent, whole or not at all, and told as they were.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { runSql } from '../support/database.ts';
import { startGateway, type TestGateway } from '../support/gateway.ts';
import { mutate } from '../support/mutations.ts';

let gateway: TestGateway;
let second: TestGateway;
let cuRefNo: string;
beforeAll(async () => {
  gateway = await startGateway();
  second = await startGateway({ databaseUrl: gateway.databaseUrl });
  ({ cuRefNo } = (await gateway.rest({ email: 'groups@example.com' })).body);
});
afterAll(() => Promise.all([gateway.close(), second.close()]));

const SHOWN = 'group { name slug customerCount }';
const create = (input: object) => mutate(gateway, 'createCustomerGroup', input, SHOWN);
const keyed = (key: string) => ({ key: gateway.key, headers: { 'idempotency-key': key } });
const lose = (key: string) =>
  runSql(gateway.databaseUrl, 'update idempotency_key set answer = null where key = $1', [key]);

it.each<[string, string | undefined, object]>([
  ['createCustomerGroup', undefined, { name: 'Keyed made' }],
  ['updateCustomerGroup', 'Keyed old', { slug: 'keyed-old', name: 'New', newSlug: 'keyed-new' }],
  ['deleteCustomerGroup', 'Keyed gone', { slug: 'keyed-gone', force: true }],
])('%s is done once, and told as it was', async (mutation, name, input) => {
  if (name) await create({ name });
  const key = `once-${mutation}`;
  const send = async (to: TestGateway) => (await mutate(to, mutation, input, SHOWN, keyed(key))).answer;
  const all = await Promise.all(Array.from({ length: 8 }, (_, i) => send(i % 2 ? second : gateway)));
  const told = all.filter(({ body }) => !body.errors).map(({ text }) => text);
  expect(told.length).toBeGreaterThan(0);
  await lose(key);
  expect(new Set([...told, (await send(gateway)).text, (await send(second)).text]).size).toBe(1);
  const done = await runSql(
    gateway.databaseUrl,
    "select count(*)::int from change_entry where subject = 'customer_group' and request_id = any($1)",
    [all.map(({ headers }) => headers.get('x-request-id'))],
  );
  expect(done).toEqual([{ count: 1 }]);
});

it('groups are made, joined and deleted whole, or not at all', async () => {
  const fields = (last: string) => `mutation {
    a: createCustomerGroup(input: { name: "Whole" }) { group { slug customerCount } }
    b: addCustomerToGroups(input: { by: { cuRefNo: "${cuRefNo}" }, groups: ["whole"] }) { customer { groups { slug } } }
    c: updateCustomerGroup(input: { slug: "whole", newSlug: "${last}" }) { group { slug customerCount } }
  }`;
  await create({ name: 'Occupied' });
  const failed = await gateway.graphql(fields('occupied'), {}, keyed('whole'));
  expect([failed.body.data, failed.body.errors[0].path]).toEqual([null, ['c']]);
  expect(
    await runSql(
      gateway.databaseUrl,
      `select from change_entry where subject = 'customer_group' and reference = 'whole'`,
    ),
  ).toEqual([]);
  const { body } = await gateway.graphql(fields('whole-2'), {}, keyed('whole'));
  // It is told once all of it is done.
  const group = { slug: 'whole-2', customerCount: 1 };
  expect(body.data).toMatchObject({ b: { customer: { groups: [{ slug: 'whole-2' }] } }, c: { group } });
});

it('a list is as it is at the moment', async () => {
  await create({ name: 'Listed' });
  const list = async () =>
    (await gateway.graphql('{ customerGroups(last: 1) { edges { node { slug } } } }', {}, keyed('list'))).body.data
      .customerGroups.edges;
  await create({ name: 'z', slug: 'zz-1' });
  expect(await list()).toEqual([{ node: { slug: 'zz-1' } }]);
  await create({ name: 'z', slug: 'zz-2' });
  expect(await list()).toEqual([{ node: { slug: 'zz-2' } }]);
});
