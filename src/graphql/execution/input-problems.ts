// What is wrong with a value for a type of the schema, in the catalogue's words: for values that graphql has refused.
import {
  type GraphQLInputObjectType,
  type GraphQLInputType,
  type GraphQLLeafType,
  getNullableType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
} from 'graphql';
import { echo, type FieldProblem } from '../../errors/api-error.ts';
import { isObject } from '../../json-members.ts';
import { MUST_BE_INT, REQUIRED } from '../../text.ts';

/** Problems that are told of the items of one list: a list may be long, and all of it wrong in one way. */
const MOST_OF_LIST = 20;

/** What is said of an input of which one member counts. */
export const ONE_MEMBER = 'must have exactly one member, which must not be null';

/** What the language's own scalars take, and what is said of anything else. Nothing is decided by it: graphql has refused the value. */
const scalars: Record<string, { takes(value: unknown): boolean; expected: string }> = {
  String: { takes: (value) => typeof value === 'string', expected: 'must be a string' },
  ID: { takes: (value) => typeof value === 'string' || Number.isInteger(value), expected: 'must be a string' },
  Int: {
    takes: (value) => Number.isInteger(value) && Math.abs(value as number) < 2 ** 31,
    expected: MUST_BE_INT,
  },
  Float: { takes: Number.isFinite, expected: 'must be a number' },
  Boolean: { takes: (value) => typeof value === 'boolean', expected: 'must be true or false' },
};

/** The path of something that stands below another path. */
export function below(path: string, step: string | number): string {
  if (path === '') return String(step);
  return step === '' ? path : `${path}.${step}`;
}

/**
 * Lists what is wrong with a value.
 *
 * @param path - where the value stands
 */
export function* problemsOf(type: GraphQLInputType, value: unknown, path: string): Generator<FieldProblem> {
  if (value == null) {
    if (isNonNullType(type)) yield { path, message: REQUIRED };
    return;
  }
  const nullable = getNullableType(type);
  if (isListType(nullable)) {
    if (Array.isArray(value)) yield* itemProblems(nullable.ofType, value, path);
    else yield* problemsOf(nullable.ofType, value, path);
  } else if (isInputObjectType(nullable)) {
    if (isObject(value)) yield* memberProblems(nullable, value, path);
    else yield { path, message: 'must be an object' };
  } else {
    const message = leafProblem(nullable as GraphQLLeafType, value);
    if (message) yield { path, message };
  }
}

function* itemProblems(type: GraphQLInputType, items: readonly unknown[], path: string): Generator<FieldProblem> {
  let told = 0;
  for (const [i, item] of items.entries()) {
    for (const problem of problemsOf(type, item, below(path, i))) {
      told += 1;
      if (told > MOST_OF_LIST) {
        yield { path, message: 'has more items that are not valid' };
        return;
      }
      yield problem;
    }
  }
}

function* memberProblems(
  type: GraphQLInputObjectType,
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

function leafProblem(type: GraphQLLeafType, value: unknown): string | undefined {
  const scalar = scalars[type.name];
  if (scalar) return scalar.takes(value) ? undefined : scalar.expected;
  try {
    if (type.coerceInputValue(value, true) !== undefined) return undefined;
  } catch {
    // Refused, in the library's words.
  }
  if (isEnumType(type)) {
    const values = type.getValues().map(({ name }) => name);
    return `must be one of ${values.join(', ')}`;
  }
  return (type.extensions.expected as string | undefined) ?? `must be a ${type.name}`;
}
