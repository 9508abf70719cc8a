// Subscriptions of customers: how they are started, and listed, by the clock of the database.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { MOST_SUBSCRIPTIONS } from '../../src/customer/subscription/input.ts';
import { expectClean } from '../support/check.ts';
import { runSql } from '../support/database.ts';
import { startGateway, type TestGateway } from '../support/gateway.ts';
import { mutate } from '../support/mutations.ts';
import { anyTime, idsOf, inDays, namesOf, type Subscriber, subscriptionCalls } from '../support/subscriptions.ts';

let gateway: TestGateway;
let second: TestGateway;
let email: string;
let cuRefNo: string;
let count = 0;
const subscriber = {} as Subscriber;
const { start, started, listed, move, history } = subscriptionCalls(subscriber);
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
const INVALID = 'INTERNAL_VALIDATION_FAILED';

describe('a start', () => {
  it('of which only product and order are told runs at once, without an end', async () => {
    for (let i = 0; i < 20; i++) {
      const { payload } = await start({ orderNumber: ` A  ${i} ` });
      expect(payload.subscription).toEqual({
        externalId: expect.stringMatching(/^[A-Za-z0-9]{16}$/),
        productSlug: 'year',
        productCode: 'year',
        orderNumber: `A ${i}`,
        orderHash: expect.stringMatching(/^[A-Za-z0-9]{32}$/),
        autoRenew: false,
        startsAt: anyTime(),
        endsAt: null,
        running: true,
      });
      expect(payload.customer).toMatchObject({ cuRefNo, version: 1 });
      expect(payload.customer.runningSubscriptions).toHaveLength(i + 1);
      expect(payload.customer.subscriptions.at(-1)).toEqual({ externalId: payload.subscription.externalId });
    }
    expect(new Set(idsOf(await listed())).size).toBe(20);
  });

  it('of which all is told keeps all of it, and is in the history with all of it', async () => {
    const orderHash = 'CuS08iXV3cOwweQsQB3TwYXtDr67K4kW';
    const { payload } = await start({
      ...{ by: { cuRefNo }, productSlug: 'predplatne-rocni', productCode: 'P 1', orderNumber: '25000001', orderHash },
      ...{ autoRenew: true, startsAt: '2020-01-01T01:00:00.1239+01:00', endsAt: '2020-01-01T00:00:00.123Z' },
    });
    const { subscription } = payload;
    expect(subscription).toMatchObject({
      ...{ productSlug: 'predplatne-rocni', productCode: 'P 1', orderNumber: '25000001', orderHash, autoRenew: true },
      ...{ startsAt: '2020-01-01T00:00:00.123Z', endsAt: '2020-01-01T00:00:00.123Z', running: false },
    });
    expect(payload.customer).toMatchObject({ runningSubscriptions: [], subscriptions: [{}] });
    expect(await history()).toEqual([
      {
        action: 'SUBSCRIPTION_STARTED',
        actor: `key:${gateway.key.slice(0, 8)}`,
        reason: null,
        requestId: expect.any(String),
        createdAt: anyTime(),
        fields: namesOf(subscription.externalId, {
          productSlug: [null, 'predplatne-rocni'],
          productCode: [null, 'P 1'],
          orderNumber: [null, '25000001'],
          orderHash: [null, orderHash],
          autoRenew: [null, true],
          startsAt: [null, '2020-01-01T00:00:00.123Z'],
          endsAt: [null, '2020-01-01T00:00:00.123Z'],
        }),
      },
    ]);
  });

  it('in the future runs when the time has come, and until its end', async () => {
    const { externalId, running } = await started({ startsAt: inDays(1), endsAt: inDays(2) });
    const isRunning = async () => (await listed())[0]?.running;
    expect([running, await isRunning()]).toEqual([false, false]);
    await move(externalId, `starts_at = starts_at - interval '1 day 1 minute'`);
    expect(await isRunning()).toBe(true);
    await move(externalId, `ends_at = ends_at - interval '2 days 1 minute', starts_at = starts_at - interval '1 day'`);
    expect(await isRunning()).toBe(false);
  });

  it('is of a customer that is there', async () => {
    for (const by of [{ email: 'nobody@example.com' }, { cuRefNo: 'AAAAAAAAAAAAAAAA' }, { cuRefNo: 'x\u0000' }])
      expect((await start({ by })).code).toBe(NOBODY);
    await mutate(gateway, 'deleteCustomer', { by: { email }, reason: 'why' });
    expect((await start({ by: { cuRefNo } })).code).toBe(NOBODY);
  });

  it('is refused with everything that is wrong with it', async () => {
    const { code, fields } = await start({
      ...{ productSlug: ' ', productCode: 'x'.repeat(256), orderNumber: 'x'.repeat(65), orderHash: 'short' },
      ...{ startsAt: inDays(1), endsAt: inDays(0.5) },
    });
    expect(code).toBe(INVALID);
    expect(fields).toEqual([
      { path: 'productSlug', message: 'must not be empty' },
      { path: 'productCode', message: 'must be at most 255 characters long' },
      { path: 'orderNumber', message: 'must be at most 64 characters long' },
      { path: 'orderHash', message: 'must be 32 letters and digits' },
      { path: 'endsAt', message: 'must not be before startsAt' },
    ]);
    expect(await listed()).toEqual([]);
  });

  it('with an end that has passed before it is told to start is refused by the clock of the database', async () => {
    expect((await start({ endsAt: inDays(-1) })).fields).toEqual([
      { path: 'endsAt', message: 'must not be before startsAt' },
    ]);
    expect((await start({ startsAt: null, productCode: null, endsAt: inDays(1) })).code).toBeUndefined();
  });

  it.each([
    '0000-12-31T00:00:00Z',
    '0001-01-01T00:00:00+00:01',
    '9999-12-31T23:59:59-00:01',
    '10000-01-01T00:00:00Z',
    'infinity',
    'now',
    '2026-02-30T00:00:00Z',
    0,
  ])('at no moment that can be written is refused: %s', async (startsAt) => {
    const { code, fields } = await start({ startsAt });
    expect([code, fields?.[0]?.path]).toEqual([INVALID, 'startsAt']);
  });

  it('takes the first and the last moment there are', async () => {
    const times = { startsAt: '0001-01-01T00:00:00.000Z', endsAt: '9999-12-31T23:59:59.999Z' };
    expect(await started(times)).toMatchObject({ ...times, running: true });
    expect((await listed())[0]).toMatchObject(times);
  });
});

describe('a customer', () => {
  it(`has at most ${MOST_SUBSCRIPTIONS} subscriptions, however many come at once`, async () => {
    const fill = (most: number) =>
      runSql(
        gateway.databaseUrl,
        `insert into subscription (organisation_id, customer_id, external_id, product_slug, product_code, order_number, order_hash, auto_renew, ends_at)
         select organisation_id, id, substr(md5('many' || n), 1, 16), 'y', 'y', 'y', md5(n::text), false, now()
         from customer, generate_series(1, $2::int) n where cu_ref_no = $1`,
        [cuRefNo, most],
      );
    await fill(MOST_SUBSCRIPTIONS - 3);
    const all = await Promise.all(Array.from({ length: 12 }, (_, i) => start({}, i % 2 ? gateway : second)));
    expect(all.filter(({ code }) => code === undefined)).toHaveLength(3);
    for (const { code, fields } of all)
      if (code)
        expect([code, fields]).toEqual([
          INVALID,
          [
            {
              path: 'by',
              message: `must be a customer with fewer than ${MOST_SUBSCRIPTIONS} subscriptions, ended ones included`,
            },
          ],
        ]);
    expect(await listed()).toHaveLength(MOST_SUBSCRIPTIONS);
    expect(await listed('(running: true)')).toHaveLength(3);
  });
});

describe('the list', () => {
  it('gives all, those that run, or those that do not, oldest first', async () => {
    const [a, b, c, d] = idsOf([
      await started({ orderNumber: 'a', endsAt: inDays(1) }),
      await started({ orderNumber: 'b', startsAt: inDays(-2), endsAt: inDays(-1) }),
      await started({ orderNumber: 'c', startsAt: inDays(1) }),
      await started({ orderNumber: 'd', startsAt: inDays(-3) }),
    ]) as [string, string, string, string];
    for (const args of ['', '(running: null)']) expect(idsOf(await listed(args)), args).toEqual([a, b, c, d]);
    expect(idsOf(await listed('(running: true)'))).toEqual([a, d]);
    expect(idsOf(await listed('(running: false)'))).toEqual([b, c]);
    const { body } = await gateway.graphql(
      `query ($r: Boolean) { customer(by: { cuRefNo: "${cuRefNo}" }) {
         none: subscriptions(running: $r) { externalId } all: subscriptions { externalId } no: subscriptions(running: false) { externalId }
         yes: subscriptions(running: true) { externalId } runningSubscriptions { externalId } } }`,
    );
    const given = body.data.customer;
    expect([given.none, given.all, given.no, given.yes].map(idsOf)).toEqual([
      [a, b, c, d],
      [a, b, c, d],
      [b, c],
      [a, d],
    ]);
    expect(given.yes).toEqual(given.runningSubscriptions);
  });

  it('of many customers is of each its own', async () => {
    await started({ orderNumber: 'mine' });
    await start({ by: { email: `subscriber${count - 1}@example.com` }, orderNumber: 'theirs' });
    const { body } = await gateway.graphql(
      '{ customers(first: 2) { edges { node { email subscriptions { orderNumber } } } } }',
    );
    const nodes = body.data.customers.edges.map(({ node }: { node: object }) => node);
    expect(nodes[0]).toEqual({ email, subscriptions: [{ orderNumber: 'mine' }] });
    expect(nodes[1].subscriptions.at(-1)).toEqual({ orderNumber: 'theirs' });
  });

  it('is priced by how long it may be', async () => {
    const query = (first: number) =>
      `{ customers(first: ${first}) { edges { node { subscriptions { externalId orderNumber startsAt } } } } }`;
    const { body } = await gateway.graphql(query(1), {}, { headers: { 'x-graphql-cost': '1' } });
    expect(body.extensions.cost.complexity).toBe(1 + 1 + 1 + 1 + 3 * 100);
    expect((await gateway.graphql(query(100))).body.errors[0].message).toMatch(/^The operation is too complex/);
  });

  it('leaves the REST API with the six members of the contract', async () => {
    const { startsAt: _, endsAt: __, running: ___, ...members } = await started({ autoRenew: true });
    await started({ startsAt: inDays(1) });
    for (const body of [
      (await gateway.rest({ email })).body,
      (
        await gateway.send(`/api/v1/customer/detail?cuRefNo=${cuRefNo}`, {
          headers: { authorization: `Bearer ${gateway.key}` },
        })
      ).body,
    ]) {
      expect(body.runningSubscriptionList).toEqual([members]);
      expect(Object.keys(body.runningSubscriptionList[0])).toEqual([
        ...['externalId', 'productSlug', 'productCode', 'orderNumber', 'orderHash', 'autoRenew'],
      ]);
    }
  });

  it('has a global id in each item, which node knows', async () => {
    const { externalId } = await started();
    const { body } = await gateway.graphql(`{ customer(by: { cuRefNo: "${cuRefNo}" }) { subscriptions { id } } }`);
    const [{ id }] = body.data.customer.subscriptions;
    expect(Buffer.from(id, 'base64').toString()).toBe(`CustomerSubscription:${externalId}`);
    const { body: found } = await gateway.graphql('query ($id: ID!) { node(id: $id) { id } }', { id });
    expect(found).toEqual({ data: { node: { id } } });
  });
});
