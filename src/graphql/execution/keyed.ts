// A mutation under an Idempotency-Key: claim, effect and outcome in one transaction; its answer rendered after that, and kept.
import {
  type DocumentNode,
  type ExecutionResult,
  type OperationDefinitionNode,
  print,
  type ValidatedExecutionArgs,
} from 'graphql';
import type { Caller } from '../../api-key/authenticate.ts';
import { identified, lockInOrder } from '../../customer/change.ts';
import { lockNames } from '../../database/named-locks.ts';
import { GRACE } from '../../database/open.ts';
import type { OrganisationDatabase } from '../../database/organisation-database.ts';
import { toApiError } from '../../errors/classify.ts';
import { errorHeaders } from '../../http/request.ts';
import {
  claimKey,
  findDoneRequest,
  type Kept,
  keepAnswer,
  keepOutcome,
  keptOf,
  stillRunning,
} from '../../idempotency/idempotency.ts';
import { assertKeyForm, type KeyedRequest, meaningDigest } from '../../idempotency/idempotency-key.ts';
import { RunningKeys } from '../../idempotency/running-keys.ts';
import { storedAnswer } from '../../idempotency/version-before.ts';
import type { ContextOf, GatewayContext } from '../context.ts';
import {
  ActingEffects,
  CheckingEffects,
  type Effects,
  NoLongerThereError,
  RenderingEffects,
  SkippedField,
} from '../mutation.ts';
import { requestError } from './errors.ts';
import type { OperationCall } from './execute.ts';
import { interpret } from './interpret.ts';
import { documentOf, effectsOf } from './operation.ts';
import { within } from './within.ts';

/** Milliseconds that an answer may take to be kept. It is given then, and rendered anew next time. */
const KEEPING = 1_000;

/** Validates the variables of an operation, for running a document of it. */
export type Validate = (
  call: OperationCall,
  operation: OperationDefinitionNode,
  document: DocumentNode,
  context: GatewayContext,
) => ValidatedExecutionArgs;

/** A mutation that came under a key. */
export interface KeyedMutation {
  call: OperationCall;
  operation: OperationDefinitionNode;
  /** Schema coordinates of its fields. */
  selected: ReadonlySet<string>;
  keyed: KeyedRequest;
  caller: Caller;
}

/** How mutations under a key are run. */
export interface KeyedRunnerOptions {
  contextOf: ContextOf;
  validated: Validate;
  /** Milliseconds that a mutation may take to be done, and its answer to be rendered then; 0 for as long as it takes. */
  timeout: number;
}

/** Locks by name that one transaction takes: PostgreSQL has room for so many of all transactions together. */
const MOST_LOCKS = 100;
/** What documents that touch more lock in their place: they wait for each other. What they change is locked by its rows all the same. */
const MANY = 'many';

/** Why a document was not done. */
export class NotDone extends Error {
  readonly errors: NonNullable<ExecutionResult['errors']>;

  constructor(errors: NonNullable<ExecutionResult['errors']>) {
    super('a field failed');
    this.errors = errors.filter(({ originalError }) => !(originalError instanceof SkippedField));
  }
}

/** @throws NotDone when a field failed, so that the transaction in which the others were done is rolled back */
export function assertDone(result: ExecutionResult): ExecutionResult {
  if (result.errors) throw new NotDone(result.errors);
  return result;
}

/** What a document takes turns by within its process: with all that lock the same, so that whoever waits holds no connection meanwhile. */
export function turnsOfAll(touched: readonly string[]): readonly string[] {
  return touched.length <= MOST_LOCKS ? touched : [...touched, MANY];
}

/**
 * Locks what a document touches, where that is more than one thing, or several fields do something with one: documents that name the same in another order
 * do not block each other, nor statements that lock many customers, such as all that were merged into one.
 */
export async function lockTouched(
  tx: OrganisationDatabase,
  { touched, isOfSeveral }: Pick<CheckingEffects, 'touched' | 'isOfSeveral'>,
): Promise<void> {
  if (touched.length === 0 || (touched.length === 1 && !isOfSeveral)) return;
  const names = await identified(tx, touched);
  await lockNames(tx, names.length <= MOST_LOCKS ? names : [MANY]);
  await lockInOrder(tx, names);
}

/** What is known of a mutation that is done. */
interface Done extends Kept {
  /** What each field did, where this request did it. */
  byField?: ReadonlyMap<string, unknown>;
}

/** An answer, and the references of the customers whom it tells of. */
interface Rendered {
  result: ExecutionResult;
  customers: readonly string[];
}

/** One mutation, and how parts of it are run. */
interface Run extends Pick<KeyedMutation, 'keyed'> {
  digest: string;
  database: OrganisationDatabase;
  /** A database of the same organisation with a time of its own, for what comes after the operation. */
  databaseAfterwards(): OrganisationDatabase;
  /** Runs the fields alone, without what is selected of them. */
  runFields(effects: Effects, tx: OrganisationDatabase | 'none'): Promise<ExecutionResult>;
  /** Runs the whole document, with a time of its own. */
  render(effects: Effects): Promise<Rendered>;
}

/**
 * Makes the function that does a mutation once for its key, and answers alike however often it comes.
 *
 * @returns gives `data: null` with the errors when a field failed: then nothing was done, and the key is free; throws GraphQLError, with the status that
 *   HTTP shows, carrying `INTERNAL_CONFLICT` when the key came with another request or its request is still running, `INTERNAL_VALIDATION_FAILED` when
 *   the key has no usable form, `INTERNAL_SERVICE_UNAVAILABLE` when it took too long, or whatever the transaction fails with
 */
export function createKeyedRunner({ contextOf, validated, timeout }: KeyedRunnerOptions) {
  const running = new RunningKeys();
  const known = new WeakMap<OperationDefinitionNode, { fields: DocumentNode; text: string }>();

  function documentsOf({ call, operation }: KeyedMutation) {
    const documents = known.get(operation) ?? {
      fields: effectsOf(call.document, operation),
      text: print(documentOf(call.document, operation)),
    };
    known.set(operation, documents);
    return documents;
  }

  function runOf(mutation: KeyedMutation): Run {
    const { call, operation, selected, keyed } = mutation;
    const { request, document } = call;
    const { fields, text } = documentsOf(mutation);
    const runPart = async (of: DocumentNode, effects: Effects, database?: OrganisationDatabase | 'none') => {
      const context = contextOf(request, selected, { effects, database });
      const result = await interpret(validated(call, operation, of, context));
      return { result, customers: [...context.relations.told] };
    };
    return {
      keyed,
      digest: meaningDigest(keyed.path, call.keyedAs ?? text, declaredVariables(mutation)),
      database: contextOf(request, selected).database,
      databaseAfterwards: () => contextOf(request, selected).database,
      runFields: async (effects, tx) => (await runPart(fields, effects, tx)).result,
      render: (effects) => runPart(document, effects),
    };
  }

  return async (mutation: KeyedMutation): Promise<ExecutionResult> => {
    const { keyed, caller } = mutation;
    try {
      assertKeyForm(keyed.key);
      const run = runOf(mutation);
      const doing = async () =>
        (await doneBefore(run)) ?? running.run(caller.organisationId, keyed.key, () => withIdempotencyKey(run));
      // PostgreSQL cancels it in time, and it is rolled back: whoever hears that, and sends it again at once, finds the key free.
      const done = await within(timeout && timeout + GRACE, doing());
      const answer = await within(timeout, answerOf(run, done));
      keyed.isReplayed = done.byField === undefined && !answer.errors;
      return answer;
    } catch (error) {
      if (error instanceof NotDone) return { data: null, errors: error.errors };
      const apiError = toApiError(error);
      throw requestError(apiError, { status: apiError.status, headers: errorHeaders(apiError) });
    }
  };
}

/** The variables that an operation declares: graphql ignores all others. */
function declaredVariables({ call, operation }: KeyedMutation): Map<string, unknown> {
  const variables = call.variables ?? {};
  const names = (operation.variableDefinitions ?? []).map(({ variable }) => variable.name.value);
  return new Map(names.filter((name) => Object.hasOwn(variables, name)).map((name) => [name, variables[name]]));
}

/** Finds what an earlier request did; for that nothing is locked, and replays do not exclude each other. */
async function doneBefore({ database, keyed, digest }: Run): Promise<Done | undefined> {
  const found = await findDoneRequest(database, keyed.key);
  if (!found) return undefined;
  const { versionBefore } = keyed;
  // What is left of an answer that was erased is no answer.
  if (found.isErased) return keptOf(found, keyed, digest);
  versionBefore.storedAnswer = storedAnswer(found, versionBefore.requestDigest);
  if (!versionBefore.storedAnswer) return keptOf(found, keyed, digest);
  keyed.isReplayed = true;
  // Nobody sees this: HTTP gives that answer in its place.
  throw stillRunning();
}

/** Does a mutation in one transaction with its claim and its outcome, once its inputs are found valid. @throws NotDone when a field fails */
async function withIdempotencyKey(run: Run): Promise<Done> {
  const checking = new CheckingEffects();
  const { data, errors } = await run.runFields(checking, 'none');
  if (errors) throw new NotDone(errors);
  for (const [name, payload] of Object.entries(data ?? {}))
    if (typeof payload === 'object' && payload) throw new Error(`${name} does not say apart what it does`);
  // Whoever wants the same holds neither a connection nor a lock meanwhile.
  return run.database.inTurn(turnsOfAll(checking.touched), () =>
    run.database.transaction((tx) => actOnce(run, tx, checking)),
  );
}

async function actOnce(
  { keyed, digest, runFields }: Run,
  tx: OrganisationDatabase,
  checking: CheckingEffects,
): Promise<Done> {
  const kept = await claimKey(tx, keyed, digest);
  if (kept) return kept;
  await lockTouched(tx, checking);
  const effects = new ActingEffects();
  assertDone(await runFields(effects, tx));
  const { outcome, done: byField } = effects;
  await keepOutcome(tx, keyed, outcome);
  return { outcome, answer: null, byField };
}

async function answerOf(run: Run, { outcome, answer, byField }: Done): Promise<ExecutionResult> {
  if (answer !== null) return { data: JSON.parse(answer) };
  const { result, customers } = await run.render(new RenderingEffects(outcome, byField));
  // It is rendered again next time, unless there is nothing left to render.
  const gone = result.errors?.find(({ originalError }) => originalError instanceof NoLongerThereError);
  if (gone) throw gone.originalError;
  if (result.errors) return result;
  return { data: JSON.parse(await kept(run, JSON.stringify(result.data), customers)) };
}

/** The answer that is kept, which is another when another process was quicker. */
function kept(
  { keyed, digest, databaseAfterwards }: Run,
  answer: string,
  customers: readonly string[],
): Promise<string> {
  return within(KEEPING, keepAnswer(databaseAfterwards(), keyed.key, digest, answer, customers)).catch(() => answer);
}
