// Compiled operations, which take less time than interpreted ones.
import {
  type DocumentNode,
  type ExecutionResult,
  type GraphQLArgument,
  GraphQLError,
  type GraphQLField,
  type GraphQLInputType,
  type GraphQLSchema,
  getNamedType,
  isInputObjectType,
  type OperationDefinitionNode,
} from 'graphql';

/** An operation whose document was validated and whose variables were read, both by graphql itself. */
export type CompiledOperation = (
  context: unknown,
  variables: Record<string, unknown>,
) => Promise<ExecutionResult> | ExecutionResult;

/**
 * Whether a compiled operation does what an interpreted one does. graphql-jit differs in what it makes of variables that are
 * wrong and of `@oneOf`, which graphql judges before, and of defaults, which it leaves out or takes for what they stand for.
 *
 * @param fields - all that the operation selects
 */
export function isCompilable(
  { variableDefinitions = [] }: OperationDefinitionNode,
  fields: Iterable<GraphQLField<unknown, unknown>>,
): boolean {
  if (variableDefinitions.some(({ defaultValue }) => defaultValue)) return false;
  const seen = new Set<unknown>();
  const hasDefault = ({
    default: own,
    defaultValue,
    type,
  }: Pick<GraphQLArgument, 'default' | 'defaultValue' | 'type'>) =>
    own !== undefined || defaultValue !== undefined || holdsDefaults(type);
  function holdsDefaults(type: GraphQLInputType): boolean {
    const named = getNamedType(type);
    if (!isInputObjectType(named) || seen.has(named)) return false;
    seen.add(named);
    return Object.values(named.getFields()).some(hasDefault);
  }
  for (const { args } of fields) if (args.some(hasDefault)) return false;
  return true;
}

/**
 * Compiles an operation.
 *
 * @throws Error when graphql-jit does not know how
 */
export async function compileOperation(
  schema: GraphQLSchema,
  document: DocumentNode,
  operationName: string | null | undefined,
): Promise<CompiledOperation> {
  const { compileQuery, isCompiledQuery } = await import('graphql-jit');
  const compiled = compileQuery(schema, document, operationName ?? undefined);
  if (!isCompiledQuery(compiled)) throw new Error(compiled.errors?.[0]?.message);
  const asGraphQL = (result: ExecutionResult) =>
    result.errors ? { errors: firstOfEach(result).map((error) => locate(error, document)), data: result.data } : result;
  return (context, variables) => {
    const result = compiled.query(undefined, context, variables);
    return result instanceof Promise ? result.then(asGraphQL) : asGraphQL(result);
  };
}

/**
 * The first error of each place that is null because of one. graphql-jit goes on to tell of what failed below such a place,
 * where graphql, by its specification, does not.
 */
function firstOfEach({ errors = [], data }: ExecutionResult): readonly GraphQLError[] {
  if (errors.length < 2) return errors;
  const places = new Set<string>();
  return errors.filter(({ path = [] }) => {
    let depth = 0;
    for (let value: unknown = data; value != null && depth < path.length; depth++)
      value = (value as Record<string | number, unknown>)[path[depth] as string | number];
    const place = JSON.stringify(path.slice(0, depth));
    return places.size < places.add(place).size;
  });
}

const lineBreak = /\r\n|[\n\r]/g;

/** An error of graphql-jit as graphql throws it: it knows lines and columns, and not where in the text they are. */
function locate({ message, locations, path, originalError }: GraphQLError, { loc }: DocumentNode): GraphQLError {
  if (!loc || !locations) return new GraphQLError(message, { path, originalError });
  const starts = [0, ...Array.from(loc.source.body.matchAll(lineBreak), (found) => found.index + found[0].length)];
  const positions = locations.map(({ line, column }) => (starts[line - 1] ?? 0) + column - 1);
  return new GraphQLError(message, { source: loc.source, positions, path, originalError });
}
