// Subscriptions of customers: how they are changed and ended, each with its entry in the history of the customer.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { expectClean } from '../support/check.ts';
import { createKey, createOrganisation, runSql } from '../support/database.ts';
import { startGateway, type TestGateway } from '../support/gateway.ts';
import { changesOf, mutate } from '../support/mutations.ts';
import {
  anyTime,
  DAY,
  inDays,
  namesOf,
  type Subscriber,
  subscriptionCalls,
  UNKNOWN,
  YEAR,
} from '../support/subscriptions.ts';

let gateway: TestGateway;

let email: string;
let cuRefNo: string;
let count = 0;
const subscriber = {} as Subscriber;
const { update, end, started, listed, move, history } = subscriptionCalls(subscriber);
beforeAll(async () => {
  gateway = await startGateway();
});
afterAll(async () => {
  await expectClean(gateway.databaseUrl);
  await gateway.close();
});
beforeEach(async () => {
  count += 1;
  email = `subscriber${count}@example.com`;
  ({ cuRefNo } = (await gateway.rest({ email })).body);
  Object.assign(subscriber, { gateway, email, cuRefNo });
});

const INVALID = 'INTERNAL_VALIDATION_FAILED';

describe('an update', () => {
  it('changes what is told, keeps what is absent or null, and tells what it changed', async () => {
    const before = await started({ productCode: 'Y', endsAt: inDays(9) });
    const { externalId } = before;
    const kept = { productSlug: null, productCode: null, orderNumber: null, orderHash: null, autoRenew: null };
    const { payload } = await update(externalId, { ...kept, startsAt: null, productSlug: ' month ' });
    expect(payload.subscription).toEqual({ ...before, productSlug: 'month' });
    expect(payload.customer).toMatchObject({ cuRefNo, version: 1 });
    const rest = { productCode: 'M', orderNumber: '2', orderHash: 'a'.repeat(32), autoRenew: true };
    const times = { startsAt: '2020-01-01T00:00:00.000Z', endsAt: inDays(20) };
    const after = await update(externalId, { ...rest, ...times });
    expect(after.payload.subscription).toEqual({ externalId, productSlug: 'month', ...rest, ...times, running: true });
    expect(await listed()).toEqual([after.payload.subscription]);
    expect(await history()).toMatchObject([
      {
        action: 'SUBSCRIPTION_UPDATED',
        reason: null,
        fields: namesOf(externalId, {
          productCode: ['Y', 'M'],
          orderNumber: ['1', '2'],
          orderHash: [before.orderHash, 'a'.repeat(32)],
          autoRenew: [false, true],
          startsAt: [before.startsAt, times.startsAt],
          endsAt: [before.endsAt, times.endsAt],
        }),
      },
      { action: 'SUBSCRIPTION_UPDATED', fields: namesOf(externalId, { productSlug: ['year', 'month'] }) },
      { action: 'SUBSCRIPTION_STARTED' },
    ]);
  });

  it('keeps the end where it is absent, and clears it where it is null', async () => {
    const { externalId, endsAt } = await started({ endsAt: inDays(9) });
    expect((await update(externalId, { orderNumber: '2' })).payload.subscription.endsAt).toBe(endsAt);
    expect((await update(externalId, { endsAt: null })).payload.subscription.endsAt).toBeNull();
    expect((await history())[0].fields).toEqual(namesOf(externalId, { endsAt: [endsAt, null] }));
  });

  it('that differs in nothing is no change', async () => {
    const subscription = await started({ endsAt: inDays(9) });
    const { running: _, externalId, ...same } = subscription;
    const row = async () =>
      runSql(gateway.databaseUrl, 'select xmin::text, * from subscription where external_id = $1', [externalId]);
    const before = await row();
    for (const input of [{}, same, { productSlug: ' year ', endsAt: same.endsAt.replace('Z', '+00:00') }])
      expect((await update(externalId, input)).payload.subscription).toEqual(subscription);
    expect(await row()).toEqual(before);
    expect(await history()).toHaveLength(1);
  });

  it('never ends it before it starts', async () => {
    const { externalId } = await started({ startsAt: inDays(2), endsAt: inDays(4) });
    const refusals: [input: object, path: string, message: string][] = [
      [{ endsAt: inDays(1) }, 'endsAt', 'must not be before startsAt'],
      [{ startsAt: null, endsAt: inDays(1) }, 'endsAt', 'must not be before startsAt'],
      [{ startsAt: inDays(5) }, 'startsAt', 'must not be after endsAt'],
      [{ startsAt: inDays(5), endsAt: inDays(4.5) }, 'endsAt', 'must not be before startsAt'],
    ];
    for (const [input, path, message] of refusals) {
      const { code, fields } = await update(externalId, input);
      expect([code, fields]).toEqual([INVALID, [{ path, message }]]);
    }
    expect(await history()).toHaveLength(1);
    for (const input of [
      { startsAt: inDays(5), endsAt: inDays(6) },
      { startsAt: inDays(7), endsAt: null },
    ])
      expect((await update(externalId, input)).code).toBeUndefined();
    const at = inDays(8);
    expect((await update(externalId, { startsAt: at, endsAt: at })).payload.subscription).toMatchObject({
      ...{ startsAt: at, endsAt: at, running: false },
    });
  });

  it('leaves times that an operator has written, and do not fit, as they are', async () => {
    const { externalId } = await started({ startsAt: inDays(2), endsAt: inDays(4) });
    await move(externalId, `ends_at = starts_at - interval '1 day'`);
    expect((await update(externalId, { autoRenew: true })).payload.subscription.autoRenew).toBe(true);
    expect((await update(externalId, { startsAt: inDays(3) })).fields?.[0]?.path).toBe('startsAt');
    expect((await end(externalId)).payload.subscription).toMatchObject({ autoRenew: false, running: false });
    await move(externalId, 'ends_at = starts_at');
  });
});

describe('an end', () => {
  it('of now ends it at once, and its renewal', async () => {
    const before = await started({ autoRenew: true, startsAt: inDays(-2), endsAt: inDays(9) });
    const { externalId } = before;
    const { payload } = await end(externalId, { reason: ' Moved  away ' });
    const { endsAt } = payload.subscription;
    expect(payload.subscription).toEqual({ ...before, autoRenew: false, endsAt: anyTime(), running: false });
    expect(Date.parse(endsAt)).toBeLessThan(Date.parse(before.endsAt) - 8 * DAY);
    expect(payload.customer).toMatchObject({ version: 1, runningSubscriptions: [], subscriptions: [{ externalId }] });
    expect((await history())[0]).toMatchObject({
      ...{ action: 'SUBSCRIPTION_ENDED', reason: 'Moved away' },
      fields: namesOf(externalId, { autoRenew: [true, false], endsAt: [before.endsAt, endsAt] }),
    });
  });

  it('that comes again is no change, with a time it is moved', async () => {
    const { externalId } = await started({ startsAt: inDays(-2) });
    const { payload } = await end(externalId, { endsAt: null });
    expect((await end(externalId, { reason: 'again' })).payload.subscription).toEqual(payload.subscription);
    expect(await history()).toHaveLength(2);
    await update(externalId, { autoRenew: true });
    // It is renewed no longer, whenever it has ended.
    expect((await end(externalId)).payload.subscription).toEqual(payload.subscription);
    expect(await history()).toHaveLength(4);
    const at = inDays(-1);
    expect((await end(externalId, { endsAt: at })).payload.subscription).toMatchObject({
      ...{ endsAt: at, autoRenew: false, running: false },
    });
    await end(externalId, { endsAt: at });
    expect(await history()).toHaveLength(5);
  });

  it('in the future lets it run until then', async () => {
    const { externalId } = await started({ startsAt: inDays(-9), autoRenew: true });
    const at = inDays(3);
    const { payload } = await end(externalId, { endsAt: at });
    expect(payload.subscription).toMatchObject({ endsAt: at, autoRenew: false, running: true });
    await move(externalId, `ends_at = ends_at - interval '3 days 1 minute'`);
    expect((await listed())[0]?.running).toBe(false);
    expect((await gateway.rest({ email })).body.runningSubscriptionList).toEqual([]);
  });

  it('of one that has not started yet never lets it run, also when its time has come', async () => {
    const { externalId, startsAt } = await started({ startsAt: inDays(3) });
    expect((await end(externalId)).payload.subscription).toMatchObject({ startsAt, endsAt: startsAt, running: false });
    expect((await end(externalId)).payload.subscription.endsAt).toBe(startsAt);
    expect(await history()).toHaveLength(2);
    await move(
      externalId,
      `starts_at = starts_at - interval '3 days 1 minute', ends_at = ends_at - interval '3 days 1 minute'`,
    );
    expect((await listed())[0]?.running).toBe(false);
  });

  it('before the beginning is refused', async () => {
    const { externalId } = await started({ startsAt: inDays(-1) });
    const { code, fields } = await end(externalId, { endsAt: inDays(-2) });
    expect([code, fields]).toEqual([INVALID, [{ path: 'endsAt', message: 'must not be before startsAt' }]]);
    expect(await listed('(running: true)')).toHaveLength(1);
  });

  it('has a reason of 1,000 characters at most', async () => {
    const { externalId } = await started();
    const { fields } = await end(externalId, { reason: 'x'.repeat(1_001) });
    expect(fields).toEqual([{ path: 'reason', message: 'must be at most 1000 characters long' }]);
  });
});

describe.each([
  ['an update', (externalId: unknown) => update(externalId, { orderNumber: '2' })],
  ['an end', (externalId: unknown) => end(externalId)],
] as const)('%s', (_, act) => {
  it('is of a subscription that the organisation has', async () => {
    const theirs = await createOrganisation(gateway.databaseUrl);
    const key = await createKey(gateway.databaseUrl, theirs);
    await gateway.rest({ email }, { key });
    const input = { by: { email }, ...YEAR };
    const made = await mutate(gateway, 'startCustomerSubscription', input, 'subscription { externalId }', { key });
    const others = [
      'AAAAAAAAAAAAAAAA',
      '',
      'short',
      'x\u0000',
      'AAAAAAAAAAAAAAA\u0000',
      made.payload.subscription.externalId,
    ];
    for (const other of others) {
      const { code, fields } = await act(other);
      expect([code, fields], other).toEqual([INVALID, UNKNOWN]);
    }
  });

  it('is of a customer that is there', async () => {
    const { externalId } = await started();
    await mutate(gateway, 'deleteCustomer', { by: { email }, reason: 'why' });
    expect((await act(externalId)).fields).toEqual(UNKNOWN);
    await mutate(gateway, 'restoreCustomer', { by: { cuRefNo }, reason: 'why' });
    expect((await act(externalId)).code).toBeUndefined();
  });

  it('finds a subscription that has moved to another customer, and tells that one', async () => {
    const { externalId } = await started();
    const other = (await gateway.rest({ email: `other-${email}` })).body.cuRefNo;
    const moved = `customer_id = (select id from customer where cu_ref_no = '${other}')`;
    await move(externalId, moved);
    const { payload } = await act(externalId);
    expect(payload.customer).toMatchObject({ cuRefNo: other, subscriptions: [{ externalId }] });
    expect(await history()).toHaveLength(1);
    expect((await changesOf(gateway, { cuRefNo: other })).length).toBe(2);
  });
});
