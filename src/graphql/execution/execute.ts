// Runs an operation: scopes first, then variables, cost, resolvers. Both APIs come through here.
import {
  type DocumentNode,
  type ExecutionResult,
  GraphQLError,
  type GraphQLField,
  type GraphQLSchema,
  getOperationAST,
  Kind,
  type OperationDefinitionNode,
  OperationTypeNode,
  TypeInfo,
  type ValidatedExecutionArgs,
  validateExecutionArgs,
  visit,
  visitWithTypeInfo,
} from 'graphql';
import { authorize } from '../../api-key/authenticate.ts';
import type { Requirement } from '../../api-key/scopes.ts';
import { ApiError, echo } from '../../errors/api-error.ts';
import { toApiError } from '../../errors/classify.ts';
import type { Log } from '../../log.ts';
import type { ContextOf, OperationPart, OperationRequest } from '../context.ts';
import { ActingEffects, CheckingEffects } from '../mutation.ts';
import { requirementOf } from '../plugins/scope.ts';
import { assertArguments } from './arguments.ts';
import { compileWhenRecurring } from './compile.ts';
import { assertWithinLimit, type Price, priceOf } from './cost.ts';
import { classifyResult, type OperationResult, presentResult, requestError } from './errors.ts';
import { interpret } from './interpret.ts';
import {
  assertDone,
  createKeyedRunner,
  type KeyedMutation,
  lockTouched,
  NotDone,
  turnsOfAll,
  type Validate,
} from './keyed.ts';
import { documentOf } from './operation.ts';
import { variableProblems } from './variables.ts';
import { within } from './within.ts';

/** A parsed and validated operation, ready to run. */
export interface OperationCall {
  document: DocumentNode;
  operationName?: string | null | undefined;
  variables?: Record<string, unknown> | null | undefined;
  request: OperationRequest;
  /** What stands for the operation where requests under an Idempotency-Key are compared, if not its text. */
  keyedAs?: string | undefined;
  /** Whether all that it does and reads is one transaction; where it only reads, all of it sees one state of the database. */
  isOneTransaction?: boolean;
}

/** Runs an operation; errors in the result are those of the catalogue, as GraphQL shows them. */
export type ExecuteOperation = (call: OperationCall) => Promise<ExecutionResult>;

/** Runs operations for each of the APIs, which differ in how errors are handed on. */
export interface Executor {
  /** Errors in the result are as GraphQL shows them. */
  forGraphQL: ExecuteOperation;
  /** Errors in the result are those of the catalogue. */
  forRest(call: OperationCall): Promise<OperationResult>;
}

/** What can be known of an operation before it runs. */
interface OperationAnalysis {
  operation: OperationDefinitionNode;
  requirements: Set<Requirement>;
  /** Schema coordinates of its fields. */
  selected: ReadonlySet<string>;
  rootFields: string;
  /** Known once it has run, unless it depends on the variables. */
  price?: Price;
  costDependsOnVariables: boolean;
  /** Whether it selects a field whose arguments can be checked before it runs. */
  validatesArguments: boolean;
}

const LONGEST_RECORD = 128;

/** What running operations takes. */
export interface ExecutorOptions {
  schema: GraphQLSchema;
  log: Log;
  contextOf: ContextOf;
  /** Milliseconds that an operation may take; 0 for as long as it takes. */
  timeout: number;
  /** Whether errors leave out which other name may have been meant. */
  hideSuggestions: boolean;
  /** Operations of our own, which are compiled when they recur. What callers send is run by graphql itself. */
  compiled?: readonly DocumentNode[] | undefined;
}

/** Makes the functions that run the operations of a schema. */
export function createExecutor(options: ExecutorOptions): Executor {
  const { schema, log, contextOf, hideSuggestions } = options;
  const known = new WeakMap<DocumentNode, Map<string, OperationAnalysis>>();

  function analysisOf(document: DocumentNode, name: string | null | undefined): OperationAnalysis | undefined {
    const ofDocument = known.get(document) ?? new Map<string, OperationAnalysis>();
    const found = ofDocument.get(name ?? '');
    if (found) return found;
    const analysis = analyse(schema, document, name);
    if (analysis) known.set(document, ofDocument.set(name ?? '', analysis));
    return analysis;
  }

  /** Checks the variables of an operation. @throws GraphQLError carrying `INTERNAL_VALIDATION_FAILED` */
  const validated: Validate = ({ operationName, variables }, operation, document, context) => {
    const execution = validateExecutionArgs({
      schema,
      document,
      operationName,
      variableValues: variables,
      contextValue: context,
      hideSuggestions,
      // What is wrong with variables is told in our own words.
      options: { maxCoercionErrors: 0 },
    });
    if ('operation' in execution) return execution;
    throw refusedVariables(schema, document, operation, variables ?? {});
  };
  const runValidated = createRunner(options, validated);

  function priceOfCall(call: OperationCall, analysis: OperationAnalysis, execution: ValidatedExecutionArgs): Price {
    const { document, variables } = call;
    const price = analysis.price ?? priceOf(document, execution, variables ?? {});
    if (!analysis.costDependsOnVariables) analysis.price = price;
    return price;
  }

  async function run(call: OperationCall): Promise<ExecutionResult> {
    const { document, operationName, request } = call;
    const { record, caller, quota, headers } = request;
    const analysis = analysisOf(document, operationName);
    if (!analysis) throw undeterminedOperation(document, operationName);
    record.operation = analysis.rootFields;
    const context = contextOf(request, analysis.selected);
    if (caller) authorize(caller, analysis.requirements);
    const execution = validated(call, analysis.operation, document, context);
    const price = priceOfCall(call, analysis, execution);
    assertWithinLimit(price, caller?.limit ?? null);
    const { cost } = price;
    if (cost.requests > 1) await quota?.consumeMore(cost.requests - 1);
    const result = await runValidated(call, analysis, execution);
    return headers['x-graphql-cost'] === undefined ? result : { ...result, extensions: { cost } };
  }

  const resultOf = (call: OperationCall): Promise<ExecutionResult> =>
    run(call).catch((error: unknown) => ({
      errors: [error instanceof GraphQLError ? error : requestError(toApiError(error))],
    }));

  return {
    forGraphQL: async (call) => presentResult(await resultOf(call), call.request, log, call.document),
    forRest: async (call) => classifyResult(await resultOf(call), call.request, log, call.document),
  };
}

/** Makes the function that runs what was validated, in the way that suits it. */
function createRunner({ schema, log, contextOf, timeout, compiled = [] }: ExecutorOptions, validated: Validate) {
  const runUnderKey = createKeyedRunner({ contextOf, validated, timeout });
  const compiling = new Map(compiled.map((document) => [document, compileWhenRecurring(schema, document, log)]));

  /** Compiled where it recurs. */
  function execute(document: DocumentNode, execution: ValidatedExecutionArgs) {
    const run = compiling.get(document)?.();
    return run ? run(execution.contextValue, execution.variableValues.coerced) : interpret(execution);
  }

  /** In one transaction, whole or not at all. What is wrong with the inputs is told first: only then it is known what it touches. */
  async function executeInTransaction(call: OperationCall, { operation, selected }: OperationAnalysis) {
    const { document, request } = call;
    const run = async (part: OperationPart) =>
      interpret(validated(call, operation, document, contextOf(request, selected, part)));
    const { database } = contextOf(request, selected);
    if (operation.operation === OperationTypeNode.QUERY) return database.snapshot((tx) => run({ database: tx }));
    const checking = new CheckingEffects();
    const checked = await run({ effects: checking, database: 'none' });
    if (checked.errors) return checked;
    const doing = () =>
      database.transaction(async (tx) => {
        await lockTouched(tx, checking);
        return assertDone(await run({ effects: new ActingEffects(), database: tx }));
      });
    return database.inTurn(turnsOfAll(checking.touched), doing).catch((error: unknown) => {
      if (error instanceof NotDone) return { data: null, errors: error.errors };
      throw error;
    });
  }

  return (
    call: OperationCall,
    analysis: OperationAnalysis,
    execution: ValidatedExecutionArgs,
  ): Promise<ExecutionResult> | ExecutionResult => {
    const keyedMutation = keyedMutationOf(call, analysis);
    if (keyedMutation) assertArguments(execution, 'everywhere');
    else if (analysis.validatesArguments) assertArguments(execution, 'below lists');
    if (keyedMutation) return runUnderKey(keyedMutation);
    const { document, isOneTransaction } = call;
    return within(timeout, isOneTransaction ? executeInTransaction(call, analysis) : execute(document, execution));
  };
}

function analyse(
  schema: GraphQLSchema,
  document: DocumentNode,
  name: string | null | undefined,
): OperationAnalysis | undefined {
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
    costDependsOnVariables:
      (operation.variableDefinitions ?? []).length > 0 &&
      [...fields.values()].some((field) => typeof field.extensions.complexity === 'function'),
    validatesArguments: [...fields.values()].some((field) => field.extensions.validate !== undefined),
  };
}

/** What a key needs to run the operation of a document that has one. */
export function requirementsOf(schema: GraphQLSchema, document: DocumentNode): Requirement[] {
  return [...(analyse(schema, document, undefined)?.requirements ?? [])];
}

/** A mutation that is done once for the key under which it came; undefined for every other operation. */
function keyedMutationOf(call: OperationCall, { operation, selected }: OperationAnalysis): KeyedMutation | undefined {
  const { keyed, caller } = call.request;
  const isMutation = operation.operation === OperationTypeNode.MUTATION;
  return keyed && caller && isMutation ? { call, operation, selected, keyed, caller } : undefined;
}

/** Every field that an operation selects, in fragments too, by its schema coordinate. */
function fieldsOf(schema: GraphQLSchema, document: DocumentNode, operation: OperationDefinitionNode) {
  const fields = new Map<string, GraphQLField<unknown, unknown>>();
  const typeInfo = new TypeInfo(schema);
  visit(
    documentOf(document, operation),
    visitWithTypeInfo(typeInfo, {
      Field() {
        const field = typeInfo.getFieldDef();
        if (field) fields.set(`${typeInfo.getParentType()?.name}.${field.name}`, field);
      },
    }),
  );
  return fields;
}

/** The failure of a document of which no operation, or more than one, may be meant. */
export function undeterminedOperation(document: DocumentNode, name: string | null | undefined): GraphQLError {
  const operations = document.definitions.filter(({ kind }) => kind === Kind.OPERATION_DEFINITION);
  const several = `The document holds ${operations.length} operations, and operationName names none of them.`;
  const unknown = `The document holds no operation named "${echo(name ?? '')}".`;
  const error = new ApiError('INTERNAL_REQUEST_MALFORMED', {
    message: operations.length === 0 ? 'The document holds no operation.' : name == null ? several : unknown,
    description: 'Send a document with one operation, or name one of its operations in operationName.',
  });
  return requestError(error, { status: 400, spec: true });
}

function refusedVariables(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
  variables: Record<string, unknown>,
): GraphQLError {
  const fields = variableProblems(schema, document, operation, variables);
  return requestError(new ApiError('INTERNAL_VALIDATION_FAILED', { fields }), { status: 400, spec: true });
}
