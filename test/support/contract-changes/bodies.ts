// Tells which changes of bodies, and of what is answered around them, break clients.
import type { BreakingChange } from './accepted.ts';
import { changesOfHeaders } from './parameters.ts';
import { changesOfAnswer, changesOfRequest } from './schemas.ts';
import { unknownChanges } from './unknown.ts';
import type { Json, Versions } from './versions.ts';

/** Compares the body that an operation takes, if it takes one. */
export function changesOfRequestBody(versions: Versions, before: Json, after: Json, path: string): BreakingChange[] {
  const [was, is] = [before, after].map((body) => versions.resolve(body ?? {}));
  return [
    ...(is.required && !was.required ? [{ path, message: 'a body is required now' }] : []),
    ...changesOfContent(versions, was.content, is.content, 'request', path),
    ...unknownChanges(versions, was, is, ['required', 'content'], path),
  ];
}

/** Compares the answers by their status. Errors that are new are expected by clients; another success, or a redirection, is not. */
export function changesOfResponses(versions: Versions, before: Json, after: Json, place: string): BreakingChange[] {
  const isError = (status: string) => /^[45]/.test(status);
  const [were, are] = [before ?? {}, after ?? {}];
  const compared = Object.keys(were).flatMap((status) => {
    const path = `${place} ${status}`;
    if (!(status in are)) return [{ path, message: 'the answer is gone' }];
    return changesOfResponse(versions, versions.resolve(were[status]), versions.resolve(are[status]), path);
  });
  const added = Object.keys(are).filter((status) => !(status in were) && !isError(status));
  return [...compared, ...added.map((status) => ({ path: `${place} ${status}`, message: 'is answered now' }))];
}

function changesOfResponse(versions: Versions, was: Json, is: Json, path: string): BreakingChange[] {
  return [
    ...changesOfHeaders(versions, was.headers, is.headers, path),
    ...changesOfContent(versions, was.content, is.content, 'answer', path),
    ...unknownChanges(versions, was, is, ['summary', 'headers', 'content'], path),
  ];
}

/** Compares bodies by their media type. A request may come in one more; who reads an answer does not expect another one. */
export function changesOfContent(
  versions: Versions,
  before: Json,
  after: Json,
  direction: 'request' | 'answer',
  path: string,
): BreakingChange[] {
  const [were, are] = [before ?? {}, after ?? {}];
  const [compare, gone] =
    direction === 'request'
      ? [changesOfRequest, 'is not accepted any more']
      : [changesOfAnswer, 'is not answered any more'];
  const compared = Object.keys(were).flatMap((type) => {
    if (!(type in are)) return [{ path: `${path} ${type}`, message: gone }];
    const [was, is] = [versions.resolve(were[type]), versions.resolve(are[type])];
    return [
      ...compare(versions, was.schema, is.schema, `${path} ${type}`),
      ...unknownChanges(versions, was, is, ['schema'], `${path} ${type}`),
    ];
  });
  const added = direction === 'answer' ? Object.keys(are).filter((type) => !(type in were)) : [];
  return [...compared, ...added.map((type) => ({ path: `${path} ${type}`, message: 'is answered now' }))];
}
