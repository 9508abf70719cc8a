// Lists that are read page by page.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startGateway, type TestGateway } from '../../../test/support/gateway.ts';
import {
  AdjustCustomerCreditDocument,
  BulkCreateCustomersDocument,
  CustomerCreditEntriesDocument,
  CustomerGroupsDocument,
  CustomerIpHistoryDocument,
  CustomersDocument,
  createGraphQLClient,
} from '../src/graphql.ts';
import { createClient, type GatewayClient, paginate } from '../src/index.ts';

const emails = Array.from({ length: 25 }, (_, i) => `customer.${String(i).padStart(2, '0')}@example.com`);
let gateway: TestGateway;
let client: GatewayClient;
/** Requests so far. */
let sent = 0;
beforeAll(async () => {
  gateway = await startGateway();
  client = createClient({
    url: gateway.url,
    apiKey: gateway.key,
    fetch(request) {
      sent++;
      return fetch(request);
    },
  });
  const customers = emails.map((email) => ({ clientRef: email, email, customerRealIp: '10.0.0.1' }));
  await client.graphql(BulkCreateCustomersDocument, { input: { customers } });
});
afterAll(() => gateway.close());

const byName = { field: 'NAME', direction: 'ASC' } as const;

it.each([
  [1, 25],
  [10, 3],
  [25, 1],
  [100, 1],
])('pages of %d: everybody once, in order, by %d requests', async (first, requests) => {
  sent = 0;
  const found: (string | null)[] = [];
  for await (const { email } of paginate(
    client,
    CustomersDocument,
    { first, orderBy: byName },
    (data) => data.customers,
  ))
    found.push(email);
  expect(found).toEqual(emails);
  expect(sent).toBe(requests);
});

it('asks for no page that is not wanted', async () => {
  sent = 0;
  const customers = paginate(client, CustomersDocument, { first: 5, orderBy: byName }, (data) => data.customers);
  expect(sent).toBe(0);
  for await (const { email } of customers) if (email === emails[7]) break;
  expect(sent).toBe(2);
});

it('begins after a cursor', async () => {
  const { customers } = await client.graphql(CustomersDocument, { first: 20, orderBy: byName });
  const after = customers?.pageInfo.endCursor;
  const found: (string | null)[] = [];
  const rest = paginate(client, CustomersDocument, { first: 2, after, orderBy: byName }, (data) => data.customers);
  for await (const { email } of rest) found.push(email);
  expect(found).toEqual(emails.slice(20));
});

it('reads lists of a customer, also those that have edges alone, and none of one that is not there', async () => {
  const by = { email: emails[0] as string };
  for (const amount of [1, 2, 3])
    await client.graphql(AdjustCustomerCreditDocument, { input: { by, amount, description: 'x' } });
  const amounts: number[] = [];
  const entries = paginate(client, CustomerCreditEntriesDocument, { by, first: 2 }, (d) => d.customer?.creditEntries);
  for await (const { amount } of entries) amounts.push(amount);
  expect(amounts).toEqual([3, 2, 1]);

  const seen: string[] = [];
  for await (const { node } of paginate(client, CustomerIpHistoryDocument, { by }, (d) => d.customer?.ipHistory))
    seen.push(node.address);
  expect(seen).toEqual(['10.0.0.1']);

  const nobody = { by: { email: 'nobody@example.com' } };
  for await (const _ of paginate(client, CustomerCreditEntriesDocument, nobody, (d) => d.customer?.creditEntries))
    throw new Error('there is something');
});

it('an empty list has nothing, and an error is thrown where it comes', async () => {
  const graphql = createGraphQLClient({ url: gateway.url, apiKey: gateway.key });
  for await (const _ of paginate({ graphql }, CustomerGroupsDocument, {}, (data) => data.customerGroups))
    throw new Error('there is something');
  const wrong = paginate({ graphql }, CustomerGroupsDocument, { first: 101 }, (data) => data.customerGroups);
  await expect(wrong.next()).rejects.toMatchObject({ code: 'INTERNAL_VALIDATION_FAILED' });
});

it('a caller that gives up gets its own reason', async () => {
  const controller = new AbortController();
  const options = { signal: controller.signal };
  const customers = paginate(client, CustomersDocument, { first: 1 }, (data) => data.customers, options);
  await customers.next();
  controller.abort(new Error('given up'));
  await expect(customers.next()).rejects.toThrow('given up');
});
