// The REST contract as OpenAPI 3.1, from the table of endpoints, the zod schemas and the error catalogue.
import {
  type GraphQLInputObjectType,
  type GraphQLSchema,
  isInputObjectType,
  type NamedTypeNode,
  type TypeNode,
} from 'graphql';
import { type ZodType, z } from 'zod';
import type { Endpoint } from '../endpoint.ts';
import { endpoints } from '../endpoints/index.ts';
import { errorBody, errorResponses } from './errors.ts';
import { headers, headersOf } from './headers.ts';

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
        description: row.responseDescription,
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

function inputType({ operation, input, path }: Endpoint, schema: GraphQLSchema): GraphQLInputObjectType {
  const definition = operation.definitions.find((node) => node.kind === 'OperationDefinition');
  const variable = definition?.variableDefinitions?.find((node) => node.variable.name.value === input);
  const type = variable && schema.getType(namedType(variable.type).name.value);
  if (!isInputObjectType(type)) throw new Error(`the operation of ${path} has no input of a type of its own`);
  return type;
}

function inputSchema(row: Endpoint, schema: GraphQLSchema): ZodType {
  const validate = inputType(row, schema).extensions.schema;
  if (!validate) throw new Error(`the input of ${row.path} is not declared with a zod schema`);
  return validate as ZodType;
}

function namedType(node: TypeNode): NamedTypeNode {
  return node.kind === 'NamedType' ? node : namedType(node.type);
}

/**
 * A key as a header, in the URL, or, since tools know no key in a body, none that they know of. Tools that choose one take the
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
