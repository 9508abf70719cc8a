// Requests in the OpenAPI document: parameters and bodies.
import { type GraphQLSchema, getOperationAST, isInputObjectType, type NamedTypeNode, type TypeNode } from 'graphql';
import type { ZodType } from 'zod';
import type { Endpoint } from '../endpoint.ts';
import { jsonSchema } from './json-schema.ts';

const apiKey = {
  name: 'apiKey',
  in: 'query',
  description: 'The API key, for clients that cannot send a header. This place is checked first.',
  schema: { type: 'string' },
};

const requestId = {
  name: 'X-Request-Id',
  in: 'header',
  description: 'Your own id for this request: up to 128 letters, digits and `. _ : -`.',
  schema: { type: 'string' },
};

const idempotencyKey = {
  name: 'Idempotency-Key',
  in: 'header',
  description:
    'Your own key for this request, up to 255 visible ASCII characters. When the request is repeated under it within a day, with the same values, it is not done again: the answer of the first request is returned, with the header `Idempotent-Replayed: true`.',
  schema: { type: 'string' },
};

/** The parameters of an endpoint, in the URL and among the headers. */
export function parametersOf({ method, query, example }: Endpoint) {
  const { properties = {}, required = [] } = query ? jsonSchema(query, 'input') : {};
  const own = Object.entries(properties).map(([name, property]) => {
    const { description, ...schema } = property as { description?: string };
    const sample = example.query?.[name];
    return {
      name,
      in: 'query',
      ...(required.includes(name) && { required: true }),
      description,
      schema,
      ...(sample !== undefined && { example: sample }),
    };
  });
  return [apiKey, ...own, requestId, ...(method === 'POST' ? [idempotencyKey] : [])];
}

/** The body of an endpoint's requests; undefined for one that reads none. */
export function requestBodyOf(row: Endpoint, schema: GraphQLSchema) {
  const described = describedBody(row, schema);
  if (!described) return undefined;
  const body = { schema: { $ref: `#/components/schemas/${described.name}` }, example: row.example.body };
  return {
    required: true,
    content: { 'application/json': body, 'application/x-www-form-urlencoded': body, 'multipart/form-data': body },
  };
}

/**
 * What the bodies of an endpoint's requests may hold, by its name: its members, and the key.
 *
 * @returns undefined for an endpoint that reads none
 */
export function bodySchemaOf(row: Endpoint, schema: GraphQLSchema): [string, object] | undefined {
  const described = describedBody(row, schema);
  if (!described) return undefined;
  const { properties, ...rest } = jsonSchema(described.schema, 'input');
  // Of any type: where the URL holds a key, this one is not looked at.
  const apiKeyInBody = {
    description: 'The API key, as text, for clients that send it in the body. It is used when the URL holds none.',
  };
  return [described.name, { ...rest, properties: { ...properties, apiKey: apiKeyInBody } }];
}

/** The schema of an endpoint's body: its own, or that of the input type of a variable of its operation. */
function describedBody({ operation, body, paths }: Endpoint, schema: GraphQLSchema) {
  if (typeof body?.describedBy !== 'string') return body?.describedBy;
  const variables = getOperationAST(operation)?.variableDefinitions;
  const variable = variables?.find((node) => node.variable.name.value === body.describedBy);
  const type = variable && schema.getType(namedType(variable.type).name.value);
  if (!isInputObjectType(type)) throw new Error(`the operation of ${paths[0]} has no input of a type of its own`);
  const zodSchema = type.extensions.schema as ZodType | undefined;
  if (!zodSchema) throw new Error(`the input of ${paths[0]} is not declared with a zod schema`);
  return { name: type.name, schema: zodSchema };
}

function namedType(node: TypeNode): NamedTypeNode {
  return node.kind === 'NamedType' ? node : namedType(node.type);
}
