// The HTTP server around a gateway: its bounds of time and size, and what it does with whatever comes on a connection.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { type ClientLimits, Clients } from './clients.ts';
import { Connection, PARSER_PAUSED, SOCKET_TIMEOUT } from './connection.ts';
import { headFault } from './head.ts';
import { turnAway } from './raw-answer.ts';
import { connectRefusal, type ParserError, type RefusalOptions, refusalOf, refuse } from './refusal.ts';

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

/** What an HTTP server is made with. */
export interface HttpServerOptions extends RefusalOptions {
  /** Answers requests. */
  handle: HandleRequest;
  limits: ClientLimits;
}

/** Makes the HTTP server of a gateway; it listens nowhere yet. */
export function createHttpServer({ handle, limits, ...options }: HttpServerOptions): Server {
  const clients = new Clients(limits, options.log);
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
    const client = clients.connect(socket.remoteAddress);
    if (client) connections.set(socket, new Connection(socket, client, clients));
    else turnAway(socket, options.publicUrl);
  });

  server.on('clientError', (error: ParserError, socket) => {
    if (error.code === 'ECONNRESET') {
      socket.destroy();
      return;
    }
    const connection = connections.get(socket);
    if (error.code === PARSER_PAUSED) {
      connection?.readInPieces(error.rawPacket?.subarray(error.bytesParsed) ?? Buffer.of());
      return;
    }
    connection?.stopParsing();
    // What breaks off in its body is known by its head.
    const begun = connection?.exchanges.find(({ request }) => !request.complete);
    refuse(socket, connection, refusalOf(error, begun?.request), options);
  });
  server.on('checkExpectation', (request: IncomingMessage, response: ServerResponse) =>
    answer(request, response, headFault(request) ?? 'The Expect header asks for something other than 100-continue.'),
  );
  server.on('connect', (_, socket) => {
    const connection = connections.get(socket);
    // Node has let go of the connection.
    connection?.stopParsing();
    socket.on('error', () => socket.destroy());
    refuse(socket, connection, connectRefusal, options);
  });
  return server;
}
