// Runs a validated operation by graphql itself.
import type { ExecutionResult, ValidatedExecutionArgs } from 'graphql';
import { createSharedExecutionContext } from 'graphql/execution/createSharedExecutionContext';
import { ExecutorThrowingOnIncremental } from 'graphql/execution/ExecutorThrowingOnIncremental';

/** What tells resolvers that an operation was given up. None of ours listens: PostgreSQL cancels what takes too long. */
const neverAborted = new AbortController().signal;

/**
 * Runs an operation as graphql's `executeRootSelectionSet` does, without the `AbortController` that it makes for each one, and the `DOMException`
 * with which it ends it: they take as long as a field of a customer does.
 */
export function interpret(execution: ValidatedExecutionArgs): Promise<ExecutionResult> | ExecutionResult {
  return new ExecutorThrowingOnIncremental(
    execution,
    createSharedExecutionContext(neverAborted),
  ).executeRootSelectionSet();
}
