// An Idempotency-Key: its form, and what it stands for: the meaning of a request, not its bytes.
import { createHash } from 'node:crypto';
import { ApiError } from '../errors/api-error.ts';
import type { RequestOfVersionBefore } from './version-before.ts';

/** What a request did, by the response names of its fields; all of it as JSON has it. */
export type Outcome = Readonly<Record<string, unknown>>;

/** A request that is done, as it is kept under its key. */
export interface DoneRequest {
  /** SHA-256 by which the version before compares requests, in hexadecimal. */
  readonly requestDigest: string;
  /** SHA-256 of what it means, in hexadecimal; null where the version before did it. */
  readonly meaningDigest: string | null;
  /** Null where the version before did it. */
  readonly outcome: Outcome | null;
  /** The operation's `data` as JSON; null while it has to be rendered. */
  readonly answer: string | null;
  /** Whether somebody was erased of whom it tells. */
  readonly isErased: boolean;
}

/** What a request under an Idempotency-Key is handed on as, from HTTP to the operation. */
export interface KeyedRequest {
  /** The header, as it came. */
  readonly key: string;
  readonly path: string;
  readonly versionBefore: RequestOfVersionBefore;
  /** Told by the operation, for HTTP's header `Idempotent-Replayed`: whether its answer is that of an earlier request. */
  isReplayed: boolean;
}

/** Printable ASCII, as a header can carry it. */
const keyForm = /^[\x21-\x7e]{1,255}$/;

/** @throws ApiError `INTERNAL_VALIDATION_FAILED` when a key has no usable form */
export function assertKeyForm(key: string): void {
  if (keyForm.test(key)) return;
  const fields = [{ path: 'Idempotency-Key', message: 'must be sent once, as 1 to 255 visible ASCII characters' }];
  throw new ApiError('INTERNAL_VALIDATION_FAILED', { fields });
}

/** What stands for a key in the log: callers may write into it what they like. */
export function loggedKey(key: string): string {
  return createHash('sha256').update(key).digest('hex').slice(0, 8);
}

/**
 * A digest of what a request means.
 *
 * @param path - two paths are two requests
 * @param operation - the text of the operation
 * @param variables - those that the operation declares, as they came and were found valid; the order of members means nothing
 * @returns SHA-256, in hexadecimal
 */
export function meaningDigest(path: string, operation: string, variables: ReadonlyMap<string, unknown>): string {
  return createHash('sha256')
    .update(JSON.stringify([path, operation, sorted(Object.fromEntries(variables))]))
    .digest('hex');
}

/** The same value with the members of all objects in one order. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const members = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(members.map(([name, member]) => [name, sorted(member)]));
}
