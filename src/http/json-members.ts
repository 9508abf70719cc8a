// Refuses JSON whose meaning depends on who reads it: a member that appears twice, or one that names the prototype.
import { ApiError } from '../errors.ts';

const token = /"[^"\\]*(?:\\.[^"\\]*)*"|[{}[\],:]/g;

/**
 * Checks the members of every object in a JSON text. `JSON.parse` keeps the last of two equal names, other readers the
 * first: such a text must not reach a rule that was checked against another reading.
 *
 * @param text - JSON that `JSON.parse` accepts
 * @throws ApiError `INTERNAL_REQUEST_MALFORMED`
 */
export function assertPlainMembers(text: string): void {
  const open: (Set<string> | undefined)[] = [];
  let last = '';
  for (const [part] of text.matchAll(token)) {
    if (part === '{') open.push(new Set());
    else if (part === '[') open.push(undefined);
    else if (part === '}' || part === ']') open.pop();
    else if (part === ':') assertNew(open.at(-1), JSON.parse(last));
    last = part;
  }
}

function assertNew(names: Set<string> | undefined, name: string): void {
  if (name === '__proto__') {
    throw new ApiError('INTERNAL_REQUEST_MALFORMED', { message: 'The member "__proto__" is not accepted.' });
  }
  if (names?.has(name)) {
    throw new ApiError('INTERNAL_REQUEST_MALFORMED', { message: 'A member appears twice in the same object.' });
  }
  names?.add(name);
}

/**
 * Parses a JSON text whose meaning does not depend on who reads it.
 *
 * @throws SyntaxError when it is not JSON
 * @throws ApiError `INTERNAL_REQUEST_MALFORMED` when a member appears twice
 */
export function parseStrictJson(text: string): unknown {
  const value: unknown = JSON.parse(text);
  assertPlainMembers(text);
  return value;
}
