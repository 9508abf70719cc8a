// An operation within its document: which fragments are its own.
import {
  type ASTNode,
  type DocumentNode,
  type FragmentDefinitionNode,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
  visit,
} from 'graphql';

/** Finds the fragments of a document by their names. */
export function fragmentsByName({ definitions }: DocumentNode) {
  const byName = new Map<string, FragmentDefinitionNode>();
  for (const definition of definitions)
    if (definition.kind === Kind.FRAGMENT_DEFINITION) byName.set(definition.name.value, definition);
  return (name: string) => byName.get(name);
}

/** The fragments that an operation spreads, and those that these spread; others of the document belong to other operations. */
export function fragmentsOf(document: DocumentNode, operation: OperationDefinitionNode): Set<FragmentDefinitionNode> {
  const fragmentNamed = fragmentsByName(document);
  const found = new Set<FragmentDefinitionNode>();
  const follow = (node: ASTNode) =>
    visit(node, {
      FragmentSpread({ name }) {
        const fragment = fragmentNamed(name.value);
        if (!fragment || found.has(fragment)) return;
        found.add(fragment);
        follow(fragment);
      },
    });
  follow(operation);
  return found;
}

/** The document of one operation alone, with its own fragments. */
export function documentOf(document: DocumentNode, operation: OperationDefinitionNode): DocumentNode {
  return { kind: Kind.DOCUMENT, definitions: [operation, ...fragmentsOf(document, operation)] };
}

const TYPE_NAME: SelectionSetNode = {
  kind: Kind.SELECTION_SET,
  selections: [{ kind: Kind.FIELD, name: { kind: Kind.NAME, value: '__typename' } }],
};

/** A mutation with nothing selected of its fields but their types: running it does all that it does, and reads nothing. */
export function effectsOf(document: DocumentNode, operation: OperationDefinitionNode): DocumentNode {
  // Where there are fields, in fragments too, they are those of the mutation: nothing else leads to its type.
  const bare = ({ selections }: SelectionSetNode): SelectionSetNode => ({
    kind: Kind.SELECTION_SET,
    selections: selections.map((selection) => {
      if (selection.kind === Kind.FIELD)
        return selection.selectionSet ? { ...selection, selectionSet: TYPE_NAME } : selection;
      return selection.kind === Kind.INLINE_FRAGMENT
        ? { ...selection, selectionSet: bare(selection.selectionSet) }
        : selection;
    }),
  });
  const fragments = fragmentsOf(document, operation);
  const used = new Set<FragmentDefinitionNode>();
  const follow = ({ selections }: SelectionSetNode): void => {
    for (const selection of selections) {
      if (selection.kind === Kind.INLINE_FRAGMENT) follow(selection.selectionSet);
      if (selection.kind === Kind.FRAGMENT_SPREAD) use(selection.name.value);
    }
  };
  const use = (name: string): void => {
    const fragment = [...fragments].find((one) => one.name.value === name);
    if (!fragment || used.has(fragment)) return;
    used.add(fragment);
    follow(fragment.selectionSet);
  };
  follow(operation.selectionSet);
  return {
    kind: Kind.DOCUMENT,
    definitions: [
      { ...operation, selectionSet: bare(operation.selectionSet) },
      ...[...used].map((fragment) => ({ ...fragment, selectionSet: bare(fragment.selectionSet) })),
    ],
  };
}
