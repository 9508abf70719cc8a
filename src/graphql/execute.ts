// Runs an operation: scopes first, then variables, then resolvers. Both doors come through here.
import {
  type DocumentNode,
  type ExecutionResult,
  executeRootSelectionSet,
  type GraphQLError,
  type GraphQLSchema,
  getOperationAST,
  Kind,
  type OperationDefinitionNode,
  TypeInfo,
  validateExecutionArgs,
  visit,
  visitWithTypeInfo,
} from 'graphql';
import { authorize } from '../access/check.ts';
import type { Scope } from '../access/scopes.ts';
import { toApiError } from '../database/failure.ts';
import { ApiError } from '../errors.ts';
import type { Log } from '../log.ts';
import type { GatewayContext } from './context.ts';
import { presentErrors, requestError } from './errors.ts';
import { judgeVariables } from './input.ts';

/** A parsed and validated operation, ready to run. */
export interface OperationCall {
  document: DocumentNode;
  operationName?: string | null | undefined;
  variables?: Record<string, unknown> | null | undefined;
  context: GatewayContext;
}

/** Runs an operation; errors in the result are those of the catalogue. */
export type ExecuteOperation = (call: OperationCall) => Promise<ExecutionResult>;

/** What can be known of an operation before it runs. */
interface OperationFacts {
  operation: OperationDefinitionNode;
  scopes: Set<Scope>;
  rootFields: string;
}

const LONGEST_RECORD = 128;

/** Makes the function that runs the operations of a schema. */
export function createExecutor(schema: GraphQLSchema, log: Log): ExecuteOperation {
  const known = new WeakMap<DocumentNode, Map<string, OperationFacts>>();

  function factsOf(document: DocumentNode, name: string | null | undefined): OperationFacts | undefined {
    const ofDocument = known.get(document) ?? new Map<string, OperationFacts>();
    known.set(document, ofDocument);
    const facts = ofDocument.get(name ?? '') ?? lookAt(schema, document, name);
    if (facts) ofDocument.set(name ?? '', facts);
    return facts;
  }

  async function run({ document, operationName, variables, context }: OperationCall): Promise<ExecutionResult> {
    const facts = factsOf(document, operationName);
    if (facts) {
      context.record.operation = facts.rootFields;
      if (context.caller) authorize(context.caller, facts.scopes);
    }
    const validated = validateExecutionArgs({
      schema,
      document,
      operationName,
      variableValues: variables,
      contextValue: context,
    });
    if ('operation' in validated) return executeRootSelectionSet(validated);
    return { errors: facts ? refusedVariables(schema, facts.operation, variables ?? {}, validated) : validated };
  }

  return async (call) => {
    const result = await run(call).catch((error: unknown) => ({ errors: [requestError(toApiError(error))] }));
    return result.errors ? { ...result, errors: presentErrors(result.errors, call.context, log) } : result;
  };
}

function lookAt(
  schema: GraphQLSchema,
  document: DocumentNode,
  name: string | null | undefined,
): OperationFacts | undefined {
  const operation = getOperationAST(document, name);
  if (!operation) return undefined;
  const scopes = new Set<Scope>();
  const typeInfo = new TypeInfo(schema);
  visit(
    document,
    visitWithTypeInfo(typeInfo, {
      OperationDefinition: (node) => (node === operation ? undefined : false),
      Field() {
        const scope = typeInfo.getFieldDef()?.extensions.scope as Scope | undefined;
        if (scope) scopes.add(scope);
      },
    }),
  );
  const rootFields = operation.selectionSet.selections.map((selection) =>
    selection.kind === Kind.FIELD ? selection.name.value : '…',
  );
  return { operation, scopes, rootFields: rootFields.join(',').slice(0, LONGEST_RECORD) };
}

function refusedVariables(
  schema: GraphQLSchema,
  operation: OperationDefinitionNode,
  variables: Record<string, unknown>,
  refused: readonly GraphQLError[],
): readonly GraphQLError[] {
  const judged = judgeVariables(schema, operation, variables);
  const fields =
    judged.length > 0 ? judged : refused.map(({ nodes, message }) => ({ path: variableName(nodes), message }));
  return [requestError(new ApiError('INTERNAL_VALIDATION_FAILED', { fields }), { status: 400, spec: true })];
}

function variableName(nodes: GraphQLError['nodes']): string {
  const node = nodes?.[0];
  return node?.kind === 'VariableDefinition' ? node.variable.name.value : 'variables';
}
