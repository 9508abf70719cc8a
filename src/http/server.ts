// The HTTP server around a gateway: how long a client may take, and what it is told when it does not speak HTTP.
import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Log } from '../log.ts';
import { badHead, headFault, originForm } from './head.ts';
import { graphqlErrorBody, JSON_TYPE, restErrorBody, securityHeaders } from './message.ts';

/** Milliseconds that a client has, for the head of a request and for all of it. */
const HEADERS_TIMEOUT = 10_000;
const REQUEST_TIMEOUT = 20_000;
/** Milliseconds that an idle connection is kept; longer than the minute of most load balancers. */
const KEEP_ALIVE_TIMEOUT = 65_000;
/** Milliseconds without a byte in either direction, after which a connection is dropped. */
const SOCKET_TIMEOUT = 75_000;
const CHECK_INTERVAL = 1_000;
const LARGEST_HEAD = 16 * 1024;

/** A request that is being answered. */
interface Exchange {
  request: IncomingMessage;
  response: ServerResponse;
}

/**
 * Answers a request.
 *
 * @param fault - what is wrong with the head of the request, to be told to the caller; undefined when nothing is
 */
export type HandleRequest = (request: IncomingMessage, response: ServerResponse, fault?: string) => void;

/** What the parser's codes mean to a caller. */
const reasons: Record<string, string> = {
  ERR_HTTP_REQUEST_TIMEOUT: 'The request did not arrive in time.',
  HPE_CHUNK_EXTENSIONS_OVERFLOW: 'The extensions of a chunk are too large.',
  HPE_CLOSED_CONNECTION: 'More data came after a request with Connection: close.',
  HPE_HEADER_OVERFLOW: 'The head of the request is too large.',
  HPE_INVALID_CHUNK_SIZE: 'The size of a chunk is not a number.',
  HPE_INVALID_CONTENT_LENGTH: 'The Content-Length is not a number, or there are two.',
  HPE_INVALID_EOF_STATE: 'The request ended early.',
  HPE_INVALID_HEADER_TOKEN: 'A header holds a character that it may not hold.',
  HPE_INVALID_METHOD: 'The HTTP method is not known.',
  HPE_INVALID_TRANSFER_ENCODING: 'The Transfer-Encoding must end in chunked, and stand without a Content-Length.',
  HPE_INVALID_URL: 'The request target holds a character that it may not hold.',
  HPE_INVALID_VERSION: 'The HTTP version is not supported.',
  HPE_UNEXPECTED_CONTENT_LENGTH: 'A request may not have two lengths, nor a length beside chunks.',
};

/** Something on a connection that is not a request which could be answered. */
interface Refusal {
  /** For the log. */
  reason: string | undefined;
  /** For the caller. */
  message: string;
  /** Where the request was meant to go, as far as that can be told. */
  path: string;
  method?: string | undefined;
}

/**
 * Makes the HTTP server of a gateway; it listens nowhere yet.
 *
 * @param handle - answers requests
 */
export function createHttpServer(handle: HandleRequest, log: Log): Server {
  const exchanges = new WeakMap<Duplex, Set<Exchange>>();

  function answer(request: IncomingMessage, response: ServerResponse, fault = headFault(request)): void {
    const open = exchanges.get(request.socket) ?? new Set();
    exchanges.set(request.socket, open);
    const exchange = { request, response };
    open.add(exchange);
    response.once('close', () => open.delete(exchange));
    handle(request, response, fault);
  }

  const server = createServer(
    {
      headersTimeout: HEADERS_TIMEOUT,
      requestTimeout: REQUEST_TIMEOUT,
      keepAliveTimeout: KEEP_ALIVE_TIMEOUT,
      connectionsCheckingInterval: CHECK_INTERVAL,
      maxHeaderSize: LARGEST_HEAD,
      // Node would answer by itself, with nothing; `headFault` sees to it.
      requireHostHeader: false,
    },
    (request, response) => answer(request, response),
  );
  server.timeout = SOCKET_TIMEOUT;
  // Node would leave out what comes after the two thousandth, unseen; the size of the head bounds their number.
  server.maxHeadersCount = 0;

  function refuse(socket: Duplex, refusal: Refusal): void {
    // Requests that came whole before the one that is none are answered first.
    const [earlier] = [...(exchanges.get(socket) ?? [])].filter(({ request }) => request.complete);
    if (earlier) {
      earlier.response.once('close', () => refuse(socket, refusal));
      return;
    }
    if (!socket.writable) {
      socket.destroy();
      return;
    }
    const requestId = randomUUID();
    log.info({ requestId, code: 'INTERNAL_REQUEST_MALFORMED', reason: refusal.reason }, 'not a request');
    socket.end(malformedAnswer(requestId, refusal), () => socket.destroy());
  }

  server.on('clientError', (error: ParserError, socket) => {
    if (error.code === 'ECONNRESET') {
      socket.destroy();
      return;
    }
    // What breaks off in its body is known by its head.
    const begun = [...(exchanges.get(socket) ?? [])].find(({ request }) => !request.complete);
    const asked = begun ? { method: begun.request.method, path: pathOf(begun.request.url ?? '') } : lastAsked(error);
    refuse(socket, {
      reason: error.code,
      message: reasons[error.code ?? ''] ?? 'This is not an HTTP/1.1 request.',
      ...asked,
    });
  });
  server.on('checkExpectation', (request: IncomingMessage, response: ServerResponse) =>
    answer(request, response, headFault(request) ?? 'The Expect header asks for something other than 100-continue.'),
  );
  server.on('connect', (_, socket) => {
    // Node has let go of the connection.
    socket.on('error', () => socket.destroy());
    refuse(socket, { reason: 'CONNECT', message: 'CONNECT is not supported: this is not a proxy.', path: '' });
  });
  return server;
}

/** What the parser says of what it cannot read. */
interface ParserError extends NodeJS.ErrnoException {
  /** Bytes of `rawPacket` that were read. */
  bytesParsed?: number;
  rawPacket?: Buffer;
}

function pathOf(target: string): string {
  return originForm(target).split('?', 1)[0] ?? '';
}

const requestLine = /(?:^|\n)([A-Z-]{1,20}) ([^ \r\n]{1,2048}) HTTP\//g;

/** What the request asked that a packet broke off in: the last request line up to there. Empty when it came in an earlier packet. */
function lastAsked({ rawPacket = Buffer.of(), bytesParsed = 0 }: ParserError): Pick<Refusal, 'method' | 'path'> {
  const lineEnd = rawPacket.indexOf('\n', bytesParsed);
  const text = rawPacket.toString('latin1', 0, lineEnd < 0 ? rawPacket.length : lineEnd);
  const [, method, target = ''] = [...text.matchAll(requestLine)].at(-1) ?? [];
  return { method, path: pathOf(target) };
}

function malformedAnswer(requestId: string, { message, path, method }: Refusal): string {
  const error = badHead(message);
  const body = JSON.stringify((path === '/graphql' ? graphqlErrorBody : restErrorBody)(error, requestId));
  const head = Object.entries({
    'Content-Type': JSON_TYPE,
    ...securityHeaders,
    'Content-Length': Buffer.byteLength(body),
    'X-Request-Id': requestId,
    Connection: 'close',
  }).map(([name, value]) => `${name}: ${value}`);
  return `HTTP/1.1 400 Bad Request\r\n${head.join('\r\n')}\r\n\r\n${method === 'HEAD' ? '' : body}`;
}
