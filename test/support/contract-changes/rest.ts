// Tells which changes of the OpenAPI document break clients of the version before.
import type { BreakingChange } from './accepted.ts';
import { changesOfRequestBody, changesOfResponses } from './bodies.ts';
import { changesOfParameters } from './parameters.ts';
import { changesOfSchemes, changesOfSecurity } from './security.ts';
import { unknownChanges } from './unknown.ts';
import { type Json, Versions } from './versions.ts';

const methods = ['get', 'put', 'post', 'delete', 'options', 'head', 'patch', 'trace', 'query'];

/** Members of the document, of a path and of an operation that are compared or say nothing that a client relies on. */
const ofDocument = ['openapi', 'info', 'servers', 'security', 'tags', 'paths', 'components'];
const ofPath = [...methods, 'parameters', 'servers', 'summary'];
const ofOperation = ['operationId', 'security', 'servers', 'parameters', 'requestBody', 'responses', 'summary', 'tags'];

/** An operation with all that it takes from its path and its document. */
interface Operation {
  own: Json;
  security: Json[];
  servers: Json[];
  parameters: Json[];
}

/**
 * Lists what in a newer document breaks clients of an older one: whatever was sent must still be accepted, and whatever was answered must still
 * be there and of its kind. New members of answers and new error codes are no breaks: clients must expect both. What the check does not
 * understand must not change.
 *
 * @param before - the older OpenAPI document
 * @param after - the newer one
 */
export function breakingRestChanges(before: Json, after: Json): BreakingChange[] {
  const versions = new Versions(before, after);
  const [was, is] = [versions.before, versions.after];
  return [
    ...unknownChanges(versions, was, is, ofDocument, 'document'),
    ...Object.keys(was.paths).flatMap((path) => changesOfPath(versions, path)),
    ...changesOfSchemes(versions, securityOf(versions, was), securityOf(versions, is)),
  ];
}

function changesOfPath(versions: Versions, path: string): BreakingChange[] {
  const [was, is] = [versions.before, versions.after].map(({ paths }) => versions.resolve(paths[path] ?? {}));
  const endpoints = methods.flatMap((method) => {
    const place = `${method.toUpperCase()} ${path}`;
    if (!was[method]) return [];
    if (!is[method]) return [{ path: place, message: 'the endpoint is gone' }];
    return changesOfOperation(
      versions,
      operationOf(versions, versions.before, was, method),
      operationOf(versions, versions.after, is, method),
      place,
    );
  });
  return versions.after.paths[path] ? [...unknownChanges(versions, was, is, ofPath, path), ...endpoints] : endpoints;
}

function operationOf(versions: Versions, document: Json, item: Json, method: string): Operation {
  const own = item[method];
  const byPlace = [...(item.parameters ?? []), ...(own.parameters ?? [])]
    .map((parameter) => versions.resolve(parameter))
    .map((parameter) => [`${parameter.in} ${parameter.name}`, parameter] as const);
  return {
    own,
    // Without any alternative, and without the member, no security applies.
    security: [own.security ?? document.security ?? []].flatMap((given) => (given.length > 0 ? given : [{}])),
    servers: own.servers ?? item.servers ?? document.servers ?? [{ url: '/' }],
    parameters: [...new Map(byPlace).values()],
  };
}

function securityOf(versions: Versions, document: Json): Json[] {
  return Object.values<Json>(document.paths).flatMap((given) => {
    const item = versions.resolve(given);
    return methods.flatMap((method) => (item[method] ? operationOf(versions, document, item, method).security : []));
  });
}

function changesOfOperation(versions: Versions, before: Operation, after: Operation, place: string): BreakingChange[] {
  const [was, is] = [before.own, after.own];
  const name = {
    path: `${place} operationId`,
    message: `was ${was.operationId}: generated clients name their method so`,
  };
  return [
    ...(was.operationId === is.operationId ? [] : [name]),
    ...unknownChanges(versions, was, is, ofOperation, place),
    ...changesOfServers(versions, before.servers, after.servers, place),
    ...changesOfSecurity(before.security, after.security, place),
    ...changesOfParameters(versions, before.parameters, after.parameters, place),
    ...changesOfRequestBody(versions, was.requestBody, is.requestBody, `${place} request`),
    ...changesOfResponses(versions, was.responses, is.responses, place),
  ];
}

/** A client keeps to the server that it knows. */
function changesOfServers(versions: Versions, before: Json[], after: Json[], place: string): BreakingChange[] {
  return before
    .filter((was) => !after.some((is) => versions.isSame(was, is)))
    .map(({ url }) => ({ path: `${place} servers`, message: `${url} is gone or means another one` }));
}
