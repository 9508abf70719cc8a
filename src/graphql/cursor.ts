// Cursors of lists: they name an object by its public reference, hence mean nothing to another organisation.
import { unknownCursor } from '../errors.ts';

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
  throw unknownCursor(argument);
}
