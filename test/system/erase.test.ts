// A dump of the database, after a customer was erased: nothing that was ever sent of it is in there.
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Named } from '../support/customers.ts';
import { type DebianPostgres, startDebianPostgres } from '../support/debian-postgres.ts';
import { startGateway, type TestGateway } from '../support/gateway.ts';
import { mutate } from '../support/mutations.ts';
import { fillWithPersonalData } from '../support/personal-data.ts';

let postgres: DebianPostgres;
let gateway: TestGateway;
beforeAll(async () => {
  postgres = await startDebianPostgres();
  gateway = await startGateway({ databaseUrl: postgres.url });
});
afterAll(async () => {
  await gateway?.close();
  await postgres?.stop();
});

it('holds nothing of what was ever sent of a customer that was erased, nor of those that were merged into it', async () => {
  const customers: Named[] = [];
  const texts: string[] = [];
  for (const mark of ['survivor', 'duplicate', 'chained']) {
    const email = `${mark}@example.com`;
    const customer = { email, cuRefNo: (await gateway.rest({ email, customerRealIp: '9.9.9.9' })).body.cuRefNo };
    texts.push(...(await fillWithPersonalData(gateway, customer, mark)));
    customers.push(customer);
  }
  const [survivor, duplicate, chained] = customers.map(({ cuRefNo }) => ({ cuRefNo })) as [object, object, object];
  const reason = 'the same person';
  await mutate(gateway, 'mergeCustomers', { survivor: duplicate, duplicate: chained, reason });
  await mutate(gateway, 'mergeCustomers', { survivor, duplicate, reason });
  const before = await postgres.dump();
  expect(texts.filter((text) => !before.includes(text))).toEqual([]);
  expect((await mutate(gateway, 'eraseCustomer', { by: survivor, reason })).code).toBeUndefined();
  const after = await postgres.dump();
  expect([...texts, '9.9.9.9'].filter((text) => after.includes(text))).toEqual([]);
  expect(after).toContain(reason);
  expect(customers.filter(({ cuRefNo }) => !after.includes(cuRefNo))).toEqual([]);
});
