// Parameters in the URL of a request.
import { malformed } from '../json-members.ts';
import type { HttpRequest } from './request.ts';

/**
 * The value of a parameter.
 *
 * @param name - as it is written in the URL
 * @param description - what to do about it when the parameter comes twice
 * @returns undefined when there is none
 * @throws ApiError `INTERNAL_REQUEST_MALFORMED` when it comes twice: nobody can tell which value is meant
 */
export function queryParameter({ query }: HttpRequest, name: string, description?: string): string | undefined {
  const [value, ...more] = query.getAll(name);
  if (more.length > 0) throw malformed(`The parameter ${name} appears twice.`, description);
  return value;
}
