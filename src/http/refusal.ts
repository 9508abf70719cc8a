// What a client is told when it does not speak HTTP.
import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Log } from '../log.ts';
import type { Connection } from './connection.ts';
import { badHead, originForm } from './head.ts';
import { type Asked, rawAnswer } from './raw-answer.ts';

/** Something on a connection that is not a request which could be answered. */
export interface Refusal extends Asked {
  /** For the log. */
  reason: string | undefined;
  /** For the caller. */
  message: string;
}

/** What the parser says of what it cannot read. */
export interface ParserError extends NodeJS.ErrnoException {
  /** Bytes of `rawPacket` that were read. */
  bytesParsed?: number;
  rawPacket?: Buffer;
}

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

/** What is told of the method CONNECT. */
export const connectRefusal: Refusal = {
  reason: 'CONNECT',
  message: 'CONNECT is not supported: this is not a proxy.',
  path: '',
};

/**
 * Says what to tell of what the parser cannot read.
 *
 * @param begun - the request that it broke off in, when its head has come
 */
export function refusalOf(error: ParserError, begun: IncomingMessage | undefined): Refusal {
  const asked = begun ? { method: begun.method, path: pathOf(begun.url ?? '') } : lastAsked(error);
  return {
    reason: error.code,
    message: reasons[error.code ?? ''] ?? 'This is not an HTTP/1.1 request.',
    ...asked,
  };
}

/** What is needed to refuse something. */
export interface RefusalOptions {
  log: Log;
  /** As `FailedRequest` has it. */
  publicUrl: string | undefined;
}

/** Answers what is not a request, once the whole requests that came before it are answered, and ends the connection. */
export function refuse(
  socket: Duplex,
  connection: Connection | undefined,
  refusal: Refusal,
  options: RefusalOptions,
): void {
  const earlier = connection?.exchanges.find(({ request }) => request.complete);
  if (earlier) {
    earlier.response.once('close', () => refuse(socket, connection, refusal, options));
    return;
  }
  if (!socket.writable) {
    socket.destroy();
    return;
  }
  const { log, publicUrl } = options;
  const requestId = randomUUID();
  log.info(
    { requestId, code: 'INTERNAL_REQUEST_MALFORMED', reason: refusal.reason },
    'request rejected by the HTTP parser',
  );
  socket.end(rawAnswer(badHead(refusal.message), { requestId, publicUrl }, refusal), () => socket.destroy());
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
