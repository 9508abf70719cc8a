// Uses the package as it was installed, each part of it once, and prints what came of it.
import { createClient, GatewayError, paginate } from 'customer-gateway-client';
import {
  AdjustCustomerCreditDocument,
  CustomerCreditEntriesDocument,
  CustomerDocument,
} from 'customer-gateway-client/graphql';
import { createRestClient } from 'customer-gateway-client/rest';

const { GATEWAY_URL: url, FAILING_URL: failingUrl, API_KEY: apiKey } = process.env;
const gateway = createClient({ url, apiKey });
// The first answer of this one is lost, and the fourth never comes.
const unlucky = createClient({ url: failingUrl, apiKey });
const by = { email: `node.${process.versions.node}@example.com` };

const created = await gateway.rest.POST('/api/v1/customer/create', { body: by });
for (const amount of [1, 2])
  await unlucky.graphql(AdjustCustomerCreditDocument, { input: { by, amount, description: `Credit ${amount}` } });
const { customer } = await gateway.graphql(CustomerDocument, { by });

const amounts = [];
for await (const { amount } of paginate(
  gateway,
  CustomerCreditEntriesDocument,
  { by, first: 1 },
  (data) => data.customer?.creditEntries,
))
  amounts.push(amount);

const errors = [];
for (const fail of [
  () => gateway.rest.POST('/api/v1/customer/create', { body: { email: 'x' } }),
  () => createRestClient({ url: failingUrl, apiKey, timeout: 500, maxRetries: 0 }).GET('/ping/v1'),
  () => createClient({ url: 'http://127.0.0.1:1', apiKey, maxRetries: 0 }).graphql(CustomerDocument, { by }),
])
  await fail().catch((error) => errors.push([error instanceof GatewayError, error.code, error.status]));

console.log(
  JSON.stringify({
    node: process.versions.node,
    newAccount: created.data.newAccount,
    creditBalance: customer.creditBalance,
    amounts,
    errors,
  }),
);
