// The fields at the root of an operation, wherever they are written.
import { type FieldNode, type FragmentDefinitionNode, Kind, type SelectionSetNode } from 'graphql';

/**
 * The fields that an operation selects at its root, in fragments too, each fragment once.
 *
 * @param fragmentOf - finds a fragment by its name
 */
export function rootFieldsOf(
  { selectionSet }: { readonly selectionSet: SelectionSetNode },
  fragmentOf: (name: string) => FragmentDefinitionNode | null | undefined,
): FieldNode[] {
  const seen = new Set<string>();
  const within = (set: SelectionSetNode): FieldNode[] =>
    set.selections.flatMap((selection) => {
      if (selection.kind === Kind.FIELD) return [selection];
      if (selection.kind === Kind.INLINE_FRAGMENT) return within(selection.selectionSet);
      const name = selection.name.value;
      const fragment = seen.has(name) ? undefined : fragmentOf(name);
      seen.add(name);
      return fragment ? within(fragment.selectionSet) : [];
    });
  return within(selectionSet);
}
