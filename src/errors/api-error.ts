// The error catalogue: every code a caller can see, with its HTTP status and its words, and the one error class that carries them.

interface CatalogueEntry {
  /** HTTP status of the answer. */
  readonly status: number;
  /** One sentence for the person who reads the answer. */
  readonly message: string;
  /** What the code means and what to do about it, true of every way to reach it. */
  readonly description: string;
}

/** Every error code of the public API. Codes and statuses are part of the contract with callers; the words are ours. */
export const catalogue = {
  PUBLIC_API_KEY_IS_EMPTY: {
    status: 404,
    message: 'No API key was sent.',
    description:
      'Send the key as ?apiKey=… in the URL, as the member apiKey of a REST body, or as the header "Authorization: Bearer …". The first one present is checked, even if it is empty.',
  },
  PUBLIC_API_KEY_IS_NOT_IN_VALID_FORMAT: {
    status: 404,
    message: 'The API key is not in the right format.',
    description: 'A key is 32 characters: PROD, DEV_ or ROOT, followed by 28 letters and digits.',
  },
  PUBLIC_API_KEY_SAMPLE_VALUE: {
    status: 404,
    message: 'This is the sample key of the documentation.',
    description: 'Replace the sample key with a key of your own organisation. The sample key works in demo mode only.',
  },
  PUBLIC_API_KEY_DOES_NOT_EXIST: {
    status: 404,
    message: 'This API key does not exist.',
    description: 'Check that the whole key was copied, and that it belongs to this gateway.',
  },
  PUBLIC_API_KEY_HAS_BEEN_DELETED: {
    status: 404,
    message: 'This API key was deleted.',
    description: 'A deleted key cannot be restored. Use another key of your organisation.',
  },
  PUBLIC_API_KEY_IS_NOT_ACTIVE: {
    status: 404,
    message: 'This API key is not active.',
    description: 'The key was deactivated. Activate it again, or use another key of your organisation.',
  },
  PUBLIC_API_KEY_HAS_BEEN_EXPIRED: {
    status: 404,
    message: 'This API key has expired.',
    description: 'The expiry time of the key has passed. Use another key of your organisation.',
  },
  INTERNAL_TOO_MANY_REQUESTS: {
    status: 429,
    message: 'Too many requests were made with this API key.',
    description: 'Wait for the number of seconds in retry_after, then send the request again.',
  },
  PUBLIC_API_KEY_SCOPE_NOT_ALLOWED: {
    status: 403,
    message: 'This API key may not run this operation.',
    description: 'Use a key with the required scopes, or a ROOT key.',
  },
  INTERNAL_VALIDATION_FAILED: {
    status: 422,
    message: 'Some of the values sent are not valid.',
    description: 'Every value that breaks its rule is listed in fields, with the reason.',
  },
  INTERNAL_REQUEST_MALFORMED: {
    status: 400,
    message: 'The request could not be read.',
    description: 'The message says what is wrong with the request. Correct it before sending it again.',
  },
  INTERNAL_RESOURCE_NOT_FOUND: {
    status: 404,
    message: 'No resource exists at this path.',
    description: 'Check the path of the request.',
  },
  INTERNAL_METHOD_NOT_ALLOWED: {
    status: 405,
    message: 'This path does not support this HTTP method.',
    description: 'The supported methods are in the Allow header.',
  },
  INTERNAL_PAYLOAD_TOO_LARGE: {
    status: 413,
    message: 'The body of the request is too large.',
    description:
      'A body may hold up to 64 KiB, and up to 1 MiB where it asks for bulkCreateCustomers alone, by a key that may create.',
  },
  INTERNAL_UNSUPPORTED_MEDIA_TYPE: {
    status: 415,
    message: 'The media type of the body is not supported.',
    description: 'Send a body of a type that this path supports, with its Content-Type, uncompressed and in UTF-8.',
  },
  PUBLIC_CUSTOMER_DETAIL_NOT_PERMITTED: {
    status: 404,
    message: 'Your organisation has no such customer.',
    description: 'The customer named does not exist in the organisation that the API key belongs to.',
  },
  INTERNAL_CONFLICT: {
    status: 409,
    message: 'The request conflicts with the current state.',
    description: 'Read the current state, then decide whether to send the request again.',
  },
  INTERNAL_SERVICE_UNAVAILABLE: {
    status: 503,
    message: 'The service is not available at the moment.',
    description: 'The request was not confirmed. Send it again after Retry-After seconds.',
  },
  INTERNAL_SERVER_ERROR: {
    status: 500,
    message: 'The request failed because of a fault in the gateway.',
    description: 'The fault was recorded under the request id. Quote it when you report this.',
  },
} as const satisfies Record<string, CatalogueEntry>;

/** A code of the catalogue. */
export type ErrorCode = keyof typeof catalogue;

/** Every code, as the catalogue lists them. */
export const errorCodes = Object.keys(catalogue) as ErrorCode[];

/** One input value that breaks its rule: `path` as the caller wrote it, within the argument or body (`email`), `message` the reason. */
export interface FieldProblem {
  readonly path: string;
  readonly message: string;
}

/** Fields that one answer lists. */
export const MOST_FIELDS = 50;
/** Characters of what a caller sent that an answer repeats: 64 at most, with what may stand around it in the message. */
export const LONGEST_ECHO = 60;

/**
 * A part of what a caller sent, short enough to be repeated in an answer.
 *
 * @param most - characters that it may have; what is cut off ends in `…`
 */
export function echo(text: string, most = LONGEST_ECHO): string {
  if (text.length <= most) return text;
  // Half a character would be none.
  return `${text.slice(0, Math.max(most - 1, 0)).replace(/[\ud800-\udbff]$/, '')}…`;
}

/** What is particular to one failure, besides its code. */
export interface ApiErrorDetails {
  /** Words more exact than the catalogue's; they must hold nothing of the inside. */
  message?: string;
  /** An explanation more exact than the catalogue's, for one way to reach the code. */
  description?: string | undefined;
  /** Every broken value, for `INTERNAL_VALIDATION_FAILED`. */
  fields?: readonly FieldProblem[];
  /** Seconds after which trying again makes sense. */
  retryAfter?: number;
  /** Methods that the address answers, for `INTERNAL_METHOD_NOT_ALLOWED`. */
  allow?: readonly string[];
  /** Headers of the answer that tell more of the failure. */
  headers?: Readonly<Record<string, string>>;
  /** What really happened; logged, never shown. */
  cause?: unknown;
}

/** The ways in which an `Idempotency-Key` is an `INTERNAL_CONFLICT`, in the words that are answered and documented. */
export const idempotencyConflicts = {
  otherRequest: {
    message: 'This Idempotency-Key was sent with another request.',
    description: 'Use a new Idempotency-Key for each request that differs in its path or in the values that it sends.',
  },
  noLongerThere: {
    message: 'What the request with this Idempotency-Key did can no longer be shown.',
    description:
      'It was done, and nothing is left of what it made or changed. Use a new Idempotency-Key for another request.',
  },
  erased: {
    message: 'The answer that was kept under this Idempotency-Key told of a customer who was erased.',
    description: 'The request was done once, and is not done again. Use a new Idempotency-Key for another request.',
  },
  stillRunning: {
    message: 'The request with this Idempotency-Key is still running.',
    description: 'Wait for the number of seconds in retry_after, then send the request again.',
    retryAfter: 1,
  },
} as const satisfies Record<string, ApiErrorDetails>;

/** How the brute-force limiter refuses, as answered and documented; the seconds to wait differ. */
export const bruteForceRefused = {
  message: 'Too many requests with API keys that do not exist came from this address.',
} as const satisfies ApiErrorDetails;

/** A failure that the caller is told about: a code of the catalogue and what is particular to this case. It has no stack: see `stackless.ts`. */
export class ApiError extends Error {
  readonly code: ErrorCode;
  readonly status: number;
  readonly description: string;
  readonly fields: readonly FieldProblem[] | undefined;
  readonly retryAfter: number | undefined;
  readonly allow: readonly string[] | undefined;
  readonly headers: Readonly<Record<string, string>> | undefined;

  constructor(code: ErrorCode, details: ApiErrorDetails = {}) {
    const entry = catalogue[code];
    const leftOut = (details.fields?.length ?? 0) - MOST_FIELDS;
    const message = details.message ?? entry.message;
    const { stackTraceLimit } = Error;
    Error.stackTraceLimit = 0;
    try {
      super(leftOut > 0 ? `${message} ${leftOut} more are not listed.` : message, { cause: details.cause });
    } finally {
      Error.stackTraceLimit = stackTraceLimit;
    }
    this.name = 'ApiError';
    this.code = code;
    this.status = entry.status;
    this.description = details.description ?? entry.description;
    this.fields = details.fields?.slice(0, MOST_FIELDS);
    this.retryAfter = details.retryAfter;
    this.allow = details.allow;
    this.headers = details.headers;
  }
}

/** The failure of one input value; `path` and `message` as in `FieldProblem`. */
export function invalidField(path: string, message: string, cause?: unknown): ApiError {
  return new ApiError('INTERNAL_VALIDATION_FAILED', { fields: [{ path, message }], cause });
}

/**
 * The failure of a cursor that names nothing of the list.
 *
 * @param argument - `after` or `before`
 */
export function unknownCursor(argument: string): ApiError {
  return invalidField(argument, 'must be a cursor of this list');
}

/** The request that an error answers, as far as the error tells of it. */
export interface FailedRequest {
  /** The id under which it is logged. */
  readonly requestId: string;
  /** Where callers reach the gateway, without a slash at the end; undefined where nobody said so. */
  readonly publicUrl: string | undefined;
}

/** The path of the page that explains a code. */
export function docPath(code: ErrorCode): string {
  return `/errors/${code}`;
}

/**
 * The page that explains a code.
 *
 * @returns a URL; a path where it is not known where callers reach the gateway
 */
export function docUrl(code: ErrorCode, publicUrl: string | undefined): string {
  return `${publicUrl ?? ''}${docPath(code)}`;
}

/** What an error tells the outside: the members that both APIs show, in their order. */
export function publicError(error: ApiError, { requestId, publicUrl }: FailedRequest) {
  return {
    code: error.code,
    message: error.message,
    description: error.description,
    ...(error.fields && { fields: error.fields }),
    ...(error.retryAfter !== undefined && { retry_after: error.retryAfter }),
    requestId,
    docUrl: docUrl(error.code, publicUrl),
  };
}
