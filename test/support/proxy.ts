// A TCP proxy in front of a database, which can be cut and mended, or go silent, as networks do.
import { connect, createServer, type Server, type Socket } from 'node:net';

export interface Proxy {
  /** The database's URL through the proxy. */
  url: string;
  /** Refuses new connections and drops the open ones. */
  cut(): Promise<void>;
  /** Takes connections again, on the same port. */
  mend(): Promise<void>;
  /** Keeps connections open but passes nothing on, until mended; of those alone, if told, that name themselves so. */
  silence(applicationName?: string): void;
  close(): Promise<void>;
}

export async function openProxy(databaseUrl: string): Promise<Proxy> {
  const target = new URL(databaseUrl);
  const sockets = new Set<Socket>();
  let server: Server | undefined;
  let port = 0;
  let silent: string | undefined;

  function serve(client: Socket): void {
    const upstream = connect(Number(target.port), target.hostname);
    let name = '';
    client.once('data', (startup) => {
      name = startup.toString('latin1');
    });
    for (const [from, to] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(from);
      from.on('data', (chunk) => (silent !== undefined && name.includes(silent)) || to.write(chunk));
      from.on('error', () => to.destroy());
      from.on('close', () => {
        sockets.delete(from);
        to.destroy();
      });
    }
  }

  async function mend(): Promise<void> {
    silent = undefined;
    if (server) return;
    const opened = createServer(serve);
    await new Promise<void>((resolve) => opened.listen(port, '127.0.0.1', resolve));
    server = opened;
    const address = opened.address();
    if (address && typeof address === 'object') port = address.port;
  }

  async function cut(): Promise<void> {
    const closing = server;
    server = undefined;
    for (const socket of sockets) socket.destroy();
    if (closing) await new Promise((resolve) => closing.close(resolve));
  }

  await mend();
  const url = new URL(databaseUrl);
  url.port = String(port);
  return {
    url: url.href,
    cut,
    mend,
    silence(applicationName = '') {
      silent = applicationName;
    },
    close: cut,
  };
}
