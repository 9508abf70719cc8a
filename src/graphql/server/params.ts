// The parameters of GraphQL over HTTP: where they come from, and what each must be.
import type { GraphQLParams } from 'graphql-yoga';
import { ApiError, echo } from '../../errors/api-error.ts';
import { queryParameter } from '../../http/query.ts';
import type { HttpRequest } from '../../http/request.ts';
import { isObject, malformed, parseStrictJson } from '../../json-members.ts';

/** Parameters that were read, and hold what they must. */
export type CheckedParams = GraphQLParams & { query: string };

const names = ['query', 'variables', 'operationName', 'extensions'] as const;

const DESCRIPTION =
  'Send query (a string) and, where needed, variables (an object), operationName (a string) and extensions (an object): as a JSON body, or in the URL of a GET request, there variables and extensions as JSON.';

function refused(message: string): ApiError {
  return malformed(message, DESCRIPTION);
}

/**
 * Reads the parameters of a request: from the JSON body of a POST, else from the URL.
 *
 * @throws ApiError `INTERNAL_REQUEST_MALFORMED`, `INTERNAL_UNSUPPORTED_MEDIA_TYPE`, `INTERNAL_PAYLOAD_TOO_LARGE`
 */
export async function readParams(request: HttpRequest): Promise<Record<string, unknown>> {
  if (request.method === 'POST') return request.members();
  const params: Record<string, unknown> = {};
  for (const name of names) {
    const value = queryParameter(request, name, DESCRIPTION);
    // An empty one is what a form sends for a field that nobody filled in.
    if (value) {
      const isJson = name === 'variables' || name === 'extensions';
      params[name] = isJson ? parseStrictJson(value, `The parameter ${name}`, DESCRIPTION) : value;
    }
  }
  return params;
}

/**
 * Checks parameters.
 *
 * @throws ApiError `INTERNAL_REQUEST_MALFORMED`
 * @see https://graphql.github.io/graphql-over-http/draft/#sec-Request-Parameters
 */
export function checkParams(params: Record<string, unknown>): CheckedParams {
  const { query, variables, operationName, extensions } = params;
  for (const name in params) {
    if (params[name] != null && !(names as readonly string[]).includes(name))
      throw refused(`The parameter "${echo(name)}" is not known.`);
  }
  if (query == null || query === '') throw refused('No query was sent.');
  if (typeof query !== 'string') throw refused('query must be a string.');
  if (variables != null && !isObject(variables)) throw refused('variables must be an object.');
  if (operationName != null && typeof operationName !== 'string') throw refused('operationName must be a string.');
  if (extensions != null && !isObject(extensions)) throw refused('extensions must be an object.');
  // Clients with one operation send an empty name.
  return (operationName === '' ? { ...params, operationName: undefined } : params) as unknown as CheckedParams;
}

/** Whether nothing is sent of a query but what names it, to clients that hope it is kept from an earlier time. */
export function namesPersistedQuery({ query, extensions }: Record<string, unknown>): boolean {
  const { persistedQuery } = (extensions ?? {}) as { persistedQuery?: unknown };
  return query == null && persistedQuery != null;
}

/**
 * The answer that makes a client of persisted queries send the whole query. Clients wait for these words, and some read them only in an
 * answer with HTTP status 200.
 *
 * @see https://www.apollographql.com/docs/apollo-server/performance/apq
 */
export function persistedQueryNotSupported(): ApiError {
  return new ApiError('INTERNAL_REQUEST_MALFORMED', {
    message: 'PersistedQueryNotSupported',
    description: 'Persisted queries are not supported. Send the whole query.',
  });
}
