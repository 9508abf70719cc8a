// The REST contract as OpenAPI 3.1, from the table of endpoints, the zod schemas and the error catalogue.
import {
  type GraphQLInputObjectType,
  type GraphQLSchema,
  isInputObjectType,
  type NamedTypeNode,
  type TypeNode,
} from 'graphql';
import { type ZodType, z } from 'zod';
import { ApiError, catalogue, type ErrorCode, publicError } from '../errors.ts';
import { type Endpoint, endpoints } from './endpoints.ts';

const EXAMPLE_REQUEST_ID = '6f1c1c4e-8a1b-4a58-9a53-2f8f5b0c7a11';

/** Errors that any endpoint can answer a request of its own method with. */
const commonErrors: readonly ErrorCode[] = [
  'INTERNAL_REQUEST_MALFORMED',
  'PUBLIC_API_KEY_SCOPE_NOT_ALLOWED',
  'PUBLIC_API_KEY_IS_EMPTY',
  'PUBLIC_API_KEY_IS_NOT_IN_VALID_FORMAT',
  'PUBLIC_API_KEY_SAMPLE_VALUE',
  'PUBLIC_API_KEY_DOES_NOT_EXIST',
  'PUBLIC_API_KEY_HAS_BEEN_DELETED',
  'PUBLIC_API_KEY_IS_NOT_ACTIVE',
  'PUBLIC_API_KEY_HAS_BEEN_EXPIRED',
  'INTERNAL_CONFLICT',
  'INTERNAL_PAYLOAD_TOO_LARGE',
  'INTERNAL_UNSUPPORTED_MEDIA_TYPE',
  'INTERNAL_VALIDATION_FAILED',
  'INTERNAL_TOO_MANY_REQUESTS',
  'INTERNAL_SERVER_ERROR',
  'INTERNAL_SERVICE_UNAVAILABLE',
];

const errorBody = z
  .object({
    error: z.object({
      // Open: a client must expect a code that it does not know.
      code: z.union([z.enum(commonErrors as [ErrorCode, ...ErrorCode[]]), z.string()]).meta({
        description: 'What went wrong, for programs. There may be more codes one day; the status tells their kind.',
      }),
      message: z.string().meta({ description: 'What went wrong, for people.' }),
      description: z.string().meta({ description: 'What to do about it.' }),
      fields: z
        .array(
          z.object({
            path: z.string().meta({ description: 'Member of the request: `email`, `apiKey`.' }),
            message: z.string().meta({ description: 'Which rule it breaks.' }),
          }),
        )
        .optional()
        .meta({ description: 'Every member of the request that breaks a rule.' }),
      retry_after: z.int().optional().meta({ description: 'Seconds after which it is worth trying again.' }),
      requestId: z.string().meta({ description: 'Id of the request, for questions about it.' }),
    }),
  })
  .meta({ description: 'A request that failed.' });

/** What each error looks like besides its code and words. */
const exampleDetails: Partial<Record<ErrorCode, ConstructorParameters<typeof ApiError>[1]>> = {
  INTERNAL_VALIDATION_FAILED: { fields: [{ path: 'email', message: 'must be a valid e-mail address' }] },
  INTERNAL_TOO_MANY_REQUESTS: { retryAfter: 12 },
  INTERNAL_SERVICE_UNAVAILABLE: { retryAfter: 5 },
};

/** Every header of an answer. */
const headers = {
  'X-Request-Id': { description: 'Id of the request: the one sent, or a new one.', schema: { type: 'string' } },
  'X-RateLimit-Limit': {
    description: 'Requests a minute that the key may make. A `ROOT` key has no limit, hence none of these headers.',
    schema: { type: 'integer' },
  },
  'X-RateLimit-Remaining': { description: 'Requests that it may still make.', schema: { type: 'integer' } },
  'X-RateLimit-Reset': { description: 'When it may make more, in Unix seconds.', schema: { type: 'integer' } },
  'Idempotent-Replayed': {
    description: '`true` on the answer to a repeated `Idempotency-Key`: it is the first answer again.',
    schema: { type: 'string', const: 'true' },
  },
  'Retry-After': { description: 'Seconds after which it is worth trying again.', schema: { type: 'integer' } },
};

type HeaderName = keyof typeof headers;

const rateLimitHeaders: readonly HeaderName[] = ['X-RateLimit-Limit', 'X-RateLimit-Remaining', 'X-RateLimit-Reset'];
/** Where a request is refused for its key, before anything is counted for one. */
const keyFailure = catalogue.PUBLIC_API_KEY_DOES_NOT_EXIST.status;
/** 409: for as long as the first request with the same `Idempotency-Key` runs. */
const retried = [409, 429, 503];

/** The headers that an answer of a status may have. */
function headersOf(status: number) {
  const names: HeaderName[] = [
    'X-Request-Id',
    ...(status === keyFailure ? [] : rateLimitHeaders),
    ...(status === 200 ? (['Idempotent-Replayed'] as const) : []),
    ...(retried.includes(status) ? (['Retry-After'] as const) : []),
  ];
  return Object.fromEntries(names.map((name) => [name, { $ref: `#/components/headers/${name}` }]));
}

/** Tells what a key needs to run an operation. */
export type RequirementsOf = (operation: Endpoint['operation']) => string[];

/**
 * Writes the OpenAPI document.
 *
 * @param schema - where the zod schema of each endpoint's input is found, with the operation's input type
 */
export function openApiDocument(schema: GraphQLSchema, requirementsOf: RequirementsOf) {
  return {
    openapi: '3.1.0',
    info: {
      title: 'Customer gateway, REST API',
      version: '1',
      description:
        'The endpoints of the REST API. Each runs an operation of the GraphQL API, with the same rules and errors.',
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: '/' }],
    security: securityOf([]),
    tags: [{ name: 'customer', description: 'Customers of an organisation.' }],
    paths: Object.fromEntries(
      endpoints.map((row) => [
        row.path,
        { [row.method.toLowerCase()]: operationOf(row, schema, requirementsOf(row.operation)) },
      ]),
    ),
    components: {
      securitySchemes: {
        apiKeyInQuery: {
          type: 'apiKey',
          in: 'query',
          name: 'apiKey',
          description: 'Looked for first; then a member `apiKey` of the body.',
        },
        apiKeyAsBearer: {
          type: 'http',
          scheme: 'bearer',
          description: 'Looked at when neither the URL nor the body holds a key.',
        },
      },
      schemas: {
        ...Object.fromEntries(endpoints.map((row) => [inputType(row, schema).name, bodySchema(row, schema)])),
        ...Object.fromEntries(
          endpoints.map(({ responseName, response }) => [responseName, jsonSchema(response, 'output')]),
        ),
        ErrorBody: jsonSchema(errorBody, 'output'),
      },
      headers,
    },
  };
}

function operationOf(row: Endpoint, schema: GraphQLSchema, requirements: string[]) {
  const body = {
    schema: { $ref: `#/components/schemas/${inputType(row, schema).name}` },
    example: row.example.request,
  };
  return {
    operationId: row.method.toLowerCase() + row.path.replace(/\/(\w)/g, (_, letter: string) => letter.toUpperCase()),
    summary: row.summary,
    description: `${row.description}\n\nNeeds the scope ${requirements.map((scope) => `\`${scope}\``).join(', ')}.`,
    security: securityOf(requirements),
    tags: [row.path.split('/')[3]],
    parameters: [
      {
        name: 'apiKey',
        in: 'query',
        description: 'The API key, for clients that cannot send a header. It is looked for here first.',
        schema: { type: 'string' },
      },
      {
        name: 'X-Request-Id',
        in: 'header',
        description: 'An id of your own for this request: up to 128 letters, digits and `. _ : -`.',
        schema: { type: 'string' },
      },
      {
        name: 'Idempotency-Key',
        in: 'header',
        description:
          'A key of your own for this request, up to 255 visible ASCII characters. Sent again with the same body within a day, the first answer comes back, with the header `Idempotent-Replayed: true`.',
        schema: { type: 'string' },
      },
    ],
    requestBody: {
      required: true,
      content: { 'application/json': body, 'application/x-www-form-urlencoded': body, 'multipart/form-data': body },
    },
    responses: {
      200: {
        description: 'Done.',
        headers: headersOf(200),
        content: {
          'application/json': {
            schema: { $ref: `#/components/schemas/${row.responseName}` },
            example: row.example.response,
          },
        },
      },
      ...errorResponses(),
    },
  };
}

function errorResponses() {
  const byStatus = Map.groupBy(commonErrors, (code) => catalogue[code].status);
  return Object.fromEntries(
    [...byStatus].map(([status, codes]) => [
      status,
      {
        description: codes.map((code) => `\`${code}\``).join(', '),
        headers: headersOf(status),
        content: {
          'application/json': {
            schema: { $ref: '#/components/schemas/ErrorBody' },
            examples: Object.fromEntries(codes.map(errorExample)),
          },
        },
      },
    ]),
  );
}

function errorExample(code: ErrorCode) {
  return [code, { value: { error: publicError(new ApiError(code, exampleDetails[code]), EXAMPLE_REQUEST_ID) } }];
}

function inputType({ operation, input, path }: Endpoint, schema: GraphQLSchema): GraphQLInputObjectType {
  const definition = operation.definitions.find((node) => node.kind === 'OperationDefinition');
  const variable = definition?.variableDefinitions?.find((node) => node.variable.name.value === input);
  const type = variable && schema.getType(namedType(variable.type).name.value);
  if (!isInputObjectType(type)) throw new Error(`the operation of ${path} has no input of a type of its own`);
  return type;
}

function inputSchema(row: Endpoint, schema: GraphQLSchema): ZodType {
  const judge = inputType(row, schema).extensions.schema;
  if (!judge) throw new Error(`the input of ${row.path} is not declared with a zod schema`);
  return judge as ZodType;
}

function namedType(node: TypeNode): NamedTypeNode {
  return node.kind === 'NamedType' ? node : namedType(node.type);
}

/**
 * A key as a header, in the URL, or, since tools know no key in a body, none that they know of. Generated clients take the
 * first: the header, which stands in no log.
 */
function securityOf(requirements: string[]) {
  return [{ apiKeyAsBearer: requirements }, { apiKeyInQuery: requirements }, {}];
}

/** What a request's body may hold: the operation's input, and the key. */
function bodySchema(row: Endpoint, schema: GraphQLSchema) {
  const { properties, ...rest } = jsonSchema(inputSchema(row, schema), 'input');
  // Of any type: where the URL holds a key, this one is not looked at.
  const apiKey = {
    description:
      'The API key, as text, for clients that send it in the body. It is looked for here when the URL holds none.',
  };
  return { ...rest, properties: { ...properties, apiKey } };
}

/**
 * Writes a zod schema as JSON Schema. Answers stay open: a client must ignore members that it does not know.
 *
 * @param io - what callers send, or what they are answered
 */
function jsonSchema(schema: ZodType, io: 'input' | 'output') {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, {
    io,
    unrepresentable: 'any',
    override({ jsonSchema: written }) {
      if (written.additionalProperties === false) delete written.additionalProperties;
      // What zod says of every whole number: that JavaScript can hold it.
      if (written.minimum === Number.MIN_SAFE_INTEGER) delete written.minimum;
      if (written.maximum === Number.MAX_SAFE_INTEGER) delete written.maximum;
      // A record's names: of text, as all names are.
      delete written.propertyNames;
    },
  });
  return rest;
}
