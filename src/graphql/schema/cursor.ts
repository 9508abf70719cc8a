// Cursors of lists. They hold a public reference, or the sort values that give a row its place; nothing internal is in them, and row level security
// holds whatever they say. Callers keep them as they are, so those that were given out go on meaning the same.
import type { PositionOf, SortColumn } from '../../database/keyset.ts';
import { unknownCursor } from '../../errors/api-error.ts';
import { normalizeIp } from '../../ip/address.ts';
import type { ReadCursor } from './page.ts';

/** What a list holds; a list that can be sorted in several ways has a kind for each. */
type Kind =
  | ('customer' | 'customerByCreation' | 'customerByLastSeen' | 'customerByName' | 'customerByCredit')
  | ('apiKey' | 'ipSighting' | 'customerChange' | 'customerGroup');

/** Writes the cursor of an object that the list finds again by its reference. */
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

/** How a sort value is written: without blanks, and never as `NULL_VALUE`. */
interface Form<Value> {
  write(value: Value): string;
  /** May be lenient, for what is not written like this is refused. Throws, or gives undefined, for what PostgreSQL would not take. */
  read(text: string): Value | undefined;
}

const NULL_VALUE = '%';

const integer: Form<number> = {
  write: String,
  // Of 32 bits.
  read: (text) => Number(text) | 0,
};

const timestamptz: Form<Date> = {
  write: (moment) => moment.toISOString(),
  // PostgreSQL knows fewer years than JavaScript.
  read: (text) => (/^\d{4}-/.test(text) ? new Date(text) : undefined),
};

const text: Form<string> = {
  write: encodeURIComponent,
  read(written) {
    const value = decodeURIComponent(written);
    return value.includes('\0') ? undefined : value;
  },
};

const inet: Form<string> = { write: String, read: normalizeIp };

const forms = { integer, timestamptz, text, inet };

/** What a cursor needs to know of a sort column. An internal id is none that it can hold. */
type CursorColumn = Pick<SortColumn, 'ifNull'> & { readonly type: keyof typeof forms };

/**
 * The cursors of a list that is sorted by more than age: they hold the sort values, so that a place stays where it was when its row moves or goes.
 *
 * @param sort - as the list has it
 */
export function positionCursor<const Sort extends readonly CursorColumn[]>(kind: Kind, sort: Sort) {
  const readPlace = cursorReader(kind);

  /** Writes the cursor of a position. */
  function write(position: PositionOf<Sort>): string {
    const values = sort.map(({ type }, i) =>
      position[i] === null ? NULL_VALUE : forms[type].write(position[i] as never),
    );
    return encodeCursor(kind, values.join(' '));
  }

  function parse(place: string): PositionOf<Sort> | undefined {
    const written = place.split(' ');
    const position = sort.map(({ type, ifNull }, i) =>
      written[i] === NULL_VALUE && ifNull !== undefined ? null : forms[type].read(written[i] ?? ''),
    );
    return position.includes(undefined) ? undefined : (position as unknown as PositionOf<Sort>);
  }

  /** Reads a cursor that `write` has written, and no other. @throws ApiError `INTERNAL_VALIDATION_FAILED` at the argument */
  const read: ReadCursor<PositionOf<Sort>> = (cursor, argument) => {
    const place = readPlace(cursor, argument);
    if (place === undefined) return undefined;
    try {
      const position = parse(place);
      if (position && write(position) === cursor) return position;
    } catch {
      // A value of another form.
    }
    throw unknownCursor(argument);
  };

  return { write, read };
}
