// Tells which changes of the OpenAPI document break clients of the version before.

// biome-ignore lint/suspicious/noExplicitAny: documents of any version
type Json = any;

/** A change that breaks clients. */
export interface BreakingChange {
  /** Where: `POST /api/v1/customer/create request.email`. */
  path: string;
  /** In words. */
  message: string;
}

/** Bounds of a value; from a request, each may only go; from an answer, each must stay. */
const bounds = ['pattern', 'format', 'minLength', 'maxLength', 'minimum', 'maximum', 'minItems', 'maxItems', 'const'];

/**
 * Lists what in a newer document breaks clients of an older one: whatever was sent must still be accepted, and whatever was answered must still
 * be there and of its kind. New members of answers and new error codes are no breaks: clients must expect both.
 */
export function breakingRestChanges(before: Json, after: Json): BreakingChange[] {
  return [...changesOfDocument(dereference(before), dereference(after))];
}

/** Replaces each `$ref`, all of which lead into the document itself, by what it leads to. */
function dereference(document: Json): Json {
  const resolve = (node: Json): Json => {
    if (Array.isArray(node)) return node.map(resolve);
    if (node === null || typeof node !== 'object') return node;
    if (typeof node.$ref === 'string') return resolve(at(document, node.$ref));
    return Object.fromEntries(Object.entries(node).map(([name, value]) => [name, resolve(value)]));
  };
  return resolve(document);
}

function at(document: Json, pointer: string): Json {
  const steps = pointer.slice('#/'.length).split('/');
  return steps.reduce((node, step) => node[step.replaceAll('~1', '/').replaceAll('~0', '~')], document);
}

function* changesOfDocument(before: Json, after: Json): Generator<BreakingChange> {
  for (const [path, methods] of Object.entries<Json>(before.paths)) {
    for (const [method, operation] of Object.entries<Json>(methods)) {
      const place = `${method.toUpperCase()} ${path}`;
      const now = after.paths[path]?.[method];
      if (now) yield* changesOfOperation(operation, now, place);
      else yield { path: place, message: 'the endpoint is gone' };
    }
  }
}

function* changesOfOperation(before: Json, after: Json, place: string): Generator<BreakingChange> {
  if (before.operationId !== after.operationId)
    yield {
      path: `${place} operationId`,
      message: `was ${before.operationId}: generated clients name their method so`,
    };
  yield* changesOfSecurity(before.security ?? [], after.security ?? [], place);
  yield* changesOfParameters(before.parameters ?? [], after.parameters ?? [], place);
  if (after.requestBody?.required && !before.requestBody?.required)
    yield { path: `${place} request`, message: 'a body is required now' };
  for (const [type, { schema }] of Object.entries<Json>(before.requestBody?.content ?? {})) {
    const now = after.requestBody?.content?.[type];
    if (now) yield* changesOfRequest(schema, now.schema, `${place} request`);
    else yield { path: `${place} request`, message: `${type} is not accepted any more` };
  }
  for (const [status, response] of Object.entries<Json>(before.responses)) {
    const now = after.responses[status];
    if (now) yield* changesOfResponse(response, now, `${place} ${status}`);
    else if (status.startsWith('2')) yield { path: `${place} ${status}`, message: 'the answer is gone' };
  }
}

function* changesOfSecurity(before: Json[], after: Json[], place: string): Generator<BreakingChange> {
  const schemes = new Map<string, string[]>(after.flatMap((way) => Object.entries<string[]>(way)));
  for (const [scheme, scopes] of before.flatMap((way) => Object.entries<string[]>(way))) {
    const now = schemes.get(scheme);
    if (!now) yield { path: `${place} security`, message: `${scheme} is not accepted any more` };
    const more = (now ?? []).filter((scope) => !scopes.includes(scope));
    if (more.length > 0) yield { path: `${place} security`, message: `needs ${more.join(', ')} now` };
  }
}

function* changesOfParameters(before: Json[], after: Json[], place: string): Generator<BreakingChange> {
  const find = (list: Json[], { name, in: where }: Json) => list.find((one) => one.name === name && one.in === where);
  for (const parameter of before) {
    const path = `${place} ${parameter.in}.${parameter.name}`;
    const now = find(after, parameter);
    if (now) yield* changesOfRequest(parameter.schema, now.schema, path);
    else yield { path, message: 'the parameter is gone' };
  }
  for (const parameter of after) {
    if (parameter.required && !find(before, parameter)?.required)
      yield { path: `${place} ${parameter.in}.${parameter.name}`, message: 'the parameter is required now' };
  }
}

function* changesOfResponse(before: Json, after: Json, place: string): Generator<BreakingChange> {
  for (const name of Object.keys(before.headers ?? {})) {
    if (!after.headers?.[name]) yield { path: `${place} ${name}`, message: 'the header is gone' };
  }
  for (const [type, { schema }] of Object.entries<Json>(before.content ?? {})) {
    const now = after.content?.[type];
    if (now) yield* changesOfAnswer(schema, now.schema, place);
    else yield { path: place, message: `is not ${type} any more` };
  }
}

/** A request: what it may hold must not become less. */
function* changesOfRequest(before: Json, after: Json, path: string): Generator<BreakingChange> {
  const refused = missing(typesOf(before), typesOf(after));
  if (refused.length > 0) yield { path, message: `must not be ${refused.join(' or ')} any more` };
  for (const bound of bounds) {
    if (bound in after && !isWider(bound, before[bound], after[bound]))
      yield { path, message: `${bound} is ${JSON.stringify(after[bound])} now` };
  }
  const values = after.enum && missing(before.enum ?? ['any other value'], after.enum);
  if (values?.length > 0) yield { path, message: `must not be ${values.join(' or ')} any more` };
  if (after.additionalProperties === false && before.additionalProperties !== false)
    yield { path, message: 'unknown members are not ignored any more' };
  for (const name of missing(after.required ?? [], before.required ?? []))
    yield { path: `${path}.${name}`, message: 'is required now' };
  for (const [name, member] of Object.entries<Json>(before.properties ?? {})) {
    const now = after.properties?.[name];
    if (now) yield* changesOfRequest(member, now, `${path}.${name}`);
    else yield { path: `${path}.${name}`, message: 'is not read any more' };
  }
  if (before.items && after.items) yield* changesOfRequest(before.items, after.items, `${path}[]`);
}

/** An answer: what it may hold must not become more, but for members that are new, and values of an open list. */
function* changesOfAnswer(before: Json, after: Json, path: string): Generator<BreakingChange> {
  const added = missing(typesOf(after), typesOf(before));
  if (added.length > 0) yield { path, message: `may be ${added.join(' or ')} now` };
  for (const bound of bounds) {
    if (bound in before && !isSafeInteger(before[bound]) && !isWider(bound, after[bound], before[bound]))
      yield { path, message: `${bound} was ${JSON.stringify(before[bound])}` };
  }
  const values = before.enum && !isOpen(after) ? missing(after.enum ?? ['any other value'], before.enum) : [];
  if (values.length > 0) yield { path, message: `may be ${values.join(' or ')} now` };
  for (const name of missing(before.required ?? [], after.required ?? []))
    yield { path: `${path}.${name}`, message: 'is not always there any more' };
  for (const [name, member] of Object.entries<Json>(before.properties ?? {})) {
    const now = after.properties?.[name];
    if (now) yield* changesOfAnswer(member, now, `${path}.${name}`);
    else yield { path: `${path}.${name}`, message: 'is gone' };
  }
  if (before.items && after.items) yield* changesOfAnswer(before.items, after.items, `${path}[]`);
}

/** What is in one list and not in the other. */
function missing<Item>(from: readonly Item[], other: readonly Item[]): Item[] {
  return from.filter((item) => !other.includes(item));
}

function typesOf(schema: Json): string[] {
  if (schema.anyOf) return [...new Set<string>(schema.anyOf.flatMap(typesOf))];
  return [schema.type ?? 'anything'].flat();
}

/** A list of known values beside any text. */
function isOpen({ anyOf }: Json): boolean {
  return anyOf?.some((one: Json) => one.type === 'string' && !one.enum) ?? false;
}

/** What every whole number of JavaScript is within says nothing. */
function isSafeInteger(bound: unknown): boolean {
  return Math.abs(Number(bound)) === Number.MAX_SAFE_INTEGER;
}

/** Whether a bound lets through all that another one does. */
function isWider(bound: string, inner: Json, outer: Json): boolean {
  if (outer === undefined) return true;
  if (inner === undefined) return false;
  if (bound.startsWith('max')) return outer >= inner;
  if (bound.startsWith('min')) return outer <= inner;
  return outer === inner;
}
