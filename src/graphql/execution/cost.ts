// What an operation costs, known before it runs.
import { complexityFromQuery } from '@pothos/plugin-complexity';
import { type DocumentNode, getArgumentValues, type ValidatedExecutionArgs } from 'graphql';
import { ApiError, invalidField } from '../../errors/api-error.ts';
import { requestError } from './errors.ts';
import { documentOf } from './operation.ts';
import { rootFieldsOf } from './root-fields.ts';

/** Complexity that an operation may have: a page of 100 customers with all that belongs to them has less. */
const MOST_COMPLEXITY = 25_000;
/** Complexity that counts as one request. */
const COMPLEXITY_OF_REQUEST = 1_000;

/** The cost of an operation. */
export interface Cost {
  /** A point for every field, times the length of the lists around it. */
  readonly complexity: number;
  /** Requests that it counts as. */
  readonly requests: number;
}

/** How many requests a root field counts as, by its arguments. A field has it as its extension `requests`. */
export interface CountRequests {
  /** Member of the input that makes them so many. */
  readonly at: string;
  // biome-ignore lint/suspicious/noExplicitAny: each field has arguments of its own
  count(args: any): number;
}

/**
 * Computes the cost of a valid operation.
 *
 * @param variables - as the caller sent them; the size of a page may be among them
 * @param limit - requests a minute that the caller may make; null for any number
 * @throws GraphQLError carrying `INTERNAL_REQUEST_MALFORMED` when it is more than any operation may cost, and `INTERNAL_VALIDATION_FAILED` where a field
 *   counts as more requests than the caller may ever make
 */
export function costOf(
  document: DocumentNode,
  execution: ValidatedExecutionArgs,
  variables: Record<string, unknown>,
  limit: number | null = null,
): Cost {
  const { schema, operation } = execution;
  const { complexity } = complexityFromQuery(documentOf(document, operation), { schema, variables });
  if (complexity > MOST_COMPLEXITY) {
    const message = `The operation is too complex: ${complexity} points, ${MOST_COMPLEXITY} at most.`;
    throw requestError(new ApiError('INTERNAL_REQUEST_MALFORMED', { message }), { status: 400, spec: true });
  }
  return { complexity, requests: Math.max(requestsOf(complexity), countedRequests(execution, limit)) };
}

/** How many requests an operation counts as by its complexity. */
function requestsOf(complexity: number): number {
  return Math.max(Math.ceil(complexity / COMPLEXITY_OF_REQUEST), 1);
}

/** How many requests the fields of an operation say that they count as. */
function countedRequests(
  { schema, operation, fragments, variableValues }: ValidatedExecutionArgs,
  limit: number | null,
): number {
  const root = schema.getRootType(operation.operation);
  let requests = 0;
  for (const node of rootFieldsOf(operation, (name) => fragments[name]?.definition)) {
    const field = root && schema.getField(root, node.name.value);
    const counting = field?.extensions.requests as CountRequests | undefined;
    if (!field || !counting) continue;
    const count = counting.count(getArgumentValues(field, node, variableValues));
    if (limit !== null && count > limit) throw moreThanAllowed(counting.at, limit);
    requests += count;
  }
  return requests;
}

/** The failure of what counts as more requests than its caller may make in a minute: it could never be done. */
function moreThanAllowed(path: string, limit: number) {
  const message = `must have at most ${limit} items, each of which counts as one of the ${limit} requests a minute of this key`;
  return requestError(invalidField(path, message), { status: 400, spec: true });
}
