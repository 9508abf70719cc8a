// The key of a request: the places where it may stand, and which of them counts.
import { queryParameter } from '../query.ts';
import type { HttpRequest } from '../request.ts';

/** What a key is called in the URL, and in the body of a REST request. */
export const API_KEY = 'apiKey';

const bearer = /^Bearer(?:\s+(.*))?$/i;

/** Finds the key in the body of a request; undefined when there is none, or no readable body. */
export type KeyInBody = (request: HttpRequest) => unknown;

/**
 * Makes the function that finds the key which a request presents: in the URL, else in the body, else in the header `Authorization`. The
 * first that is there is the one that counts, also when it is empty or wrong.
 *
 * @param keyInBody - for an API that takes keys in bodies
 * @returns gives undefined when there is no key; throws ApiError `INTERNAL_REQUEST_MALFORMED` when a place holds two keys
 * @see section 2 of the contract
 */
export function presentedKey(keyInBody?: KeyInBody): (request: HttpRequest) => unknown {
  return async (request) => queryParameter(request, API_KEY) ?? (await keyInBody?.(request)) ?? bearerOf(request);
}

function bearerOf({ headers }: HttpRequest): string | undefined {
  const match = bearer.exec(headers.authorization?.trim() ?? '');
  return match ? (match[1] ?? '') : undefined;
}
