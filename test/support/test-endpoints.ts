// REST endpoints of every sort that the table may hold, over operations that the schema has, for tests of the table itself.
import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import { parse } from 'graphql';
import { z } from 'zod';
import { ApiError } from '../../src/errors/api-error.ts';
import { type Endpoint, type EndpointTag, endpoint } from '../../src/rest/endpoint.ts';
import { textParameter, wholeNumberParameter } from '../../src/rest/parameters.ts';

const tag: EndpointTag = { name: 'tests', description: 'Endpoints of tests.' };

/** A type for an operation that is not generated from `schema/operations/`. */
function operation<Data, Variables>(text: string): TypedDocumentNode<Data, Variables> {
  return parse(text);
}

const success = z.object({ success: z.literal(true) });
const customer = z.object({ cuRefNo: z.string(), email: z.string().nullable() });

/** `GET`, without parameters: says that the key is good. */
export const ping = endpoint({
  method: 'GET',
  paths: ['/test/ping'],
  tag: { name: 'ping', description: 'Whether a key is good.' },
  summary: 'Test a key',
  description: 'Answers a good key.',
  operation: operation<{ __typename: 'Query' }, Record<string, never>>('query Ping { __typename }'),
  variables: () => ({}),
  answer: () => ({ success: true as const }),
  response: success,
  responseDescription: 'The key is good.',
  responseName: 'Success',
  example: { response: { success: true } },
});

/** `GET` with a parameter that must be there, an alias, and an error of its own. */
export const detail = endpoint({
  method: 'GET',
  paths: ['/api/v1/test/detail', '/detail/v1'],
  tag,
  summary: 'Find a customer',
  description: 'Finds a customer.',
  operation: operation<{ customer: z.output<typeof customer> | null }, { by: { cuRefNo: string } }>(
    'query Detail($by: CustomerBy!) { customer(by: $by) { cuRefNo email } }',
  ),
  query: z.object({ cuRefNo: textParameter('Public reference.') }),
  variables: ({ cuRefNo }) => ({ by: { cuRefNo } }),
  answer: ({ customer: found }) => {
    if (!found) throw new ApiError('PUBLIC_CUSTOMER_DETAIL_NOT_PERMITTED');
    return found;
  },
  errors: ['PUBLIC_CUSTOMER_DETAIL_NOT_PERMITTED'],
  response: customer,
  responseDescription: 'The customer.',
  responseName: 'TestCustomer',
  example: {
    query: { cuRefNo: '1cGIHvFoQDGLAbcA' },
    response: { cuRefNo: '1cGIHvFoQDGLAbcA', email: 'jan@barasek.com' },
    problem: { path: 'cuRefNo', message: 'is required' },
  },
});

interface Page {
  customers: { edges: { cursor: string; node: { cuRefNo: string } }[] } | null;
}

/** `GET` with parameters that may be left out, one of which has another name than in the operation. */
export const list = endpoint({
  method: 'GET',
  paths: ['/api/v1/test/list'],
  tag,
  summary: 'List customers',
  description: 'Lists customers.',
  operation: operation<Page, { first: number | null; after: string | null }>(
    'query List($first: Int, $after: String) { customers(first: $first, after: $after) { edges { cursor node { cuRefNo } } } }',
  ),
  query: z.object({
    limit: wholeNumberParameter('How many.').optional(),
    after: textParameter('What comes before.').optional(),
    of: wholeNumberParameter('Not used, and must be there.'),
  }),
  variables: ({ limit, after }) => ({ first: limit, after }),
  fields: { first: 'limit' },
  answer: ({ customers }) =>
    customers && { items: customers.edges.map(({ cursor, node }) => ({ id: cursor, ...node })) },
  response: z.object({ items: z.array(z.object({ id: z.string(), cuRefNo: z.string() })) }).nullable(),
  responseDescription: 'A page.',
  responseName: 'TestPage',
  example: { query: { of: 1 }, response: { items: [] }, problem: { path: 'limit', message: 'must be at most 100' } },
});

/** `POST` whose body is not as the operation's input. */
export const create = endpoint({
  method: 'POST',
  paths: ['/api/v1/test/create', '/create/v1'],
  tag,
  summary: 'Create a customer',
  description: 'Creates a customer.',
  operation: operation<{ createCustomer: { newAccount: boolean } | null }, { input: { email: string } }>(
    'mutation Create($input: CreateCustomerInput!) { createCustomer(input: $input) { newAccount } }',
  ),
  query: z.object({ company: textParameter('Name of the company.').optional() }),
  body: {
    members: ['mail', 'ip'],
    describedBy: { name: 'TestBody', schema: z.object({ mail: z.string(), ip: z.string().optional() }) },
  },
  variables: ({ mail, ip, company }) => ({ input: { email: mail, customerRealIp: ip, companyName: company } }),
  fields: { email: 'mail', customerRealIp: 'ip', companyName: 'company' },
  answer: ({ createCustomer }) => createCustomer ?? undefined,
  response: z.object({ newAccount: z.boolean() }),
  responseDescription: 'Whether it is new.',
  responseName: 'TestCreated',
  example: {
    body: { mail: 'jan@barasek.com' },
    response: { newAccount: true },
    problem: { path: 'mail', message: 'is required' },
  },
});

/** `GET` and `POST` at one path. */
export const both = { ...ping, paths: create.paths } satisfies Endpoint;

export const testEndpoints: readonly Endpoint[] = [ping, detail, list, create, both];
