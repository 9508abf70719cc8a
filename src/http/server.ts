// The HTTP server around a gateway: how long a client may take, and what it is told when it does not speak HTTP.
import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Log } from '../log.ts';
import { type ClientLimits, Clients } from './clients.ts';
import { Connection, PARSER_PAUSED, SOCKET_TIMEOUT } from './connection.ts';
import { badHead, headFault, originForm } from './head.ts';
import { type Asked, rawAnswer, turnAway } from './raw-answer.ts';

/** Milliseconds that a client has, for the head of a request and for all of it. */
const HEADERS_TIMEOUT = 10_000;
const REQUEST_TIMEOUT = 20_000;
/**
 * Milliseconds that an idle connection is kept: longer than proxies keep theirs, for a proxy that sends a request on a
 * connection which is just being closed has no answer. nginx and Amazon's balancers keep it a minute, Traefik 90 seconds,
 * Caddy two minutes; Google's keep it ten minutes, which cannot be changed.
 */
const KEEP_ALIVE_TIMEOUT = 620_000;
const CHECK_INTERVAL = 1_000;
const LARGEST_HEAD = 16 * 1024;

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
interface Refusal extends Asked {
  /** For the log. */
  reason: string | undefined;
  /** For the caller. */
  message: string;
}

/** What an HTTP server is made with. */
export interface HttpServerOptions {
  /** Answers requests. */
  handle: HandleRequest;
  log: Log;
  limits: ClientLimits;
}

/** Makes the HTTP server of a gateway; it listens nowhere yet. */
export function createHttpServer({ handle, log, limits }: HttpServerOptions): Server {
  const clients = new Clients(limits, log);
  const connections = new WeakMap<Duplex, Connection>();
  /** Requests after which a connection cannot go on. */
  const last = new WeakSet<IncomingMessage>();

  function answer(request: IncomingMessage, response: ServerResponse, fault = headFault(request)): void {
    if (last.has(request)) response.shouldKeepAlive = false;
    const exchange = { request, response, answer: () => handle(request, response, fault) };
    connections.get(request.socket)?.add(exchange);
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
      // No other protocol is offered: the answer is one of HTTP/1.1. The parser drops what follows such a request in its packet.
      shouldUpgradeCallback: (request) => {
        last.add(request);
        return false;
      },
    },
    (request, response) => answer(request, response),
  );
  server.timeout = SOCKET_TIMEOUT;
  // Node would leave out what comes after the two thousandth, unseen; the size of the head bounds their number.
  server.maxHeadersCount = 0;

  server.on('connection', (socket: Socket) => {
    const client = clients.connect(socket.remoteAddress ?? '');
    if (client) connections.set(socket, new Connection(socket, client, clients));
    else turnAway(socket);
  });

  function refuse(socket: Duplex, refusal: Refusal): void {
    // Requests that came whole before the one that is none are answered first.
    const [earlier] = (connections.get(socket)?.exchanges ?? []).filter(({ request }) => request.complete);
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
    socket.end(rawAnswer(badHead(refusal.message), requestId, refusal), () => socket.destroy());
  }

  server.on('clientError', (error: ParserError, socket) => {
    if (error.code === 'ECONNRESET') {
      socket.destroy();
      return;
    }
    // What breaks off in its body is known by its head.
    const connection = connections.get(socket);
    if (error.code === PARSER_PAUSED) {
      connection?.readInPieces(error.rawPacket?.subarray(error.bytesParsed) ?? Buffer.of());
      return;
    }
    connection?.stopParsing();
    const begun = connection?.exchanges.find(({ request }) => !request.complete);
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
    connections.get(socket)?.stopParsing();
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
function lastAsked({ rawPacket = Buffer.of(), bytesParsed = 0 }: ParserError): Asked {
  const lineEnd = rawPacket.indexOf('\n', bytesParsed);
  const text = rawPacket.toString('latin1', 0, lineEnd < 0 ? rawPacket.length : lineEnd);
  const [, method, target = ''] = [...text.matchAll(requestLine)].at(-1) ?? [];
  return { method, path: pathOf(target) };
}
