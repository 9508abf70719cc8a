// Cursors of lists: they name an object by its public reference, hence mean nothing to another organisation.
import { unknownCursor } from '../../errors/api-error.ts';
import type { ReadCursor } from './page.ts';

/** What a list holds. */
type Kind = 'customer' | 'apiKey' | 'ipSighting';

/** Writes the cursor of an object. */
export function encodeCursor(kind: Kind, reference: string): string {
  return Buffer.from(`${kind}:${reference}`).toString('base64url');
}

/**
 * Makes the function that reads the cursors of a list: it gives the reference of the object, or undefined when no cursor was sent,
 * and throws `INTERNAL_VALIDATION_FAILED` at the argument for anything that `encodeCursor` does not write.
 */
export function cursorReader(kind: Kind): ReadCursor<string> {
  return (cursor, argument) => {
    if (cursor == null) return undefined;
    const reference = Buffer.from(cursor, 'base64url')
      .toString()
      .slice(kind.length + 1);
    if (encodeCursor(kind, reference) === cursor) return reference;
    throw unknownCursor(argument);
  };
}
