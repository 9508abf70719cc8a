// Groups that many change at once, over two gateways: each slug is one group's, and nobody is left in one that was deleted.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { expectClean } from '../support/check.ts';
import { runSql } from '../support/database.ts';
import { startGateway, type TestGateway } from '../support/gateway.ts';
import { mutate } from '../support/mutations.ts';

let gateway: TestGateway;
let second: TestGateway;
beforeAll(async () => {
  gateway = await startGateway();
  second = await startGateway({ databaseUrl: gateway.databaseUrl });
});
afterAll(async () => {
  await expectClean(gateway.databaseUrl);
  await Promise.all([gateway.close(), second.close()]);
});

const SHOWN = 'group { name slug customerCount }';
const create = (input: object) => mutate(gateway, 'createCustomerGroup', input, SHOWN);
const remove = (slug: string, members = {}, to = gateway) =>
  mutate(to, 'deleteCustomerGroup', { slug, ...members }, SHOWN, { key: gateway.key });
const GROUPS = 'customer { cuRefNo version groups { name slug } }';
const slugsIn = ({ payload }: { payload: { customer: { groups: { slug: string }[] } } }) =>
  payload.customer.groups.map(({ slug }) => slug).toSorted();
const slugsOf = async (reference: string): Promise<string[]> => {
  const { body } = await gateway.graphql(`{ customer(by: { cuRefNo: "${reference}" }) { groups { slug } } }`);
  return body.data.customer.groups.map(({ slug }: { slug: string }) => slug).toSorted();
};
const VALIDATION = 'INTERNAL_VALIDATION_FAILED';
const UNKNOWN = 'must be the slug of a group of this organisation';

const customers = async (name: string) =>
  Promise.all(
    Array.from({ length: 16 }, async (_, i) => (await gateway.rest({ email: `${name}${i}@example.com` })).body.cuRefNo),
  );
const join = (reference: string, groups: string[], i: number, members = {}) =>
  mutate(i % 2 ? second : gateway, 'addCustomerToGroups', { by: { cuRefNo: reference }, groups, ...members }, GROUPS, {
    key: gateway.key,
  });

it('many who add the same missing groups make each once', async () => {
  const all = await customers('missing');
  const slugs = ['race-a', 'race-b', 'race-c'];
  const done = await Promise.all(
    all.map((reference, i) => join(reference, i % 3 ? slugs : slugs.toReversed(), i, { createMissingGroups: true })),
  );
  for (const one of done) expect([one.code, slugsIn(one)]).toEqual([undefined, slugs]);
  const made = await runSql(
    gateway.databaseUrl,
    "select reference from change_entry where subject = 'customer_group' and reference = any($1) order by 1",
    [slugs],
  );
  expect(made).toEqual(slugs.map((reference) => ({ reference })));
});

it('whoever adds to a group that is being deleted is in it, or is told that there is none', async () => {
  const all = await customers('deleting');
  for (let round = 0; round < 6; round++) {
    const slug = `doomed-${round}`;
    await create({ name: slug });
    const [deleted, ...added] = await Promise.all([
      remove(slug, { force: true }, second),
      ...all.map((reference, i) => join(reference, [slug], i)),
    ]);
    expect(deleted.code).toBeUndefined();
    for (const one of added)
      if (one.code) expect([one.code, one.fields]).toEqual([VALIDATION, [{ path: 'groups.0', message: UNKNOWN }]]);
    for (const reference of all) expect(await slugsOf(reference)).toEqual([]);
  }
});

it('whoever makes missing groups is never told that there is none', async () => {
  const all = await customers('remaking');
  for (let round = 0; round < 6; round++) {
    const slug = `remade-${round}`;
    await create({ name: slug });
    const done = await Promise.all([
      ...all.map((reference, i) => join(reference, [slug], i, { createMissingGroups: true })),
      ...[gateway, second, gateway].map((to) => remove(slug, { force: true }, to)),
    ]);
    for (const { code } of done.slice(0, all.length)) expect(code).toBeUndefined();
  }
});

it('an unforced delete leaves nobody without a group', async () => {
  const all = await customers('unforced');
  for (let round = 0; round < 6; round++) {
    const slug = `kept-${round}`;
    await create({ name: slug });
    const [deleted, ...added] = await Promise.all([
      remove(slug, {}, second),
      ...all.map((reference, i) => join(reference, [slug], i)),
    ]);
    const joined = added.filter(({ code }) => !code);
    // Refused, or it came before all who would have joined.
    expect(joined.length === 0 || deleted.code === 'INTERNAL_CONFLICT').toBe(true);
    const inIt = await Promise.all(all.map(async (reference) => (await slugsOf(reference)).includes(slug)));
    expect(inIt.filter(Boolean)).toHaveLength(joined.length);
  }
});

it('a customer that is being deleted is added before, or not at all', async () => {
  const all = await customers('leaving');
  await create({ name: 'Leaving' });
  const done = await Promise.all(
    all.flatMap((reference, i) => [
      join(reference, ['leaving'], i),
      mutate(i % 2 ? gateway : second, 'deleteCustomer', { by: { cuRefNo: reference }, reason: 'why' }, undefined, {
        key: gateway.key,
      }),
    ]),
  );
  for (const { code } of done) expect([undefined, 'PUBLIC_CUSTOMER_DETAIL_NOT_PERMITTED']).toContain(code);
  expect((await remove('leaving')).payload.group.customerCount).toBe(0);
});

it('renames and adds of the same slugs end, with each slug once', async () => {
  const all = await customers('renaming');
  for (let round = 0; round < 6; round++) {
    const [one, other] = [`from-${round}`, `to-${round}`];
    await create({ name: one });
    const done = await Promise.all([
      mutate(second, 'updateCustomerGroup', { slug: one, newSlug: other }, SHOWN, { key: gateway.key }),
      ...all.map((reference, i) => join(reference, [one, other], i, { createMissingGroups: true })),
    ]);
    for (const { code } of done) expect([undefined, 'INTERNAL_CONFLICT']).toContain(code);
    const found = await runSql(
      gateway.databaseUrl,
      'select slug from customer_group where slug = any($1) and deleted_at is null order by slug',
      [[one, other]],
    );
    expect(found).toEqual([{ slug: one }, { slug: other }]);
  }
});
