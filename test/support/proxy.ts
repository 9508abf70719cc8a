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

/** What is wrong with the network. */
interface Trouble {
  /** Part of the name of those whose connections pass nothing on; undefined while all do. */
  silent: string | undefined;
  deaf: boolean;
  /** Milliseconds that each new connection waits. */
  wait: number;
}

export async function openProxy(databaseUrl: string): Promise<Proxy> {
  const target = new URL(databaseUrl);
  const sockets = new Set<Socket>();
  let server: Server | undefined;
  let port = 0;
  const trouble: Trouble = { silent: undefined, deaf: false, wait: 0 };

  function serve(client: Socket): void {
    const upstream = connect(Number(target.port), target.hostname);
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.once('close', () => sockets.delete(socket));
    }
    passOn(client, upstream, trouble);
  }

  async function mend(): Promise<void> {
    trouble.silent = undefined;
    trouble.deaf = false;
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
      trouble.silent = applicationName;
    },
    delay(milliseconds) {
      trouble.wait = milliseconds;
    },
    deafen() {
      trouble.deaf = true;
    },
    close: cut,
  };
}

/** Passes on what a client and the server say to each other, as far as the network does. */
function passOn(client: Socket, upstream: Socket, trouble: Trouble): void {
  let name = '';
  let asksForTls = false;
  const isSilent = () => trouble.silent !== undefined && name.includes(trouble.silent);
  client.once('data', (startup) => {
    name = startup.toString('latin1');
    asksForTls = startup.readUInt32BE(4) === TLS_REQUEST;
    if (trouble.wait === 0) return;
    client.pause();
    setTimeout(() => client.resume(), trouble.wait);
  });
  client.on('data', (chunk) => {
    if (!isSilent()) upstream.write(chunk);
  });
  const readMessages = messageReader();
  upstream.on('data', (chunk) => {
    if (isSilent()) return;
    // The answer to that request is no message.
    const messages = asksForTls ? [chunk] : readMessages(chunk);
    for (const message of messages) if (!trouble.deaf || !isNotification(message)) client.write(message);
  });
  for (const [one, other] of [
    [client, upstream],
    [upstream, client],
  ] as const) {
    one.on('error', () => other.destroy());
    one.on('close', () => other.destroy());
  }
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
