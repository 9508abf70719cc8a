// `createCustomer` explains itself: what it did, what it filled in, and what it left as it was.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { runSql } from '../support/database.ts';
import { startGateway, type TestGateway } from '../support/gateway.ts';
import { changesOf, mutate } from '../support/mutations.ts';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startGateway();
});
afterAll(() => gateway.close());

const create = async (input: object, options?: object) =>
  (
    await mutate(
      gateway,
      'createCustomer',
      input,
      'newAccount result filledFields keptFields customer { version }',
      options,
    )
  ).payload;

it('tells what was created, filled in and kept', async () => {
  const email = 'explained@example.com';
  expect(await create({ email, companyName: 'One' })).toEqual({
    newAccount: true,
    result: 'CREATED',
    filledFields: [],
    keptFields: [],
    customer: { version: 1 },
  });
  expect(await create({ email, companyName: 'One' })).toMatchObject({
    newAccount: false,
    result: 'UNCHANGED',
    keptFields: [],
  });
  expect(
    await create({ email, companyName: 'Two', taxIdentificationNumber: 'cz 1', companyRegistrationNumber: '5' }),
  ).toEqual({
    newAccount: false,
    result: 'FILLED',
    filledFields: ['companyRegistrationNumber', 'taxIdentificationNumber'],
    keptFields: ['companyName'],
    customer: { version: 2 },
  });
  expect(await create({ email, companyName: 'Two', taxIdentificationNumber: 'CZ1' })).toMatchObject({
    result: 'UNCHANGED',
    filledFields: [],
    keptFields: ['companyName'],
    customer: { version: 2 },
  });
});

it('writes what it filled in down, with who and which request', async () => {
  const email = 'filled@example.com';
  await create({ email });
  await create(
    { email, companyName: 'Firma', companyRegistrationNumber: '5' },
    { headers: { 'X-Request-Id': 'fills' } },
  );
  await gateway.rest({ email, companyName: 'Other', taxIdentificationNumber: '7' });
  const changes = await changesOf(gateway, { email });
  expect(changes).toMatchObject([
    { action: 'FILLED', fields: [{ name: 'taxIdentificationNumber', before: null, after: '7' }] },
    {
      action: 'FILLED',
      actor: `key:${gateway.key.slice(0, 8)}`,
      requestId: 'fills',
      fields: [
        { name: 'companyName', before: null, after: 'Firma' },
        { name: 'companyRegistrationNumber', before: null, after: '5' },
      ],
    },
    { action: 'CREATED' },
  ]);
});

it('of many who fill the same blank at once, says of one that it did, and of the others that they did not', async () => {
  for (let round = 0; round < 5; round++) {
    const email = `race${round}@example.com`;
    await create({ email });
    const all = await Promise.all(Array.from({ length: 30 }, (_, i) => create({ email, companyName: `Firma ${i}` })));
    expect(all.filter(({ result }) => result === 'FILLED')).toHaveLength(1);
    expect(
      all.filter(({ result }) => result === 'UNCHANGED').every(({ keptFields }) => keptFields[0] === 'companyName'),
    ).toBe(true);
    expect((await changesOf(gateway, { email })).map(({ action }: { action: string }) => action)).toEqual([
      'FILLED',
      'CREATED',
    ]);
    expect((await create({ email })).customer.version).toBe(2);
  }
});

it('fills in what was cleared since', async () => {
  const email = 'cleared@example.com';
  await create({ email, companyName: 'Firma' });
  await mutate(gateway, 'updateCustomer', { by: { email }, companyName: null });
  expect(await create({ email, companyName: 'Again' })).toMatchObject({
    result: 'FILLED',
    filledFields: ['companyName'],
  });
});

it('tells the same under an Idempotency-Key, also when the answer was lost', async () => {
  const email = 'kept@example.com';
  await create({ email, companyName: 'One' });
  const options = { headers: { 'Idempotency-Key': 'explained' } };
  const input = { email, companyName: 'Two', taxIdentificationNumber: '1' };
  const first = await create(input, options);
  expect(first).toMatchObject({
    result: 'FILLED',
    filledFields: ['taxIdentificationNumber'],
    keptFields: ['companyName'],
  });
  await runSql(gateway.databaseUrl, 'update idempotency_key set answer = null');
  expect(await create(input, options)).toEqual(first);
});
