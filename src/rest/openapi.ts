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

/** Errors that any endpoint can answer with. */
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
  'INTERNAL_METHOD_NOT_ALLOWED',
  'INTERNAL_CONFLICT',
  'INTERNAL_PAYLOAD_TOO_LARGE',
  'INTERNAL_UNSUPPORTED_MEDIA_TYPE',
  'INTERNAL_VALIDATION_FAILED',
  'INTERNAL_TOO_MANY_REQUESTS',
  'INTERNAL_SERVER_ERROR',
  'INTERNAL_SERVICE_UNAVAILABLE',
];

const errorBody = z.object({
  error: z.object({
    code: z.enum(commonErrors as [ErrorCode, ...ErrorCode[]]),
    message: z.string(),
    description: z.string(),
    fields: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
    retry_after: z.int().optional().meta({ description: 'Seconds.' }),
    requestId: z.string(),
  }),
});

/** What each error looks like besides its code and words. */
const exampleDetails: Partial<Record<ErrorCode, ConstructorParameters<typeof ApiError>[1]>> = {
  INTERNAL_VALIDATION_FAILED: { fields: [{ path: 'email', message: 'must be a valid e-mail address' }] },
  INTERNAL_TOO_MANY_REQUESTS: { retryAfter: 12 },
  INTERNAL_SERVICE_UNAVAILABLE: { retryAfter: 5 },
};

/** The headers of every answer, and of every answer to a key that is good. */
const answerHeaders = {
  'X-Request-Id': { description: 'Id of the request: the one sent, or a new one.', schema: { type: 'string' } },
  'X-RateLimit-Limit': { description: 'Requests a minute that the key may make.', schema: { type: 'integer' } },
  'X-RateLimit-Remaining': { description: 'Requests that it may still make.', schema: { type: 'integer' } },
  'X-RateLimit-Reset': { description: 'When it may make more, in Unix seconds.', schema: { type: 'integer' } },
};

const answerHeaderReferences = Object.fromEntries(
  Object.keys(answerHeaders).map((name) => [name, { $ref: `#/components/headers/${name}` }]),
);

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
      title: 'Customer gateway, REST door',
      version: '1',
      description:
        'The endpoints of the REST API. Each runs an operation of the GraphQL API, with the same rules and errors.',
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: '/' }],
    security: [{ apiKeyInQuery: [] }, { apiKeyAsBearer: [] }],
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
          description: 'Looked at first, then a member `apiKey` of the body.',
        },
        apiKeyAsBearer: {
          type: 'http',
          scheme: 'bearer',
          description: 'Looked at when the URL and the body hold no key.',
        },
      },
      schemas: {
        ...Object.fromEntries(
          endpoints.map((row) => [inputType(row, schema).name, jsonSchema(inputSchema(row, schema), 'input')]),
        ),
        Error: jsonSchema(errorBody, 'output'),
      },
      headers: answerHeaders,
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
    security: [{ apiKeyInQuery: requirements }, { apiKeyAsBearer: requirements }],
    tags: [row.path.split('/')[3]],
    parameters: [
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
          'A key of your own for this request, up to 255 visible ASCII characters. Sent again with the same body within a day, the first answer is told again, with the header `Idempotent-Replayed: true`.',
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
        headers: answerHeaderReferences,
        content: { 'application/json': { schema: jsonSchema(row.response, 'output'), example: row.example.response } },
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
        headers: {
          ...answerHeaderReferences,
          ...((status === 429 || status === 503) && {
            'Retry-After': { description: 'Seconds.', schema: { type: 'integer' } },
          }),
          ...(status === 405 && {
            Allow: { description: 'Methods that the address answers.', schema: { type: 'string' } },
          }),
        },
        content: {
          'application/json': {
            schema: { $ref: '#/components/schemas/Error' },
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

function jsonSchema(schema: ZodType, io: 'input' | 'output') {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: 'any' });
  return rest;
}
