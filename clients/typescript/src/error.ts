// The one error of this package: what the gateway says of a failure, by either API, or that no answer came.
import type { ErrorCode } from './generated/graphql.ts';

/** What failed before there was an answer of the gateway. */
export type ClientErrorCode =
  /** No answer came within the time-out. */
  | 'CLIENT_TIMEOUT'
  /** No connection, or one that was lost. */
  | 'CLIENT_NETWORK_FAILURE'
  /** An answer that is not the gateway's, such as a page of a proxy. */
  | 'CLIENT_UNREADABLE_ANSWER';

/** A code of the catalogue, one of this package, or one that a later gateway has: handle that by its `status`. */
export type GatewayErrorCode = ErrorCode | ClientErrorCode | (string & {});

/** A value that breaks its rule: where it stands, and why. */
export interface FieldProblem {
  readonly path: string;
  readonly message: string;
}

/** An error as both APIs write it: REST as `error`, GraphQL as `extensions` of an entry of `errors`. */
export interface WrittenError {
  readonly code?: string | undefined;
  readonly message?: string | undefined;
  readonly status?: number | undefined;
  readonly description?: string | undefined;
  readonly fields?: readonly FieldProblem[] | undefined;
  readonly requestId?: string | undefined;
  readonly docUrl?: string | undefined;
  readonly retry_after?: number | undefined;
}

/** An entry of `errors` of a GraphQL answer. */
export interface GraphQLErrorEntry {
  readonly message: string;
  readonly path?: readonly (string | number)[];
  readonly extensions?: WrittenError;
}

/** What a `GatewayError` is made of. */
export interface GatewayErrorDetails {
  code: GatewayErrorCode;
  status: number;
  message: string;
  description?: string | undefined;
  fields?: readonly FieldProblem[] | undefined;
  requestId?: string | undefined;
  docUrl?: string | undefined;
  retryAfter?: number | undefined;
  data?: unknown;
  errors?: readonly GraphQLErrorEntry[] | undefined;
  cause?: unknown;
}

/** Under this name Node, Bun and Deno look for how a value is printed. */
const PRINTED: unique symbol = Symbol.for('nodejs.util.inspect.custom');

/** What may hold keys or personal data: it is there for programs, and in no log that somebody prints the error to. */
const HIDDEN = ['data', 'errors', 'cause'] as const;

/** A request that failed. */
export class GatewayError extends Error {
  override readonly name = 'GatewayError';
  /** What went wrong, for programs. */
  readonly code: GatewayErrorCode;
  /** HTTP status of the error, also where GraphQL answers with 200; 0 where no answer came. */
  readonly status: number;
  /** What the code means, and what to do about it. */
  readonly description: string | undefined;
  /** Every value that breaks its rule; empty for most codes. */
  readonly fields: readonly FieldProblem[];
  /** The id under which the gateway has logged the request: quote it to whoever runs it. */
  readonly requestId: string | undefined;
  /** The page that explains the code. */
  readonly docUrl: string | undefined;
  /** Seconds to wait before the request is sent again. */
  readonly retryAfter: number | undefined;
  /** GraphQL: what the answer has besides its errors, where some fields have a value. */
  readonly data: unknown;
  /** GraphQL: all errors of the answer; this one is the first of them. */
  readonly errors: readonly GraphQLErrorEntry[];

  constructor(details: GatewayErrorDetails) {
    super(details.message, { cause: details.cause });
    this.code = details.code;
    this.status = details.status;
    this.description = details.description;
    this.fields = details.fields ?? [];
    this.requestId = details.requestId;
    this.docUrl = details.docUrl;
    this.retryAfter = details.retryAfter;
    this.data = details.data;
    this.errors = details.errors ?? [];
    for (const name of HIDDEN) Object.defineProperty(this, name, { enumerable: false });
  }

  /** Leaves out `cause` and `errors`, which are printed of every error else, enumerable or not. */
  [PRINTED](_: number, options: object, inspect: (value: unknown, options: object) => string): string {
    const { name: __, ...shown } = this;
    return `${this.stack} ${inspect(shown, options)}`;
  }
}

/** A GraphQL or REST answer that says that it failed. */
export interface FailedAnswer {
  readonly response: Response;
  /** What stands where the gateway writes its error: it may be the answer of anybody. */
  readonly written: unknown;
  readonly data?: unknown;
  readonly errors?: readonly GraphQLErrorEntry[];
}

/**
 * Makes the error of an answer. What the body says goes before headers, of which a browser sees only some.
 *
 * @param url - of the gateway, which paths in `docUrl` are added to
 */
export function errorOfAnswer({ response, written: foreign, data, errors }: FailedAnswer, url: string): GatewayError {
  const written = writtenErrorOf(foreign);
  const { code, message, description, fields, docUrl } = written;
  const { status, headers } = response;
  return new GatewayError({
    code: code ?? 'CLIENT_UNREADABLE_ANSWER',
    status: written.status ?? status,
    message: message ?? `The answer, with the status ${status}, is not one of the gateway.`,
    description,
    fields,
    requestId: written.requestId ?? headers.get('x-request-id') ?? undefined,
    docUrl: docUrl?.startsWith('/') ? url + docUrl : docUrl,
    retryAfter: written.retry_after ?? secondsOf(headers.get('retry-after')),
    data,
    errors,
  });
}

/** What of an error is as the gateway writes it: whatever else stands there is as if it did not. */
function writtenErrorOf(foreign: unknown): WrittenError {
  const { code, message, status, description, fields, requestId, docUrl, retry_after } = membersOf(foreign);
  return {
    code: stringOf(code),
    message: stringOf(message),
    status: isStatus(status) ? status : undefined,
    description: stringOf(description),
    fields: Array.isArray(fields) && fields.every(isFieldProblem) ? fields : undefined,
    requestId: stringOf(requestId),
    docUrl: stringOf(docUrl),
    retry_after: isWait(retry_after) ? retry_after : undefined,
  };
}

/** The members of an object; none of anything else. */
export function membersOf(foreign: unknown): Record<string, unknown> {
  return typeof foreign === 'object' && foreign !== null ? (foreign as Record<string, unknown>) : {};
}

const stringOf = (value: unknown) => (typeof value === 'string' ? value : undefined);

const isStatus = (value: unknown): value is number =>
  typeof value === 'number' && Number.isInteger(value) && value >= 100 && value <= 599;

const isWait = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value) && value >= 0;

function isFieldProblem(value: unknown): value is FieldProblem {
  const { path, message } = membersOf(value);
  return typeof path === 'string' && typeof message === 'string';
}

/** Seconds of a `Retry-After`, which may also be a date. */
function secondsOf(header: string | null): number | undefined {
  if (header === null) return undefined;
  if (/^\d+$/.test(header)) return Number(header);
  const at = Date.parse(header);
  return Number.isNaN(at) ? undefined : Math.max(0, Math.ceil((at - Date.now()) / 1000));
}
