// What the types of the package allow and refuse: compiled by `npm run typecheck`, never run.
import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import type { DocumentNode } from 'graphql';
import {
  CreateCustomerDocument,
  CustomerCreditEntriesDocument,
  CustomerDocument,
  type CustomerQuery,
  type CustomerQueryVariables,
  CustomersDocument,
  type ResultOf,
  type VariablesOf,
  ViewerDocument,
} from '../src/graphql.ts';
import { createClient, GatewayError, paginate } from '../src/index.ts';
import type { Schemas } from '../src/rest.ts';

const gateway = createClient({ url: 'http://localhost:4000', apiKey: 'key' });
/** Fails to compile unless the two are the same. */
type Same<One, Other> = (<T>() => T extends One ? 1 : 2) extends <T>() => T extends Other ? 1 : 2 ? true : never;
const same = <One, Other>(_: Same<One, Other>) => {};

// Documents are those of every GraphQL client.
export const standard: TypedDocumentNode<CustomerQuery, CustomerQueryVariables> = CustomerDocument;
export const untyped: DocumentNode = CustomerDocument;
same<ResultOf<typeof CustomerDocument>, CustomerQuery>(true);
same<VariablesOf<typeof CustomerDocument>, CustomerQueryVariables>(true);

export async function graphql() {
  const { customer } = await gateway.graphql(CustomerDocument, { by: { email: 'jan@example.com' } });
  same<typeof customer, CustomerQuery['customer']>(true);
  same<NonNullable<typeof customer>['cuRefNo'], string>(true);
  // @ts-expect-error: there may be no such customer
  customer.cuRefNo;
  // @ts-expect-error: a field that is not selected
  customer?.ipHistory;

  await gateway.graphql(ViewerDocument);
  await gateway.graphql(CustomersDocument);
  await gateway.graphql(CustomersDocument, { first: 5 }, { signal: AbortSignal.timeout(1) });
  // @ts-expect-error: variables are missing
  await gateway.graphql(CustomerDocument);
  // @ts-expect-error: a variable is missing
  await gateway.graphql(CustomerDocument, {});
  // @ts-expect-error: a variable is of another type
  await gateway.graphql(CustomersDocument, { first: '5' });
  // @ts-expect-error: one or the other
  await gateway.graphql(CustomerDocument, { by: { email: 'jan@example.com', cuRefNo: 'x' } });
  // @ts-expect-error: there is no such variable
  await gateway.graphql(CustomersDocument, { first: 5, size: 5 });
  // @ts-expect-error: an input has no such member
  await gateway.graphql(CreateCustomerDocument, { input: { email: 'jan@example.com', name: 'Jan' } });

  const own = await gateway.graphql<{ viewer: { organisation: { slug: string } } }>(
    '{ viewer { organisation { slug } } }',
  );
  same<typeof own.viewer.organisation.slug, string>(true);
}

export async function rest() {
  const query = { cuRefNo: 'x' };
  const { data, response } = await gateway.rest.GET('/api/v1/customer/detail', { params: { query } });
  same<typeof data, Schemas['CustomerDetail']>(true);
  same<typeof response, Response>(true);
  const created = await gateway.rest.POST('/api/v1/customer/create', { body: { email: 'jan@example.com' } });
  same<typeof created.data.newAccount, boolean>(true);
  await gateway.rest.GET('/ping/v1');

  // @ts-expect-error: a parameter is missing
  await gateway.rest.GET('/api/v1/customer/detail');
  // @ts-expect-error: there is no such path
  await gateway.rest.GET('/api/v1/customer/details');
  // @ts-expect-error: it is not read
  await gateway.rest.GET('/api/v1/customer/create', { body: { email: 'jan@example.com' } });
  // @ts-expect-error: a body is missing
  await gateway.rest.POST('/api/v1/customer/create');
  // @ts-expect-error: what sends a request is told when the client is made
  await gateway.rest.GET('/ping/v1', { fetch });
  // @ts-expect-error: so is where the gateway is
  await gateway.rest.GET('/api/v1/customer/detail', { params: { query }, baseUrl: 'http://localhost:4001' });
  // @ts-expect-error: for each method
  await gateway.rest.POST('/api/v1/customer/create', { body: { email: 'jan@example.com' }, fetch });
  await gateway.rest.GET('/ping/v1', { signal: AbortSignal.timeout(1), headers: { 'X-Request-Id': 'x' } });
  // @ts-expect-error: a member of the body is missing
  await gateway.rest.POST('/api/v1/customer/create', { body: {} });
}

export async function pages() {
  for await (const { cuRefNo } of paginate(gateway, CustomersDocument, { first: 5 }, (data) => data.customers))
    same<typeof cuRefNo, string>(true);
  const by = { email: 'jan@example.com' };
  for await (const { amount } of paginate(
    gateway,
    CustomerCreditEntriesDocument,
    { by },
    (data) => data.customer?.creditEntries,
  ))
    same<typeof amount, number>(true);
  // @ts-expect-error: there is no such variable
  paginate(gateway, CustomersDocument, { first: 5, size: 5 }, (data) => data.customers);
  // @ts-expect-error: nothing to read page by page
  paginate(gateway, ViewerDocument, {}, (data) => data.viewer);
  // @ts-expect-error: no list
  paginate(gateway, CustomerCreditEntriesDocument, { by }, (data) => data.customer);
}

export function errors(error: unknown) {
  if (!(error instanceof GatewayError)) return;
  if (error.code === 'INTERNAL_CONFLICT') same<typeof error.retryAfter, number | undefined>(true);
  if (error.code === 'INTERNAL_OF_A_LATER_VERSION') return;
  same<typeof error.status, number>(true);
  for (const { path, message } of error.fields) same<typeof path | typeof message, string>(true);
}
