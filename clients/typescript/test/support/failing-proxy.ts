// An HTTP proxy in front of a gateway that fails on purpose, as networks and balancers do.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';

/** What happens to a request. */
export type Fault =
  /** It is passed on and answered, as without a plan. */
  | 'none'
  /** The connection breaks before the gateway hears of it. */
  | 'refused'
  /** The gateway does it, and the answer is lost. */
  | 'lost'
  /** The gateway does it, and the answer breaks off within its body. */
  | 'cut'
  /** No answer comes, and the gateway does not hear of it. */
  | 'silent'
  /** The proxy answers by itself. */
  | { status: number; headers?: Record<string, string>; body?: string };

/** A request that the proxy has seen. */
export interface SeenRequest {
  method: string;
  path: string;
  headers: IncomingMessage['headers'];
  body: string;
  at: number;
}

export interface FailingProxy {
  url: string;
  /** All requests, in their order. */
  seen: SeenRequest[];
  /** What happens to the next requests, one by one; those after them are passed on. Forgets what was seen. */
  plan(...faults: Fault[]): void;
  close(): Promise<void>;
}

/** Opens a proxy in front of a gateway. */
export async function openFailingProxy(target: string): Promise<FailingProxy> {
  const seen: SeenRequest[] = [];
  const faults: Fault[] = [];
  const server = createServer((request, response) => void serve(request, response));

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = '', url: path = '', headers } = request;
    const body = await buffer(request);
    seen.push({ method, path, headers, body: body.toString(), at: performance.now() });
    const fault = faults.shift();
    if (fault === 'silent') return;
    if (fault === 'refused') return void response.destroy();
    if (typeof fault === 'object') return void response.writeHead(fault.status, fault.headers).end(fault.body);
    const { host: _, connection: __, ...passed } = headers as Record<string, string>;
    const answer = await fetch(target + path, { method, headers: passed, ...(body.length > 0 && { body }) });
    const text = await answer.text();
    if (fault === 'lost') return void response.destroy();
    const { 'content-encoding': ___, 'content-length': ____, ...kept } = Object.fromEntries(answer.headers);
    response.writeHead(answer.status, { ...kept, 'content-length': Buffer.byteLength(text) });
    if (fault !== 'cut') return void response.end(text);
    response.write(text.slice(0, text.length / 2), () => response.destroy());
  }

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen,
    plan(...planned) {
      seen.length = 0;
      faults.splice(0, faults.length, ...planned);
    },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
