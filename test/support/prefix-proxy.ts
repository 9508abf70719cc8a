// A reverse proxy that serves a gateway below a path of its own, which the gateway does not know.
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What runs below the path. */
export interface PrefixProxy {
  /** The URL that the gateway has through the proxy, without a slash at the end. */
  url: string;
  close(): void;
}

/** Serves a gateway below a path, and nothing elsewhere. */
export async function openPrefixProxy(gatewayUrl: string, prefix = '/shop'): Promise<PrefixProxy> {
  const server = createServer((incoming, outgoing) => {
    const { url = '', method, headers } = incoming;
    if (!url.startsWith(`${prefix}/`)) return outgoing.writeHead(404).end();
    const passed = request(gatewayUrl + url.slice(prefix.length), { method, headers }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(outgoing);
    });
    passed.on('error', () => outgoing.destroy());
    incoming.pipe(passed);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}${prefix}`,
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}
