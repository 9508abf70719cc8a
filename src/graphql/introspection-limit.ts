// A bound on questions about the schema, whose answers no complexity is counted for.
import {
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

/** How often a document may ask for as much as tools do in one go, which is all of the schema. */
const MOST_TIMES = 2;

const introspectionRoots = new Set(['__schema', '__type']);

/** How many items a list of the schema's description has: all types and directives, an average of what belongs to a type. */
function listLengths(schema: GraphQLSchema): ReadonlyMap<string, number> {
  const types = Object.values(schema.getTypeMap());
  const withFields = types.filter((type) => isObjectType(type) || isInterfaceType(type));
  const fields = withFields.flatMap((type) => Object.values(type.getFields()));
  const inputs = types.filter(isInputObjectType);
  const enums = types.filter(isEnumType);
  const average = (total: number, among: number) => Math.max(total / Math.max(among, 1), 1);
  const sum = (counts: number[]) => counts.reduce((total, count) => total + count, 0);
  return new Map([
    ['types', types.length],
    ['directives', schema.getDirectives().length],
    ['fields', average(fields.length, types.length)],
    ['args', average(sum(fields.map(({ args }) => args.length)), fields.length)],
    ['inputFields', average(sum(inputs.map((type) => Object.keys(type.getFields()).length)), types.length)],
    // Most types are wrapped once, few more often.
    ['ofType', 0.5],
    ['enumValues', average(sum(enums.map((type) => type.getValues().length)), types.length)],
  ]);
}

type FragmentOf = (name: string) => FragmentDefinitionNode | null | undefined;

/** Estimates how many values the answers to questions about the schema hold; each fragment is looked at once. */
function estimator(lengths: ReadonlyMap<string, number>, fragmentOf: FragmentOf) {
  const ofFragments = new Map<string, number>();

  function valuesOf({ selections }: SelectionSetNode): number {
    let values = 0;
    for (const selection of selections) {
      if (selection.kind === Kind.FIELD) {
        const { name, selectionSet } = selection;
        values += 1 + (selectionSet ? (lengths.get(name.value) ?? 1) * valuesOf(selectionSet) : 0);
      } else if (selection.kind === Kind.INLINE_FRAGMENT) values += valuesOf(selection.selectionSet);
      else values += valuesOfFragment(selection.name.value);
    }
    return values;
  }

  function valuesOfFragment(name: string): number {
    const known = ofFragments.get(name);
    if (known !== undefined) return known;
    // One that goes in a circle is refused by the language.
    ofFragments.set(name, 0);
    const fragment = fragmentOf(name);
    const values = fragment ? valuesOf(fragment.selectionSet) : 0;
    ofFragments.set(name, values);
    return values;
  }

  return valuesOf;
}

/** What tools ask for in one go. */
function valuesOfWholeSchema(lengths: ReadonlyMap<string, number>): number {
  const { definitions } = parse(getIntrospectionQuery());
  const fragments = definitions.filter((definition) => definition.kind === Kind.FRAGMENT_DEFINITION);
  const [operation] = definitions.filter((definition) => definition.kind === Kind.OPERATION_DEFINITION);
  const valuesOf = estimator(lengths, (wanted) => fragments.find(({ name }) => name.value === wanted));
  return operation ? valuesOf(operation.selectionSet) : 0;
}

/** Makes the rule that bounds what a document asks about the schema: twice the whole of it, and no more. */
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
