// Errors that are written to a connection itself, where there is no request that Node could answer.
import { randomUUID } from 'node:crypto';
import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { ApiError, type FailedRequest } from '../errors/api-error.ts';
import { errorHeaders, graphqlErrorBody, JSON_TYPE, restErrorBody, securityHeaders } from './request.ts';

/** What can be told of a request that could not be read. */
export interface Asked {
  /** Where it was meant to go; empty when that cannot be told. */
  path: string;
  method?: string | undefined;
}

/** An error as an HTTP/1.1 response in the envelope of the API that was asked. The connection is to be closed after it. */
export function rawAnswer(error: ApiError, request: FailedRequest, { path, method }: Asked): string {
  const body = JSON.stringify((path === '/graphql' ? graphqlErrorBody : restErrorBody)(error, request));
  const head = Object.entries({
    'Content-Type': JSON_TYPE,
    ...securityHeaders,
    ...errorHeaders(error),
    'Content-Length': Buffer.byteLength(body),
    'X-Request-Id': request.requestId,
    Connection: 'close',
  }).map(([name, value]) => `${name}: ${value}`);
  return `HTTP/1.1 ${error.status} ${STATUS_CODES[error.status]}\r\n${head.join('\r\n')}\r\n\r\n${method === 'HEAD' ? '' : body}`;
}

/**
 * Tells whoever opened one connection too many so, and closes it; nothing of it is read.
 *
 * @param publicUrl - as `FailedRequest` has it
 */
export function turnAway(socket: Socket, publicUrl: string | undefined): void {
  const message = 'There are too many connections; close those that are not needed, or try again later.';
  const error = new ApiError('INTERNAL_SERVICE_UNAVAILABLE', { message, retryAfter: 1 });
  socket.on('error', () => {});
  socket.removeAllListeners('data');
  socket.end(rawAnswer(error, { requestId: randomUUID(), publicUrl }, { path: '' }), () => socket.destroy());
}
