// Runs an operation: scopes first, then variables, cost, resolvers. Both doors come through here.
import {
  type DocumentNode,
  type ExecutionResult,
  executeRootSelectionSet,
  GraphQLError,
  type GraphQLField,
  type GraphQLSchema,
  getOperationAST,
  Kind,
  type OperationDefinitionNode,
  TypeInfo,
  validateExecutionArgs,
  visit,
  visitWithTypeInfo,
} from 'graphql';
import { LRUCache } from 'lru-cache';
import { authorize } from '../access/check.ts';
import type { Requirement } from '../access/scopes.ts';
import { timedOut, toApiError } from '../database/failure.ts';
import { ApiError } from '../errors.ts';
import type { Log } from '../log.ts';
import { type CompiledOperation, compileOperation, isCompilable } from './compile.ts';
import type { GatewayContext } from './context.ts';
import { type Cost, costOf } from './cost.ts';
import { presentErrors, requestError } from './errors.ts';
import { judgeVariables } from './input.ts';
import { requirementOf } from './scope-plugin.ts';

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
  requirements: Set<Requirement>;
  /** Schema coordinates of its fields. */
  selected: ReadonlySet<string>;
  rootFields: string;
  /** Known once it has run, unless it depends on the variables. */
  cost?: Cost;
  costDependsOnVariables: boolean;
  /** Times that it has run without being compiled. */
  runs: number;
  isCompilable: boolean;
}

const LONGEST_RECORD = 128;
/** Compiled operations that are kept; each takes some hundred kilobytes. */
const MOST_COMPILED = 100;
const RUNS_BEFORE_COMPILING = 10;

/** What running operations takes. */
export interface ExecutorOptions {
  schema: GraphQLSchema;
  log: Log;
  /** Whether errors leave out which other name may have been meant. */
  hideSuggestions: boolean;
  /** False to compile nothing; a test compares the two. */
  compile?: boolean | undefined;
}

/** Makes the function that runs the operations of a schema. */
export function createExecutor(options: ExecutorOptions): ExecuteOperation {
  const { schema, log, hideSuggestions, compile = true } = options;
  const known = new WeakMap<DocumentNode, Map<string, OperationFacts>>();

  function factsOf(document: DocumentNode, name: string | null | undefined): OperationFacts | undefined {
    const ofDocument = known.get(document) ?? new Map<string, OperationFacts>();
    known.set(document, ofDocument);
    const facts = ofDocument.get(name ?? '') ?? lookAt(schema, document, name);
    if (facts) ofDocument.set(name ?? '', facts);
    return facts;
  }

  const compiledOperations = new LRUCache<OperationFacts, CompiledOperation>({ max: MOST_COMPILED });

  /** Who sends an operation again and again is a program; what an attacker makes up runs once and is not worth compiling. */
  function compiledOf(facts: OperationFacts, document: DocumentNode, name: string | null | undefined) {
    const compiled = compiledOperations.get(facts);
    if (compiled || !compile || !facts.isCompilable) return compiled;
    facts.runs += 1;
    if (facts.runs % RUNS_BEFORE_COMPILING === 0) {
      // This request does not wait for it, and none depends on it.
      compileOperation(schema, document, name).then(
        (made) => compiledOperations.set(facts, made),
        (error: unknown) => {
          facts.isCompilable = false;
          log.warn({ err: error }, 'an operation cannot be compiled; it is interpreted');
        },
      );
    }
    return undefined;
  }

  async function run({ document, operationName, variables, context }: OperationCall): Promise<ExecutionResult> {
    const facts = factsOf(document, operationName);
    if (facts) {
      context.record.operation = facts.rootFields;
      context.selected = facts.selected;
      if (context.caller) authorize(context.caller, facts.requirements);
    }
    const validated = validateExecutionArgs({
      schema,
      document,
      operationName,
      variableValues: variables,
      contextValue: context,
      hideSuggestions,
    });
    if (!facts || !('operation' in validated)) {
      const refused = validated as readonly GraphQLError[];
      return { errors: facts ? refusedVariables(schema, facts.operation, variables ?? {}, refused) : refused };
    }
    const cost = facts.cost ?? costOf(schema, document, facts.operation, variables ?? {});
    if (!facts.costDependsOnVariables) facts.cost = cost;
    if (cost.requests > 1) await context.charge(cost.requests - 1);
    const compiled = compiledOf(facts, document, operationName);
    const { coerced } = validated.variableValues;
    const result = await within(
      context.timeout,
      compiled ? compiled(context, coerced) : executeRootSelectionSet(validated),
    );
    return context.tellCost ? { ...result, extensions: { cost } } : result;
  }

  return async (call) => {
    const result = await run(call).catch((error: unknown) => ({
      errors: [error instanceof GraphQLError ? error : requestError(toApiError(error))],
    }));
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
  const fields = fieldsOf(schema, document, operation);
  const rootFields = operation.selectionSet.selections.map((selection) =>
    selection.kind === Kind.FIELD ? selection.name.value : '…',
  );
  return {
    operation,
    requirements: new Set([...fields.values()].flatMap((field) => requirementOf(field) ?? [])),
    selected: new Set(fields.keys()),
    rootFields: rootFields.join(',').slice(0, LONGEST_RECORD),
    runs: 0,
    isCompilable: isCompilable(operation, fields.values()),
    costDependsOnVariables: [...fields.values()].some((field) => typeof field.extensions.complexity === 'function'),
  };
}

/** What a key needs to run the operation of a document that has one. */
export function requirementsOf(schema: GraphQLSchema, document: DocumentNode): Requirement[] {
  return [...(lookAt(schema, document, undefined)?.requirements ?? [])];
}

/** Every field that an operation selects, in fragments too, by its schema coordinate. */
function fieldsOf(schema: GraphQLSchema, document: DocumentNode, operation: OperationDefinitionNode) {
  const fields = new Map<string, GraphQLField<unknown, unknown>>();
  const typeInfo = new TypeInfo(schema);
  visit(
    document,
    visitWithTypeInfo(typeInfo, {
      OperationDefinition: (node) => (node === operation ? undefined : false),
      Field() {
        const field = typeInfo.getFieldDef();
        if (field) fields.set(`${typeInfo.getParentType()?.name}.${field.name}`, field);
      },
    }),
  );
  return fields;
}

/** Waits for a result no longer than it may take; the statements it waits for are cancelled by PostgreSQL. */
async function within(milliseconds: number, result: ExecutionResult | Promise<ExecutionResult>) {
  if (!(result instanceof Promise) || milliseconds === 0) return result;
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(timedOut()), milliseconds);
  });
  return Promise.race([result, timeout]).finally(() => clearTimeout(timer));
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
