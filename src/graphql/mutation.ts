// What a mutation field does, kept apart from how its payload is made: under an Idempotency-Key the one is done once, in a transaction, and the
// other whenever an answer is rendered.
import type { GraphQLResolveInfo } from 'graphql';
import { ApiError, idempotencyConflicts } from '../errors/api-error.ts';
import type { GatewayContext } from './context.ts';

/** A mutation field. */
export interface Mutation<Input, Done, Outcome, Payload> {
  /** Does it. In a transaction of `context.database` where it takes several statements. */
  act(context: GatewayContext, input: Input): Promise<Done>;
  /** Names of what it locks, where others may want to lock that too: under a key, those of one process take turns. */
  touches?(input: Input, context: GatewayContext): readonly string[] | Promise<readonly string[]>;
  /**
   * Names of what it locks in one order by itself, beside others who do. Where another field of the document locks something of the kind too, they are for all
   * fields together what `touches` gives.
   */
  joins?(input: Input): readonly string[];
  /** What is kept of it: references, as JSON has them, from which `load` makes the rest. */
  outcomeOf(done: Done): Outcome;
  /** Loads what was done, for an answer that was not kept. @throws ApiError `INTERNAL_CONFLICT` when it is no longer there */
  load(context: GatewayContext, outcome: Outcome): Promise<Done>;
  /** Makes the payload. */
  payloadOf(context: GatewayContext, done: Done): Payload;
}

type AnyMutation = Mutation<unknown, unknown, unknown, unknown>;

/** How the mutation fields of an operation are resolved where doing and rendering are apart. */
export interface Effects {
  /**
   * Gives what a field did; undefined where it is only checked.
   *
   * @param name - its response name
   */
  resolve(name: string, mutation: AnyMutation, context: GatewayContext, input: unknown): Promise<unknown>;
}

/** Makes the resolver of a mutation field, whose one argument is `input`. */
export function mutation<Input, Done, Outcome, Payload>(parts: Mutation<Input, Done, Outcome, Payload>) {
  return async (
    _: unknown,
    // The zod plugin hands on what its schema made of the input.
    { input }: { input: unknown },
    context: GatewayContext,
    { path }: GraphQLResolveInfo,
  ): Promise<Payload | null> => {
    const { effects } = context;
    const done = effects
      ? await effects.resolve(String(path.key), parts as unknown as AnyMutation, context, input)
      : await parts.act(context, input as Input);
    return done === undefined ? null : parts.payloadOf(context, done as Done);
  };
}

/** Thrown in the place of fields that come after one that failed: nothing of their document is done. */
export class SkippedField extends Error {}

/** Does nothing, so that all that shows is what is wrong with the inputs; notes what the fields would lock. */
export class CheckingEffects implements Effects {
  readonly #fields: { readonly touches: readonly string[]; readonly joins: readonly string[] }[] = [];

  async resolve(_: string, parts: AnyMutation, context: GatewayContext, input: unknown): Promise<undefined> {
    this.#fields.push({ touches: (await parts.touches?.(input, context)) ?? [], joins: parts.joins?.(input) ?? [] });
  }

  /** Whether more than one field does something. */
  get isOfSeveral(): boolean {
    return this.#fields.length > 1;
  }

  /** What the document as a whole locks, each name once. */
  get touched(): string[] {
    const ofAll = this.#fields.map(({ touches, joins }) => [...touches, ...joins]);
    const names = this.#fields.flatMap(({ touches, joins }, i) => {
      const ofOthers = new Set(ofAll.flatMap((others, j) => (i === j ? [] : others.map(kindOf))));
      return [...touches, ...joins.filter((name) => ofOthers.has(kindOf(name)))];
    });
    return [...new Set(names)];
  }
}

/** Of what kind a name is: the `group` of `group/vip`. */
const kindOf = (name: string) => name.split('/', 1)[0];

/** Does each field, and notes what it did; none after one that failed. */
export class ActingEffects implements Effects {
  readonly done = new Map<string, unknown>();
  // A map: a response name may be `__proto__`.
  readonly #outcomes = new Map<string, unknown>();
  #hasFailed = false;

  get outcome(): Readonly<Record<string, unknown>> {
    return Object.fromEntries(this.#outcomes);
  }

  async resolve(name: string, parts: AnyMutation, context: GatewayContext, input: unknown): Promise<unknown> {
    if (this.#hasFailed) throw new SkippedField();
    try {
      const done = await parts.act(context, input);
      this.done.set(name, done);
      this.#outcomes.set(name, parts.outcomeOf(done));
      return done;
    } catch (error) {
      this.#hasFailed = true;
      throw error;
    }
  }
}

/** Does nothing: gives what was done before, from memory or as it is found again. */
export class RenderingEffects implements Effects {
  readonly #outcome: Readonly<Record<string, unknown>>;
  readonly #done: ReadonlyMap<string, unknown>;

  constructor(outcome: Readonly<Record<string, unknown>>, done: ReadonlyMap<string, unknown> = new Map()) {
    this.#outcome = outcome;
    this.#done = done;
  }

  async resolve(name: string, parts: AnyMutation, context: GatewayContext): Promise<unknown> {
    return this.#done.has(name) ? this.#done.get(name) : parts.load(context, this.#outcome[name]);
  }
}

/** The failure of an answer that was not kept, and can no longer be rendered. */
export class NoLongerThereError extends ApiError {
  constructor() {
    super('INTERNAL_CONFLICT', idempotencyConflicts.noLongerThere);
  }
}
