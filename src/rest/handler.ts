// The REST API: finds the endpoint, runs its operation, writes the answer in the REST API's own form.
import { type ExecutionResult, type GraphQLSchema, validate } from 'graphql';
import { ApiError, type ErrorCode, type FieldProblem } from '../errors/api-error.ts';
import { toApiError } from '../errors/classify.ts';
import { errorHeaders, type HttpRequest, type HttpResponse, json, restErrorBody } from '../http/request.ts';
import { type Endpoint, endpoints } from './endpoints.ts';

/** Runs an operation for a request; errors in the result are those of the catalogue. */
export type RunOperation = (
  operation: Endpoint['operation'],
  variables: Record<string, unknown>,
) => Promise<ExecutionResult>;

/** Checks that the caller of a request may run an operation. @throws ApiError `PUBLIC_API_KEY_SCOPE_NOT_ALLOWED` */
export type AssertAllowed = (operation: Endpoint['operation']) => void;

/** The member of a body that may hold the key, at every endpoint. */
const KEY = 'apiKey';

/** The names that are known in the body of each endpoint. */
const knownAt = new Map(endpoints.map((endpoint) => [endpoint, new Set([KEY, ...endpoint.reads])]));
const keyAlone: ReadonlySet<string> = new Set([KEY]);

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
  return (await membersOf(request)).get(KEY) ?? undefined;
}

/** The methods that are answered at a path; none when there is no endpoint. */
export function restMethods(path: string): string[] {
  return endpoints.filter((endpoint) => endpoint.path === path).map(({ method }) => method);
}

/**
 * Answers a request of an authenticated caller.
 *
 * @param assertAllowed - asked before anything else of the request is looked at
 * @throws ApiError what the operation failed with, or `INTERNAL_RESOURCE_NOT_FOUND`, `INTERNAL_METHOD_NOT_ALLOWED`,
 *   `INTERNAL_UNSUPPORTED_MEDIA_TYPE`, `INTERNAL_PAYLOAD_TOO_LARGE`, `INTERNAL_REQUEST_MALFORMED`
 */
export async function answerRest(
  request: HttpRequest,
  assertAllowed: AssertAllowed,
  run: RunOperation,
): Promise<HttpResponse> {
  const allow = restMethods(request.path);
  if (allow.length === 0) throw new ApiError('INTERNAL_RESOURCE_NOT_FOUND');
  const endpoint = endpointOf(request);
  if (!endpoint) throw new ApiError('INTERNAL_METHOD_NOT_ALLOWED', { allow });
  assertAllowed(endpoint.operation);
  const { [KEY]: _, ...members } = (await membersOf(request)).all();
  const { data, errors } = await run(endpoint.operation, endpoint.variables(members));
  if (errors?.[0]) throw errorOf(errors[0].message, errors[0].extensions);
  const body = endpoint.answer(data);
  if (body === undefined) throw new Error(`the operation of ${endpoint.path} gave nothing`);
  return json(200, body);
}

/** The answer to a request that failed. */
export function refuseRest(request: HttpRequest, error: unknown): HttpResponse {
  const apiError = toApiError(error);
  return json(apiError.status, restErrorBody(apiError, request.requestId), errorHeaders(apiError));
}

function errorOf(message: string, extensions: Record<string, unknown>): ApiError {
  return new ApiError(extensions.code as ErrorCode, {
    message,
    description: extensions.description as string | undefined,
    fields: extensions.fields as FieldProblem[] | undefined,
    retryAfter: extensions.retry_after as number | undefined,
  });
}
