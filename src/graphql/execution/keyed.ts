// A mutation under an Idempotency-Key: claim, effect and outcome in one transaction; its answer rendered after that, and kept.
import {
  type DocumentNode,
  type ExecutionResult,
  executeRootSelectionSet,
  type OperationDefinitionNode,
  print,
  type ValidatedExecutionArgs,
} from 'graphql';
import type { Caller } from '../../api-key/authenticate.ts';
import type { OrganisationDatabase } from '../../database/organisation-database.ts';
import { toApiError } from '../../errors/classify.ts';
import { errorHeaders } from '../../http/request.ts';
import { claimKey, type Kept, keepAnswer, keepOutcome, keptOf } from '../../idempotency/idempotency.ts';
import { assertKeyForm, type KeyedRequest, meaningDigest } from '../../idempotency/idempotency-key.ts';
import { RunningKeys } from '../../idempotency/running-keys.ts';
import type { ContextOf, GatewayContext } from '../context.ts';
import { ActingEffects, type Effects, RenderingEffects, SkippedField } from '../mutation.ts';
import { requestError } from './errors.ts';
import type { OperationCall } from './execute.ts';
import { documentOf, effectsOf } from './operation.ts';

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

/** Why a document was not done. */
class NotDone extends Error {
  readonly errors: NonNullable<ExecutionResult['errors']>;

  constructor(errors: NonNullable<ExecutionResult['errors']>) {
    super('a field failed');
    this.errors = errors.filter(({ originalError }) => !(originalError instanceof SkippedField));
  }
}

/** What is known of a mutation that is done: from memory too, where this request did it. */
interface Done extends Kept {
  done?: ReadonlyMap<string, unknown>;
}

/** One mutation, and how parts of it are run. */
interface Run extends Pick<KeyedMutation, 'keyed'> {
  digest: string;
  database: OrganisationDatabase;
  /** A database of the same organisation with a time of its own, for what comes after the operation. */
  databaseAfterwards(): OrganisationDatabase;
  /** Runs the fields alone, without what is selected of them. */
  act(effects: Effects, tx: OrganisationDatabase): Promise<ExecutionResult>;
  render(effects: Effects): Promise<ExecutionResult>;
}

/**
 * Makes the function that does a mutation once for its key, and answers alike however often it comes.
 *
 * @returns gives `data: null` with the errors when a field failed: then nothing was done, and the key is free; throws GraphQLError, with the status that
 *   HTTP shows, carrying `INTERNAL_CONFLICT` when the key came with another request or its request is still running, `INTERNAL_VALIDATION_FAILED` when
 *   the key has no usable form, or whatever the transaction fails with
 */
export function createKeyedRunner(
  contextOf: ContextOf,
  validated: Validate,
): (mutation: KeyedMutation) => Promise<ExecutionResult> {
  const running = new RunningKeys();
  const known = new WeakMap<OperationDefinitionNode, { effects: DocumentNode; text: string }>();

  function documentsOf({ call, operation }: KeyedMutation) {
    const documents = known.get(operation) ?? {
      effects: effectsOf(call.document, operation),
      text: print(documentOf(call.document, operation)),
    };
    known.set(operation, documents);
    return documents;
  }

  function runOf(mutation: KeyedMutation): Run {
    const { call, operation, selected, keyed } = mutation;
    const { request, document, variables } = call;
    const { effects: bare, text } = documentsOf(mutation);
    const { database } = contextOf(request, selected);
    const runPart = async (of: DocumentNode, effects: Effects, on: OrganisationDatabase) =>
      executeRootSelectionSet(validated(call, operation, of, contextOf(request, selected, { effects, database: on })));
    return {
      keyed,
      digest: meaningDigest(keyed.path, text, variables ?? {}),
      database,
      databaseAfterwards: () => contextOf(request, selected).database,
      act: (effects, tx) => runPart(bare, effects, tx),
      render: (effects) => runPart(document, effects, database),
    };
  }

  return async (mutation) => {
    const { keyed, caller } = mutation;
    try {
      assertKeyForm(keyed.key);
      const run = runOf(mutation);
      const kept = keyed.done && keptOf(keyed.done, keyed, run.digest);
      if (kept) return await replay(run, kept);
      return await running.alone(caller.organisationId, keyed.key, () => withIdempotencyKey(run));
    } catch (error) {
      const apiError = toApiError(error);
      throw requestError(apiError, { status: apiError.status, headers: errorHeaders(apiError) });
    }
  };
}

async function withIdempotencyKey(run: Run): Promise<ExecutionResult> {
  try {
    return await answerOf(run, await run.database.transaction((tx) => actOnce(run, tx)));
  } catch (error) {
    if (error instanceof NotDone) return { data: null, errors: error.errors };
    throw error;
  }
}

/** Replays do not exclude each other: they have nothing to do once. */
function replay(run: Run, kept: Kept): Promise<ExecutionResult> {
  run.keyed.isReplayed = true;
  return answerOf(run, kept);
}

async function actOnce({ keyed, digest, act }: Run, tx: OrganisationDatabase): Promise<Done> {
  const kept = await claimKey(tx, keyed, digest);
  keyed.isReplayed = kept !== undefined;
  if (kept) return kept;
  const effects = new ActingEffects();
  const { data, errors } = await act(effects, tx);
  if (errors) throw new NotDone(errors);
  const { outcome, done } = effects;
  for (const [name, payload] of Object.entries(data ?? {}))
    if (typeof payload === 'object' && payload && !done.has(name)) throw new Error(`${name} does not tell what it did`);
  await keepOutcome(tx, keyed.key, outcome);
  return { outcome, answer: null, done };
}

async function answerOf(run: Run, { outcome, answer, done }: Done): Promise<ExecutionResult> {
  if (answer !== null) return { data: JSON.parse(answer) };
  const result = await run.render(new RenderingEffects(outcome, done));
  // It is rendered again next time.
  if (result.errors) return result;
  const text = JSON.stringify(result.data);
  const shown = await keepAnswer(run.databaseAfterwards(), run.keyed.key, run.digest, text).catch(() => text);
  return { data: JSON.parse(shown) };
}
