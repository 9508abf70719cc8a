// Every way through a schema from its roots to each of its fields, and the operations that go it.
import {
  type GraphQLField,
  type GraphQLObjectType,
  type GraphQLSchema,
  getNamedType,
  isAbstractType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
  isRequiredArgument,
  OperationTypeNode,
} from 'graphql';

/** A field of an object, and what is selected of its value next. */
export interface Step {
  parent: GraphQLObjectType;
  field: GraphQLField<unknown, unknown>;
}

/** A way from a root to a field; one that ends at an object asks for its `__typename`. */
export interface Path {
  operation: OperationTypeNode;
  steps: Step[];
}

/** How a path is written: all mean the same. */
export const ways = ['plain', 'alias', 'fragment', 'inline', 'interface', 'directive', 'second operation'] as const;
export type Way = (typeof ways)[number];

/** `Customer.email` */
export const coordinateOf = ({ parent, field }: Step) => `${parent.name}.${field.name}`;

/** The last field of a path. */
export const endOf = ({ steps }: Path) => steps.at(-1) as Step;

/** Every path that passes no field twice. */
export function pathsOf(schema: GraphQLSchema): Path[] {
  const paths: Path[] = [];
  const roots = [
    [OperationTypeNode.QUERY, schema.getQueryType()],
    [OperationTypeNode.MUTATION, schema.getMutationType()],
  ] as const;
  function walk(operation: OperationTypeNode, parent: GraphQLObjectType, before: Step[]): void {
    for (const field of Object.values(parent.getFields())) {
      if (before.some((step) => step.field === field)) continue;
      const steps = [...before, { parent, field }];
      const type = getNamedType(field.type);
      paths.push({ operation, steps });
      if (isLeafType(type)) continue;
      const objects = isAbstractType(type) ? schema.getPossibleTypes(type) : [type as GraphQLObjectType];
      for (const object of objects) walk(operation, object, steps);
    }
  }
  for (const [operation, root] of roots) if (root) walk(operation, root, []);
  return paths;
}

/** Fields below which there is a customer, as there is below `updateCustomer`. */
const likeUpdate =
  /^(?:Query\.mergeCustomersPreview|Mutation\.(?:createCustomer|bulkCreateCustomers|changeCustomerEmail|adjustCustomerCredit|banCustomer|unbanCustomer|deleteCustomer|restoreCustomer|eraseCustomer|mergeCustomers|startCustomerSubscription|updateCustomerSubscription|endCustomerSubscription|addCustomerToGroups|removeCustomerFromGroups|setCustomerReferral))$/;

/** The paths without those that lie far below a mutation, and equally below `updateCustomer`, or below a customer that was merged. */
export function telling(paths: readonly Path[]): Path[] {
  return paths.filter(({ steps }) => {
    const merged = steps.findIndex((step) => coordinateOf(step) === 'Customer.mergedCustomers');
    // Below those that were merged there is what is below every customer; and they are not looked at everywhere.
    if (merged > 1 || (merged === 1 && steps.length > 3)) return false;
    return steps.length <= 4 || !likeUpdate.test(coordinateOf(steps[0] as Step));
  });
}

/**
 * Writes the operation that goes a path.
 *
 * @param argumentsOf - what stands in the brackets of a field that needs arguments
 */
export function write({ operation, steps }: Path, way: Way, argumentsOf: (coordinate: string) => string): string {
  const fragments: string[] = [];
  const selections = steps.reduceRight(
    (inner, step, i) => {
      const { parent, field } = step;
      const alias = way === 'alias' ? `${keyAt(way, step, i)}: ` : '';
      const needsArguments = field.args.some(isRequiredArgument);
      const holdsPages = isPage(step) && steps.slice(i + 1).some(isPage);
      const given = needsArguments
        ? `(${argumentsOf(coordinateOf(step))})`
        : // Pages of pages may cost too much.
          holdsPages
          ? '(first: 5)'
          : '';
      const directive = way === 'directive' ? ' @include(if: true)' : '';
      const text = `${alias}${field.name}${given}${directive}${inner && ` { ${inner} }`}`;
      // An abstract value is asked for the type that the path goes on with, whatever the way.
      const before = steps[i - 1];
      const narrows = before && isAbstractType(getNamedType(before.field.type));
      return narrows ? `... on ${parent.name} { ${text} }` : wrap(way, parent, text, i, steps.length, fragments);
    },
    endsAtObject(steps) ? '__typename' : '',
  );
  const others = way === 'second operation' ? ['query Other { __typename }'] : [];
  return [`${operation} Asked { ${selections} }`, ...fragments, ...others].join(' ');
}

const isPage = ({ field }: Step) => field.args.some(({ name }) => name === 'first');

function endsAtObject(steps: Step[]): boolean {
  return !isLeafType(getNamedType((steps.at(-1) as Step).field.type));
}

function wrap(
  way: Way,
  parent: GraphQLObjectType,
  text: string,
  i: number,
  length: number,
  fragments: string[],
): string {
  // Fragments count as levels, of which there may be only so many: at the root and around the last field.
  if (i > 0 && i < length - 1) return text;
  if (way === 'inline') return `... on ${parent.name} { ${text} }`;
  if (way === 'directive') return `... @include(if: true) { ${text} }`;
  const [face] = parent.getInterfaces();
  if (way === 'interface' && face) return `... on ${face.name} { ... on ${parent.name} { ${text} } }`;
  if (way !== 'fragment') return text;
  fragments.push(`fragment f${i} on ${parent.name} { ${text} }`);
  return `...f${i}`;
}

function keyAt(way: Way, { field }: Step, i: number): string {
  return way === 'alias' ? `x${i}` : field.name;
}

/** What an answer holds at the end of a path; of a list its first item. */
export function valueAt(data: unknown, { steps }: Path, way: Way = 'plain'): unknown {
  return steps.reduce<unknown>((value, step, i) => {
    const next = (value as Record<string, unknown> | null | undefined)?.[keyAt(way, step, i)];
    const type = isNonNullType(step.field.type) ? step.field.type.ofType : step.field.type;
    const holdsObjects = isListType(type) && isObjectType(getNamedType(type));
    return holdsObjects && Array.isArray(next) ? next[0] : next;
  }, data);
}
