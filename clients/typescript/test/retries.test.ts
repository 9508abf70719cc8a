// When a request is sent again, how long it waits, and that nothing is done twice.
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createDatabase, createKey, runSql } from '../../../test/support/database.ts';
import { startGateway, type TestGateway } from '../../../test/support/gateway.ts';
import { openProxy } from '../../../test/support/proxy.ts';
import { holdRows } from '../../../test/support/row-holder.ts';
import {
  AdjustCustomerCreditDocument,
  BanCustomerDocument,
  CreateApiKeyDocument,
  CustomerDocument,
  StartCustomerSubscriptionDocument,
  ViewerDocument,
} from '../src/graphql.ts';
import { type ClientOptions, createClient } from '../src/index.ts';
import { type FailingProxy, type Fault, openFailingProxy } from './support/failing-proxy.ts';

const EMAIL = 'retried@example.com';
const by = { email: EMAIL };
let gateway: TestGateway;
let proxy: FailingProxy;
beforeAll(async () => {
  gateway = await startGateway();
  proxy = await openFailingProxy(gateway.url);
  await gateway.rest({ email: EMAIL });
});
afterAll(async () => {
  await proxy.close();
  await gateway.close();
});
afterEach(() => proxy.plan());

const clientWith = (options: Partial<ClientOptions> = {}) =>
  createClient({ url: proxy.url, apiKey: gateway.key, ...options });
const keys = () => proxy.seen.map(({ headers }) => headers['idempotency-key']);
const waits = () => proxy.seen.slice(1).map(({ at }, i) => at - (proxy.seen[i]?.at ?? 0));

/** Calls that are as good twice as once: those that read, and those that have a key. */
const safe: [string, () => Promise<unknown>][] = [
  ['a REST call that reads', () => clientWith().rest.GET('/ping/v1')],
  ['a REST call that changes', () => clientWith().rest.POST('/api/v1/customer/create', { body: by })],
  ['a query', () => clientWith().graphql(CustomerDocument, { by })],
  ['a mutation', () => clientWith().graphql(BanCustomerDocument, { input: { by } })],
];
/** An answer that asks for another try without a wait. */
const atOnce = (status: number) => ({ status, headers: { 'retry-after': '0' } });
const passing: [string, Fault][] = [
  ['an answer that was lost', 'lost'],
  ['a connection that was refused', 'refused'],
  ['an answer that broke off', 'cut'],
  ['503 without a time', { status: 503 }],
  ...[429, 500, 502, 503, 504].map((status): [string, Fault] => [String(status), atOnce(status)]),
  ['409 with Retry-After', atOnce(409)],
];

describe.each(safe)('%s', (_, call) => {
  it.each(passing)('is sent again after %s', async (__, fault) => {
    proxy.plan(fault);
    await call();
    expect(proxy.seen).toHaveLength(2);
    const [first, second] = proxy.seen;
    expect([second?.method, second?.path, second?.body]).toEqual([first?.method, first?.path, first?.body]);
    expect(keys()[1]).toBe(keys()[0]);
  });

  it.each([400, 401, 403, 404, 409, 422, 501])('is final after %d', async (status) => {
    proxy.plan({ status });
    await expect(call()).rejects.toMatchObject({ status });
    expect(proxy.seen).toHaveLength(1);
  });

  it('gives up after two retries', async () => {
    proxy.plan(atOnce(503), atOnce(503), atOnce(503));
    await expect(call()).rejects.toMatchObject({ status: 503, retryAfter: 0 });
    expect(proxy.seen).toHaveLength(3);
  });
});

it('sends again as often as it is told', async () => {
  const faults = Array.from({ length: 5 }, () => atOnce(503));
  for (const maxRetries of [0, 1, 4]) {
    proxy.plan(...faults);
    await expect(clientWith({ maxRetries }).graphql(ViewerDocument)).rejects.toMatchObject({ status: 503 });
    expect(proxy.seen).toHaveLength(maxRetries + 1);
  }
});

it('waits as long as it is told, else longer each time', async () => {
  proxy.plan({ status: 429, headers: { 'retry-after': '1' } });
  await clientWith().graphql(ViewerDocument);
  expect(waits()[0]).toBeGreaterThan(950);

  proxy.plan('refused', 'refused');
  await clientWith().graphql(ViewerDocument);
  const [first = 0, second = 0] = waits();
  expect(first).toBeGreaterThan(240);
  expect(second).toBeGreaterThan(490);
});

it('tells whoever would have to wait for more than a minute', async () => {
  proxy.plan({ status: 503, headers: { 'retry-after': '61' } });
  await expect(clientWith().graphql(ViewerDocument)).rejects.toMatchObject({ retryAfter: 61 });
  expect(proxy.seen).toHaveLength(1);
});

it('a time-out is tried again, each try with its own time', async () => {
  // The network would take as long as it likes: here the third try is answered at once.
  const data = { viewer: null };
  let tries = 0;
  const fetch = async () => (++tries < 3 ? new Promise<never>(() => {}) : Response.json({ data }));
  expect(await clientWith({ timeout: 50, fetch }).graphql(ViewerDocument)).toEqual(data);
  expect(tries).toBe(3);
});

describe('the key of a mutation', () => {
  it('is a new one for each call', async () => {
    const { rest, graphql } = clientWith();
    proxy.plan();
    await graphql(BanCustomerDocument, { input: { by } });
    await graphql(BanCustomerDocument, { input: { by } });
    await rest.POST('/api/v1/customer/create', { body: by });
    await rest.POST('/api/v1/customer/create', { body: by });
    expect(new Set(keys()).size).toBe(4);
    for (const key of keys()) expect(key).toMatch(/^[0-9a-f-]{36}$/);
  });

  it('is the one that is told', async () => {
    const { rest, graphql } = clientWith();
    proxy.plan('lost');
    await graphql(BanCustomerDocument, { input: { by } }, { idempotencyKey: 'ban-1' });
    const params = { header: { 'Idempotency-Key': 'create-1' } };
    await rest.POST('/api/v1/customer/create', { params, body: by });
    await rest.POST('/api/v1/customer/create', { headers: { 'idempotency-key': 'create-1' }, body: by });
    expect(keys()).toEqual(['ban-1', 'ban-1', 'create-1', 'create-1']);
  });

  it.each(passing)('is not sent where none is wanted, and nothing is sent again then: %s', async (_, fault) => {
    const { rest, graphql } = clientWith();
    proxy.plan(fault, fault);
    const none = { idempotencyKey: null };
    await expect(graphql(BanCustomerDocument, { input: { by } }, none)).rejects.toThrow();
    const headers = { 'idempotency-key': '' };
    await expect(rest.POST('/api/v1/customer/create', { headers, body: by })).rejects.toThrow();
    expect(keys()).toEqual([undefined, undefined]);
  });

  it('is not sent with what reads', async () => {
    proxy.plan();
    await clientWith().rest.GET('/ping/v1');
    await clientWith().graphql(ViewerDocument, {}, { idempotencyKey: 'x' });
    expect(keys()).toEqual([undefined, undefined]);
  });

  it('is not sent to what refuses one, which is not sent again', async () => {
    const { graphql } = clientWith({ apiKey: await rootKey() });
    const input = { name: 'New', prefix: 'PROD' } as const;
    proxy.plan();
    expect((await graphql(CreateApiKeyDocument, { input })).createApiKey?.key).toHaveLength(32);
    proxy.plan('lost');
    await expect(graphql(CreateApiKeyDocument, { input })).rejects.toMatchObject({ code: 'CLIENT_NETWORK_FAILURE' });
    expect(keys()).toEqual([undefined]);
  });

  it('is sent with a mutation in whatever words, and a field of that name makes none', async () => {
    const { graphql } = clientWith();
    proxy.plan();
    await graphql(`# query {
      fragment F on Customer { ban }
      mutation { banCustomer(input: { by: { email: "${EMAIL}" }, reason: "createApiKey } {" }) { customer { ...F } } }`);
    await graphql('{ viewer { __typename } } fragment mutation on Viewer { __typename }').catch(() => {});
    await graphql('query mutation { mutation: viewer { __typename } }');
    await graphql('{ mutation: viewer { __typename } } # createApiKey');
    expect(keys()).toEqual([expect.any(String), undefined, undefined, undefined]);
  });
});

const rootKey = () => createKey(gateway.databaseUrl, gateway.organisationId, { prefix: 'ROOT' });

it('what was done is not done again when its answer is lost', async () => {
  const { graphql } = clientWith();
  for (const fault of ['lost', 'cut'] as const) {
    proxy.plan(fault);
    const input = { by, productSlug: 'yearly', orderNumber: fault };
    const started = await graphql(StartCustomerSubscriptionDocument, { input });
    proxy.plan(fault, fault);
    const adjusted = await graphql(AdjustCustomerCreditDocument, { input: { by, amount: 7, description: fault } });
    expect(started.startCustomerSubscription?.subscription.orderNumber).toBe(fault);
    expect(adjusted.adjustCustomerCredit?.entry.amount).toBe(7);
  }
  const [{ subscriptions, entries } = { subscriptions: 0, entries: 0 }] = await runSql<{
    subscriptions: number;
    entries: number;
  }>(
    gateway.databaseUrl,
    'select (select count(*)::int from subscription) as subscriptions, (select count(*)::int from credit_entry) as entries',
  );
  expect([subscriptions, entries]).toEqual([2, 2]);
});

it('a request whose first try is still running waits for it, and gets its answer', async () => {
  const { graphql } = clientWith({ maxRetries: 30 });
  const holder = await holdRows(gateway.databaseUrl);
  await holder.run('select from customer where email = $1 for update', [EMAIL]);
  const input = { by, amount: 1, description: 'slow' };
  const options = { idempotencyKey: 'slow' };
  proxy.plan();
  const first = graphql(AdjustCustomerCreditDocument, { input }, options);
  await holder.waiting(1);
  const second = graphql(AdjustCustomerCreditDocument, { input }, options);
  // The second was told that the first is running, and has come again.
  await expect.poll(() => proxy.seen.length).toBeGreaterThan(2);
  await holder.commit();
  const [one, other] = await Promise.all([first, second]);
  expect(other).toEqual(one);
});

it('a gateway without its database says 503, and is asked again until it has it', async () => {
  const network = await openProxy(await createDatabase());
  const outage = await startGateway({ databaseUrl: network.url });
  const client = createClient({ url: outage.url, apiKey: outage.key, maxRetries: 8 });
  await client.rest.POST('/api/v1/customer/create', { body: by });
  await network.cut();
  const unavailable = { code: 'INTERNAL_SERVICE_UNAVAILABLE', status: 503 };
  const impatient = createClient({ url: outage.url, apiKey: outage.key, maxRetries: 0 });
  await expect(impatient.graphql(CustomerDocument, { by })).rejects.toMatchObject(unavailable);
  await expect(impatient.rest.POST('/api/v1/customer/create', { body: by })).rejects.toMatchObject(unavailable);
  const [read, changed] = [
    client.graphql(CustomerDocument, { by }),
    client.graphql(AdjustCustomerCreditDocument, { input: { by, amount: 3, description: 'outage' } }),
  ];
  await new Promise((resolve) => setTimeout(resolve, 500));
  await network.mend();
  expect((await read).customer?.email).toBe(EMAIL);
  expect((await changed).adjustCustomerCredit?.customer.creditBalance).toBe(3);
  await outage.close();
  await network.close();
});
