// A plugin of graphql-codegen: writes each operation as a typed document that a bundler leaves out where nobody imports it.
import type { PluginFunction, Types } from '@graphql-codegen/plugin-helpers';
import {
  type DocumentNode,
  type FragmentDefinitionNode,
  type GraphQLSchema,
  Kind,
  type OperationDefinitionNode,
  print,
  TypeInfo,
  visit,
  visitWithTypeInfo,
} from 'graphql';

/**
 * Writes the documents of a set of files.
 *
 * @returns a constant for every fragment, of the module alone, and an exported one for every operation, named `…Document`, with
 *   its text in `loc.source.body` and the schema's description as its docstring
 */
export const plugin: PluginFunction = (schema, files) => {
  const definitions = files.flatMap(definitionsOf);
  const fragments = definitions.filter((definition) => definition.kind === Kind.FRAGMENT_DEFINITION);
  const operations = definitions.filter((definition) => definition.kind === Kind.OPERATION_DEFINITION);
  const byName = new Map(fragments.map((fragment) => [fragment.name.value, fragment]));
  return {
    prepend: ["import { type Definition, type TypedDocument, typedDocument } from '../document.ts';"],
    content: [
      ...fragments.toSorted(inOrder).map(fragmentConstant),
      ...operations.toSorted(inOrder).map((operation) => operationConstant(schema, operation, byName)),
    ].join('\n\n'),
  };
};

type Definition = OperationDefinitionNode | FragmentDefinitionNode;

function definitionsOf({ document }: Types.DocumentFile): Definition[] {
  return (document?.definitions ?? []).filter(
    (definition): definition is Definition =>
      definition.kind === Kind.OPERATION_DEFINITION || definition.kind === Kind.FRAGMENT_DEFINITION,
  );
}

const nameOf = ({ name }: Definition): string => {
  if (!name) throw new Error('an operation has no name');
  return name.value;
};

/** By name, so that a file that is added changes nothing else. */
const inOrder = (a: Definition, b: Definition) => (nameOf(a) < nameOf(b) ? -1 : 1);

/** The node as it is sent around: without the places where it stood, which differ with each edit above it. */
const withoutPlaces = (node: Definition) =>
  JSON.stringify(node, (key, value) =>
    key === 'loc' || (Array.isArray(value) && value.length === 0) ? undefined : value,
  );

const members = (definition: Definition) =>
  `{ node: ${withoutPlaces(definition)}, text: ${JSON.stringify(print(definition))} }`;

const fragmentConstant = (fragment: FragmentDefinitionNode) =>
  `const ${nameOf(fragment)}: Definition = ${members(fragment)};`;

function operationConstant(
  schema: GraphQLSchema,
  operation: OperationDefinitionNode,
  fragments: ReadonlyMap<string, FragmentDefinitionNode>,
): string {
  const name = nameOf(operation);
  const type = `${name}${operation.operation === 'query' ? 'Query' : 'Mutation'}`;
  const parts = [members(operation), ...usedFragments(operation, fragments)].join(', ');
  return [
    `/** ${descriptionOf(schema, operation)} */`,
    `export const ${name}Document: TypedDocument<${type}, ${type}Variables> = /* @__PURE__ */ typedDocument(${parts});`,
  ].join('\n');
}

/** The names of all fragments that an operation is made of, each once. */
function usedFragments(operation: OperationDefinitionNode, all: ReadonlyMap<string, FragmentDefinitionNode>): string[] {
  const used = new Set<string>();
  const collect = (within: Definition) =>
    visit(within, {
      FragmentSpread({ name: { value } }) {
        const fragment = all.get(value);
        if (!fragment) throw new Error(`there is no fragment ${value}`);
        if (used.has(value)) return;
        used.add(value);
        collect(fragment);
      },
    });
  collect(operation);
  return [...used].sort();
}

/** What the schema says of the field that an operation is about: its root field, or the one below it that takes arguments. */
function descriptionOf(schema: GraphQLSchema, operation: OperationDefinitionNode): string {
  const types = new TypeInfo(schema);
  let description = '';
  const document: DocumentNode = { kind: Kind.DOCUMENT, definitions: [operation] };
  visit(
    document,
    visitWithTypeInfo(types, {
      Field({ arguments: given = [] }) {
        const field = types.getFieldDef();
        if (field?.description && (description === '' || given.length > 0)) description = field.description;
      },
    }),
  );
  if (description === '') throw new Error(`the schema does not describe ${nameOf(operation)}`);
  return description.replace(/\s+/g, ' ').replaceAll('*/', '*\\/');
}
