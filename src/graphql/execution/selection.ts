// What an operation selects below a field that is being resolved.
import { type FieldNode, type GraphQLResolveInfo, Kind, type SelectionSetNode } from 'graphql';

type Fragments = GraphQLResolveInfo['fragments'];
type Fields = Pick<GraphQLResolveInfo, 'fieldNodes' | 'fragments'>;

/** What is known of fields, by the path below them: a document that recurs has the same nodes each time. */
const known = new WeakMap<FieldNode, Map<string, ReadonlySet<string>>>();

/**
 * The names of the fields that are resolved for certain below a field: what stands behind `@skip` or `@include` is not among them.
 *
 * @param path - the names of the fields in between: `edges`, `node`
 */
export function fieldsBelow(info: Fields, path: readonly string[] = []): ReadonlySet<string> {
  const [node, ...others] = info.fieldNodes;
  if (!node || others.length > 0) return selectedBelow(info, path);
  const ofNode = known.get(node) ?? new Map<string, ReadonlySet<string>>();
  const steps = path.join('.');
  const found = ofNode.get(steps);
  if (found) return found;
  const names = selectedBelow(info, path);
  known.set(node, ofNode.set(steps, names));
  return names;
}

function selectedBelow({ fieldNodes, fragments }: Fields, path: readonly string[]): ReadonlySet<string> {
  let nodes = fieldsOf(fieldNodes, fragments);
  for (const step of path) {
    const within = nodes.filter(({ name }) => name.value === step);
    nodes = fieldsOf(within, fragments);
  }
  return new Set(nodes.map(({ name }) => name.value));
}

function fieldsOf(nodes: readonly FieldNode[], fragments: Fragments): FieldNode[] {
  const seen = new Set<string>();
  return nodes.flatMap(({ selectionSet }) => [...selectedIn(selectionSet, fragments, seen)]);
}

/** @param seen - the names of the fragments whose fields have been given */
function* selectedIn(set: SelectionSetNode | undefined, fragments: Fragments, seen: Set<string>): Generator<FieldNode> {
  for (const selection of set?.selections ?? []) {
    if (selection.directives?.length) continue;
    if (selection.kind === Kind.FIELD) yield selection;
    else if (selection.kind === Kind.INLINE_FRAGMENT) yield* selectedIn(selection.selectionSet, fragments, seen);
    else if (!seen.has(selection.name.value)) {
      seen.add(selection.name.value);
      yield* selectedIn(fragments[selection.name.value]?.selectionSet, fragments, seen);
    }
  }
}
