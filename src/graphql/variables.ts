// What is wrong with the variables of an operation that graphql could not read, told by the names that the schema has.
import {
  type ASTNode,
  type DocumentNode,
  GraphQLEnumType,
  type GraphQLInputType,
  type GraphQLLeafType,
  type GraphQLSchema,
  getNullableType,
  isInputObjectType,
  isInputType,
  isListType,
  isNonNullType,
  Kind,
  type OperationDefinitionNode,
  typeFromAST,
  visit,
} from 'graphql';
import type { ZodType } from 'zod';
import { echo, type FieldProblem } from '../errors.ts';
import { isObject } from '../http/json-members.ts';

/** The way to a value of the input: names and numbers. */
type Path = readonly (string | number)[];

/** What the values of scalars must be; a scalar of our own says it itself, as its extension `expected`. */
const expectations: Record<string, string> = {
  String: 'must be a string',
  ID: 'must be a string',
  Int: 'must be a whole number of 32 bits',
  Float: 'must be a number',
  Boolean: 'must be true or false',
};

function leafProblem(type: GraphQLLeafType, value: unknown): string | undefined {
  try {
    if (type.coerceInputValue(value, true) !== undefined) return undefined;
  } catch {
    // Refused, in the library's words.
  }
  if (type instanceof GraphQLEnumType) {
    const values = type.getValues().map(({ name }) => name);
    return `must be one of ${values.join(', ')}`;
  }
  return (type.extensions.expected as string | undefined) ?? expectations[type.name] ?? `must be a ${type.name}`;
}

function* problemsOf(type: GraphQLInputType, value: unknown, path: string): Generator<FieldProblem> {
  if (value == null) {
    if (isNonNullType(type)) yield { path, message: 'is required' };
    return;
  }
  const nullable = getNullableType(type);
  if (isListType(nullable)) {
    const items = Array.isArray(value) ? value : undefined;
    if (!items) yield* problemsOf(nullable.ofType, value, path);
    else for (const [i, item] of items.entries()) yield* problemsOf(nullable.ofType, item, below(path, i));
  } else if (isInputObjectType(nullable)) {
    if (isObject(value)) yield* memberProblems(nullable, value, path);
    else yield { path, message: 'must be an object' };
  } else {
    const message = leafProblem(nullable as GraphQLLeafType, value);
    if (message) yield { path, message };
  }
}

function* memberProblems(
  type: Extract<GraphQLInputType, { isOneOf: boolean }>,
  value: Record<string, unknown>,
  path: string,
): Generator<FieldProblem> {
  const fields = type.getFields();
  const given = Object.keys(value);
  for (const field of Object.values(fields)) {
    const member = Object.hasOwn(value, field.name) ? value[field.name] : undefined;
    if (member === undefined && field.default !== undefined) continue;
    yield* problemsOf(field.type, member, below(path, field.name));
  }
  for (const name of given) {
    if (!Object.hasOwn(fields, name)) yield { path: below(path, echo(name)), message: 'is not a known member' };
  }
  if (type.isOneOf && (given.length !== 1 || value[given[0] as string] == null)) yield { path, message: ONE_MEMBER };
}

/** What is said of an input of which one member counts. */
export const ONE_MEMBER = 'must have exactly one member, which must not be null';

/**
 * Lists what is wrong with the variables of an operation: by the zod schemas of their types, which name every broken field in
 * the words that both APIs use, and by GraphQL's own types for what those do not look at.
 *
 * @returns the problems; each path is that of the input as the schema names it, within its argument, whatever the variable is called
 */
export function variableProblems(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
  variables: Record<string, unknown>,
): FieldProblem[] {
  const places = placesOfVariables(document);
  return (operation.variableDefinitions ?? []).flatMap(({ variable: { name }, type: node, defaultValue }) => {
    const type = typeFromAST(schema, node as never);
    const value = Object.hasOwn(variables, name.value) ? variables[name.value] : undefined;
    if (!isInputType(type) || (value === undefined && defaultValue)) return [];
    const place = places.get(name.value) ?? [name.value];
    const byZod = zodProblems(type, value);
    const known = new Set(byZod.map(({ path }) => path));
    const byType = [...problemsOf(type, value, '')].filter(({ path }) => !known.has(path));
    return [...byZod, ...byType].map(({ path, message }) => ({ path: withinArgument(place, path), message }));
  });
}

function zodProblems(type: GraphQLInputType, value: unknown): FieldProblem[] {
  const nullable = getNullableType(type);
  if (!isInputObjectType(nullable) || !isObject(value)) return [];
  const result = (nullable.extensions.schema as ZodType | undefined)?.safeParse(value);
  return (result?.error?.issues ?? []).map(({ path, message }) => ({ path: path.join('.'), message }));
}

function below(path: string, step: string | number): string {
  return path === '' ? String(step) : `${path}.${step}`;
}

/** A path without the name of the argument that it begins with, unless there is nothing else. */
function withinArgument([argument = '', ...members]: Path, path = ''): string {
  const place = members.join('.');
  if (path === '') return place || String(argument);
  return place === '' ? path : below(place, path);
}

/** Where each variable is first used: the argument, and the members of its value. */
function placesOfVariables(document: DocumentNode): Map<string, Path> {
  const places = new Map<string, Path>();
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

function eachValue(document: DocumentNode, see: (node: ASTNode, place: Path) => void): void {
  const place: (string | number)[] = [];
  const step = {
    enter(node: { name: { value: string }; value: ASTNode }) {
      place.push(node.name.value);
    },
    leave: () => void place.pop(),
  };
  visit(document, {
    Argument: step,
    ObjectField: step,
    enter(node) {
      if (place.length > 0) see(node, [...place]);
    },
  });
}
