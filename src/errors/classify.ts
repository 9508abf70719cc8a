// Which failures mean that the database cannot be reached, and which that the account may not do something, rather than that the gateway asked it
// something wrong.
import pg from 'pg';
import { ApiError } from './api-error.ts';

/** SQLSTATE of a statement that PostgreSQL cancelled because its time was up. */
const CANCELLED = '57014';

/** SQLSTATE of a statement that did not get its lock in the time for that. */
const LOCK_NOT_AVAILABLE = '55P03';

/**
 * SQLSTATE classes: 08 connection, 53 out of resources, 57P shut down or starting; 25006 a standby that took over, 25P03 and 25P04 a transaction
 * whose time was up.
 */
const unavailableStates = /^(08...|53...|57P0[1-5]|25006|25P0[34]|3D000|28...)$/;

const unavailableSystemCodes = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EPIPE',
  'ETIMEDOUT',
  'ENOENT',
]);

/** The driver gives these no code. */
const unavailableMessages =
  /connection terminated|query read timeout|timeout exceeded when trying to connect|connection timeout|client has encountered a connection error|not queryable|pool after calling end|driver has already been destroyed/i;

/** SQLSTATE of what the account may not do, and of a role that is not there. */
const NOT_PERMITTED = '42501';
const NO_ROLE = '22023';

/** Seconds after which a caller may try again. */
const RETRY_AFTER = 5;

/**
 * Turns whatever failed into what a caller may be told. The one place where a foreign error becomes an `ApiError`.
 *
 * @param error - anything that was thrown
 * @returns the error itself if it is an `ApiError`; `INTERNAL_SERVICE_UNAVAILABLE` if the database cannot be reached or
 *   took too long; else `INTERNAL_SERVER_ERROR`. The original is kept as `cause`.
 */
export function toApiError(error: unknown): ApiError {
  if (error instanceof ApiError) return error;
  if (error instanceof Error && 'code' in error && error.code === CANCELLED) return timedOut(error);
  if (isUnavailable(error)) {
    return new ApiError('INTERNAL_SERVICE_UNAVAILABLE', { retryAfter: RETRY_AFTER, cause: error });
  }
  return new ApiError('INTERNAL_SERVER_ERROR', { cause: error });
}

/** Whether a statement has waited for a lock for as long as it may. */
export function isLocked(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === LOCK_NOT_AVAILABLE;
}

/** The failure of an operation that took longer than it may. */
export function timedOut(cause?: unknown): ApiError {
  const message = 'The operation took too long and was cancelled.';
  return new ApiError('INTERNAL_SERVICE_UNAVAILABLE', { message, retryAfter: RETRY_AFTER, cause });
}

function isUnavailable(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  if (unavailableStates.test(code) || unavailableSystemCodes.has(code)) return true;
  if (unavailableMessages.test(error.message)) return true;
  if (error instanceof AggregateError && error.errors.some(isUnavailable)) return true;
  return isUnavailable(error.cause);
}

/** Whether a failure says that the account may not do something, or that there is no such role. */
export function isNotPermitted(error: unknown): boolean {
  return error instanceof pg.DatabaseError && (error.code === NOT_PERMITTED || error.code === NO_ROLE);
}
