// Bans, deletion and restoring: again is no change, each has its entry, and a mailbox is one customer's.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startGateway, type TestGateway } from '../support/gateway.ts';
import { changesOf, mutate } from '../support/mutations.ts';

let gateway: TestGateway;
let email: string;
let cuRefNo: string;
let count = 0;
beforeAll(async () => {
  gateway = await startGateway();
});
afterAll(() => gateway.close());
beforeEach(async () => {
  count += 1;
  email = `status${count}@example.com`;
  ({ cuRefNo } = (await gateway.rest({ email })).body);
});

const STATE = 'customer { cuRefNo ban version email }';
const act = (name: string, input: object = {}) => mutate(gateway, name, { by: { cuRefNo }, ...input }, STATE);
const actions = async () =>
  (await changesOf(gateway, { cuRefNo })).map(({ action, reason, fields }: Record<string, unknown>) => [
    action,
    reason,
    fields,
  ]);
const NOBODY = 'PUBLIC_CUSTOMER_DETAIL_NOT_PERMITTED';
const NO_REASON = [{ path: 'reason', message: 'must not be empty' }];

describe('a ban', () => {
  it('holds until it is lifted; again is no change, and the version stays', async () => {
    expect((await act('banCustomer', { reason: ' Charge-back  twice ' })).payload.customer).toMatchObject({
      ban: true,
      version: 1,
    });
    expect((await act('banCustomer', { reason: 'again' })).payload.customer.ban).toBe(true);
    expect((await gateway.rest({ email })).body).toMatchObject({ newAccount: false, ban: true });
    expect((await act('unbanCustomer')).payload.customer.ban).toBe(false);
    expect((await act('unbanCustomer')).payload.customer.ban).toBe(false);
    expect(await actions()).toEqual([
      ['UNBANNED', null, [{ name: 'ban', before: true, after: false }]],
      ['BANNED', 'Charge-back twice', [{ name: 'ban', before: false, after: true }]],
      ['CREATED', null, []],
    ]);
  });

  it('of many at once is one entry', async () => {
    await Promise.all(Array.from({ length: 20 }, () => act('banCustomer')));
    expect(await actions()).toHaveLength(2);
  });
});

describe('a deletion', () => {
  it('takes the customer out of sight, frees the mailbox, and is undone by its reference', async () => {
    expect((await act('deleteCustomer', { reason: 'asked for it' })).payload.customer).toMatchObject({
      cuRefNo,
      email,
      version: 1,
    });
    const { body } = await gateway.graphql(`{ customer(by: { cuRefNo: "${cuRefNo}" }) { email } }`);
    expect(body.data.customer).toBeNull();
    for (const name of ['deleteCustomer', 'banCustomer', 'unbanCustomer'])
      expect((await act(name, { reason: 'why' })).code, name).toBe(NOBODY);
    expect((await mutate(gateway, 'updateCustomer', { by: { cuRefNo }, firstName: 'x' })).code).toBe(NOBODY);
    expect(
      (
        await mutate(
          gateway,
          'adjustCustomerCredit',
          { by: { cuRefNo }, amount: 1, description: 'x' },
          'entry { amount }',
        )
      ).code,
    ).toBe(NOBODY);
    expect((await act('restoreCustomer', { reason: 'a mistake' })).payload.customer).toMatchObject({
      cuRefNo,
      email,
      version: 1,
    });
    expect((await gateway.rest({ email })).body).toMatchObject({ cuRefNo, newAccount: false });
    expect(await actions()).toEqual([
      ['RESTORED', 'a mistake', [{ name: 'deleted', before: true, after: false }]],
      ['DELETED', 'asked for it', [{ name: 'deleted', before: false, after: true }]],
      ['CREATED', null, []],
    ]);
  });

  it('is not undone when another customer has the mailbox', async () => {
    await act('deleteCustomer', { reason: 'why' });
    expect((await gateway.rest({ email })).body.newAccount).toBe(true);
    const { code, message } = await act('restoreCustomer', { reason: 'why' });
    expect([code, message]).toEqual(['INTERNAL_CONFLICT', 'Another customer has this e-mail address.']);
  });

  it('that is undone while the mailbox is taken leaves one of the two with it', async () => {
    for (let round = 0; round < 10; round++) {
      await act('deleteCustomer', { reason: 'why' });
      const [restored, created] = await Promise.all([
        act('restoreCustomer', { reason: 'why' }),
        gateway.rest({ email }),
      ]);
      expect(created.status).toBe(200);
      expect(restored.code === undefined).toBe(created.body.newAccount === false);
      if (restored.code) expect(restored.code).toBe('INTERNAL_CONFLICT');
      cuRefNo = created.body.cuRefNo;
    }
  });

  it('needs a reason, and so does restoring', async () => {
    for (const reason of ['', ' \t', '\u200b']) {
      expect((await act('deleteCustomer', { reason })).fields).toEqual(NO_REASON);
      expect((await act('restoreCustomer', { reason })).fields).toEqual(NO_REASON);
    }
    expect((await act('deleteCustomer')).fields).toEqual([{ path: 'reason', message: 'is required' }]);
    expect((await act('restoreCustomer')).fields).toEqual([{ path: 'reason', message: 'is required' }]);
  });

  it('is restored by reference alone; restoring what is there is no change', async () => {
    expect((await mutate(gateway, 'restoreCustomer', { by: { email }, reason: 'why' })).code).toBe(
      'INTERNAL_VALIDATION_FAILED',
    );
    expect((await act('restoreCustomer', { reason: 'why' })).payload.customer.cuRefNo).toBe(cuRefNo);
    expect(await actions()).toHaveLength(1);
    for (const nobody of ['AAAAAAAAAAAAAAAA', '', 'x\u0000'])
      expect((await mutate(gateway, 'restoreCustomer', { by: { cuRefNo: nobody }, reason: 'why' })).code).toBe(NOBODY);
  });
});

it('a reason has 1,000 characters at most', async () => {
  expect((await act('banCustomer', { reason: 'x'.repeat(1_000) })).code).toBeUndefined();
  const { fields } = await act('unbanCustomer', { reason: 'x'.repeat(1_001) });
  expect(fields).toEqual([{ path: 'reason', message: 'must be at most 1000 characters long' }]);
});
