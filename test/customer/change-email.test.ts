// `changeCustomerEmail`: one mailbox, one customer.
import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { clientOptions, parseDatabaseUrl } from '../../src/database-url.ts';
import { runSql } from '../support/database.ts';
import { startGateway, type TestGateway } from '../support/gateway.ts';
import { changesOf, mutate } from '../support/mutations.ts';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startGateway();
});
afterAll(() => gateway.close());

const create = async (email: string) => (await gateway.rest({ email })).body;
const change = (by: object, email: unknown, others: object = {}) =>
  mutate(gateway, 'changeCustomerEmail', { by, email, ...others }, 'customer { cuRefNo email version }');
const TAKEN = ['INTERNAL_CONFLICT', 'Another customer has this e-mail address.'];

it('moves the customer to another mailbox, and frees the one before', async () => {
  const { cuRefNo } = await create('old@example.com');
  const { payload } = await change({ email: 'old@example.com' }, ' New@Example.com ');
  expect(payload.customer).toEqual({ cuRefNo, email: 'new@example.com', version: 2 });
  expect(await create('new@example.com')).toMatchObject({ cuRefNo, newAccount: false });
  expect(await create('old@example.com')).toMatchObject({ newAccount: true });
  expect((await changesOf(gateway, { cuRefNo }))[0]).toMatchObject({
    action: 'EMAIL_CHANGED',
    fields: [{ name: 'email', before: 'old@example.com', after: 'new@example.com' }],
  });
});

it('is no change where the address is the same', async () => {
  await create('same@example.com');
  expect((await change({ email: 'same@example.com' }, 'SAME@example.com')).payload.customer.version).toBe(1);
});

it('writes another address of the same mailbox', async () => {
  await create('jan.novak+shop@gmail.com');
  const { payload } = await change({ email: 'jannovak@gmail.com' }, 'jan.novak@googlemail.com');
  expect(payload.customer).toMatchObject({ email: 'jan.novak@googlemail.com', version: 2 });
});

it('refuses a mailbox that is another customer’s, in any spelling, and changes nothing', async () => {
  await create('a.taken@gmail.com');
  await create('wants@example.com');
  const { code, message } = await change({ email: 'wants@example.com' }, 'ataken+x@googlemail.com');
  expect([code, message]).toEqual(TAKEN);
  expect(await create('wants@example.com')).toMatchObject({ newAccount: false });
});

it('takes the mailbox of a deleted customer', async () => {
  await create('left@example.com');
  await create('follows@example.com');
  await mutate(gateway, 'deleteCustomer', { by: { email: 'left@example.com' }, reason: 'asked for it' });
  expect((await change({ email: 'follows@example.com' }, 'left@example.com')).code).toBeUndefined();
});

it('of two customers who want a mailbox, and a create of it, gives it to one', async () => {
  for (let round = 0; round < 10; round++) {
    const wanted = `wanted${round}@example.com`;
    await create(`first${round}@example.com`);
    await create(`second${round}@example.com`);
    const [first, second, created] = await Promise.all([
      change({ email: `first${round}@example.com` }, wanted),
      change({ email: `second${round}@example.com` }, wanted),
      create(wanted),
    ]);
    const changed = [first, second].filter(({ code }) => code === undefined);
    expect(changed.length + (created.newAccount ? 1 : 0)).toBe(1);
    for (const { code, message } of [first, second]) if (code) expect([code, message]).toEqual(TAKEN);
    expect(created.success).toBe(true);
  }
});

it('gives an address to a contact that has none', async () => {
  const cuRefNo = 'PhoneOnlyContact';
  await runSql(
    gateway.databaseUrl,
    `insert into customer (organisation_id, cu_ref_no, phone) values ($1, $2, '+420 777123456')`,
    [gateway.organisationId, cuRefNo],
  );
  expect((await change({ cuRefNo }, 'contact@example.com')).payload.customer.email).toBe('contact@example.com');
  expect((await changesOf(gateway, { cuRefNo }))[0].fields).toEqual([
    { name: 'email', before: null, after: 'contact@example.com' },
  ]);
});

it.each([
  [
    'no customer',
    { email: 'nobody@example.com' },
    'x@example.com',
    {},
    'PUBLIC_CUSTOMER_DETAIL_NOT_PERMITTED',
    undefined,
  ],
  [
    'a reference that is none',
    { cuRefNo: 'x\u0000' },
    'x@example.com',
    {},
    'PUBLIC_CUSTOMER_DETAIL_NOT_PERMITTED',
    undefined,
  ],
  ['an address that is none', { email: 'old@example.com' }, 'x', {}, 'INTERNAL_VALIDATION_FAILED', ['email']],
  ['two that are none', { email: 'y' }, 'x', {}, 'INTERNAL_VALIDATION_FAILED', ['by.email', 'email']],
  ['another version', { email: 'old@example.com' }, 'x@example.com', { version: 7 }, 'INTERNAL_CONFLICT', undefined],
])('refuses %s', async (_, by, email, others, code, paths) => {
  await create('old@example.com');
  const refused = await change(by, email, others);
  expect([refused.code, refused.fields?.map(({ path }) => path)]).toEqual([code, paths]);
});

it('leaves nothing of those who named the mailbox before, and waited for the row meanwhile', async () => {
  const { cuRefNo } = await create('handed@example.com');
  const holder = new pg.Client(clientOptions(parseDatabaseUrl(gateway.databaseUrl)));
  await holder.connect();
  /** Waits until a statement waits for a lock that a text tells from the others. */
  const waiting = (text: string) =>
    expect
      .poll(() =>
        runSql(
          gateway.databaseUrl,
          `select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock' and strpos(query, $1) > 0`,
          [text],
        ),
      )
      .toHaveLength(1);
  await holder.query('begin');
  await holder.query('select from customer where cu_ref_no = $1 for update', [cuRefNo]);
  const changed = change({ cuRefNo }, 'handed-on@example.com');
  await waiting('row_version');
  const credit = mutate(gateway, 'adjustCustomerCredit', {
    by: { email: 'handed@example.com' },
    amount: 7,
    description: 'x',
  });
  await waiting('with recursive given');
  const filled = gateway.rest({ email: 'handed@example.com', companyName: 'ACME' });
  await waiting('looked_up');
  await holder.query('commit');
  await holder.end();
  expect((await changed).payload.customer).toMatchObject({ cuRefNo, email: 'handed-on@example.com' });
  const other = (await filled).body;
  expect(other.companyName).toBe('ACME');
  // Where so much else runs that the fill came first, it is in the history.
  const isFirst = other.cuRefNo === cuRefNo;
  expect(other.newAccount).toBe(!isFirst);
  // Whoever is new there may have it already.
  const { code, payload } = await credit;
  if (!isFirst)
    expect(code ?? payload.customer.cuRefNo).toBe(code ? 'PUBLIC_CUSTOMER_DETAIL_NOT_PERMITTED' : other.cuRefNo);
  const actions = (await changesOf(gateway, { cuRefNo })).map(({ action }: { action: string }) => action);
  expect(actions.filter((action: string) => action !== 'CREDIT_ADJUSTED')).toEqual(
    isFirst ? ['EMAIL_CHANGED', 'FILLED', 'CREATED'] : ['EMAIL_CHANGED', 'CREATED'],
  );
});
