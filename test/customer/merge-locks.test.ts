// Keyed documents, and what locks customers with all that were merged into them: none waits in a circle, whoever comes first.
import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createNamed, type Named } from '../support/customers.ts';
import { runSql } from '../support/database.ts';
import { startGateway, type TestGateway } from '../support/gateway.ts';
import { mutate } from '../support/mutations.ts';

let gateway: TestGateway;
let second: TestGateway;
beforeAll(async () => {
  gateway = await startGateway();
  second = await startGateway({ databaseUrl: gateway.databaseUrl });
});
afterAll(() => Promise.all([gateway.close(), second.close()]));

const newCustomer = (): Promise<Named> => createNamed(gateway);

const waiting = async () =>
  Number(
    (
      await runSql<{ waiting: string }>(
        gateway.databaseUrl,
        `select count(*) as waiting from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
      )
    )[0]?.waiting,
  );
const deadlocks = async () =>
  (
    await runSql<{ deadlocks: number }>(
      gateway.databaseUrl,
      'select pg_stat_clear_snapshot(), deadlocks::int from pg_stat_database where datname = current_database()',
    )
  )[0]?.deadlocks;

const reason = 'why';
const keyed = (fields: string) =>
  gateway.graphql(`mutation { ${fields} }`, {}, { headers: { 'idempotency-key': randomUUID() } });
const by = ({ cuRefNo }: Named) => `by: { cuRefNo: "${cuRefNo}" }`;
const DELETE = (s: Named) => `b: deleteCustomer(input: { ${by(s)}, reason: "x" }) { customer { cuRefNo } }`;
const EMAIL = (s: Named, m: Named) =>
  `b: changeCustomerEmail(input: { ${by(s)}, email: "${m.email}" }) { customer { cuRefNo } }`;
const others = {
  erase: (s: Named, _: Named) =>
    mutate(second, 'eraseCustomer', { by: { cuRefNo: s.cuRefNo }, reason }, undefined, { key: gateway.key }),
  merge: (s: Named, y: Named) =>
    mutate(
      second,
      'mergeCustomers',
      { survivor: { cuRefNo: s.cuRefNo }, duplicate: { cuRefNo: y.cuRefNo }, reason },
      undefined,
      { key: gateway.key },
    ),
  delete: (s: Named, _: Named) =>
    mutate(second, 'deleteCustomer', { by: { cuRefNo: s.cuRefNo }, reason }, undefined, { key: gateway.key }),
};

it.each([
  ['deletes', 'erase'],
  ['deletes', 'merge'],
  ['takes the address of a merged one', 'merge'],
  ['takes the address of a merged one', 'delete'],
] as const)('a document that bans another and %s, and an unkeyed %s', async (what, name) => {
  const [merged, survivor, x, y] = [await newCustomer(), await newCustomer(), await newCustomer(), await newCustomer()];
  await mutate(gateway, 'mergeCustomers', {
    survivor: { cuRefNo: survivor.cuRefNo },
    duplicate: { cuRefNo: merged.cuRefNo },
    reason,
  });
  const before = await deadlocks();
  const holder = new pg.Client({ connectionString: gateway.databaseUrl });
  await holder.connect();
  await holder.query('begin');
  await holder.query('select from customer where cu_ref_no = $1 for update', [survivor.cuRefNo]);
  const change = what === 'deletes' ? DELETE(survivor) : EMAIL(survivor, merged);
  const document = keyed(`a: banCustomer(input: { ${by(x)} }) { customer { cuRefNo } } ${change}`);
  await expect.poll(waiting).toBe(1);
  const other = others[name](survivor, y);
  await expect.poll(waiting).toBe(2);
  await holder.query('rollback');
  await holder.end();
  const [{ body }] = await Promise.all([document, other]);
  expect(body.errors).toBeUndefined();
  await expect.poll(deadlocks).toBe(before);
});
