// The REST contract as OpenAPI 3.1, from the table of endpoints, the zod schemas and the error catalogue.
import type { GraphQLSchema } from 'graphql';
import type { Endpoint } from '../endpoint.ts';
import { errorBodies, errorResponses } from './errors.ts';
import { headers, headersOf } from './headers.ts';
import { jsonSchema } from './json-schema.ts';
import { bodySchemaOf, parametersOf, requestBodyOf } from './request.ts';

/** Tells what a key needs to run an operation of a schema. */
export type RequirementsOf = (schema: GraphQLSchema, operation: Endpoint['operation']) => string[];

/**
 * Writes the OpenAPI document.
 *
 * @param endpoints - each in the table becomes a path item for each of its paths
 * @param serverUrl - where callers reach the gateway; unless told, where the document itself is found
 * @param schema - where the zod schema of an endpoint's input is found, with the operation's input type
 */
export function openApiDocument(
  endpoints: readonly Endpoint[],
  schema: GraphQLSchema,
  requirementsOf: RequirementsOf,
  serverUrl = '.',
) {
  return {
    openapi: '3.1.0',
    info: {
      title: 'Customer gateway, REST API',
      version: '1',
      description:
        'The endpoints of the REST API. Each runs an operation of the GraphQL API, with the same rules and errors.',
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: serverUrl }],
    security: securityOf([], true),
    tags: [...new Map(endpoints.map(({ tag }) => [tag.name, tag])).values()],
    paths: pathsOf(endpoints, schema, requirementsOf),
    components: {
      securitySchemes: {
        apiKeyInQuery: {
          type: 'apiKey',
          in: 'query',
          name: 'apiKey',
          description: 'Checked first, before a member `apiKey` of the body.',
        },
        apiKeyAsBearer: {
          type: 'http',
          scheme: 'bearer',
          description: 'Used when neither the URL nor the body holds a key.',
        },
      },
      schemas: {
        ...Object.fromEntries(endpoints.map((row) => bodySchemaOf(row, schema)).filter((body) => body !== undefined)),
        ...Object.fromEntries(
          endpoints.map(({ responseName, response }) => [responseName, jsonSchema(response, 'output')]),
        ),
        ...Object.fromEntries(errorBodies(endpoints).map(([name, body]) => [name, jsonSchema(body, 'output')])),
      },
      headers,
    },
  };
}

/** Each path with the operations of all endpoints that are found there. */
function pathsOf(endpoints: readonly Endpoint[], schema: GraphQLSchema, requirementsOf: RequirementsOf) {
  const paths: Record<string, Record<string, object>> = {};
  for (const row of endpoints) {
    const operation = operationOf(row, schema, requirementsOf(schema, row.operation));
    for (const path of row.paths) {
      const method = row.method.toLowerCase();
      paths[path] ??= {};
      paths[path][method] = { operationId: operationIdOf(method, path), ...operation, ...aliasOf(row, path) };
    }
  }
  return paths;
}

function operationIdOf(method: string, path: string): string {
  return method + path.replace(/[/-](\w)/g, (_, letter: string) => letter.toUpperCase());
}

/** What the description of an alias says otherwise. */
function aliasOf({ paths: [first] }: Endpoint, path: string) {
  return path !== first && { summary: `Alias of ${first}`, deprecated: true };
}

function operationOf(row: Endpoint, schema: GraphQLSchema, requirements: string[]) {
  const requestBody = requestBodyOf(row, schema);
  const scopes = requirements.map((scope) => `\`${scope}\``).join(', ');
  return {
    summary: row.summary,
    description: scopes ? `${row.description}\n\nNeeds the scope ${scopes}.` : row.description,
    security: securityOf(requirements, row.body !== undefined),
    tags: [row.tag.name],
    parameters: parametersOf(row),
    ...(requestBody && { requestBody }),
    responses: {
      200: {
        description: row.responseDescription,
        headers: headersOf(200, row),
        content: {
          'application/json': {
            schema: { $ref: `#/components/schemas/${row.responseName}` },
            example: row.example.response,
          },
        },
      },
      ...errorResponses(row),
    },
  };
}

/**
 * A key as a header, in the URL, or, since tools know no key in a body, none that they know of. Tools that choose one take the
 * first: the header, which stands in no log.
 */
function securityOf(requirements: string[], hasBody: boolean) {
  return [{ apiKeyAsBearer: requirements }, { apiKeyInQuery: requirements }, ...(hasBody ? [{}] : [])];
}
