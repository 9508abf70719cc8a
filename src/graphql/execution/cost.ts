// What an operation costs, known before it runs.
import { complexityFromQuery } from '@pothos/plugin-complexity';
import type { DocumentNode, GraphQLSchema, OperationDefinitionNode } from 'graphql';
import { ApiError } from '../../errors/api-error.ts';
import { requestError } from '../server/errors.ts';
import { MOST_COMPLEXITY, requestsOf } from '../server/limits.ts';
import { documentOf } from './operation.ts';

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
