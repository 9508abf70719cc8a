// Many customers in one call under an Idempotency-Key: done once, all rows in one transaction, and answered alike.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { BULK, bulkCreate, type Row, rowsOf } from '../support/bulk.ts';
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

const keyed = (key: string) => ({ key: gateway.key, headers: { 'idempotency-key': key } });
const mixed = (name: string, count: number): Row[] => [
  ...rowsOf(name, count),
  { clientRef: 'bad', email: 'x' },
  { clientRef: 'again', email: `${name}0@example.com`, companyName: 'ACME' },
];

it('gives the first answer again, and does nothing twice', async () => {
  const rows = mixed('once', 20);
  const first = await bulkCreate(gateway, rows, keyed('once'));
  expect(first.rows.map(({ result }) => result)).toEqual([...Array(20).fill('CREATED'), null, 'FILLED']);
  const again = await bulkCreate(second, rows, keyed('once'));
  expect(again.answer.headers.get('idempotent-replayed')).toBe('true');
  expect(again.answer.body).toEqual(first.answer.body);
  const other = await bulkCreate(gateway, rows.slice(1), keyed('once'));
  expect(other.code).toBe('INTERNAL_CONFLICT');
});

it.each(['', ' \u200b\u202e"{}', '🙂'.repeat(255)])('keeps a clientRef as it is: %j', async (clientRef) => {
  const key = `ref-${clientRef.length}`;
  const rows = [
    { clientRef, email: `${key}@example.com` },
    { clientRef, email: 'x' },
  ];
  const first = await bulkCreate(gateway, rows, keyed(key));
  expect(first.rows.map((row) => [row.clientRef, row.result])).toEqual([
    [clientRef, 'CREATED'],
    [clientRef, null],
  ]);
  await runSql(gateway.databaseUrl, 'update idempotency_key set answer = null where key = $1', [key]);
  expect((await bulkCreate(second, rows, keyed(key))).answer.body).toEqual(first.answer.body);
});

it('makes the answer again from what was done, where it was not kept: 500 rows', async () => {
  const rows = mixed('large', 498);
  const first = await bulkCreate(gateway, rows, keyed('large'));
  expect(first.rows).toHaveLength(500);
  await runSql(gateway.databaseUrl, `update idempotency_key set answer = null where key = 'large'`);
  const again = await bulkCreate(second, rows, keyed('large'));
  expect(again.answer.headers.get('idempotent-replayed')).toBe('true');
  expect(again.rows.map(({ clientRef, result, error }) => [clientRef, result, error])).toEqual(
    first.rows.map(({ clientRef, result, error }) => [clientRef, result, error]),
  );
  expect(again.rows.map(({ customer }) => customer?.cuRefNo)).toEqual(
    first.rows.map(({ customer }) => customer?.cuRefNo),
  );
});

it('is one transaction with the other fields of its document', async () => {
  const { body } = await gateway.graphql(
    `mutation ($input: BulkCreateCustomersInput!) {
       a: bulkCreateCustomers(input: $input) { rows { clientRef } }
       b: banCustomer(input: { by: { cuRefNo: "AAAAAAAAAAAAAAAA" } }) { customer { cuRefNo } } }`,
    { input: { customers: rowsOf('undone', 5) } },
    keyed('undone'),
  );
  expect([body.data, body.errors[0].extensions.code]).toEqual([null, 'PUBLIC_CUSTOMER_DETAIL_NOT_PERMITTED']);
  const rows = await runSql(gateway.databaseUrl, `select from customer where email like 'undone%'`);
  expect(rows).toHaveLength(0);
  expect((await bulkCreate(gateway, rowsOf('undone', 5), keyed('undone'))).code).toBeUndefined();
});

it('is refused once one of its customers was erased, and nothing of the rows is left', async () => {
  const rows = [...rowsOf('gone', 3), { clientRef: 'secret-ref', email: 'gone9@example.com' }];
  const { rows: results } = await bulkCreate(gateway, rows, keyed('gone'));
  const by = { cuRefNo: results[3]?.customer?.cuRefNo };
  await mutate(gateway, 'eraseCustomer', { by, reason: 'asked' });
  expect((await bulkCreate(gateway, rows, keyed('gone'))).code).toBe('INTERNAL_CONFLICT');
  const [kept] = await runSql<{ row: string }>(
    gateway.databaseUrl,
    `select row_to_json(k)::text as row from idempotency_key k where key = 'gone'`,
  );
  expect(kept?.row).not.toContain('secret-ref');
});

it('two keys with the same rows in two orders, and calls without a key, create each customer once', async () => {
  const rows = rowsOf('both', 300);
  const calls = await Promise.all([
    bulkCreate(gateway, rows, keyed('both-1')),
    bulkCreate(second, rows.toReversed(), keyed('both-2')),
    bulkCreate(second, rows, { key: gateway.key }),
    gateway.graphql(BULK, { input: { customers: rows } }),
  ]);
  const results = calls.flatMap((call) => ('rows' in call ? call.rows : call.body.data.bulkCreateCustomers.rows));
  expect(results.filter(({ result }) => result === 'CREATED')).toHaveLength(300);
  expect(results.filter(({ error }) => error !== null)).toHaveLength(0);
});
