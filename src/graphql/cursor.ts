// Cursors of lists: they name an object by its public reference, hence mean nothing to another organisation.
import { ApiError } from '../errors.ts';

/** What a list holds. */
type Kind = 'customer' | 'apiKey' | 'ipSighting';

/** Writes the cursor of an object. */
export function encodeCursor(kind: Kind, reference: string): string {
  return Buffer.from(`${kind}:${reference}`).toString('base64url');
}

/**
 * Reads a cursor.
 *
 * @param cursor - what the caller sent
 * @param argument - the argument it was sent in
 * @returns the reference of the object; undefined when no cursor was sent
 * @throws ApiError `INTERNAL_VALIDATION_FAILED` when it is no cursor
 */
export function decodeCursor(kind: Kind, cursor: string | null | undefined, argument: string): string | undefined {
  if (cursor == null) return undefined;
  const text = Buffer.from(cursor, 'base64url').toString();
  if (text.startsWith(`${kind}:`)) return text.slice(kind.length + 1);
  throw foreignCursor(argument);
}

/** The failure of a cursor that names nothing of this list. */
export function foreignCursor(argument: string): ApiError {
  const fields = [{ path: argument, message: 'must be a cursor of this list' }];
  return new ApiError('INTERNAL_VALIDATION_FAILED', { fields });
}
