// Requests as bytes on a socket, for what no HTTP client would send.
import { connect } from 'node:net';

/** An answer read from a socket. */
export interface RawAnswer {
  /** 0 when the connection ended without an answer. */
  status: number;
  /** Names in lower case. */
  headers: Record<string, string>;
  text: string;
}

/**
 * Writes bytes to a server and reads until it closes, which it is expected to do.
 *
 * @param url - `http://host:port`
 */
export function sendRaw(url: string, bytes: string | Buffer): Promise<RawAnswer> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    const socket = connect(Number(port), hostname, () => socket.write(bytes));
    socket.setTimeout(10_000, () => socket.destroy(new Error('the server neither answers nor closes')));
    socket.on('data', (chunk) => void chunks.push(chunk));
    socket.once('error', reject);
    socket.once('close', () => resolve(parseAnswer(Buffer.concat(chunks).toString())));
  });
}

/** Takes apart what was read from a socket. */
export function parseAnswer(received: string): RawAnswer {
  const end = received.indexOf('\r\n\r\n');
  const [statusLine = '', ...lines] = received.slice(0, Math.max(end, 0)).split('\r\n');
  const headers = lines.map((line): [string, string] => {
    const colon = line.indexOf(':');
    return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
  });
  return {
    status: Number(statusLine.split(' ')[1] ?? 0),
    headers: Object.fromEntries(headers),
    text: received.slice(end + 4),
  };
}
