// The media types of answers of the GraphQL API.
import { preferredType } from '../../http/accept.ts';
import type { HttpRequest } from '../../http/request.ts';

/** The media types of answers. */
export const answerTypes = ['application/json', 'application/graphql-response+json'] as const;

/** The media type of the answer to a request: JSON, but for who prefers the newer one. */
export function acceptedType({ headers }: HttpRequest): string {
  return preferredType(headers.accept, answerTypes);
}
