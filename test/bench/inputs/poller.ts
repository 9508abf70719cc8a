// A thread that asks for /health/live again and again on one connection, and tells how long the longest answer took.
import { connect, type Socket } from 'node:net';
import { parentPort, workerData } from 'node:worker_threads';

const WARM_UP = 3;

/** What the thread is told: to begin, or to say how long the longest wait was. */
export type Command = 'start' | 'stop';
/** What it answers: that it polls, or the longest wait in milliseconds. */
export type Reply = 'polling' | number;

const { url } = workerData as { url: string };
const { hostname, port } = new URL(url);
const POLL = `GET /health/live HTTP/1.1\r\nHost: ${hostname}\r\n\r\n`;

function open(): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: hostname, port: Number(port), noDelay: true }, () => resolve(socket));
    socket.once('error', reject);
  });
}

/** Asks once; the answer is small enough to come in one piece. */
function poll(socket: Socket): Promise<number> {
  return new Promise((resolve, reject) => {
    const startedAt = performance.now();
    socket.once('data', () => {
      socket.removeListener('close', reject);
      resolve(performance.now() - startedAt);
    });
    socket.once('close', reject);
    socket.write(POLL);
  });
}

let polling = false;
let socket = await open();

async function pollUntilStopped(): Promise<void> {
  // The server closes what was idle for a while.
  if (socket.destroyed) socket = await open();
  for (let i = 0; i < WARM_UP; i++) await poll(socket);
  parentPort?.postMessage('polling' satisfies Reply);
  let longest = 0;
  while (polling) longest = Math.max(longest, await poll(socket));
  parentPort?.postMessage(longest satisfies Reply);
}

parentPort?.on('message', (command: Command) => {
  polling = command === 'start';
  if (polling) void pollUntilStopped();
});
