// A client's connection that stays open between requests.
import { once } from 'node:events';
import { connect } from 'node:net';

export interface KeptConnection {
  /** Sends a request, or a part of one. */
  write(bytes: string): void;
  /** Sends a GET and waits for its answer. */
  get(path: string): Promise<string>;
  /** All that has come. */
  received(): string;
  /** Whether it is still open. */
  isOpen(): boolean;
  /** Resolves when the other side has closed it; rejects when it was reset. */
  closed: Promise<void>;
}

/** @param url - `http://host:port` */
export async function openKept(url: string): Promise<KeptConnection> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  let text = '';
  socket.on('data', (chunk) => (text += chunk));
  let open = true;
  const closed = new Promise<void>((resolve, reject) => {
    socket.once('error', reject).once('close', () => {
      open = false;
      resolve();
    });
  });
  // Whoever does not look at how it ended does not mind.
  closed.catch(() => {});
  await once(socket, 'connect');
  return {
    closed,
    write: (bytes) => void socket.write(bytes),
    async get(path) {
      const answer = once(socket, 'data');
      socket.write(`GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`);
      return String((await answer)[0]);
    },
    received: () => text,
    isOpen: () => open,
  };
}
