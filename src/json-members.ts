// The members of JSON objects as they are written: JSON whose meaning depends on who reads it is found here.
import { ApiError, echo } from './errors/api-error.ts';

const [QUOTE, BACKSLASH, COLON] = [0x22, 0x5c, 0x3a];
/** Values that a text may hold: more than one of 64 KiB can. What is done with each of them would add up. */
export const MOST_VALUES = 40_000;
const COMMA = 0x2c;
const [OPEN_BRACE, CLOSE_BRACE, OPEN_BRACKET, CLOSE_BRACKET] = [0x7b, 0x7d, 0x5b, 0x5d];

/**
 * Walks over the name of every member in a JSON text.
 *
 * @param text - JSON that `JSON.parse` accepts
 * @param found - told the name, how many objects and lists it stands in, and the number of its object
 */
function eachName(text: string, found: (name: string, depth: number, object: number) => void): void {
  const open: number[] = [];
  let objects = 0;
  let [start, end] = [0, 0];
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit === QUOTE) {
      start = i + 1;
      end = endOfString(text, start);
      i = end;
    } else if (unit === COLON) found(nameOf(text.slice(start, end)), open.length, open.at(-1) ?? 0);
    else if (unit === OPEN_BRACE) open.push(++objects);
    else if (unit === OPEN_BRACKET) open.push(0);
    else if (unit === CLOSE_BRACE || unit === CLOSE_BRACKET) open.pop();
  }
}

/** @throws ApiError `INTERNAL_PAYLOAD_TOO_LARGE` where a JSON text holds more values than one of 64 KiB can */
function assertFewValues(text: string, what: string): void {
  // Each takes two characters at least.
  if (text.length < 2 * MOST_VALUES) return;
  let values = 1;
  for (let i = 0; i < text.length && values <= MOST_VALUES; i++) {
    const unit = text.charCodeAt(i);
    if (unit === QUOTE) i = endOfString(text, i + 1);
    else if (unit === COMMA) values += 1;
  }
  if (values <= MOST_VALUES) return;
  const message = `${what} holds more than ${MOST_VALUES} values.`;
  throw new ApiError('INTERNAL_PAYLOAD_TOO_LARGE', { message });
}

/** Where a string ends: at the first quote that an even number of backslashes stands before. */
function endOfString(text: string, start: number): number {
  for (let end = text.indexOf('"', start); ; end = text.indexOf('"', end + 1)) {
    let backslashes = 0;
    while (text.charCodeAt(end - 1 - backslashes) === BACKSLASH) backslashes += 1;
    if (backslashes % 2 === 0) return end;
  }
}

function nameOf(written: string): string {
  return written.includes('\\') ? (JSON.parse(`"${written}"`) as string) : written;
}

/**
 * Reads JSON strictly. `JSON.parse` keeps the last of two equal names, other readers the first: such a text must not reach
 * a rule that was checked against another reading.
 *
 * @param what - what the text is, as a message begins: `The body`
 * @param description - what to do about it, unless the text is a body
 * @throws ApiError `INTERNAL_REQUEST_MALFORMED`, `INTERNAL_PAYLOAD_TOO_LARGE`
 */
export function parseStrictJson(text: string, what: string, description?: string): unknown {
  const value = parseJson(text, what, description);
  assertFewValues(text, what);
  const namesAt: { object: number; names: Set<string> }[] = [];
  eachName(text, (name, depth, object) => {
    let known = namesAt[depth];
    if (known?.object !== object) {
      known = { object, names: new Set() };
      namesAt[depth] = known;
    }
    if (known.names.has(name))
      throw malformed(`The member "${echo(name)}" appears twice in the same object.`, description);
    known.names.add(name);
  });
  return value;
}

/**
 * Reads JSON.
 *
 * @param what - what the text is, as a message begins: `The body`
 * @param description - what to do about it, unless the text is a body
 * @throws ApiError `INTERNAL_REQUEST_MALFORMED`
 */
export function parseJson(text: string, what: string, description?: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw malformed(`${what} is not JSON.`, description);
  }
}

/** Walks over the names of the members of the object that a JSON text is, as often as they stand there. */
export function eachMember(text: string, found: (name: string) => void): void {
  eachName(text, (name, depth) => {
    if (depth === 1) found(name);
  });
}

/** Whether a JSON value is an object. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The error for what cannot be read, in exact words. */
export function malformed(message: string, description?: string): ApiError {
  return new ApiError('INTERNAL_REQUEST_MALFORMED', { message, description });
}
