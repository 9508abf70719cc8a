// The key of a request, where HTTP itself has a place for it.
import { ApiError } from '../../errors/api-error.ts';
import type { HttpRequest } from '../request.ts';

const bearer = /^Bearer(?:\s+(.*))?$/i;

/**
 * The key in the URL of a request.
 *
 * @returns undefined when there is none
 * @throws ApiError `INTERNAL_REQUEST_MALFORMED` when it comes twice: nobody can tell which key is meant
 */
export function keyInQuery({ query }: HttpRequest): string | undefined {
  const [key, ...more] = query.getAll('apiKey');
  if (more.length > 0) {
    throw new ApiError('INTERNAL_REQUEST_MALFORMED', { message: 'The parameter apiKey appears twice.' });
  }
  return key;
}

/** The key in the header `Authorization`; undefined when there is none. */
export function bearerOf({ headers }: HttpRequest): string | undefined {
  const match = bearer.exec(headers.authorization?.trim() ?? '');
  return match ? (match[1] ?? '') : undefined;
}
