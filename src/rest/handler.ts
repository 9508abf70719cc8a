// The REST API: finds the endpoint, runs its operation, writes the answer in the REST API's own form.
import { type ExecutionResult, type GraphQLSchema, validate } from 'graphql';
import { ApiError, type ErrorCode, type FieldProblem } from '../errors/api-error.ts';
import type { WriteError } from '../http/middleware/error-response.ts';
import { API_KEY } from '../http/middleware/presented-key.ts';
import { errorHeaders, type HttpRequest, json, restErrorBody } from '../http/request.ts';
import type { Handler } from '../http/router.ts';
import type { Endpoint } from './endpoint.ts';
import { endpoints } from './endpoints/index.ts';

/** What the REST API is handed, so that it knows neither schema nor domain. */
export interface RestHandlerOptions {
  /** Checks that the caller of a request may run an operation. @throws ApiError `PUBLIC_API_API_KEY_SCOPE_NOT_ALLOWED` */
  assertAllowed(request: HttpRequest, operation: Endpoint['operation']): void;
  /** Runs an operation for a request; errors in the result are those of the catalogue. */
  run(
    request: HttpRequest,
    operation: Endpoint['operation'],
    variables: Record<string, unknown>,
  ): Promise<ExecutionResult>;
}

/** The names that are known in the body of each endpoint. */
const knownAt = new Map(endpoints.map((endpoint) => [endpoint, new Set([API_KEY, ...endpoint.reads])]));
const keyAlone: ReadonlySet<string> = new Set([API_KEY]);

function endpointOf({ path, method }: HttpRequest): Endpoint | undefined {
  return endpoints.find((endpoint) => endpoint.path === path && endpoint.method === method);
}

function membersOf(request: HttpRequest) {
  const endpoint = endpointOf(request);
  return request.knownMembers((endpoint && knownAt.get(endpoint)) ?? keyAlone);
}

/**
 * Checks at the start that every endpoint's operation fits the schema.
 *
 * @throws Error naming the endpoint that does not
 */
export function assertEndpoints(schema: GraphQLSchema): void {
  for (const { path, operation } of endpoints) {
    const [error] = validate(schema, operation);
    if (error) throw new Error(`the operation of ${path} does not fit the schema: ${error.message}`);
  }
}

/**
 * The key in a request's body, for clients that send it there.
 *
 * @returns undefined when there is none, or no readable body; what else is wrong with a body is told after the key is checked
 * @throws ApiError `INTERNAL_REQUEST_MALFORMED` when it comes twice or is badly encoded: nobody can tell which key is meant
 */
export async function keyInBody(request: HttpRequest): Promise<unknown> {
  return (await membersOf(request)).get(API_KEY) ?? undefined;
}

/**
 * Makes the handler of an endpoint, for requests of authenticated callers.
 *
 * @returns throws ApiError what the operation failed with, or `INTERNAL_UNSUPPORTED_MEDIA_TYPE`, `INTERNAL_PAYLOAD_TOO_LARGE`,
 *   `INTERNAL_REQUEST_MALFORMED`
 */
export function restHandler(endpoint: Endpoint, { assertAllowed, run }: RestHandlerOptions): Handler {
  return async (request) => {
    // Before anything else of the request is looked at.
    assertAllowed(request, endpoint.operation);
    const { [API_KEY]: _, ...members } = (await membersOf(request)).all();
    const { data, errors } = await run(request, endpoint.operation, endpoint.variables(members));
    if (errors?.[0]) throw errorOf(errors[0].message, errors[0].extensions);
    const body = endpoint.answer(data);
    if (body === undefined) throw new Error(`the operation of ${endpoint.path} gave nothing`);
    return json(200, body);
  };
}

/** The answer to a request that failed. */
export const writeRestError: WriteError = (request, error) =>
  json(error.status, restErrorBody(error, request.requestId), errorHeaders(error));

function errorOf(message: string, extensions: Record<string, unknown>): ApiError {
  return new ApiError(extensions.code as ErrorCode, {
    message,
    description: extensions.description as string | undefined,
    fields: extensions.fields as FieldProblem[] | undefined,
    retryAfter: extensions.retry_after as number | undefined,
  });
}
