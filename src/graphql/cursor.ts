// Cursors of a list of customers: they name the customer by its public reference, hence mean nothing to another organisation.
import { ApiError } from '../errors.ts';

const PREFIX = 'customer:';

/** Writes the cursor of a customer. */
export function encodeCursor(cuRefNo: string): string {
  return Buffer.from(PREFIX + cuRefNo).toString('base64url');
}

/**
 * Reads a cursor.
 *
 * @param cursor - what the caller sent
 * @param argument - the argument it was sent in
 * @returns the reference of the customer; undefined when no cursor was sent
 * @throws ApiError `INTERNAL_VALIDATION_FAILED` when it is no cursor
 */
export function decodeCursor(cursor: string | null | undefined, argument: string): string | undefined {
  if (cursor == null) return undefined;
  const text = Buffer.from(cursor, 'base64url').toString();
  if (text.startsWith(PREFIX)) return text.slice(PREFIX.length);
  throw new ApiError('INTERNAL_VALIDATION_FAILED', {
    fields: [{ path: argument, message: 'must be a cursor of this list' }],
  });
}
