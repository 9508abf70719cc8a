// What an operator may say about a new key: every rule, once, for the command and for GraphQL.
import { z } from 'zod';
import { reasonInput } from '../change-log/reason.ts';
import type { FieldProblem } from '../errors/api-error.ts';
import { MUST_BE_MOMENT, moment } from '../moment.ts';
import { requiredText } from '../text.ts';
import type { KeyPrefix } from './key.ts';
import { type Scope, scopes } from './scopes.ts';

/** Prefixes of keys, with what they are for. */
export const keyPrefixes = {
  PROD: 'Production.',
  DEV_: 'One developer.',
  ROOT: 'The system itself: no limit, no restriction to scopes, and key management.',
} as const satisfies Record<KeyPrefix, string>;

/** The scopes that a key may be restricted to. */
export const scopeNames = Object.keys(scopes) as [Scope, ...Scope[]];
const MOST_SCOPES = 50;
/** Characters that the name of a key may have. */
export const LONGEST_NAME = 255;
/** Requests a minute that a limit may be: what a column of 32 bits holds. */
export const LARGEST_LIMIT = 2_147_483_647;
/** A year: nobody means longer when they say that a key is to be replaced. */
export const LONGEST_GRACE = 366 * 24 * 60 * 60;

const limit = z
  .int('must be a whole number')
  .min(1, 'must be at least 1')
  .max(LARGEST_LIMIT, `must be at most ${LARGEST_LIMIT}`);

// Counted before each is looked at.
const scopeList = z
  .custom((given) => !Array.isArray(given) || given.length <= MOST_SCOPES, `must be at most ${MOST_SCOPES}`)
  .pipe(z.array(z.enum(scopeNames, `must be one of ${scopeNames.join(', ')}`), 'must be a list'));

// GraphQL has read it, the command has not.
const future = z
  .union([z.date(), moment], MUST_BE_MOMENT)
  .refine((at) => at.getTime() > Date.now(), 'must be in the future');

/** What is wrong with a limit, or a restriction to scopes, of a key: a `ROOT` key has neither. */
export function rootProblems(
  prefix: KeyPrefix,
  {
    limitPerMinute,
    scopes: restricted = [],
  }: { limitPerMinute?: number | null | undefined; scopes?: readonly Scope[] | undefined },
): FieldProblem[] {
  if (prefix !== 'ROOT') return [];
  return [
    ...(limitPerMinute == null
      ? []
      : [{ path: 'limitPerMinute', message: 'must not be set: a ROOT key has no limit' }]),
    ...(restricted.length === 0 ? [] : [{ path: 'scopes', message: 'must not be set: a ROOT key has no restriction' }]),
  ];
}

/** The traits of a new key. */
export const createApiKeyInput = z
  .object({
    prefix: z.enum(Object.keys(keyPrefixes) as [KeyPrefix, ...KeyPrefix[]], 'must be PROD, DEV_ or ROOT'),
    name: requiredText(LONGEST_NAME),
    limitPerMinute: limit.nullish().transform((given) => given ?? undefined),
    scopes: scopeList.nullish().transform((given) => [...new Set(given ?? [])]),
    expiresAt: future.nullish().transform((at) => at ?? undefined),
  })
  .superRefine(({ prefix, ...traits }, context) => {
    for (const { path, message } of rootProblems(prefix, traits))
      context.addIssue({ code: 'custom', path: [path], message });
  });

/** The traits of a key to change: what is absent stays; null takes a limit of its own, or the end, away. */
export const apiKeyTraits = z.object({
  name: requiredText(LONGEST_NAME).optional(),
  limitPerMinute: limit.nullish(),
  scopes: scopeList.transform((given) => [...new Set(given)]).optional(),
  expiresAt: future.nullish(),
  reason: reasonInput,
});

/** The traits of a key to change. */
export type UpdateApiKey = z.output<typeof apiKeyTraits>;

/** The traits of a new key. */
export type CreateApiKey = z.output<typeof createApiKeyInput>;

/** Seconds that a key goes on after it was replaced. */
export const graceInput = z
  .int('must be a whole number')
  .min(0, 'must be at least 0')
  .max(LONGEST_GRACE, `must be at most ${LONGEST_GRACE}`);

/** A day: time enough to hand a new key to whoever uses the old one. */
export const DEFAULT_GRACE = 24 * 60 * 60;

const fingerprint = z.string('must be a string');

/** What is done with a key, other than to replace it. */
export const changeApiKeyInput = z.object({ fingerprint, reason: reasonInput });

/** What is changed of a key. */
export const updateApiKeyInput = apiKeyTraits.extend({ fingerprint });

/** How a key is replaced. */
export const rotateApiKeyInput = z.object({
  fingerprint,
  graceSeconds: graceInput.nullish().transform((seconds) => seconds ?? DEFAULT_GRACE),
});

/** How a key is replaced. */
export type RotateApiKey = z.output<typeof rotateApiKeyInput>;
