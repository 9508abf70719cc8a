// What is wrong with the variables of an operation that graphql could not read, told by the names that the schema has.
import {
  type ASTNode,
  type DirectiveNode,
  type DocumentNode,
  type GraphQLInputType,
  type GraphQLSchema,
  getNullableType,
  isInputObjectType,
  isInputType,
  Kind,
  type OperationDefinitionNode,
  print,
  TypeInfo,
  typeFromAST,
  type ValueNode,
  valueFromASTUntyped,
  visit,
  visitWithTypeInfo,
} from 'graphql';
import type { ZodType } from 'zod';
import type { FieldProblem } from '../../errors/api-error.ts';
import { fieldProblems, withinArgument } from '../../errors/validation.ts';
import { isObject } from '../../json-members.ts';
import { below, ONE_MEMBER, problemsOf } from './input-problems.ts';
import { documentOf } from './operation.ts';

type Variables = Record<string, unknown>;

/**
 * Lists what is wrong with the variables of an operation. Arguments that hold variables are validated whole: by the zod schemas of their
 * types, which name every broken field in the words that both APIs use, and by GraphQL's own types for what those do not look at.
 *
 * @returns the problems; each path is that of the input as the schema names it, within its argument, whatever the variable is called
 */
export function variableProblems(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
  variables: Variables,
): FieldProblem[] {
  const alone = documentOf(document, operation);
  const given = { ...defaultsOf(operation), ...variables };
  const found = new Map<string, string>();
  const add = (place: string, problems: Iterable<FieldProblem>) => {
    for (const { path, message } of problems) {
      const whole = below(place, path);
      if (!found.has(whole)) found.set(whole, message);
    }
  };
  const typeInfo = new TypeInfo(schema);
  const validated = new Set<string>();
  visit(
    alone,
    visitWithTypeInfo(typeInfo, {
      // What is not asked for may lack what it would need.
      Field: ({ directives = [] }) => (isLeftOut(directives, given) ? false : undefined),
      Argument({ name, value }) {
        const type = typeInfo.getInputType();
        const written = `${name.value}: ${type} ${print(value)}`;
        // What is sent once may stand in many places.
        if (!type || validated.has(written) || !holdsVariable(value)) return;
        validated.add(written);
        add(name.value, validate(type, valueFromASTUntyped(value, given)));
      },
    }),
  );
  // A variable may have to be what its place does not ask for.
  const places = placesOfVariables(alone);
  for (const { variable, type: node } of operation.variableDefinitions ?? []) {
    const type = typeFromAST(schema, node as never);
    const name = variable.name.value;
    if (isInputType(type)) add(places.get(name) ?? name, problemsOf(type, ownValue(given, name), ''));
  }
  const paths = [...found.keys()];
  // Which member is missing is told at that member.
  const isToldBelow = (path: string) => paths.some((other) => other.startsWith(`${path}.`));
  return [...found]
    .filter(([path, message]) => message !== ONE_MEMBER || !isToldBelow(path))
    .map(([path, message]) => ({ path: withinArgument(path), message }));
}

function defaultsOf({ variableDefinitions = [] }: OperationDefinitionNode): Variables {
  const withDefault = variableDefinitions.filter(({ defaultValue }) => defaultValue);
  return Object.fromEntries(
    withDefault.map(({ variable, defaultValue }) => [
      variable.name.value,
      valueFromASTUntyped(defaultValue as ValueNode),
    ]),
  );
}

/** Whether `@skip` or `@include` leave out what they stand at. */
function isLeftOut(directives: readonly DirectiveNode[], variables: Variables): boolean {
  return directives.some(({ name, arguments: [condition] = [] }) => {
    const value = condition && valueFromASTUntyped(condition.value, variables);
    return (name.value === 'skip' && value === true) || (name.value === 'include' && value === false);
  });
}

function ownValue(variables: Variables, name: string): unknown {
  return Object.hasOwn(variables, name) ? variables[name] : undefined;
}

function holdsVariable(value: ValueNode): boolean {
  let holds = false;
  visit(value, {
    Variable() {
      holds = true;
    },
  });
  return holds;
}

function* validate(type: GraphQLInputType, value: unknown): Generator<FieldProblem> {
  const nullable = getNullableType(type);
  const schema = isInputObjectType(nullable) ? (nullable.extensions.schema as ZodType | undefined) : undefined;
  if (schema && isObject(value)) yield* fieldProblems(schema.safeParse(value).error);
  yield* problemsOf(type, value, '');
}

/** Where each variable is first used: the argument, and the members of its value. */
function placesOfVariables(document: DocumentNode): Map<string, string> {
  const places = new Map<string, string>();
  eachValue(document, (node, place) => {
    if (node.kind === Kind.VARIABLE && !places.has(node.name.value)) places.set(node.name.value, place);
  });
  return places;
}

/**
 * Where in the input a node of a document's values stands.
 *
 * @returns the path within the argument; undefined when the node is no value of an argument
 */
export function placeOfValue(document: DocumentNode, sought: ASTNode): string | undefined {
  let found: string | undefined;
  eachValue(document, (node, place) => {
    if (node === sought) found ??= withinArgument(place);
  });
  return found;
}

function eachValue(document: DocumentNode, see: (node: ASTNode, place: string) => void): void {
  const place: string[] = [];
  const step = {
    enter: ({ name }: { name: { value: string } }) => void place.push(name.value),
    leave: () => void place.pop(),
  };
  visit(document, {
    Argument: step,
    ObjectField: step,
    enter(node) {
      if (place.length > 0) see(node, place.join('.'));
    },
  });
}
