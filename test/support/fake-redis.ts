// A server that speaks Redis' protocol and answers scripts as a test wants it to.
import { type AddressInfo, createServer, type Socket } from 'node:net';

/** What the fake answers a command with: bytes of the protocol; undefined to leave it to somebody else. */
export type AnswerRedis = (command: string, args: string[], socket: Socket) => string | undefined;

export interface FakeRedis {
  url: string;
  /** What scripts are answered with from now on; null for the answer that is asked for. */
  answer(to: AnswerRedis | null): void;
  /** Commands that came so far, by name. */
  count(command: string): number;
  close(): Promise<void>;
}

const WINDOW = 60_000;

/** The answer to a script that counts: no window is ever full. */
export const counted: AnswerRedis = (_, args) =>
  `*4\r\n:1\r\n:${Number(args[5]) - Number(args[4])}\r\n:${WINDOW}\r\n:1\r\n`;

/** What a healthy server says to the rest of what a client asks. */
const usual: Record<string, string> = {
  hello: "-ERR unknown command 'HELLO'\r\n",
  info: '$19\r\nredis_version:7.2.5\r\n',
  ping: '+PONG\r\n',
};

/**
 * Starts the fake.
 *
 * @param everything - answers every command, the handshake too; where it gives nothing, a healthy server's answer is sent
 */
export async function startFakeRedis(everything?: AnswerRedis): Promise<FakeRedis> {
  let answer: AnswerRedis = counted;
  const counts = new Map<string, number>();
  const sockets = new Set<Socket>();

  /** Counts a command, and says what it is answered with. */
  function hear(args: string[], socket: Socket): string | undefined {
    const name = (args[0] ?? '').toLowerCase();
    counts.set(name, (counts.get(name) ?? 0) + 1);
    const isScript = name === 'eval' || name === 'evalsha';
    return everything?.(name, args, socket) ?? (isScript ? answer(name, args, socket) : (usual[name] ?? '+OK\r\n'));
  }

  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.once('close', () => sockets.delete(socket));
    let text = '';
    socket.on('data', (chunk) => {
      text += chunk.toString('latin1');
      for (let taken = takeCommand(text); taken; taken = takeCommand(text)) {
        text = taken.rest;
        const said = hear(taken.args, socket);
        if (said !== undefined && !socket.destroyed) socket.write(said);
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `redis://127.0.0.1:${(server.address() as AddressInfo).port}`,
    answer(to) {
      answer = to ?? counted;
    },
    count: (command) => counts.get(command) ?? 0,
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Takes one command, an array of strings, from the front of a text; undefined while it is not all there. */
function takeCommand(text: string): { args: string[]; rest: string } | undefined {
  const head = /^\*(\d+)\r\n/.exec(text);
  if (!head) return undefined;
  let at = head[0].length;
  const args: string[] = [];
  for (let i = 0; i < Number(head[1]); i++) {
    const length = /^\$(\d+)\r\n/.exec(text.slice(at, at + 20));
    if (!length) return undefined;
    at += length[0].length;
    const end = at + Number(length[1]);
    if (text.length < end + 2) return undefined;
    args.push(text.slice(at, end));
    at = end + 2;
  }
  return { args, rest: text.slice(at) };
}
