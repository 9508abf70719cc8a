// The key checks: who calls, and may they. Both doors pass through here, once, before anything else is looked at.
import { ApiError } from '../errors.ts';
import type { ApiKey } from './api-key.ts';
import type { KeyDirectory } from './directory.ts';
import { digestOf, hasKeyForm, type KeyPrefix, SAMPLE_KEY } from './key.ts';
import type { Scope } from './scopes.ts';

/** The key that a request was made with, after it passed its checks. */
export interface Caller {
  readonly organisationId: number;
  readonly fingerprint: string;
  readonly prefix: KeyPrefix;
  /** Empty for all. */
  readonly scopes: readonly string[];
}

/**
 * Judges the key that a request presents. The checks run in the order of the contract and stop at the first that fails.
 *
 * @param presented - the first key found in the request; undefined when there is none
 * @param keys - where keys are looked up
 * @param demo - whether the documentation's sample key is a key like any other
 * @throws ApiError `PUBLIC_API_KEY_IS_EMPTY`, `PUBLIC_API_KEY_IS_NOT_IN_VALID_FORMAT`, `PUBLIC_API_KEY_SAMPLE_VALUE`,
 *   `PUBLIC_API_KEY_DOES_NOT_EXIST`, `PUBLIC_API_KEY_HAS_BEEN_DELETED`, `PUBLIC_API_KEY_IS_NOT_ACTIVE`,
 *   `PUBLIC_API_KEY_HAS_BEEN_EXPIRED`
 */
export async function authenticate(presented: unknown, keys: KeyDirectory, demo: boolean): Promise<Caller> {
  if (presented === undefined || presented === '') throw new ApiError('PUBLIC_API_KEY_IS_EMPTY');
  if (typeof presented !== 'string' || !hasKeyForm(presented)) {
    throw new ApiError('PUBLIC_API_KEY_IS_NOT_IN_VALID_FORMAT');
  }
  if (presented === SAMPLE_KEY && !demo) throw new ApiError('PUBLIC_API_KEY_SAMPLE_VALUE');
  const key = await keys.find(digestOf(presented));
  if (!key) throw new ApiError('PUBLIC_API_KEY_DOES_NOT_EXIST');
  assertUsable(key);
  // Here the request will be counted against the key's limit, before its scopes are looked at.
  return {
    organisationId: key.organisation,
    fingerprint: key.fingerprint,
    prefix: key.fingerprint.slice(0, 4) as KeyPrefix,
    scopes: key.scopes,
  };
}

function assertUsable(key: ApiKey): void {
  if (key.deletedAt) throw new ApiError('PUBLIC_API_KEY_HAS_BEEN_DELETED');
  if (!key.active) throw new ApiError('PUBLIC_API_KEY_IS_NOT_ACTIVE');
  if (key.expiresAt && key.expiresAt.getTime() <= Date.now()) throw new ApiError('PUBLIC_API_KEY_HAS_BEEN_EXPIRED');
}

/**
 * Judges whether a caller may run an operation.
 *
 * @param required - every scope that the operation's fields need
 * @throws ApiError `PUBLIC_API_KEY_SCOPE_NOT_ALLOWED`
 */
export function authorize(caller: Caller, required: Iterable<Scope>): void {
  if (caller.prefix === 'ROOT' || caller.scopes.length === 0) return;
  for (const scope of required) {
    if (!caller.scopes.includes(scope)) throw new ApiError('PUBLIC_API_KEY_SCOPE_NOT_ALLOWED');
  }
}
