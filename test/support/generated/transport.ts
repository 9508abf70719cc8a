// Sends requests as they were generated, nothing added but Content-Length, and reads what comes back.
import { Agent, request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import type { GeneratedRequest } from '../generated-requests.ts';

/** Milliseconds after which a request counts as not answered. */
const PATIENCE = 30_000;

export interface ReceivedAnswer {
  /** 0 when there was no answer; `text` then says why. */
  status: number;
  headers: IncomingHttpHeaders;
  text: string;
}

/** Keeps connections to one gateway. */
export interface Transport {
  send(request: GeneratedRequest): Promise<ReceivedAnswer>;
  close(): void;
}

/**
 * Opens a transport.
 *
 * @param url - `http://host:port` of the gateway
 * @param connections - how many requests may be on their way at once
 */
export function openTransport(url: string, connections: number): Transport {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const { hostname, port } = new URL(url);

  function sendOnce({ method, target, headers, body }: GeneratedRequest): Promise<ReceivedAnswer & { again: boolean }> {
    return new Promise((resolve) => {
      const length = body || method === 'POST' ? ['Content-Length', String(body?.length ?? 0)] : [];
      const request = httpRequest({
        agent,
        hostname,
        port,
        method,
        path: target,
        // A list goes out as it is: no Host, no Connection of Node's own.
        headers: [...headers.flat(), ...length],
      });
      const failed = ({ message, code = '' }: NodeJS.ErrnoException) => {
        const again = request.reusedSocket && ['ECONNRESET', 'EPIPE'].includes(code);
        resolve({ status: 0, headers: {}, text: message, again });
      };
      request.setTimeout(PATIENCE, () => request.destroy(new Error('no answer in time')));
      request.once('error', failed);
      request.once('response', (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk) => void chunks.push(chunk));
        response.once('error', failed);
        response.once('end', () => {
          const text = Buffer.concat(chunks).toString();
          resolve({ status: response.statusCode ?? 0, headers: response.headers, text, again: false });
        });
      });
      request.end(body);
    });
  }

  return {
    async send(request) {
      const answer = await sendOnce(request);
      // A kept connection may have been closed by the server while the request was on its way.
      return answer.again ? sendOnce(request) : answer;
    },
    close: () => agent.destroy(),
  };
}
