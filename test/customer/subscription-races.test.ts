// Subscriptions of customers that are started, changed and ended at the same moment, over two processes.
import pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { expectClean } from '../support/check.ts';
import { runSql } from '../support/database.ts';
import { startGateway, type TestGateway } from '../support/gateway.ts';
import { changesOf, mutate } from '../support/mutations.ts';
import { inDays, type Subscriber, subscriptionCalls, UNKNOWN } from '../support/subscriptions.ts';

let gateway: TestGateway;
let second: TestGateway;
let email: string;
let cuRefNo: string;
let count = 0;
const subscriber = {} as Subscriber;
const { start, update, end, started, listed, history } = subscriptionCalls(subscriber);
beforeAll(async () => {
  gateway = await startGateway();
  second = await startGateway({ databaseUrl: gateway.databaseUrl });
});
afterAll(async () => {
  await expectClean(gateway.databaseUrl);
  await Promise.all([gateway.close(), second.close()]);
});
beforeEach(async () => {
  count += 1;
  email = `subscriber${count}@example.com`;
  ({ cuRefNo } = (await gateway.rest({ email })).body);
  Object.assign(subscriber, { gateway, email, cuRefNo });
});

const NOBODY = 'PUBLIC_CUSTOMER_DETAIL_NOT_PERMITTED';

/**
 * Locks the customer of a subscription, as whoever changes it does.
 *
 * @returns lets go, once somebody waits and then some SQL is done; `$1` is the subscription
 */
async function hold(externalId: string): Promise<(sql: string) => Promise<void>> {
  const holder = new pg.Client({ connectionString: gateway.databaseUrl });
  await holder.connect();
  await holder.query('begin');
  const locking =
    'select from customer where id = (select customer_id from subscription where external_id = $1) for no key update';
  await holder.query(locking, [externalId]);
  return async (sql) => {
    const waiting = `select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`;
    await expect.poll(() => runSql(gateway.databaseUrl, waiting), { timeout: 10_000 }).toHaveLength(1);
    await holder.query(sql, [externalId]);
    await holder.query('commit');
    await holder.end();
  };
}

describe('at once', () => {
  const ordinals = async () => {
    const rows = await runSql<{ ordinal: number; action: string }>(
      gateway.databaseUrl,
      `select ordinal, action from change_entry where subject = 'customer' and reference = $1 order by id`,
      [cuRefNo],
    );
    return rows.map(({ ordinal, action }) => `${ordinal} ${action}`);
  };

  it('twenty ends over two processes are one', async () => {
    for (let round = 0; round < 5; round++) {
      const { externalId } = await started({ startsAt: inDays(-1) });
      const all = await Promise.all(
        Array.from({ length: 20 }, (_, i) => end(externalId, {}, i % 2 ? gateway : second)),
      );
      expect(new Set(all.map(({ payload }) => JSON.stringify(payload.subscription))).size).toBe(1);
      expect(await history()).toHaveLength(2 * (round + 1));
    }
  });

  it('an end that began before another one had ended it is no change', async () => {
    const { externalId } = await started({ startsAt: inDays(-1) });
    const letGo = await hold(externalId);
    const waiting = end(externalId);
    await letGo(
      `update subscription set ends_at = date_trunc('milliseconds', clock_timestamp()), order_number = 'by the other' where external_id = $1`,
    );
    expect((await waiting).payload.subscription).toMatchObject({ running: false, orderNumber: 'by the other' });
    expect(await ordinals()).toEqual(['1 subscription started']);
  });

  it('an update that began before a start sees it run', async () => {
    const { externalId } = await started({ startsAt: inDays(1) });
    const letGo = await hold(externalId);
    const waiting = update(externalId, { orderNumber: '2' });
    await letGo(
      `update subscription set starts_at = date_trunc('milliseconds', clock_timestamp()) where external_id = $1`,
    );
    expect((await waiting).payload.subscription.running).toBe(true);
  });

  it('starts, updates and ends of one customer are each in the history, in order', async () => {
    const subscriptions = await Promise.all(Array.from({ length: 10 }, (_, i) => start({}, i % 2 ? gateway : second)));
    const ids = subscriptions.map(({ payload }) => payload.subscription.externalId);
    const all = await Promise.all([
      ...ids.map((id, i) => update(id, { orderNumber: `u${i}` }, i % 2 ? gateway : second)),
      ...ids.map((id, i) => end(id, {}, i % 2 ? second : gateway)),
      ...ids.map((_, i) => start({ orderNumber: `s${i}` }, i % 2 ? gateway : second)),
    ]);
    expect(all.map(({ code }) => code)).toEqual(all.map(() => undefined));
    expect((await ordinals()).map((each) => Number.parseInt(each, 10))).toEqual(
      Array.from({ length: 40 }, (_, i) => i + 1),
    );
    const found = await listed();
    expect(found.filter(({ running }) => running)).toHaveLength(10);
    expect(found.map((each) => each.orderNumber).toSorted()).toEqual(
      ids.flatMap((_, i) => [`u${i}`, `s${i}`]).toSorted(),
    );
  });

  it('a start and a deletion leave no subscription that was started after it', async () => {
    for (let round = 0; round < 10; round++) {
      const by = { cuRefNo };
      const [begun, deleted] = await Promise.all([
        start({ by }, round % 2 ? gateway : second),
        mutate(gateway, 'deleteCustomer', { by, reason: 'why' }),
      ]);
      expect(deleted.code).toBeUndefined();
      const done = (await ordinals()).map((each) => each.replace(/^\d+ /, ''));
      if (begun.code) expect([begun.code, done.slice(-1)]).toEqual([NOBODY, ['deleted']]);
      else expect(done.slice(-2)).toEqual(['subscription started', 'deleted']);
      await mutate(gateway, 'restoreCustomer', { by, reason: 'why' });
    }
  });

  it('documents that change several customers and subscriptions in either order do not deadlock', async () => {
    const one = await started();
    const first = cuRefNo;
    const other = `second-${email}`;
    await gateway.rest({ email: other });
    const two = await started({ by: { email: other } });
    const deadlocks = async () => {
      const [row] = await runSql<{ count: number }>(
        gateway.databaseUrl,
        'select deadlocks::int as count from pg_stat_database where datname = current_database()',
      );
      return row?.count;
    };
    const before = await deadlocks();
    const change = (i: number, { externalId }: { externalId: string }) =>
      `updateCustomerSubscription(input: { externalId: "${externalId}", orderNumber: "${i}" }) { customer { cuRefNo } }`;
    const begin = (by: string) =>
      `startCustomerSubscription(input: { by: { ${by} }, productSlug: "x", orderNumber: "x" }) { customer { cuRefNo } }`;
    const orders = (i: number) => [
      [change(i, one), change(i, two)],
      [change(i, two), change(i, one)],
      [begin(`email: "${other}"`), change(i, one)],
      [begin(`cuRefNo: "${first}"`), change(i, two)],
    ];
    const all = await Promise.all(
      Array.from({ length: 32 }, (_, i) => {
        const [a, b] = orders(i)[i % 4] as [string, string];
        const headers = { 'idempotency-key': `either-${i}` };
        const to = i % 8 < 4 ? gateway : second;
        return to.graphql(`mutation { a: ${a} b: ${b} }`, {}, { key: gateway.key, headers });
      }),
    );
    expect(all.map(({ body }) => body.errors)).toEqual(all.map(() => undefined));
    expect(await deadlocks()).toBe(before);
  });

  it('a customer that is deleted while it is waited for has no subscription to change', async () => {
    const { externalId } = await started();
    const letGo = await hold(externalId);
    const waiting = end(externalId);
    await letGo(
      'update customer set deleted_at = now() where id = (select customer_id from subscription where external_id = $1)',
    );
    expect((await waiting).fields).toEqual(UNKNOWN);
    await runSql(gateway.databaseUrl, 'update customer set deleted_at = null where cu_ref_no = $1', [cuRefNo]);
  });

  it('a subscription that moves while its customer is waited for is changed where it is then', async () => {
    const { externalId } = await started();
    const target = (await gateway.rest({ email: `target-${email}` })).body.cuRefNo;
    const letGo = await hold(externalId);
    const waiting = update(externalId, { orderNumber: 'moved' });
    await letGo(
      `update subscription set customer_id = (select id from customer where cu_ref_no = '${target}') where external_id = $1`,
    );
    const { payload } = await waiting;
    expect(payload).toMatchObject({ subscription: { orderNumber: 'moved' }, customer: { cuRefNo: target } });
    expect(await history()).toHaveLength(1);
    expect(await changesOf(gateway, { cuRefNo: target }, 'first: 1')).toMatchObject([
      { action: 'SUBSCRIPTION_UPDATED' },
    ]);
  });
});
