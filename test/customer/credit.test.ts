// `adjustCustomerCredit`: the balance is the sum of the ledger, whatever comes at once.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { randomAlphanumeric } from '../../src/random.ts';
import { expectClean } from '../support/check.ts';
import { runSql } from '../support/database.ts';
import { startGateway, type TestGateway } from '../support/gateway.ts';
import { changesOf, mutate } from '../support/mutations.ts';

let gateway: TestGateway;
let email: string;
let cuRefNo: string;
let count = 0;
beforeAll(async () => {
  gateway = await startGateway();
});
afterAll(async () => {
  await expectClean(gateway.databaseUrl);
  await gateway.close();
});
beforeEach(async () => {
  count += 1;
  email = `credit${count}@example.com`;
  ({ cuRefNo } = (await gateway.rest({ email })).body);
});

const SELECTION = 'entry { transactionId amount balanceAfter description actor } customer { creditBalance version }';
const adjust = (amount: unknown, others: object = {}, options?: object) =>
  mutate(
    gateway,
    'adjustCustomerCredit',
    { by: { email }, amount, description: 'test', ...others },
    SELECTION,
    options,
  );
const ledger = async (page = 'first: 100') => {
  const { body } = await gateway.graphql(
    `{ customer(by: { cuRefNo: "${cuRefNo}" }) { creditBalance creditEntries(${page}) {
         edges { cursor node { transactionId amount balanceAfter description createdAt } } pageInfo { hasNextPage endCursor } } } }`,
  );
  return { ...body.data.customer, errors: body.errors };
};

it('adds and takes, and says what for and by whom', async () => {
  const { payload } = await adjust(100, { description: ' Welcome   credit ' });
  expect(payload).toEqual({
    entry: {
      transactionId: expect.stringMatching(/^[A-Za-z0-9]{16}$/),
      amount: 100,
      balanceAfter: 100,
      description: 'Welcome credit',
      actor: `key:${gateway.key.slice(0, 8)}`,
    },
    customer: { creditBalance: 100, version: 1 },
  });
  expect((await adjust(-130)).payload).toMatchObject({
    entry: { amount: -130, balanceAfter: -30 },
    customer: { creditBalance: -30 },
  });
  expect(await changesOf(gateway, { email }, 'first: 1')).toMatchObject([
    { action: 'CREDIT_ADJUSTED', reason: 'test', fields: [{ name: 'creditBalance', before: 100, after: -30 }] },
  ]);
});

describe('the ledger', () => {
  it('is read page by page, newest first; the cursor is the transaction id', async () => {
    for (let i = 1; i <= 5; i++) await adjust(i);
    const all = await ledger();
    expect(all.creditEntries.edges.map(({ node }: { node: { amount: number } }) => node.amount)).toEqual([
      5, 4, 3, 2, 1,
    ]);
    const [, second, third] = all.creditEntries.edges;
    expect(second.cursor).toBe(second.node.transactionId);
    expect((await ledger(`first: 1, after: "${second.cursor}"`)).creditEntries.edges).toEqual([third]);
    expect((await ledger(`last: 1, before: "${third.cursor}"`)).creditEntries.edges).toEqual([second]);
  });

  it.each(['x', 'AAAAAAAAAAAAAAAA', 'x\\u0000'])('refuses %s as a cursor', async (cursor) => {
    const { errors } = await ledger(`after: "${cursor}"`);
    expect(errors[0].extensions.fields).toEqual([
      { path: 'after', message: 'must be the id of an entry of this ledger' },
    ]);
  });

  it('refuses the entry of another customer as a cursor', async () => {
    const { payload } = await adjust(1);
    ({ cuRefNo } = (await gateway.rest({ email: 'other@example.com' })).body);
    const { errors } = await ledger(`after: "${payload.entry.transactionId}"`);
    expect(errors[0].extensions.code).toBe('INTERNAL_VALIDATION_FAILED');
  });
});

describe('a transaction id', () => {
  it('that comes again gives the entry of the first call, and changes nothing', async () => {
    const transactionId = randomAlphanumeric(16);
    const first = await adjust(5, { transactionId });
    await adjust(7);
    const again = await adjust(5, { transactionId, description: 'another' });
    expect(again.payload).toEqual({ ...first.payload, customer: { creditBalance: 12, version: 1 } });
    expect((await ledger()).creditEntries.edges).toHaveLength(2);
  });

  it('of another amount or customer is a conflict', async () => {
    const transactionId = randomAlphanumeric(16);
    await adjust(5, { transactionId });
    expect((await adjust(6, { transactionId })).code).toBe('INTERNAL_CONFLICT');
    await gateway.rest({ email: 'another@example.com' });
    expect((await adjust(5, { transactionId, by: { email: 'another@example.com' } })).code).toBe('INTERNAL_CONFLICT');
    expect((await ledger()).creditBalance).toBe(5);
  });

  it('50 times at once is one entry, however the customer is named', async () => {
    const transactionId = randomAlphanumeric(16);
    const all = await Promise.all(
      Array.from({ length: 50 }, (_, i) => adjust(5, { transactionId, by: i % 2 ? { cuRefNo } : { email } })),
    );
    expect(new Set(all.map(({ payload }) => JSON.stringify(payload.entry))).size).toBe(1);
    expect(await ledger()).toMatchObject({ creditBalance: 5, creditEntries: { edges: [{ node: { amount: 5 } }] } });
  });

  it('at once for two customers is one entry, and a conflict', async () => {
    await gateway.rest({ email: 'second@example.com' });
    for (let round = 0; round < 10; round++) {
      const transactionId = randomAlphanumeric(16);
      const both = await Promise.all([
        adjust(5, { transactionId }),
        adjust(5, { transactionId, by: { email: 'second@example.com' } }),
      ]);
      expect(both.map(({ code }) => code).toSorted()).toEqual(['INTERNAL_CONFLICT', undefined]);
    }
  });
});

describe('the balance', () => {
  it('stays within 32 bits', async () => {
    await adjust(2_147_483_647);
    const { code, fields } = await adjust(1);
    expect([code, fields]).toEqual([
      'INTERNAL_VALIDATION_FAILED',
      [{ path: 'amount', message: 'must leave the balance within 32 bits' }],
    ]);
    await adjust(-2_147_483_648);
    await adjust(-2_147_483_647);
    expect((await adjust(-1)).code).toBe('INTERNAL_VALIDATION_FAILED');
    expect((await ledger()).creditBalance).toBe(-2_147_483_648);
  });

  it('at its limit gives the entry that was made under the same transaction id', async () => {
    const transactionId = randomAlphanumeric(16);
    const all = await Promise.all(
      Array.from({ length: 10 }, (_, i) =>
        adjust(2_147_483_647, { transactionId, by: i % 2 ? { cuRefNo } : { email } }),
      ),
    );
    expect(all.map(({ code }) => code)).toEqual(Array.from(all, () => undefined));
  });

  it('of one customer and of many is the sum of the ledger when all come at once', async () => {
    const emails = Array.from({ length: 5 }, (_, i) => `crowd${i}@example.com`);
    for (const one of emails) await gateway.rest({ email: one });
    const all = await Promise.all(
      Array.from({ length: 400 }, (_, i) =>
        adjust(i % 3 === 0 ? -1 : 1, { by: { email: i % 2 ? email : emails[i % 5] } }),
      ),
    );
    expect(all.filter(({ code }) => code !== undefined)).toEqual([]);
    const rows = await runSql<{ balance: number; sum: string; entries: string }>(
      gateway.databaseUrl,
      `select c.credit_balance as balance, sum(e.amount) as sum, count(*) as entries from customer c
       join credit_entry e on e.customer_id = c.id where c.email = any($1) group by c.organisation_id, c.id`,
      [[email, ...emails]],
    );
    expect(rows.every(({ balance, sum }) => balance === Number(sum))).toBe(true);
    expect(rows.reduce((entries, row) => entries + Number(row.entries), 0)).toBe(400);
  });
});

it('comes to its turn however the others name the customer', async () => {
  const few = Array.from({ length: 4 }, () => adjust(1));
  const many = Array.from({ length: 300 }, () => adjust(1, { by: { cuRefNo } }));
  const all = await Promise.all([...few, ...many]);
  expect(all.filter(({ code }) => code !== undefined)).toEqual([]);
  expect((await ledger('first: 1')).creditBalance).toBe(304);
});

it('that leaves the range does so alone, whatever comes beside it', async () => {
  await adjust(2_147_483_640);
  const all = await Promise.all([
    ...Array.from({ length: 60 }, () => adjust(5)),
    ...Array.from({ length: 20 }, () => adjust(-5)),
  ]);
  const refused = all.filter(({ code }) => code !== undefined);
  expect(refused.every(({ fields }) => fields?.[0]?.path === 'amount')).toBe(true);
  const done = all.filter(({ code }) => code === undefined).reduce((sum, { payload }) => sum + payload.entry.amount, 0);
  expect((await ledger('first: 1')).creditBalance).toBe(2_147_483_640 + done);
});

it('with transaction ids of other processes among many takes each once', async () => {
  const other = await startGateway({ databaseUrl: gateway.databaseUrl });
  const { key } = gateway;
  const ids = Array.from({ length: 20 }, () => randomAlphanumeric(16));
  const all = await Promise.all(
    Array.from({ length: 200 }, (_, i) =>
      mutate(
        i % 2 ? gateway : other,
        'adjustCustomerCredit',
        { by: { email }, amount: 3, description: 'x', transactionId: ids[i % 20] },
        SELECTION,
        { key },
      ),
    ),
  );
  await other.close();
  expect(all.filter(({ code }) => code !== undefined)).toEqual([]);
  expect((await ledger('first: 1')).creditBalance).toBe(60);
});

it.each<[string, object, [path: string, message: string][]]>([
  ['0', { amount: 0 }, [['amount', 'must not be 0']]],
  ['a fraction', { amount: 1.5 }, [['amount', 'must be a whole number of 32 bits']]],
  ['text', { amount: '5' }, [['amount', 'must be a whole number of 32 bits']]],
  ['33 bits', { amount: 2 ** 31 }, [['amount', 'must be a whole number of 32 bits']]],
  ['no amount', { amount: null }, [['amount', 'is required']]],
  ['no description', { description: ' ' }, [['description', 'must not be empty']]],
  ['a long description', { description: 'x'.repeat(256) }, [['description', 'must be at most 255 characters long']]],
  ['a short id', { transactionId: 'x' }, [['transactionId', 'must be 16 letters and digits']]],
  [
    'all of it',
    { amount: 0, description: '', transactionId: 'x'.repeat(17), by: { email: 'x' } },
    [
      ['by.email', 'must be a valid e-mail address'],
      ['amount', 'must not be 0'],
      ['description', 'must not be empty'],
      ['transactionId', 'must be 16 letters and digits'],
    ],
  ],
])('refuses %s', async (_, input, fields) => {
  const refused = await adjust(1, input);
  expect(refused.code).toBe('INTERNAL_VALIDATION_FAILED');
  expect(refused.fields).toEqual(fields.map(([path, message]) => ({ path, message })));
});

it('refuses a customer that is not there', async () => {
  for (const by of [{ email: 'nobody@example.com' }, { cuRefNo: 'AAAAAAAAAAAAAAAA' }, { cuRefNo: 'x\u0000' }])
    expect((await adjust(1, { by })).code).toBe('PUBLIC_CUSTOMER_DETAIL_NOT_PERMITTED');
});
