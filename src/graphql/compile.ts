// Compiles operations of the gateway's own, which run many times as fast as interpreted ones.
import type { DocumentNode, ExecutionResult, GraphQLSchema } from 'graphql';
import { compileQuery, isCompiledQuery } from 'graphql-jit';

/** An operation whose variables were read by GraphQL before. */
export type CompiledOperation = (
  context: unknown,
  variables: Record<string, unknown>,
) => ExecutionResult | Promise<ExecutionResult>;

/**
 * Compiles an operation. Only for our own: graphql-jit differs from graphql in what it makes of `@oneOf`, of defaults of
 * arguments and of required input fields that have one, none of which our operations use (a test looks).
 *
 * @throws Error when it cannot be compiled
 */
export function compileOperation(schema: GraphQLSchema, document: DocumentNode): CompiledOperation {
  const compiled = compileQuery(schema, document);
  if (!isCompiledQuery(compiled)) throw new Error(`an operation cannot be compiled: ${compiled.errors?.[0]?.message}`);
  return (context, variables) => compiled.query(undefined, context, variables);
}
