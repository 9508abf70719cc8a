// A bound on questions about the schema, whose answers no complexity is counted for.
import {
  type FieldNode,
  type FragmentDefinitionNode,
  GraphQLError,
  type GraphQLSchema,
  getIntrospectionQuery,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isObjectType,
  Kind,
  parse,
  type SelectionSetNode,
  type ValidationRule,
} from 'graphql';

/** How often a document may ask for as much as tools do in one go, which is all of the schema: some tools ask for a little more. */
const MOST_TIMES = 1.2;

const introspectionRoots = new Set(['__schema', '__type']);

/** How many items the lists of the schema's description have. */
interface Lengths {
  /** Of one type, which may be the largest. */
  largest: ReadonlyMap<string, number>;
  /** Of each type where all are asked for. */
  average: ReadonlyMap<string, number>;
}

function listLengths(schema: GraphQLSchema): Lengths {
  const types = Object.values(schema.getTypeMap());
  const fields = types.map((type) =>
    isObjectType(type) || isInterfaceType(type) ? Object.values(type.getFields()) : [],
  );
  const counts: Record<string, number[]> = {
    fields: fields.map(({ length }) => length),
    args: fields.flat().map(({ args }) => args.length),
    inputFields: types.map((type) => (isInputObjectType(type) ? Object.keys(type.getFields()).length : 0)),
    enumValues: types.map((type) => (isEnumType(type) ? type.getValues().length : 0)),
  };
  const whole: [string, number][] = [
    ['types', types.length],
    ['directives', schema.getDirectives().length],
  ];
  const lengths = (measure: (of: number[]) => number): [string, number][] =>
    Object.entries(counts).map(([name, of]) => [name, Math.max(measure(of), 1)]);
  const mean = (of: number[]) => of.reduce((total, count) => total + count, 0) / Math.max(of.length, 1);
  return {
    largest: new Map([...whole, ...lengths((of) => Math.max(...of))]),
    // Most types are wrapped once, few more often.
    average: new Map([...whole, ...lengths(mean), ['ofType', 0.5]]),
  };
}

type FragmentOf = (name: string) => FragmentDefinitionNode | null | undefined;

/** Estimates how many values the answers to questions about the schema hold; each fragment is looked at once or twice. */
function estimator({ largest, average }: Lengths, fragmentOf: FragmentOf) {
  const ofFragments = new Map([largest, average].map((lengths) => [lengths, new Map<string, number>()]));

  function valuesOf({ selections }: SelectionSetNode, lengths = largest): number {
    let values = 0;
    for (const selection of selections) {
      if (selection.kind === Kind.FIELD) values += valuesOfField(selection, lengths);
      else if (selection.kind === Kind.INLINE_FRAGMENT) values += valuesOf(selection.selectionSet, lengths);
      else values += valuesOfFragment(selection.name.value, lengths);
    }
    return values;
  }

  function valuesOfField({ name, selectionSet }: FieldNode, lengths: ReadonlyMap<string, number>): number {
    const below = name.value === 'types' ? average : lengths;
    const each = selectionSet ? valuesOf(selectionSet, below) : 0;
    return 1 + (lengths.get(name.value) ?? 1) * each;
  }

  function valuesOfFragment(name: string, lengths: ReadonlyMap<string, number>): number {
    const known = ofFragments.get(lengths);
    const before = known?.get(name);
    if (before !== undefined) return before;
    // One that goes in a circle is refused by the language.
    known?.set(name, 0);
    const fragment = fragmentOf(name);
    const values = fragment ? valuesOf(fragment.selectionSet, lengths) : 0;
    known?.set(name, values);
    return values;
  }

  return valuesOf;
}

/** What tools ask for in one go. */
function valuesOfWholeSchema(lengths: Lengths): number {
  const { definitions } = parse(getIntrospectionQuery());
  const fragments = definitions.filter((definition) => definition.kind === Kind.FRAGMENT_DEFINITION);
  const [operation] = definitions.filter((definition) => definition.kind === Kind.OPERATION_DEFINITION);
  const valuesOf = estimator(lengths, (wanted) => fragments.find(({ name }) => name.value === wanted));
  return operation ? valuesOf(operation.selectionSet) : 0;
}

/** Makes the rule that bounds what a document asks about the schema: somewhat more than the whole of it. */
export function introspectionRule(schema: GraphQLSchema): ValidationRule {
  const lengths = listLengths(schema);
  let most: number | undefined;
  return (context) => {
    const valuesOf = estimator(lengths, (name) => context.getFragment(name));
    let total = 0;
    return {
      Field({ name, selectionSet }) {
        if (!introspectionRoots.has(name.value) || !selectionSet) return undefined;
        total += valuesOf(selectionSet);
        most ??= MOST_TIMES * valuesOfWholeSchema(lengths);
        if (total > most) context.reportError(new GraphQLError('The document asks too much about the schema.'));
        return false;
      },
    };
  };
}
