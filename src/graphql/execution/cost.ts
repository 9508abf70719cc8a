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

/** The cost of an operation, as callers are told it. */
export interface Cost {
  /** A point for every field, times the length of the lists around it. */
  readonly complexity: number;
  /** Requests that it counts as. */
  readonly requests: number;
}

/** What an operation counts as by its fields. */
interface Counted {
  readonly requests: number;
  /** Member of the input of the last field that counts. */
  readonly at: string;
}

/** The price of an operation, whoever its caller is. */
export interface Price {
  readonly cost: Cost;
  /** Undefined where no field counts. */
  readonly counted: Counted | undefined;
}

/** How many requests a root field counts as, by its arguments. A field has it as its extension `requests`. */
export interface CountRequests {
  /** Member of the input that makes them so many. */
  readonly at: string;
  // biome-ignore lint/suspicious/noExplicitAny: each field has arguments of its own
  count(args: any): number;
}

/**
 * Computes the price of a valid operation.
 *
 * @param variables - as the caller sent them; the size of a page may be among them
 * @throws GraphQLError carrying `INTERNAL_REQUEST_MALFORMED` when it is more than any operation may cost
 */
export function priceOf(
  document: DocumentNode,
  execution: ValidatedExecutionArgs,
  variables: Record<string, unknown>,
): Price {
  const { schema, operation } = execution;
  const { complexity } = complexityFromQuery(documentOf(document, operation), { schema, variables });
  if (complexity > MOST_COMPLEXITY) {
    const message = `The operation is too complex: ${complexity} points, ${MOST_COMPLEXITY} at most.`;
    throw requestError(new ApiError('INTERNAL_REQUEST_MALFORMED', { message }), { status: 400, spec: true });
  }
  const counted = countedRequests(execution);
  return { cost: { complexity, requests: Math.max(requestsOf(complexity), counted?.requests ?? 0) }, counted };
}

/** How many requests an operation counts as by its complexity. */
function requestsOf(complexity: number): number {
  return Math.max(Math.ceil(complexity / COMPLEXITY_OF_REQUEST), 1);
}

/**
 * Refuses what counts as more requests than its caller may make in a minute: it could never be done.
 *
 * @param limit - requests a minute that the caller may make; null for any number
 * @throws GraphQLError carrying `INTERNAL_VALIDATION_FAILED`
 */
export function assertWithinLimit({ counted }: Price, limit: number | null): void {
  if (limit === null || !counted || counted.requests <= limit) return;
  const message = `must have at most ${limit} items in all, each of which counts as one of the ${limit} requests a minute of this key`;
  throw requestError(invalidField(counted.at, message), { status: 400, spec: true });
}

/** How many requests the fields of an operation say that they count as, all of them together. */
function countedRequests({
  schema,
  operation,
  fragments,
  variableValues,
}: ValidatedExecutionArgs): Counted | undefined {
  const root = schema.getRootType(operation.operation);
  let counted: Counted | undefined;
  for (const node of rootFieldsOf(operation, (name) => fragments[name]?.definition)) {
    const field = root && schema.getField(root, node.name.value);
    const counting = field?.extensions.requests as CountRequests | undefined;
    if (!field || !counting) continue;
    const count = counting.count(getArgumentValues(field, node, variableValues));
    counted = { requests: (counted?.requests ?? 0) + count, at: counting.at };
  }
  return counted;
}
