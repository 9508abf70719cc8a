// The HTTP server around a gateway: how long a client may take, and what it is told when it does not speak HTTP.
import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { ApiError, publicError } from '../errors.ts';
import type { Log } from '../log.ts';
import { JSON_TYPE } from './message.ts';

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

const reasons: Record<string, string> = {
  HPE_HEADER_OVERFLOW: 'The head of the request is too large.',
  ERR_HTTP_REQUEST_TIMEOUT: 'The request did not arrive in time.',
};

/**
 * Makes the HTTP server of a gateway; it listens nowhere yet.
 *
 * @param handle - answers requests
 */
export function createHttpServer(handle: RequestListener, log: Log): Server {
  const exchanges = new WeakMap<Duplex, Set<Exchange>>();
  const server = createServer(
    {
      headersTimeout: HEADERS_TIMEOUT,
      requestTimeout: REQUEST_TIMEOUT,
      keepAliveTimeout: KEEP_ALIVE_TIMEOUT,
      connectionsCheckingInterval: CHECK_INTERVAL,
      maxHeaderSize: LARGEST_HEAD,
    },
    (request, response) => {
      const open = exchanges.get(request.socket) ?? new Set();
      exchanges.set(request.socket, open);
      const exchange = { request, response };
      open.add(exchange);
      response.once('close', () => open.delete(exchange));
      handle(request, response);
    },
  );
  server.timeout = SOCKET_TIMEOUT;

  function refuse(error: NodeJS.ErrnoException, socket: Duplex): void {
    // Requests that came whole before the one that is none are answered first.
    const [earlier] = [...(exchanges.get(socket) ?? [])].filter(({ request }) => request.complete);
    if (earlier) {
      earlier.response.once('close', () => refuse(error, socket));
      return;
    }
    if (!socket.writable || error.code === 'ECONNRESET') {
      socket.destroy();
      return;
    }
    const requestId = randomUUID();
    log.info({ requestId, code: 'INTERNAL_REQUEST_MALFORMED', reason: error.code }, 'not a request');
    socket.end(malformedAnswer(requestId, reasons[error.code ?? '']), () => socket.destroy());
  }

  server.on('clientError', refuse);
  return server;
}

function malformedAnswer(requestId: string, message: string | undefined): string {
  const error = new ApiError('INTERNAL_REQUEST_MALFORMED', { message: message ?? 'This is not an HTTP/1.1 request.' });
  const body = JSON.stringify({ error: publicError(error, requestId) });
  const head = [
    'HTTP/1.1 400 Bad Request',
    `Content-Type: ${JSON_TYPE}`,
    `Content-Length: ${Buffer.byteLength(body)}`,
    `X-Request-Id: ${requestId}`,
    'Connection: close',
  ];
  return `${head.join('\r\n')}\r\n\r\n${body}`;
}
