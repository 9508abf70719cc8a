// A request and its answer, as they pass between the process and the APIs.
import { randomUUID } from 'node:crypto';
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import type { Caller } from '../api-key/authenticate.ts';
import { type ApiError, type FailedRequest, publicError } from '../errors/api-error.ts';
import type { KeyedRequest } from '../idempotency/idempotency-key.ts';
import type { RequestRecord } from '../log.ts';
import type { Quota } from '../rate-limit/quota.ts';
import { type LargeBody, type Members, parseBody, readBytes } from './body.ts';
import type { AddressOf } from './client-ip.ts';
import { originForm } from './head.ts';
import { type KnownMembers, type KnownNames, readKnownMembers } from './known-members.ts';

/** A request as an API sees it. */
export interface HttpRequest extends FailedRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  /** The IP address of whoever sent the request. */
  readonly ip: string;
  /** What is wrong with its head, as a sentence for the caller; undefined when nothing is. */
  readonly fault: string | undefined;
  /** Who calls; undefined until that is known, and for a request without a key. */
  caller: Caller | undefined;
  /** The caller's limit. */
  quota: Quota | undefined;
  /** The Idempotency-Key under which it came. */
  keyed: KeyedRequest | undefined;
  /** How a large body is read, where the caller may send one. To be told before the body is read. */
  largeBody: LargeBody | undefined;
  /** Whether the body that was read is a large one. */
  readonly hasLargeBody: boolean;
  /** Headers that the answer will have, whatever it is. */
  readonly answerHeaders: Record<string, string>;
  /** The body, read at most once; undefined when it is too large. */
  bytes(): Promise<Buffer | undefined>;
  /**
   * The members of the body, read strictly and taken apart at most once.
   *
   * @throws ApiError `INTERNAL_UNSUPPORTED_MEDIA_TYPE`, `INTERNAL_PAYLOAD_TOO_LARGE`, `INTERNAL_REQUEST_MALFORMED`
   */
  members(): Promise<Members>;
  /**
   * The members of the body that an address reads, in any of the types that old clients send, taken apart at most once.
   *
   * @param known - their names
   */
  knownMembers(known: KnownNames): Promise<KnownMembers>;
  /** What the log will say about this request. */
  readonly record: RequestRecord;
}

/** The media type of JSON, as this gateway names it. */
export const JSON_TYPE = 'application/json; charset=utf-8';

/** An answer as an API gives it. */
export interface HttpResponse {
  status: number;
  contentType?: string;
  headers: Record<string, string>;
  body: string | Uint8Array;
}

/** An id that a caller may give its request: printable, without anything that a log or a header could misread. */
const requestIdForm = /^[\w.:-]{1,128}$/;

/** A key that strayed into a path or an id must not reach the log. */
const strayKey = /(PROD|DEV_|ROOT)[A-Za-z0-9]{28}/g;
/** Nor must a segment of a path that holds an e-mail address. */
const strayEmail = /@|%40/;
const LONGEST_PATH = 128;

/** The path as the log shows it. */
function loggedPathOf(path: string): string {
  const withoutKeys = path.replace(strayKey, '…');
  const shown = strayEmail.test(withoutKeys)
    ? withoutKeys.replace(/[^/]+/g, (segment) => (strayEmail.test(segment) ? '…' : segment))
    : withoutKeys;
  return shown.slice(0, LONGEST_PATH);
}

/** What every answer says to browsers: take it for nothing else, show it in no frame, tell nobody its URL. */
export const securityHeaders = {
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'DENY',
  'Content-Security-Policy': "default-src 'none'; frame-ancestors 'none'",
  'Referrer-Policy': 'no-referrer',
};

/** How callers reach the gateway. */
export interface Reached {
  /** Tells whose request it is. */
  addressOf: AddressOf;
  /** As `FailedRequest` has it. */
  publicUrl: string | undefined;
}

/**
 * Takes what the APIs need from a Node request.
 *
 * @param fault - what is wrong with its head, as a sentence for the caller
 */
export function fromNode(incoming: IncomingMessage, reached: Reached, fault: string | undefined): HttpRequest {
  return new NodeRequest(incoming, reached, fault);
}

/** A class, since accessors on a prototype cost nothing, and those of an object literal as much as the rest of a request. */
class NodeRequest implements HttpRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly requestId: string;
  readonly publicUrl: string | undefined;
  readonly answerHeaders: Record<string, string>;
  readonly record: RequestRecord;
  readonly fault: string | undefined;
  caller: Caller | undefined;
  quota: Quota | undefined;
  keyed: KeyedRequest | undefined;
  largeBody: LargeBody | undefined;
  readonly #incoming: IncomingMessage;
  readonly #addressOf: AddressOf;
  readonly #search: string;
  #query: URLSearchParams | undefined;
  #bytes: Promise<Buffer | undefined> | undefined;
  #members: Promise<Members> | undefined;
  #knownMembers: Promise<KnownMembers> | undefined;

  constructor(incoming: IncomingMessage, { addressOf, publicUrl }: Reached, fault: string | undefined) {
    const { method = 'GET', headers } = incoming;
    const url = originForm(incoming.url ?? '/');
    const mark = url.indexOf('?');
    const path = mark < 0 ? url : url.slice(0, mark);
    const given = headers['x-request-id'];
    const usable = typeof given === 'string' && requestIdForm.test(given) && given.search(strayKey) < 0;
    const requestId = usable ? given : randomUUID();
    this.#incoming = incoming;
    this.fault = fault;
    this.caller = undefined;
    this.quota = undefined;
    this.keyed = undefined;
    this.largeBody = undefined;
    this.#addressOf = addressOf;
    this.#search = mark < 0 ? '' : url.slice(mark + 1);
    this.method = method;
    this.path = path;
    this.headers = headers;
    this.requestId = requestId;
    this.publicUrl = publicUrl;
    this.answerHeaders = { ...securityHeaders, 'X-Request-Id': requestId };
    this.record = { requestId, method, path: loggedPathOf(path), status: 0, milliseconds: 0 };
  }

  get query(): URLSearchParams {
    this.#query ??= new URLSearchParams(this.#search);
    return this.#query;
  }

  get ip(): string {
    return this.#addressOf(this.#incoming);
  }

  get hasLargeBody(): boolean {
    return this.largeBody?.isThere === true;
  }

  bytes(): Promise<Buffer | undefined> {
    this.#bytes ??= readBytes(this.#incoming, this.largeBody);
    return this.#bytes;
  }

  members(): Promise<Members> {
    this.#members ??= this.bytes().then((read) => parseBody(read, this.headers));
    return this.#members;
  }

  knownMembers(known: KnownNames): Promise<KnownMembers> {
    this.#knownMembers ??= this.bytes().then((read) => readKnownMembers(read, this.headers, known));
    return this.#knownMembers;
  }
}

/** Statuses of answers that have no body, and therefore no length of one. */
const bodiless = [204, 304];

/** Sends an answer. */
export function send(outgoing: ServerResponse, request: HttpRequest, response: HttpResponse): void {
  // Text stays text: Node sends it in one piece with the head.
  const { body } = response;
  outgoing.writeHead(response.status, {
    ...(response.contentType && { 'Content-Type': response.contentType }),
    ...request.answerHeaders,
    ...response.headers,
    ...(!bodiless.includes(response.status) && { 'Content-Length': Buffer.byteLength(body) }),
  });
  outgoing.end(request.method === 'HEAD' ? undefined : body);
}

/** An answer in JSON. */
export function json(status: number, body: unknown, headers: Record<string, string> = {}): HttpResponse {
  return {
    status,
    contentType: JSON_TYPE,
    headers: { 'Cache-Control': 'no-store', ...headers },
    body: JSON.stringify(body),
  };
}

/**
 * The header that tells caches what else an answer depends on.
 *
 * @param name - of the request's header
 */
export function vary({ answerHeaders }: HttpRequest, name: string): { Vary: string } {
  return { Vary: answerHeaders.Vary ? `${answerHeaders.Vary}, ${name}` : name };
}

/** The body of a failure as the REST API writes it. */
export function restErrorBody(error: ApiError, request: FailedRequest) {
  return { error: publicError(error, request) };
}

/** The body of a failure before GraphQL's own execution, as GraphQL over HTTP writes it. */
export function graphqlErrorBody(error: ApiError, request: FailedRequest) {
  const { message, ...extensions } = publicError(error, request);
  return { errors: [{ message, extensions: { ...extensions, status: error.status } }] };
}

/** The HTTP headers that belong to an error. */
export function errorHeaders(error: ApiError): Record<string, string> {
  return {
    ...error.headers,
    ...(error.retryAfter !== undefined && { 'Retry-After': String(error.retryAfter) }),
    ...(error.allow && { Allow: error.allow.join(', ') }),
    // What is left of the body is not read: the connection cannot be used again.
    ...(error.code === 'INTERNAL_PAYLOAD_TOO_LARGE' && { Connection: 'close' }),
  };
}
