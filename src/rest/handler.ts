// The REST API: reads what an endpoint takes, runs its operation, writes the answer in the REST API's own form.
import type { ZodObject } from 'zod';
import { ApiError, type FieldProblem } from '../errors/api-error.ts';
import { fieldProblems } from '../errors/validation.ts';
import type { Members } from '../http/body.ts';
import { assertFewItems, NO_LIST } from '../http/form-list.ts';
import { type KnownMembers, KnownNames } from '../http/known-members.ts';
import type { WriteError } from '../http/middleware/error-response.ts';
import { API_KEY, type KeyInBody } from '../http/middleware/presented-key.ts';
import { queryParameter } from '../http/query.ts';
import { errorHeaders, type HttpRequest, json, restErrorBody } from '../http/request.ts';
import { type Handler, type Middleware, READ_METHODS, type Route } from '../http/router.ts';
import { trim } from '../text.ts';
import type { Endpoint, EndpointBody } from './endpoint.ts';

/** What the REST API is handed, so that it knows neither schema nor domain. */
export interface RestOptions {
  /** Makes the check that the caller of a request may run an operation, which throws ApiError `PUBLIC_API_KEY_SCOPE_NOT_ALLOWED`. */
  permissionFor(operation: Endpoint['operation']): (request: HttpRequest) => void;
  /** Runs an operation for a request. */
  run(
    request: HttpRequest,
    operation: Endpoint['operation'],
    variables: Record<string, unknown>,
    { isOneTransaction, keyedAs }: Pick<Endpoint, 'isOneTransaction' | 'keyedAs'>,
  ): Promise<{ data?: Members | null | undefined; errors?: readonly ApiError[] }>;
}

/** Makes the routes of an endpoint, one for each of its paths; `through` gives what its requests pass first. */
export function restRoutes(
  endpoint: Endpoint,
  options: RestOptions,
  through: (keyInBody: KeyInBody) => Middleware,
): Route[] {
  const { method, paths } = endpoint;
  const route = {
    methods: method === 'GET' ? READ_METHODS : [method],
    through: through(keyInBodyAt(endpoint)),
    handler: restHandler(endpoint, options),
  };
  return paths.map((path) => ({ path, ...route }));
}

/**
 * Makes the function that finds the key in the body of a request, for clients that send it there: of any request, unless the endpoint at
 * its path is known.
 *
 * @returns gives undefined when there is none, or no readable body; what else is wrong with a body is told after the key is checked.
 *   Throws ApiError `INTERNAL_REQUEST_MALFORMED` when it comes twice or is badly encoded: nobody can tell which key is meant
 */
export function keyInBodyAt(endpoint?: Endpoint): KeyInBody {
  // A body is taken apart once, hence for the key and all that the endpoint reads.
  const known = knownMembers(endpoint);
  return async (request) => {
    if (endpoint?.method === 'GET' && READ_METHODS.includes(request.method)) return undefined;
    return (await request.knownMembers(known)).get(API_KEY) ?? undefined;
  };
}

function knownMembers({ body }: Partial<Endpoint> = {}): KnownNames {
  return new KnownNames([API_KEY, ...(body?.members ?? [])], body?.lists);
}

/**
 * Makes the handler of an endpoint, for requests of authenticated callers.
 *
 * @returns throws ApiError what the operation failed with, or `INTERNAL_VALIDATION_FAILED`, `INTERNAL_UNSUPPORTED_MEDIA_TYPE`,
 *   `INTERNAL_PAYLOAD_TOO_LARGE`, `INTERNAL_REQUEST_MALFORMED`
 */
function restHandler(endpoint: Endpoint, { permissionFor, run }: RestOptions): Handler {
  const { operation, query, body, fields = {} } = endpoint;
  const assertAllowed = permissionFor(operation);
  const known = knownMembers(endpoint);
  const renamed = (sent: Members) => new Map(Object.entries(typeof fields === 'function' ? fields(sent) : fields));
  return async (request) => {
    // Before anything else of the request is looked at.
    assertAllowed(request);
    const parameters = query && readQuery(query, request);
    const members = body ? membersOf(await request.knownMembers(known), body) : {};
    const sent = parameters ? { ...members, ...parameters } : members;
    const { data, errors } = await run(request, operation, endpoint.variables(sent), endpoint);
    if (errors?.[0]) throw errorOf(errors[0], errors, renamed(sent));
    const answer = endpoint.answer(data);
    if (answer === undefined) throw new Error(`the operation of ${endpoint.paths[0]} gave nothing`);
    return json(200, answer);
  };
}

const isBlank = (text: string) => trim(text) === '';
const flagTexts: Readonly<Record<string, boolean>> = { 1: true, true: true, on: true, 0: false, false: false };

/** @throws ApiError `INTERNAL_UNSUPPORTED_MEDIA_TYPE`, `INTERNAL_PAYLOAD_TOO_LARGE`, `INTERNAL_REQUEST_MALFORMED` */
function membersOf(read: KnownMembers, { flags = [], lists = [] }: EndpointBody): Members {
  const { [API_KEY]: _, ...members } = read.all();
  const rewrite = (names: readonly string[], write: (value: unknown, name: string) => unknown) => {
    for (const name of names) if (Object.hasOwn(members, name)) members[name] = write(members[name], name);
  };
  rewrite(lists, read.isForm ? listOfForm : listOfJson);
  if (read.isForm) rewrite(flags, flagOfForm);
  return members;
}

function flagOfForm(text: unknown): unknown {
  return text === '' ? null : (flagTexts[text as string] ?? text);
}

/** Nothing where there is no text: what is sent where nothing was chosen. */
function listOfForm(value: unknown): unknown {
  const items: unknown = typeof value === 'string' ? [value] : value;
  return Array.isArray(items) && items.every(isBlank) ? null : items;
}

function listOfJson(value: unknown, name: string): unknown {
  if (Array.isArray(value)) assertFewItems(name, value.length);
  if (typeof value !== 'string') return value;
  return isBlank(value) ? null : NO_LIST;
}

/** @throws ApiError `INTERNAL_REQUEST_MALFORMED`, `INTERNAL_VALIDATION_FAILED` */
function readQuery(query: ZodObject, request: HttpRequest): Members {
  const names = Object.keys(query.shape);
  // An empty one is what a form sends for a field that nobody filled in.
  const given = names.map((name) => [name, queryParameter(request, name) || undefined]);
  const { data, error } = query.safeParse(Object.fromEntries(given));
  if (error) throw new ApiError('INTERNAL_VALIDATION_FAILED', { fields: fieldProblems(error), cause: error });
  return data;
}

/** The answer to a request that failed. */
export const writeRestError: WriteError = (request, error) =>
  json(error.status, restErrorBody(error, request), errorHeaders(error));

/** The first error; where that is about inputs, with what is wrong with those of all fields of the operation. */
function errorOf(first: ApiError, errors: readonly ApiError[], renamed: ReadonlyMap<string, string>): ApiError {
  const [field, ...more] = first.fields ?? [];
  // Most often one input is wrong, and callers know it by this name.
  if (errors.length === 1 && field && more.length === 0 && !renamed.has(field.path)) return first;
  const { code, message, description, retryAfter } = first;
  const fields = errors.flatMap((error) => (error.code === code && error.fields) || []);
  return new ApiError(code, {
    message,
    description,
    fields: fields.length > 0 ? renamedFields(fields, renamed) : undefined,
    retryAfter,
  });
}

/** Each with the name that callers know it by; two that are one to them are told once. */
function renamedFields(fields: readonly FieldProblem[], renamed: ReadonlyMap<string, string>): FieldProblem[] {
  const told = fields.map(({ path, message }) => ({ path: renamed.get(path) ?? path, message }));
  return [...new Map(told.map((field) => [JSON.stringify(field), field])).values()];
}
