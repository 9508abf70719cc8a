// Tells which changes of the GraphQL schema break clients of the version before.
import { type Change, ChangeType, CriticalityLevel, diff } from '@graphql-inspector/core';
import { buildSchema, type GraphQLSchema, getNamedType, isEnumType, isInterfaceType, isObjectType } from 'graphql';
import type { BreakingChange } from './accepted.ts';

/**
 * What the inspector calls dangerous and we do not. All else that it calls so breaks: docs/api.md, "Versions", leaves open only which members an
 * answer has and which error codes there are. So these do break, among others:
 *
 * - UNION_MEMBER_ADDED: a client that tells the members apart meets one that it cannot tell.
 * - FIELD_ARGUMENT_DEFAULT_CHANGED, INPUT_FIELD_DEFAULT_VALUE_CHANGED, DIRECTIVE_ARGUMENT_DEFAULT_VALUE_CHANGED (added and dropped ones too):
 *   the same document does something else.
 * - DIRECTIVE_REPEATABLE_REMOVED: a document that repeats it is refused.
 * - DIRECTIVE_USAGE_SCALAR_REMOVED, DIRECTIVE_USAGE_ARGUMENT_REMOVED: of `@specifiedBy`, by which clients read a scalar.
 */
const harmless: Partial<Record<string, (change: Change, before: GraphQLSchema) => boolean>> = {
  // Only one that may be left out is called dangerous; one that is required is breaking.
  [ChangeType.FieldArgumentAdded]: () => true,
  // The same; dangerous is one with a default.
  [ChangeType.InputFieldAdded]: () => true,
  // A client reads the fields of the interface, whichever type has them, and each new type of `Node` would be a break.
  [ChangeType.ObjectTypeInterfaceAdded]: () => true,
  // A client that switches over what it is answered meets a value that it does not know; one that sends values does not.
  [ChangeType.EnumValueAdded]: ({ meta }, before) => !isAnswered(before, meta.enumName),
};

/**
 * Lists what in a newer schema breaks clients of an older one: a document that was valid must stay so and mean the same, and what was
 * answered must still be answered.
 *
 * @param before - the older schema, in SDL
 * @param after - the newer one, in SDL
 */
export async function breakingGraphQLChanges(before: string, after: string): Promise<BreakingChange[]> {
  const schema = buildSchema(before);
  const changes = await diff(schema, buildSchema(after));
  return changes
    .filter((change) => isBreaking(change, schema))
    .map(({ path = 'schema', message }) => ({ path, message }));
}

function isBreaking(change: Change, before: GraphQLSchema): boolean {
  if (isOneOfDropped(change)) return true;
  if (change.criticality.level === CriticalityLevel.NonBreaking) return false;
  if (change.criticality.level === CriticalityLevel.Breaking) return true;
  return !harmless[change.type]?.(change, before);
}

/**
 * The inspector calls it harmless that an input is no `@oneOf` any more (and breaking that it becomes one): what was sent is still accepted.
 * But what was refused is too, with a meaning that nobody has promised, and the types of generated clients do not compile with it.
 */
function isOneOfDropped({ type, path }: Change): boolean {
  return type === ChangeType.DirectiveUsageInputObjectRemoved && path?.endsWith('.@oneOf') === true;
}

/** Whether a field of the schema gives values of an enum. */
function isAnswered(schema: GraphQLSchema, enumName: string): boolean {
  return Object.values(schema.getTypeMap())
    .filter((type) => !type.name.startsWith('__'))
    .filter((type) => isObjectType(type) || isInterfaceType(type))
    .flatMap((type) => Object.values(type.getFields()))
    .map((field) => getNamedType(field.type))
    .some((type) => isEnumType(type) && type.name === enumName);
}
