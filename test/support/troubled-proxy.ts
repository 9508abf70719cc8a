// A reverse proxy that spoils the first requests, each in a way of its own, and says what came.
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';

/**
 * What becomes of a request: `pass` is none; `lost` is done, and the connection is cut before anything of the answer has come; `half` the same after half of the
 * body; `refused` is not passed on, and the connection cut; `silent` is never answered. A number is a status that the proxy answers with itself, and a
 * body that is no JSON: 502 and 504 when the request is done, the others without passing it on; 409, 429 and 503 with `Retry-After: 1`. `failed` is
 * 200 with a 500 of GraphQL, not passed on. With `retryAfter`, it is 503 with that header.
 */
export type Trouble =
  | 'pass'
  | 'lost'
  | 'half'
  | 'refused'
  | 'silent'
  | 'failed'
  | 409
  | 429
  | 500
  | 502
  | 503
  | 504
  | { retryAfter: string };

/** What GraphQL answers to an operation that failed by the gateway's own fault. */
const FAILED = JSON.stringify({
  data: null,
  errors: [{ message: 'Sorry', extensions: { code: 'INTERNAL_SERVER_ERROR', status: 500 } }],
});

/** A request that came to the proxy. */
export interface ProxiedRequest {
  path: string;
  idempotencyKey: string | undefined;
  body: string;
  /** When it came, in milliseconds. */
  at: number;
}

export interface TroubledProxy {
  url: string;
  requests: ProxiedRequest[];
  close(): void;
}

/**
 * Opens it.
 *
 * @param troubles - of the first request, the second, and so on; those after them are passed on
 */
export async function openTroubledProxy(gatewayUrl: string, troubles: readonly Trouble[]): Promise<TroubledProxy> {
  const requests: ProxiedRequest[] = [];
  const server = createServer(async (incoming, outgoing) => {
    const at = performance.now();
    const trouble = troubles[requests.length] ?? 'pass';
    const { url: path = '', headers } = incoming;
    const seen = { path, idempotencyKey: headers['idempotency-key'] as string | undefined, body: '', at };
    requests.push(seen);
    seen.body = await bodyOf(incoming);
    if (trouble === 'silent') return;
    if (trouble === 'refused') return void (outgoing.socket as Socket).destroy();
    if (trouble === 'failed') return void outgoing.writeHead(200, { connection: 'close' }).end(FAILED);
    if (typeof trouble === 'object') return void refuse(outgoing, 503, trouble.retryAfter);
    if (trouble === 409 || trouble === 429 || trouble === 503) return void refuse(outgoing, trouble, '1');
    if (trouble === 500) return void refuse(outgoing, trouble);
    await passOn(gatewayUrl, incoming, seen.body, outgoing, trouble);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}

function refuse(outgoing: ServerResponse, status: number, retryAfter?: string): void {
  // No connection is used twice: clients send again by themselves where one that was used is cut.
  const headers = { connection: 'close', ...(retryAfter !== undefined && { 'retry-after': retryAfter }) };
  outgoing.writeHead(status, headers).end('<h1>Sorry</h1>');
}

async function passOn(
  gatewayUrl: string,
  { url, method, headers }: IncomingMessage,
  body: string,
  outgoing: ServerResponse,
  trouble: 'pass' | 'lost' | 'half' | 502 | 504,
): Promise<void> {
  const answer = await new Promise<IncomingMessage>((resolve, reject) =>
    request(gatewayUrl + url, { method, headers }, resolve)
      .once('error', reject)
      .end(body),
  );
  const text = await bodyOf(answer);
  if (typeof trouble === 'number') return refuse(outgoing, trouble);
  const socket = outgoing.socket as Socket;
  if (trouble === 'lost') return void socket.destroy();
  outgoing.writeHead(answer.statusCode ?? 502, { ...answer.headers, connection: 'close' });
  if (trouble === 'pass') return void outgoing.end(text);
  outgoing.write(text.slice(0, text.length / 2), () => socket.destroy());
}

async function bodyOf(message: IncomingMessage): Promise<string> {
  return Buffer.concat(await message.toArray()).toString();
}
