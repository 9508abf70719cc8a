// Tells requests that only look at the schema from those that touch data.
import { Kind, parse, type SelectionNode } from 'graphql';
import { parseLimits } from './limits.ts';

const introspectionFields = new Set(['__schema', '__type', '__typename']);

/**
 * Whether a document asks for nothing but the schema.
 *
 * @param source - GraphQL, as the caller sent it
 * @returns false for anything else, text that is no GraphQL included
 */
export function isIntrospection(source: unknown): boolean {
  if (typeof source !== 'string') return false;
  try {
    return parse(source, parseLimits).definitions.every(
      (definition) =>
        definition.kind === Kind.FRAGMENT_DEFINITION ||
        (definition.kind === Kind.OPERATION_DEFINITION &&
          definition.selectionSet.selections.every(isIntrospectionField)),
    );
  } catch {
    return false;
  }
}

function isIntrospectionField(selection: SelectionNode): boolean {
  return selection.kind === Kind.FIELD && introspectionFields.has(selection.name.value);
}
