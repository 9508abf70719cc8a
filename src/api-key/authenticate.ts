// The key checks: who calls, may they, and how often. Both APIs pass through here, once, before anything else is looked at.
import { ApiError, type ErrorCode } from '../errors/api-error.ts';
import { DAY } from '../moment.ts';
import type { BruteForceLimiter } from '../rate-limit/brute-force-limiter.ts';
import { Quota } from '../rate-limit/quota.ts';
import { limitOf, type RateLimiter } from '../rate-limit/rate-limiter.ts';
import type { ApiKey } from './api-key.entity.ts';
import type { ApiKeyCache } from './cache.ts';
import { digestOf, hasKeyForm, type KeyPrefix, prefixOf, SAMPLE_KEY } from './key.ts';
import type { Requirement } from './scopes.ts';
import type { KeyUseCounter } from './use.ts';

/** The key that a request was made with, after it passed its checks. */
export interface Caller {
  readonly organisationId: number;
  readonly fingerprint: string;
  readonly prefix: KeyPrefix;
  /** Empty for all. */
  readonly scopes: readonly string[];
  /** Whose requests are counted together. */
  readonly digest: string;
  /** Requests a minute; null for no limit. */
  readonly limit: number | null;
}

/** Where a request comes from. */
export interface ClientInfo {
  /** IPv4 or IPv6. Found out only when it matters. */
  readonly ip: string;
}

/** A caller that was let in, and its limit. */
export interface Authenticated {
  caller: Caller;
  quota: Quota;
}

/** Checks keys, in the order of the contract, up to the first check that fails. In two steps: a key that is refused is known by then. */
export interface Authenticator {
  /**
   * Finds the key that a request presents.
   *
   * @param presented - the first key found in the request; undefined when there is none
   * @throws ApiError `PUBLIC_API_KEY_IS_EMPTY`, `PUBLIC_API_KEY_IS_NOT_IN_VALID_FORMAT`, `PUBLIC_API_KEY_SAMPLE_VALUE`,
   *   `PUBLIC_API_KEY_DOES_NOT_EXIST`, `INTERNAL_TOO_MANY_REQUESTS`
   */
  findKey(presented: unknown, client: ClientInfo): Promise<ApiKey>;
  /**
   * Checks that a key may be used, and counts the request.
   *
   * @throws ApiError `PUBLIC_API_KEY_HAS_BEEN_DELETED`, `PUBLIC_API_KEY_IS_NOT_ACTIVE`, `PUBLIC_API_KEY_HAS_BEEN_EXPIRED`,
   *   `INTERNAL_TOO_MANY_REQUESTS`
   */
  authenticate(key: ApiKey): Promise<Authenticated>;
}

/** What the checks need. */
export interface AuthenticatorOptions {
  keys: ApiKeyCache;
  limiter: RateLimiter;
  bruteForce: BruteForceLimiter;
  /** Counts each request that a key is accepted for. */
  uses: Pick<KeyUseCounter, 'count'>;
  /** Whether the documentation's sample key is a key like any other. */
  demo: boolean;
}

/** Puts the checks together. */
export function openAuthenticator({ keys, limiter, bruteForce, uses, demo }: AuthenticatorOptions): Authenticator {
  /** Attempts that are being counted, by digest. Requests that come with the same unknown key at once are one attempt, and are refused alike. */
  const counting = new Map<string, Promise<() => void>>();

  /** What is looked up counts as an attempt until it turns out to be a key, or nobody can tell. */
  async function consumeAttempt(digest: string, client: ClientInfo): Promise<(() => void) | undefined> {
    if (keys.hasSeen(digest)) return undefined;
    const running = counting.get(digest);
    if (running) return running.then(() => undefined);
    const started = bruteForce.consume(client.ip).finally(() => counting.delete(digest));
    counting.set(digest, started);
    return started;
  }

  async function findKey(presented: unknown, client: ClientInfo): Promise<ApiKey> {
    // What is refused here costs no look-up and tells nothing of any key: it is no attempt at a key, however often it comes.
    if (presented === undefined || presented === '') throw new ApiError('PUBLIC_API_KEY_IS_EMPTY');
    if (typeof presented !== 'string' || !hasKeyForm(presented))
      throw new ApiError('PUBLIC_API_KEY_IS_NOT_IN_VALID_FORMAT');
    if (presented === SAMPLE_KEY && !demo) throw new ApiError('PUBLIC_API_KEY_SAMPLE_VALUE');
    const digest = digestOf(presented);
    const found = keys.getCached(digest);
    if (found) return found;
    const refund = await consumeAttempt(digest, client);
    const key = await keys.find(digest).catch((error: unknown) => {
      refund?.();
      throw error;
    });
    if (!key) throw new ApiError('PUBLIC_API_KEY_DOES_NOT_EXIST');
    refund?.();
    return key;
  }

  return {
    findKey,
    async authenticate(key) {
      assertUsable(key);
      const prefix = prefixOf(key.fingerprint);
      const caller = {
        organisationId: key.organisation,
        fingerprint: key.fingerprint,
        prefix,
        scopes: key.scopes,
        digest: key.digest,
        limit: limitOf(prefix, key.limitPerMinute),
      };
      const quota = new Quota(limiter, caller);
      await quota.consumeRequest();
      uses.count(key);
      return { caller, quota };
    },
  };
}

function assertUsable(key: ApiKey): void {
  const code = whyUnusable(key);
  if (code) throw new ApiError(code);
}

/** The first check of a key that was found which fails. */
function whyUnusable({ deletedAt, active, expiresAt }: ApiKey): ErrorCode | undefined {
  if (deletedAt) return 'PUBLIC_API_KEY_HAS_BEEN_DELETED';
  if (!active) return 'PUBLIC_API_KEY_IS_NOT_ACTIVE';
  if (expiresAt && expiresAt.getTime() <= Date.now()) return 'PUBLIC_API_KEY_HAS_BEEN_EXPIRED';
  return undefined;
}

/** Milliseconds before its end from which the answers to a key tell of it: long enough for people to replace it. */
const NOTICE = 14 * DAY;

/**
 * The header by which the answers to a key that expires soon say so.
 *
 * @returns `X-API-Key-Expires-At`, a moment as RFC 3339 writes it, in the last 14 days of a key that may be used; undefined otherwise
 * @see docs/decisions/0047-use-and-expiry-of-keys.md
 */
export function expiryHeader(key: ApiKey): Readonly<Record<string, string>> | undefined {
  const { expiresAt } = key;
  if (!expiresAt || expiresAt.getTime() - Date.now() > NOTICE || whyUnusable(key)) return undefined;
  return { 'X-API-Key-Expires-At': expiresAt.toISOString() };
}

/**
 * Tells callers apart by what they may do.
 *
 * @returns the scopes in order, none of them for a key that may do all but what takes a `ROOT` key; `ROOT` for that one
 */
export function rightsOf({ prefix, scopes }: Caller): string[] {
  return prefix === 'ROOT' ? ['ROOT'] : scopes.toSorted();
}

/**
 * Checks whether a caller may run an operation.
 *
 * @param required - all that the operation's fields need
 * @throws ApiError `PUBLIC_API_KEY_SCOPE_NOT_ALLOWED`
 */
export function authorize(caller: Caller, required: Iterable<Requirement>): void {
  for (const requirement of required) if (!isAllowed(caller, requirement)) throw notAllowed(requirement);
}

/** Whether a caller may do what requires something. */
export function isAllowed({ prefix, scopes }: Caller, requirement: Requirement): boolean {
  return prefix === 'ROOT' || (requirement !== 'ROOT' && (scopes.length === 0 || scopes.includes(requirement)));
}

function notAllowed(requirement: Requirement): ApiError {
  const description =
    requirement === 'ROOT'
      ? 'The operation requires a ROOT key.'
      : `The key is restricted to other scopes: the operation requires the scope ${requirement}.`;
  return new ApiError('PUBLIC_API_KEY_SCOPE_NOT_ALLOWED', { description });
}
