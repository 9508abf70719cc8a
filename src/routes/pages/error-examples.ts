// One request to each API for each code, and its answer: as they are, which a test compares.
import { authorizationWith } from '../../browser/sample-key.js';
import { ApiError, type ApiErrorDetails, type ErrorCode, idempotencyConflicts } from '../../errors/api-error.ts';
import { errorHeaders, graphqlErrorBody, JSON_TYPE, restErrorBody } from '../../http/request.ts';

/** A request as it is sent, but for the key. */
export interface ExampleRequest {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | undefined;
}

/** A request that fails, and its answer. */
export interface ErrorExample {
  readonly code: ErrorCode;
  readonly request: ExampleRequest;
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly answer: object;
}

/** What stands for many bytes in the body of a request. */
export const MANY_BYTES = '… more than 64 KiB …';

const EXAMPLE = { requestId: '6f1c1c4e-8a1b-4a58-9a53-2f8f5b0c7a11', publicUrl: undefined };
const CREATE = '/api/v1/customer/create';
const JAN = '{"email": "jan@barasek.com"}';
const withKey = { Authorization: authorizationWith(undefined) };
const withJson = { 'Content-Type': 'application/json' };

/** The headers of an answer, but for those of the connection and of the limit. */
function headersOf(error: ApiError): Record<string, string> {
  const { Connection: _, ...headers } = errorHeaders(error);
  return { 'Content-Type': JSON_TYPE, ...headers };
}

/** A request to the REST API. */
type RestRequest = Partial<ExampleRequest>;

function rest(code: ErrorCode, sent: RestRequest = {}, details: ApiErrorDetails = {}): ErrorExample {
  const { method = 'POST', path = CREATE, body = method === 'POST' ? JAN : undefined } = sent;
  const headers = sent.headers ?? (body === undefined ? withKey : { ...withKey, ...withJson });
  const error = new ApiError(code, details);
  return {
    code,
    request: { method, path, headers, body },
    status: error.status,
    headers: headersOf(error),
    answer: restErrorBody(error, EXAMPLE),
  };
}

/** What an error within an operation tells of its place. */
interface Place {
  readonly field: string;
  readonly column: number;
}

/** What was sent to the GraphQL API, and how it fails. */
interface GraphQLFailure {
  readonly query?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly details?: ApiErrorDetails;
  /** The field that has no value; none where the whole request is refused. */
  readonly at?: Place;
  /** Where the document cannot be read. */
  readonly column?: number;
}

const LIST = '{ customers(first: 1) { edges { node { email } } } }';

function graphql(
  code: ErrorCode,
  { query = LIST, headers, details = {}, at, column }: GraphQLFailure = {},
): ErrorExample {
  const error = new ApiError(code, details);
  const [{ message, extensions }] = graphqlErrorBody(error, EXAMPLE).errors as [
    { message: string; extensions: object },
  ];
  const place = at?.column ?? column;
  const told = {
    message,
    ...(place !== undefined && { locations: [{ line: 1, column: place }] }),
    ...(at && { path: [at.field] }),
    extensions,
  };
  return {
    code,
    request: {
      method: 'POST',
      path: '/graphql',
      headers: headers ?? { ...withKey, ...withJson },
      body: JSON.stringify({ query }),
    },
    // What is wrong with an operation is a part of its answer; what is wrong with the request, or the service, is its status.
    status: (at || column !== undefined) && error.status !== 503 ? 200 : error.status,
    headers: headersOf(error),
    answer: { errors: [told], ...(at && { data: { [at.field]: null } }) },
  };
}

/** An operation that fails within. */
const creating = {
  query: 'mutation { createCustomer(input: { email: "jan@barasek.com" }) { newAccount } }',
  at: { field: 'createCustomer', column: 12 },
};

/** What fails before it is known what the request is. */
function ofKey(code: ErrorCode, headers?: ExampleRequest['headers'], details?: ApiErrorDetails) {
  return { rest: rest(code, headers && { headers }, details), graphql: graphql(code, { headers, details }) };
}

const unknownKey = { Authorization: `Bearer PROD${'0'.repeat(28)}`, ...withJson };
const sampleKey = { Authorization: 'Bearer PRODPGrFxpGEtrOZfuWhnoJohUYBXuOE', ...withJson };

/** An example of each code, for each API that has it. */
export const errorExamples: Readonly<Record<ErrorCode, { rest: ErrorExample; graphql?: ErrorExample }>> = {
  PUBLIC_API_KEY_IS_EMPTY: ofKey('PUBLIC_API_KEY_IS_EMPTY', withJson),
  PUBLIC_API_KEY_IS_NOT_IN_VALID_FORMAT: ofKey('PUBLIC_API_KEY_IS_NOT_IN_VALID_FORMAT', {
    Authorization: 'Bearer PROD-1234',
    ...withJson,
  }),
  PUBLIC_API_KEY_SAMPLE_VALUE: ofKey('PUBLIC_API_KEY_SAMPLE_VALUE', sampleKey),
  PUBLIC_API_KEY_DOES_NOT_EXIST: ofKey('PUBLIC_API_KEY_DOES_NOT_EXIST', unknownKey),
  PUBLIC_API_KEY_HAS_BEEN_DELETED: ofKey('PUBLIC_API_KEY_HAS_BEEN_DELETED'),
  PUBLIC_API_KEY_IS_NOT_ACTIVE: ofKey('PUBLIC_API_KEY_IS_NOT_ACTIVE'),
  PUBLIC_API_KEY_HAS_BEEN_EXPIRED: ofKey('PUBLIC_API_KEY_HAS_BEEN_EXPIRED'),
  INTERNAL_TOO_MANY_REQUESTS: ofKey('INTERNAL_TOO_MANY_REQUESTS', undefined, { retryAfter: 12 }),
  PUBLIC_API_KEY_SCOPE_NOT_ALLOWED: {
    rest: rest('PUBLIC_API_KEY_SCOPE_NOT_ALLOWED', {}, scopeMissing('customer:create')),
    graphql: graphql('PUBLIC_API_KEY_SCOPE_NOT_ALLOWED', { details: scopeMissing('customer:read') }),
  },
  INTERNAL_VALIDATION_FAILED: {
    rest: rest(
      'INTERNAL_VALIDATION_FAILED',
      { body: '{"email": "jan@", "companyName": 5}' },
      {
        fields: [
          { path: 'email', message: 'must be a valid e-mail address' },
          { path: 'companyName', message: 'must be a string' },
        ],
      },
    ),
    graphql: graphql('INTERNAL_VALIDATION_FAILED', {
      query: 'mutation { createCustomer(input: { email: "jan@" }) { newAccount } }',
      details: { fields: [{ path: 'email', message: 'must be a valid e-mail address' }] },
      at: { field: 'createCustomer', column: 12 },
    }),
  },
  INTERNAL_REQUEST_MALFORMED: {
    rest: rest(
      'INTERNAL_REQUEST_MALFORMED',
      { body: '{"email": "jan@barasek.com"' },
      { message: 'The body is not JSON.' },
    ),
    graphql: graphql('INTERNAL_REQUEST_MALFORMED', {
      query: '{ clients { name } }',
      details: {
        message: 'Cannot query field "clients" on type "Query".',
        description:
          'The document must be well-formed GraphQL that fits the schema and keeps within the limits for documents.',
      },
      column: 3,
    }),
  },
  INTERNAL_RESOURCE_NOT_FOUND: {
    rest: rest('INTERNAL_RESOURCE_NOT_FOUND', { method: 'GET', path: '/api/v1/customers' }),
  },
  INTERNAL_METHOD_NOT_ALLOWED: {
    rest: rest('INTERNAL_METHOD_NOT_ALLOWED', { method: 'GET' }, { allow: ['POST'] }),
    graphql: {
      ...graphql('INTERNAL_METHOD_NOT_ALLOWED', {
        details: { message: 'A mutation must be sent by POST.', allow: ['POST'] },
      }),
      request: {
        method: 'GET',
        path: `/graphql?query=${encodeURIComponent('mutation { createCustomer(input: { email: "jan@barasek.com" }) { newAccount } }')}`,
        headers: withKey,
      },
    },
  },
  INTERNAL_PAYLOAD_TOO_LARGE: {
    rest: rest('INTERNAL_PAYLOAD_TOO_LARGE', { body: `{"email": "jan@barasek.com", "note": "${MANY_BYTES}"}` }),
    graphql: graphql('INTERNAL_PAYLOAD_TOO_LARGE', {
      query: `{ customers(search: "${MANY_BYTES}") { edges { cursor } } }`,
    }),
  },
  INTERNAL_UNSUPPORTED_MEDIA_TYPE: {
    rest: rest(
      'INTERNAL_UNSUPPORTED_MEDIA_TYPE',
      { headers: { ...withKey, 'Content-Type': 'text/xml' }, body: '<customer/>' },
      {
        message:
          'Send a body of the type application/json, or application/x-www-form-urlencoded, or multipart/form-data.',
      },
    ),
    graphql: graphql('INTERNAL_UNSUPPORTED_MEDIA_TYPE', {
      headers: { ...withKey, 'Content-Type': 'text/plain' },
      details: { message: 'The body is JSON: send Content-Type: application/json.' },
    }),
  },
  PUBLIC_CUSTOMER_DETAIL_NOT_PERMITTED: {
    rest: rest('PUBLIC_CUSTOMER_DETAIL_NOT_PERMITTED', {
      method: 'GET',
      path: '/api/v1/customer/detail?cuRefNo=0000000000000000',
    }),
    graphql: graphql('PUBLIC_CUSTOMER_DETAIL_NOT_PERMITTED', {
      query: 'mutation { banCustomer(input: { by: { cuRefNo: "0000000000000000" } }) { customer { ban } } }',
      at: { field: 'banCustomer', column: 12 },
    }),
  },
  INTERNAL_CONFLICT: {
    rest: rest(
      'INTERNAL_CONFLICT',
      { headers: { ...withKey, ...withJson, 'Idempotency-Key': 'registration-4711' } },
      idempotencyConflicts.otherRequest,
    ),
    graphql: graphql('INTERNAL_CONFLICT', {
      query:
        'mutation { updateCustomer(input: { by: { email: "jan@barasek.com" }, firstName: "Jan", version: 1 }) { customer { version } } }',
      details: {
        message: 'The customer has version 2 by now.',
        description:
          'The profile was changed since you read it. Read it again, then decide whether to send the change again.',
      },
      at: { field: 'updateCustomer', column: 12 },
    }),
  },
  INTERNAL_SERVICE_UNAVAILABLE: {
    rest: rest('INTERNAL_SERVICE_UNAVAILABLE', {}, { retryAfter: 5 }),
    graphql: graphql('INTERNAL_SERVICE_UNAVAILABLE', { ...creating, details: { retryAfter: 5 } }),
  },
  INTERNAL_SERVER_ERROR: {
    rest: rest('INTERNAL_SERVER_ERROR'),
    graphql: graphql('INTERNAL_SERVER_ERROR', creating),
  },
};

function scopeMissing(scope: string): ApiErrorDetails {
  return { description: `The key is restricted to other scopes: the operation requires the scope ${scope}.` };
}
