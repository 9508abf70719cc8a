// Compiled operations of our own, which take less time than interpreted ones. What callers send is never compiled.
import {
  BREAK,
  type DocumentNode,
  type ExecutionResult,
  type FragmentDefinitionNode,
  type GraphQLArgument,
  type GraphQLSchema,
  getNamedType,
  isInputObjectType,
  Kind,
  type SelectionSetNode,
  TypeInfo,
  visit,
  visitWithTypeInfo,
} from 'graphql';
import type { Log } from '../../log.ts';

/** An operation whose document was validated and whose variables were read, both by graphql itself. Its errors are made by graphql-jit. */
export type CompiledOperation = (
  context: unknown,
  variables: Record<string, unknown>,
) => Promise<ExecutionResult> | ExecutionResult;

/** Runs before an operation is compiled: a gateway that has just started has other things to do. */
const RUNS_BEFORE_COMPILING = 10;

/**
 * Compiles an operation of our own when it recurs; no request waits for that. One that uses what graphql-jit does otherwise than
 * graphql is never compiled.
 *
 * @returns gives the compiled operation, once there is one; called at every run
 */
export function compileWhenRecurring(
  schema: GraphQLSchema,
  document: DocumentNode,
  log: Log,
): () => CompiledOperation | undefined {
  if (!isCompilable(schema, document)) return () => undefined;
  let runs = 0;
  let compiled: CompiledOperation | undefined;
  return () => {
    runs += 1;
    if (runs === RUNS_BEFORE_COMPILING) {
      compile(schema, document).then(
        (made) => {
          compiled = made;
        },
        (error: unknown) => log.warn({ err: error }, 'an operation could not be compiled; it is interpreted instead'),
      );
    }
    return compiled;
  };
}

/**
 * Whether graphql-jit does with an operation what graphql does. It merges repeated fields and conditions otherwise, loses the alias `__proto__`,
 * leaves defaults out, and takes a variable that is absent for null. Fragments of the very type that they are spread in are written out first.
 */
export function isCompilable(schema: GraphQLSchema, document: DocumentNode): boolean {
  const operations = document.definitions.filter(({ kind }) => kind === Kind.OPERATION_DEFINITION);
  let compilable = operations.length === 1;
  const refuse = () => {
    compilable = false;
    return BREAK;
  };
  const typeOf = new Map(
    [...fragmentsIn(document).values()].map((node) => [node.name.value, node.typeCondition.name.value]),
  );
  const spreads = new TypeInfo(schema);
  visit(
    document,
    visitWithTypeInfo(spreads, {
      InlineFragment: refuse,
      Directive: refuse,
      VariableDefinition: ({ defaultValue, type }) =>
        defaultValue || type.kind !== Kind.NON_NULL_TYPE ? refuse() : undefined,
      FragmentSpread: ({ name }) => (typeOf.get(name.value) === spreads.getParentType()?.name ? undefined : refuse()),
    }),
  );
  if (!compilable) return false;
  const typeInfo = new TypeInfo(schema);
  visit(
    withoutFragments(document),
    visitWithTypeInfo(typeInfo, {
      SelectionSet({ selections }) {
        const names = selections.map((field) => (field.kind === Kind.FIELD ? (field.alias ?? field.name).value : ''));
        return new Set(names).size < names.length || names.includes('__proto__') ? refuse() : undefined;
      },
      Field: () => (typeInfo.getFieldDef()?.args.some((argument) => hasDefault(argument)) ? refuse() : undefined),
    }),
  );
  return compilable;
}

function fragmentsIn({ definitions }: DocumentNode): Map<string, FragmentDefinitionNode> {
  const fragments = definitions.filter((definition) => definition.kind === Kind.FRAGMENT_DEFINITION);
  return new Map(fragments.map((fragment) => [fragment.name.value, fragment]));
}

/** A document with the selections of its fragments in the place of their spreads. */
function withoutFragments(document: DocumentNode): DocumentNode {
  const fragments = fragmentsIn(document);
  const written = ({ selections }: SelectionSetNode): SelectionSetNode => ({
    kind: Kind.SELECTION_SET,
    selections: selections.flatMap((selection) => {
      if (selection.kind !== Kind.FRAGMENT_SPREAD) return [selection];
      const fragment = fragments.get(selection.name.value);
      return fragment ? written(fragment.selectionSet).selections : [];
    }),
  });
  return visit(
    { ...document, definitions: document.definitions.filter(({ kind }) => kind !== Kind.FRAGMENT_DEFINITION) },
    { SelectionSet: written },
  );
}

type Input = Pick<GraphQLArgument, 'default' | 'defaultValue' | 'type'>;

function hasDefault(input: Input, seen: ReadonlySet<unknown> = new Set()): boolean {
  if (input.default !== undefined || input.defaultValue !== undefined) return true;
  const type = getNamedType(input.type);
  if (!isInputObjectType(type) || seen.has(type)) return false;
  return Object.values(type.getFields()).some((field) => hasDefault(field, new Set([...seen, type])));
}

async function compile(schema: GraphQLSchema, document: DocumentNode): Promise<CompiledOperation> {
  const { compileQuery, isCompiledQuery } = await import('graphql-jit');
  const compiled = compileQuery(schema, withoutFragments(document));
  if (!isCompiledQuery(compiled)) throw new Error(compiled.errors?.[0]?.message);
  return (context, variables) => compiled.query(undefined, context, variables);
}
