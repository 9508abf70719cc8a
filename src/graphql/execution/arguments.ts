// Arguments of fields that are checked once, before anything is run: below a list, where they would fail for every item, and below a mutation that is
// done under an Idempotency-Key, whose answer is rendered when it is done.
import {
  type FieldNode,
  type GraphQLCompositeType,
  GraphQLError,
  GraphQLIncludeDirective,
  type GraphQLOutputType,
  GraphQLSkipDirective,
  getArgumentValues,
  getDirectiveValues,
  getNamedType,
  getNullableType,
  isCompositeType,
  isListType,
  Kind,
  type SelectionNode,
  type SelectionSetNode,
  type ValidatedExecutionArgs,
} from 'graphql';
import { ApiError } from '../../errors/api-error.ts';
import { withoutStack } from '../../errors/stackless.ts';

/** Checks the arguments of a field as its resolver does; what it throws, that would throw. A field has it as its extension `validate`. */
export type ValidateArguments = (args: Record<string, unknown>) => void;

/**
 * Checks the arguments of all fields that an operation would run for each item of a list: with one that is wrong it fails as a
 * whole, since it would fail as often as there are items.
 *
 * @param where - `everywhere` checks those of all other fields too
 * @throws GraphQLError carrying what the field's own validate throws, or saying what is wrong with the condition of `@skip` or `@include`
 */
export function assertArguments(execution: ValidatedExecutionArgs, where: 'below lists' | 'everywhere'): void {
  const { schema, operation, fragments, variableValues } = execution;
  const seen = new Set<string>();

  function isIncluded(selection: SelectionNode): boolean {
    const skip = getDirectiveValues(GraphQLSkipDirective, selection, variableValues);
    const include = getDirectiveValues(GraphQLIncludeDirective, selection, variableValues);
    return skip?.if !== true && include?.if !== false;
  }

  function walk({ selections }: SelectionSetNode, type: GraphQLCompositeType, inList: boolean): void {
    for (const selection of selections) {
      if (!isIncluded(selection)) continue;
      if (selection.kind === Kind.FIELD) walkField(selection, type, inList);
      else if (selection.kind === Kind.INLINE_FRAGMENT) {
        walk(selection.selectionSet, typeNamed(selection.typeCondition?.name.value) ?? type, inList);
      } else walkFragment(selection.name.value, type, inList);
    }
  }

  function walkFragment(name: string, type: GraphQLCompositeType, inList: boolean): void {
    const place = `${name} ${inList}`;
    const fragment = seen.has(place) ? undefined : fragments[name]?.definition;
    seen.add(place);
    if (fragment) walk(fragment.selectionSet, typeNamed(fragment.typeCondition.name.value) ?? type, inList);
  }

  function walkField(node: FieldNode, type: GraphQLCompositeType, inList: boolean): void {
    const field = schema.getField(type, node.name.value);
    if (!field) return;
    const validate = field.extensions.validate as ValidateArguments | undefined;
    if (inList && validate) assertArgumentsOf(node, () => validate(getArgumentValues(field, node, variableValues)));
    const below = getNamedType(field.type);
    if (node.selectionSet && isCompositeType(below)) walk(node.selectionSet, below, inList || holdsList(field.type));
  }

  function typeNamed(name: string | undefined): GraphQLCompositeType | undefined {
    const type = name === undefined ? undefined : schema.getType(name);
    return isCompositeType(type) ? type : undefined;
  }

  const root = schema.getRootType(operation.operation);
  if (root) walk(operation.selectionSet, root, where === 'everywhere');
}

function holdsList(type: GraphQLOutputType): boolean {
  return isListType(getNullableType(type));
}

function assertArgumentsOf(node: FieldNode, validate: () => void): void {
  try {
    validate();
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    const extensions = { http: { status: 400, spec: true } };
    throw withoutStack(() => new GraphQLError(error.message, { nodes: node, originalError: error, extensions }));
  }
}
