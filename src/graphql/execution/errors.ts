// The one place where errors of the GraphQL side become what a caller sees.
import { type DocumentNode, type ExecutionResult, GraphQLError, Kind } from 'graphql';
import {
  ApiError,
  type ErrorCode,
  echo,
  type FailedRequest,
  invalidField,
  LONGEST_ECHO,
  publicError,
} from '../../errors/api-error.ts';
import { toApiError } from '../../errors/classify.ts';
import { withoutStack } from '../../errors/stackless.ts';
import { errorHeaders } from '../../http/request.ts';
import { type Log, noteFailure, type RequestRecord } from '../../log.ts';
import { ONE_MEMBER } from './input-problems.ts';
import { placeOfValue } from './variables.ts';

/** What the HTTP layer of Yoga reads from an error, and does not send. */
interface HttpHint {
  status: number;
  headers?: Record<string, string>;
  /** True where the GraphQL-over-HTTP specification keeps 200 for `application/json`. */
  spec?: boolean;
}

/** The members of `extensions` in every error of the GraphQL API. */
export interface ErrorExtensions {
  code: ErrorCode;
  status: number;
  description: string;
  fields?: ApiError['fields'];
  retry_after?: number;
  requestId: string;
  docUrl: string;
  http?: HttpHint;
}

interface Request extends FailedRequest {
  record: RequestRecord;
}

/** Errors that one answer lists. */
const MOST_ERRORS = 50;

/**
 * Turns the errors of a GraphQL result into errors of the catalogue, notes the first code for the log, and logs the
 * cause of what was the gateway's own fault. `MOST_ERRORS` are listed at most; the last of them says how many are left out.
 *
 * When nothing came of the operation because the service is not available, the result says so to HTTP, which is what
 * balancers and clients look at.
 *
 * @param document - what was run, if it came to that
 * @see section 9 of the contract: 503, whatever the media type
 */
export function presentResult(
  result: ExecutionResult,
  request: Request,
  log: Log,
  document?: DocumentNode,
): ExecutionResult {
  const { errors } = result;
  if (!errors) return result;
  const unavailable = unavailableOf(result, document);
  const http = unavailable && { status: unavailable.status, headers: errorHeaders(unavailable) };
  return {
    ...result,
    errors: presentErrors(errors, request, log, document),
    ...(http && { extensions: { ...result.extensions, http } }),
  };
}

/** What came of an operation, with the errors of the catalogue that callers are told of. */
export interface OperationResult {
  data?: ExecutionResult['data'];
  errors?: readonly ApiError[];
}

/**
 * Turns the errors of a GraphQL result into errors of the catalogue, for an API that has a form of its own for them, notes the first code for the log, and
 * logs the cause of what was the gateway's own fault. `MOST_ERRORS` are handed on at most, and no extensions.
 */
export function classifyResult(
  { data, errors }: ExecutionResult,
  request: Request,
  log: Log,
  document: DocumentNode,
): OperationResult {
  if (!errors) return { data };
  const apiErrors = errors.slice(0, MOST_ERRORS).map((error) => classify(error, document).apiError);
  for (const apiError of apiErrors) noteFailure(log, request.record, apiError);
  return { data, errors: apiErrors };
}

/** The error that is to be waited out longest, when no root field has a value and all errors say that the service is not available. */
function unavailableOf({ data, errors = [] }: ExecutionResult, document?: DocumentNode): ApiError | undefined {
  if (data && Object.values(data).some((value) => value != null)) return undefined;
  const all = errors.map((error) => classify(error, document).apiError);
  if (all.some(({ code }) => code !== 'INTERNAL_SERVICE_UNAVAILABLE')) return undefined;
  return all.toSorted((a, b) => (b.retryAfter ?? 0) - (a.retryAfter ?? 0))[0];
}

function presentErrors(
  errors: readonly GraphQLError[],
  request: Request,
  log: Log,
  document?: DocumentNode,
): GraphQLError[] {
  const shown = errors.length > MOST_ERRORS ? errors.slice(0, MOST_ERRORS - 1) : errors;
  const presented = shown.map((error) => present(error, request, log, document));
  const next = errors[shown.length];
  if (next) presented.push(leftOut(errors.length - shown.length, next, request, document));
  return presented;
}

function present(error: GraphQLError, request: Request, log: Log, document: DocumentNode | undefined): GraphQLError {
  const { apiError, http } = classify(error, document);
  noteFailure(log, request.record, apiError);
  const { nodes, source, positions, path } = error;
  const extensions = { ...extensionsOf(apiError, request), ...(http && { http }) };
  return withoutStack(() => new GraphQLError(apiError.message, { nodes, source, positions, path, extensions }));
}

function extensionsOf(apiError: ApiError, request: Request): ErrorExtensions {
  const { message: _, ...shown } = publicError(apiError, request);
  return { ...shown, status: apiError.status };
}

function leftOut(count: number, next: GraphQLError, request: Request, document: DocumentNode | undefined) {
  const { code, description } = classify(next, document).apiError;
  const apiError = new ApiError(code, { message: `${count} more errors are not listed.`, description });
  const extensions = { ...extensionsOf(apiError, request) };
  return withoutStack(() => new GraphQLError(apiError.message, { extensions }));
}

const OF_DOCUMENTS =
  'The document must be well-formed GraphQL that fits the schema and keeps within the limits for documents.';

function classify(error: GraphQLError, document: DocumentNode | undefined): { apiError: ApiError; http?: HttpHint } {
  // Those of compiled operations are made by graphql-jit, which may have graphql's classes from another module.
  let root: unknown = error.originalError ?? error;
  while (root instanceof GraphQLError && root.originalError) root = root.originalError;
  const http =
    (error.extensions?.http as HttpHint | undefined) ??
    // One of a field leaves the others their values.
    (root instanceof ApiError && error.path === undefined ? httpOf(root) : undefined);
  if (!(root instanceof GraphQLError)) return { apiError: toApiError(root), ...(http && { http }) };
  if (http?.status === 405) {
    return {
      apiError: new ApiError('INTERNAL_METHOD_NOT_ALLOWED', { message: 'A mutation must be sent by POST.' }),
      http,
    };
  }
  const apiErrorOfRun = document && ofRun(error, document);
  if (apiErrorOfRun) return { apiError: apiErrorOfRun };
  // The language's own errors: they speak of the caller's document in words that are the specification's.
  const apiError = new ApiError('INTERNAL_REQUEST_MALFORMED', {
    message: withoutLongEchoes(root.message),
    description: OF_DOCUMENTS,
  });
  return { apiError, http: http ?? { status: 400, spec: true } };
}

/**
 * What a library's error means that came up when an operation ran: an input value, which has its place in the document, or a defect.
 *
 * @returns undefined for an error of the request as a whole
 */
function ofRun(error: GraphQLError, document: DocumentNode): ApiError | undefined {
  const [node] = error.nodes ?? [];
  const path = node && placeOfValue(document, node);
  // A variable's own type allows the value, and the place where it is used does not.
  if (path) return invalidField(path, node.kind === Kind.OBJECT ? ONE_MEMBER : 'is required, and must not be null');
  return error.path && new ApiError('INTERNAL_SERVER_ERROR', { cause: error });
}

/** Names and strings of a message, and the value that messages about values end with. */
const repeated = /"([^"]*)"|(?<=(?:found|value): )[\s\S]+$/g;

/** What a message ends with that suggests names: those are the schema's. */
const suggestions =
  / Did you mean (?:the enum value |to use an inline fragment on )?"\w+"(?:, "\w+")*(?:,? or "\w+")?\?$/;

/** The words of the language, in which what they repeat of the document is cut short, all of it together. */
function withoutLongEchoes(message: string): string {
  let room = LONGEST_ECHO;
  const end = suggestions.exec(message)?.index ?? message.length;
  const withoutSuggestions = message.slice(0, end);
  const shortened = withoutSuggestions.replace(repeated, (found: string, name?: string) => {
    const text = echo(name ?? found, room);
    room = Math.max(room - text.length, 0);
    return name === undefined ? text : `"${text}"`;
  });
  return shortened + message.slice(end);
}

/** Key checks happen before GraphQL, hence carry their own HTTP status; what fails inside an operation does not. */
function httpOf(error: ApiError): HttpHint | undefined {
  const ofKey = error.code.startsWith('PUBLIC_API_KEY_') || error.code === 'INTERNAL_TOO_MANY_REQUESTS';
  return ofKey ? { status: error.status, headers: errorHeaders(error) } : undefined;
}

/** An error of the catalogue as GraphQL throws it, answered by an HTTP status where the specification asks for one. */
export function requestError(apiError: ApiError, http?: HttpHint): GraphQLError {
  const extensions = http && { http };
  return withoutStack(() => new GraphQLError(apiError.message, { originalError: apiError, extensions }));
}
