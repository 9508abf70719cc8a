// A TCP proxy in front of a database, which can be cut and mended, or go silent, as networks do.
import { connect, createServer, type Server, type Socket } from 'node:net';

/** What a client sends in the place of a first message that asks for TLS. */
const TLS_REQUEST = 80_877_103;

export interface Proxy {
  /** The database's URL through the proxy. */
  url: string;
  /** Refuses new connections and drops the open ones. */
  cut(): Promise<void>;
  /** Takes connections again, on the same port. */
  mend(): Promise<void>;
  /** Keeps connections open but passes nothing on, until mended; of those alone, if told, that name themselves so. */
  silence(applicationName?: string): void;
  /** Lets each new connection wait before the server hears of it. */
  delay(milliseconds: number): void;
  /** Passes on everything but notifications, until mended. */
  deafen(): void;
  close(): Promise<void>;
}

export async function openProxy(databaseUrl: string): Promise<Proxy> {
  const target = new URL(databaseUrl);
  const sockets = new Set<Socket>();
  let server: Server | undefined;
  let port = 0;
  let silent: string | undefined;
  let deaf = false;
  let wait = 0;

  function serve(client: Socket): void {
    const upstream = connect(Number(target.port), target.hostname);
    let name = '';
    let asksForTls = false;
    client.once('data', (startup) => {
      name = startup.toString('latin1');
      asksForTls = startup.readUInt32BE(4) === TLS_REQUEST;
      if (wait > 0) {
        client.pause();
        setTimeout(() => client.resume(), wait);
      }
    });
    for (const [from, to] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(from);
      const frames = from === upstream ? messageReader() : undefined;
      from.on('data', (chunk: Buffer) => {
        if (silent !== undefined && name.includes(silent)) return;
        // The answer to that request is no message.
        const messages = asksForTls ? [chunk] : (frames?.(chunk) ?? [chunk]);
        for (const message of messages) if (!(deaf && frames && isNotification(message))) to.write(message);
      });
      from.on('error', () => to.destroy());
      from.on('close', () => {
        sockets.delete(from);
        to.destroy();
      });
    }
  }

  async function mend(): Promise<void> {
    silent = undefined;
    deaf = false;
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
    delay(milliseconds) {
      wait = milliseconds;
    },
    deafen() {
      deaf = true;
    },
    close: cut,
  };
}

/** Takes what a server sends apart into the messages of PostgreSQL's protocol. */
function messageReader(): (chunk: Buffer) => Buffer[] {
  let left = Buffer.alloc(0);
  return (chunk) => {
    left = Buffer.concat([left, chunk]);
    const messages: Buffer[] = [];
    for (;;) {
      const length = left.length < 5 ? Number.POSITIVE_INFINITY : left.readUInt32BE(1) + 1;
      if (left.length < length) return messages;
      messages.push(left.subarray(0, length));
      left = left.subarray(length);
    }
  };
}

const isNotification = (message: Buffer) => message.toString('latin1', 0, 1) === 'A';
