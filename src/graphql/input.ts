// From zod's account of what is wrong with an input to the catalogue's list of fields.
import {
  type GraphQLSchema,
  getNamedType,
  isInputObjectType,
  type OperationDefinitionNode,
  typeFromAST,
} from 'graphql';
import type { ZodError, ZodType } from 'zod';
import type { FieldProblem } from '../errors.ts';

/**
 * Lists what zod found, each field by its path within the argument: `email`, not `input.email`.
 *
 * @param error - from judging all arguments of a field
 */
export function fieldProblems(error: ZodError): FieldProblem[] {
  return error.issues.map(({ path, message }) => ({
    path: (path.length > 1 ? path.slice(1) : path).join('.'),
    message,
  }));
}

/**
 * Judges the variables of an operation that GraphQL could not read (a number where a string belongs, say) by the zod
 * schemas of their types, so that all broken fields are named in one way and at once.
 *
 * @returns the problems, empty when zod has nothing against the variables
 */
export function judgeVariables(
  schema: GraphQLSchema,
  operation: OperationDefinitionNode,
  variables: Record<string, unknown>,
): FieldProblem[] {
  return (operation.variableDefinitions ?? []).flatMap((definition) => {
    const judge = schemaOfInput(schema, definition.type);
    const result = judge?.safeParse(variables[definition.variable.name.value] ?? {});
    return result?.error ? result.error.issues.map(({ path, message }) => ({ path: path.join('.'), message })) : [];
  });
}

/** The zod schema that an input type was declared with. */
function schemaOfInput(schema: GraphQLSchema, node: Parameters<typeof typeFromAST>[1]): ZodType | undefined {
  const type = typeFromAST(schema, node as never);
  const named = type && getNamedType(type);
  return isInputObjectType(named) ? (named.extensions.schema as ZodType | undefined) : undefined;
}
