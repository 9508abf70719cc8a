// What an operation costs, known before it runs.
import { complexityFromQuery } from '@pothos/plugin-complexity';
import type { DocumentNode, GraphQLSchema, OperationDefinitionNode } from 'graphql';
import { ApiError } from '../../errors/api-error.ts';
import { requestError } from './errors.ts';
import { documentOf } from './operation.ts';

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

/**
 * Computes the cost of a valid operation.
 *
 * @param variables - as the caller sent them; the size of a page may be among them
 * @throws GraphQLError carrying `INTERNAL_REQUEST_MALFORMED` when it is more than any operation may cost
 */
export function costOf(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
  variables: Record<string, unknown>,
): Cost {
  const { complexity } = complexityFromQuery(documentOf(document, operation), { schema, variables });
  if (complexity > MOST_COMPLEXITY) {
    const message = `The operation is too complex: ${complexity} points, ${MOST_COMPLEXITY} at most.`;
    throw requestError(new ApiError('INTERNAL_REQUEST_MALFORMED', { message }), { status: 400, spec: true });
  }
  return { complexity, requests: requestsOf(complexity) };
}

/** How many requests an operation counts as. */
function requestsOf(complexity: number): number {
  return Math.max(Math.ceil(complexity / COMPLEXITY_OF_REQUEST), 1);
}
