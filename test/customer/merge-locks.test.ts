// What locks customers with all that were merged into them, and documents that change several things: none waits in a circle, whoever comes first.
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { byMailbox, byReference, createNamed, type Named } from '../support/customers.ts';
import { startGateway, type TestGateway } from '../support/gateway.ts';
import { mutate } from '../support/mutations.ts';
import { countDeadlocks, holdRows } from '../support/row-holder.ts';

let gateway: TestGateway;
let second: TestGateway;
beforeAll(async () => {
  gateway = await startGateway();
  second = await startGateway({ databaseUrl: gateway.databaseUrl });
});
afterAll(() => Promise.all([gateway.close(), second.close()]));

const newCustomer = () => createNamed(gateway);

const reason = 'why';
const bySql = ({ cuRefNo }: Named) => `by: { cuRefNo: "${cuRefNo}" }`;
const keyed = (fields: string, to = gateway) =>
  to.graphql(`mutation { ${fields} }`, {}, { key: gateway.key, headers: { 'idempotency-key': randomUUID() } });

/** Customers of a race: `merged` was merged into `survivor`, which is newer. */
interface Racers {
  merged: Named;
  survivor: Named;
  others: [Named, Named];
}

/** Changes one customer besides the survivor, in one document. */
const document =
  (change: (racers: Racers) => string) =>
  async (racers: Racers): Promise<string | undefined> => {
    const ban = `a: banCustomer(input: { ${bySql(racers.others[0])} }) { customer { cuRefNo } }`;
    const { body } = await keyed(`${ban} b: ${change(racers)} { customer { cuRefNo } }`);
    return body.errors?.[0].extensions.code;
  };

const firsts: Record<string, (racers: Racers) => Promise<string | undefined>> = {
  'a document that deletes': document(({ survivor }) => `deleteCustomer(input: { ${bySql(survivor)}, reason: "x" })`),
  'a document that does two things with one customer': async ({ survivor }) => {
    const ban = `a: banCustomer(input: { ${bySql(survivor)} }) { customer { cuRefNo } }`;
    const { body } = await keyed(
      `${ban} b: deleteCustomer(input: { ${bySql(survivor)}, reason: "x" }) { customer { cuRefNo } }`,
    );
    return body.errors?.[0].extensions.code;
  },
  'a document that takes the address of a merged one': document(
    ({ survivor, merged }) => `changeCustomerEmail(input: { ${bySql(survivor)}, email: "${merged.email}" })`,
  ),
  'a deletion by the reference of a merged one': async ({ merged }) =>
    (await mutate(gateway, 'deleteCustomer', { by: byReference(merged), reason })).code,
  'a deletion by the mailbox of a merged one': async ({ merged }) =>
    (await mutate(gateway, 'deleteCustomer', { by: byMailbox(merged), reason })).code,
  'a restoration by the reference of a merged one': async ({ merged }) =>
    (await mutate(gateway, 'restoreCustomer', { by: byReference(merged), reason })).code,
};

const to = (name: string, input: object) => mutate(second, name, input, undefined, { key: gateway.key });
const seconds: Record<string, (racers: Racers) => Promise<unknown>> = {
  'an erasure': ({ survivor }) => to('eraseCustomer', { by: byReference(survivor), reason }),
  'a merge': ({ survivor, others }) =>
    to('mergeCustomers', { survivor: byReference(survivor), duplicate: byReference(others[1]), reason }),
  'a deletion': ({ survivor }) => to('deleteCustomer', { by: byReference(survivor), reason }),
};

it.each(Object.keys(firsts).flatMap((first) => Object.keys(seconds).map((next) => [first, next] as const)))(
  '%s, and %s',
  async (first, next) => {
    const [merged, survivor] = [await newCustomer(), await newCustomer()];
    const racers: Racers = { merged, survivor, others: [await newCustomer(), await newCustomer()] };
    const by = byReference(survivor);
    await mutate(gateway, 'mergeCustomers', { survivor: by, duplicate: byReference(merged), reason });
    if (first.startsWith('a restoration')) await mutate(gateway, 'deleteCustomer', { by, reason });
    const before = await countDeadlocks(gateway.databaseUrl);
    const holder = await holdRows(gateway.databaseUrl);
    await holder.run('select from customer where cu_ref_no = $1 for update', [survivor.cuRefNo]);
    const one = firsts[first]?.(racers);
    await holder.waiting(1);
    const other = seconds[next]?.(racers);
    // A deleted customer is neither merged nor deleted again.
    if (!first.startsWith('a restoration') || next === 'an erasure') await holder.waiting(2);
    await holder.commit();
    await Promise.all([one, other]);
    expect(await one).toBeUndefined();
    await expect.poll(() => countDeadlocks(gateway.databaseUrl)).toBe(before);
  },
);

it('documents that create groups, change them and join them, in two orders', async () => {
  const before = await countDeadlocks(gateway.databaseUrl);
  for (let i = 0; i < 10; i++) {
    const [a, b] = [await newCustomer(), await newCustomer()];
    const add = (name: string, customer: Named, group: string) =>
      `${name}: addCustomerToGroups(input: { ${bySql(customer)}, groups: ["${group}"], createMissingGroups: true }) { customer { cuRefNo } }`;
    const rename = (name: string, slug: string) =>
      `${name}: updateCustomerGroup(input: { slug: "${slug}", name: "New ${name}" }) { group { slug } }`;
    const [g, h] = [`g${i}`, `h${i}`];
    const answers = [
      ...(await Promise.all([keyed(add('x', a, g) + add('y', a, h)), keyed(add('x', b, h) + add('y', b, g), second)])),
      ...(await Promise.all([keyed(rename('x', g) + add('y', a, h)), keyed(rename('x', h) + add('y', b, g), second)])),
    ];
    for (const { body } of answers) expect(body.errors).toBeUndefined();
  }
  expect(await countDeadlocks(gateway.databaseUrl)).toBe(before);
});
