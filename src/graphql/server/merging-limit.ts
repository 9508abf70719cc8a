// A bound on fields that stand in one place several times: the language compares each of them with each other one.
import { type ASTVisitor, GraphQLError, Kind, type SelectionSetNode, type ValidationContext } from 'graphql';

/** Pairs of equal fields, or of fragments in one place, that a document may have; 50 fields of one name are 1,225. */
const MOST_PAIRS = 4_000;
/** Fields that a document may select, with its fragments taken apart. */
const MOST_FIELDS = 4_000;
/** Fields within fields, also of questions about the schema: tools ask for 15. Fragments that go in a circle end here too. */
const DEEPEST = 20;

/** Fields and fragments of one place under one name. */
interface Group {
  count: number;
  sets: SelectionSetNode[];
}

class TooMany extends Error {}

/** Counts what the language's rule on overlapping fields has to compare; it is asked before that rule. */
export function mergingRule(context: ValidationContext): ASTVisitor {
  return {
    Document({ definitions }) {
      const counter = new MergedFields(context);
      try {
        for (const definition of definitions)
          if ('selectionSet' in definition) counter.count([definition.selectionSet], 0);
      } catch (error) {
        if (!(error instanceof TooMany)) throw error;
        context.reportError(new GraphQLError(error.message));
      }
    },
  };
}

class MergedFields {
  readonly #context: ValidationContext;
  #pairs = 0;
  #fields = 0;

  constructor(context: ValidationContext) {
    this.#context = context;
  }

  /**
   * Counts what is selected in one place.
   *
   * @param sets - the selection sets of all equal fields of that place
   * @throws TooMany
   */
  count(sets: readonly SelectionSetNode[], depth: number): void {
    if (depth > DEEPEST) throw new TooMany(`Fields may be nested at most ${DEEPEST} levels deep.`);
    const groups = new Map<string, Group>();
    const spread = new Set<string>();
    for (const set of sets) this.#collect(set, groups, spread);
    for (const group of groups.values()) if (group.sets.length > 0) this.count(group.sets, depth + 1);
  }

  #collect({ selections }: SelectionSetNode, groups: Map<string, Group>, spread: Set<string>): void {
    for (const selection of selections) {
      if (selection.kind === Kind.INLINE_FRAGMENT) this.#collect(selection.selectionSet, groups, spread);
      else if (selection.kind === Kind.FIELD) {
        this.#add((selection.alias ?? selection.name).value, selection.selectionSet, groups);
      } else {
        const name = selection.name.value;
        // No field has a name with dots.
        this.#add('...', undefined, groups);
        const fragment = spread.has(name) ? undefined : this.#context.getFragment(name);
        spread.add(name);
        if (fragment) this.#collect(fragment.selectionSet, groups, spread);
      }
    }
  }

  #add(name: string, set: SelectionSetNode | undefined, groups: Map<string, Group>): void {
    let group = groups.get(name);
    if (!group) {
      group = { count: 0, sets: [] };
      groups.set(name, group);
    }
    this.#pairs += group.count;
    this.#fields += 1;
    group.count += 1;
    if (set) group.sets.push(set);
    if (this.#pairs > MOST_PAIRS) throw new TooMany('The document selects the same fields too many times.');
    if (this.#fields > MOST_FIELDS) {
      throw new TooMany(`The document selects more than ${MOST_FIELDS} fields, with its fragments taken apart.`);
    }
  }
}
