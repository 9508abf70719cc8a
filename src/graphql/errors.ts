// The one place where errors of the GraphQL side become what a caller sees.
import { GraphQLError } from 'graphql';
import { toApiError } from '../database/failure.ts';
import { ApiError, type ErrorCode, publicError } from '../errors.ts';
import type { Log, RequestRecord } from '../log.ts';

/** What the HTTP layer of Yoga reads from an error, and does not send. */
interface HttpHint {
  status: number;
  /** True where the GraphQL-over-HTTP specification keeps 200 for `application/json`. */
  spec?: boolean;
  headers?: Record<string, string>;
}

/** The members of `extensions` in every error of the GraphQL door. */
export interface ErrorExtensions {
  code: ErrorCode;
  status: number;
  description: string;
  fields?: ApiError['fields'];
  retry_after?: number;
  requestId: string;
  http?: HttpHint;
}

interface Request {
  requestId: string;
  record: RequestRecord;
}

/**
 * Turns any errors of a GraphQL result into errors of the catalogue, notes the first code for the log, and logs the
 * cause of what was the gateway's own fault.
 */
export function presentErrors(errors: readonly GraphQLError[], request: Request, log: Log): GraphQLError[] {
  return errors.map((error) => {
    const { apiError, http } = classify(error);
    request.record.code ??= apiError.code;
    if (apiError.status >= 500)
      log.error({ requestId: request.requestId, code: apiError.code, err: apiError.cause }, 'request failed');
    const { message, ...shown } = publicError(apiError, request.requestId);
    const extensions: ErrorExtensions = { ...shown, status: apiError.status, ...(http && { http }) };
    return new GraphQLError(message, {
      nodes: error.nodes,
      source: error.source,
      positions: error.positions,
      path: error.path,
      extensions: { ...extensions },
    });
  });
}

function classify(error: GraphQLError): { apiError: ApiError; http?: HttpHint } {
  let root: unknown = error;
  while (root instanceof GraphQLError && root.originalError) root = root.originalError;
  const http =
    (error.extensions?.http as HttpHint | undefined) ?? (root instanceof ApiError ? httpOf(root) : undefined);
  if (!(root instanceof GraphQLError)) return { apiError: toApiError(root), ...(http && { http }) };
  // The language's own errors: they speak of the caller's document in words that are the specification's.
  const code = http?.status === 405 ? 'INTERNAL_METHOD_NOT_ALLOWED' : 'INTERNAL_REQUEST_MALFORMED';
  const apiError = new ApiError(code, { message: root.message });
  return { apiError, http: http ?? { status: 400, spec: true } };
}

/** Key checks happen before GraphQL, hence carry their own HTTP status; what fails inside an operation does not. */
function httpOf(error: ApiError): HttpHint | undefined {
  const ofKey = error.code.startsWith('PUBLIC_API_KEY_') || error.code === 'INTERNAL_TOO_MANY_REQUESTS';
  return ofKey ? { status: error.status } : undefined;
}

/** An error of the catalogue as GraphQL throws it, answered by an HTTP status where the specification asks for one. */
export function requestError(apiError: ApiError, http?: HttpHint): GraphQLError {
  return new GraphQLError(apiError.message, { originalError: apiError, extensions: http && { http } });
}
