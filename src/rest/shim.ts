// The REST door: finds the endpoint, runs its operation, writes the answer in the REST API's own form.
import { type ExecutionResult, type GraphQLSchema, validate } from 'graphql';
import { toApiError } from '../database/failure.ts';
import { ApiError, type ErrorCode, type FieldProblem, publicError } from '../errors.ts';
import { errorHeaders, type Inbound, json, type Outbound } from '../http/message.ts';
import { type Endpoint, endpoints } from './endpoints.ts';

/** Runs an operation for a request; errors in the result are those of the catalogue. */
export type RunOperation = (
  operation: Endpoint['operation'],
  variables: Record<string, unknown>,
) => Promise<ExecutionResult>;

const mediaTypes = ['application/json', 'application/x-www-form-urlencoded'] as const;

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
 * @returns undefined when there is none, or no readable body; what is wrong with a body is told after the key is judged
 */
export async function keyInBody(inbound: Inbound): Promise<unknown> {
  try {
    return (await inbound.members(mediaTypes)).apiKey ?? undefined;
  } catch (error) {
    if (error instanceof ApiError) return undefined;
    throw error;
  }
}

/** The methods that are answered at a path; none when there is no endpoint. */
export function restMethods(path: string): string[] {
  return endpoints.filter((endpoint) => endpoint.path === path).map(({ method }) => method);
}

/**
 * Answers a request of an authenticated caller.
 *
 * @throws ApiError what the operation failed with, or `INTERNAL_RESOURCE_NOT_FOUND`, `INTERNAL_METHOD_NOT_ALLOWED`,
 *   `INTERNAL_UNSUPPORTED_MEDIA_TYPE`, `INTERNAL_PAYLOAD_TOO_LARGE`, `INTERNAL_REQUEST_MALFORMED`
 */
export async function answerRest(inbound: Inbound, run: RunOperation): Promise<Outbound> {
  const allow = restMethods(inbound.path);
  if (allow.length === 0) throw new ApiError('INTERNAL_RESOURCE_NOT_FOUND');
  const endpoint = endpoints.find(({ path, method }) => path === inbound.path && method === inbound.method);
  if (!endpoint) throw new ApiError('INTERNAL_METHOD_NOT_ALLOWED', { allow });
  const { data, errors } = await run(endpoint.operation, endpoint.variables(await inbound.members(mediaTypes)));
  if (errors?.[0]) throw errorOf(errors[0].message, errors[0].extensions);
  const body = endpoint.answer(data);
  if (body === undefined) throw new Error(`the operation of ${endpoint.path} gave nothing`);
  return json(200, body);
}

/** The answer to a request that failed. */
export function refuseRest(inbound: Inbound, error: unknown): Outbound {
  const apiError = toApiError(error);
  return json(apiError.status, { error: publicError(apiError, inbound.requestId) }, errorHeaders(apiError));
}

function errorOf(message: string, extensions: Record<string, unknown>): ApiError {
  return new ApiError(extensions.code as ErrorCode, {
    message,
    fields: extensions.fields as FieldProblem[] | undefined,
    retryAfter: extensions.retry_after as number | undefined,
  });
}
