// Requests that are read in the same turn of the event loop: when their responses are written, and that each gets its own.
import { connect, type Socket } from 'node:net';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ResponseWrites } from '../../src/http/response-writes.ts';
import { startGateway, type TestGateway } from '../support/gateway.ts';
import { parseAnswer } from '../support/raw.ts';

/** Several times what is held back at most, and not a multiple of it. */
const CROWD = 53;

let gateway: TestGateway;
let port: number;
beforeAll(async () => {
  gateway = await startGateway();
  port = Number(new URL(gateway.url).port);
  // A key that is looked up makes its request wait for a later turn.
  await Promise.all((await send(['first@example.com'])).answers);
});
afterAll(() => gateway.close());

const requestOf = (email: string) => {
  const body = JSON.stringify({ email, customerRealIp: '192.0.2.1' });
  return [
    `POST /api/v1/customer/create?apiKey=${gateway.key} HTTP/1.1`,
    'Host: gateway',
    'Content-Type: application/json',
    `Content-Length: ${body.length}`,
    'Connection: close',
    `\r\n${body}`,
  ].join('\r\n');
};

/** A connection that the gateway has accepted and answered on. */
async function connected(): Promise<Socket> {
  const socket = connect(port, '127.0.0.1');
  socket.write('GET /health/live HTTP/1.1\r\nHost: gateway\r\n\r\n');
  await new Promise((resolve) => socket.once('data', resolve));
  return socket;
}

/** All that a connection brings until it is closed. */
const answerOf = (socket: Socket) =>
  new Promise<ReturnType<typeof parseAnswer>>((resolve) => {
    let received = '';
    socket.on('data', (chunk) => (received += chunk));
    socket.on('error', () => {});
    socket.once('close', () => resolve(parseAnswer(received)));
  });

/** Sends a request on each connection, all in one turn of this process, which is the gateway's too. */
async function send(emails: readonly string[]) {
  const sockets = await Promise.all(emails.map(connected));
  const answers = sockets.map(answerOf);
  sockets.forEach((socket, i) => {
    socket.write(requestOf(emails[i] as string));
  });
  return { sockets, answers };
}

describe('in a turn', () => {
  /** Of a small response. */
  const SMALL = 500;

  /** Adds so many responses to requests of this turn, and gives the numbers of those that are written. */
  function added(count: number, length = SMALL) {
    const writes = new ResponseWrites();
    const turn = writes.turn(0);
    const written: number[] = [];
    for (let i = 1; i <= count; i++) writes.add(turn, length, () => void written.push(i));
    return { writes, turn, written };
  }
  const numbers = (count: number) => Array.from({ length: count }, (_, i) => i + 1);

  it('the first is written at once, the others when it ends', async () => {
    const { written } = added(16);
    expect(written).toEqual([1]);
    await nextTurn();
    expect(written).toEqual(numbers(16));
  });

  it('sixteen are held at most', async () => {
    const { written } = added(18);
    expect(written).toEqual(numbers(17));
    await nextTurn();
    expect(written).toEqual(numbers(18));
  });

  it('none is held when another request is read after a millisecond', () => {
    const { writes, written } = added(3);
    writes.turn(1);
    expect(written).toEqual([1]);
    writes.turn(1.1);
    expect(written).toEqual([1, 2, 3]);
  });

  it('large ones are not held', () => expect(added(3, 20_000).written).toEqual([1, 2, 3]));

  it('those to requests of earlier turns are not held, and are not its first', async () => {
    const { writes, turn, written } = added(1);
    await nextTurn();
    const next = writes.turn(0);
    for (const i of [2, 3]) writes.add(turn, SMALL, () => void written.push(i));
    expect(written).toEqual([1, 2, 3]);
    for (const i of [4, 5]) writes.add(next, SMALL, () => void written.push(i));
    expect(written).toEqual([1, 2, 3, 4]);
    await nextTurn();
    expect(written).toEqual([1, 2, 3, 4, 5]);
  });
});

it('each is answered once, whether it is refused or not', async () => {
  const emails = Array.from({ length: CROWD }, (_, i) => (i % 3 === 2 ? `crowd${i}@example.com` : `nobody ${i}`));
  const answers = await Promise.all((await send(emails)).answers);
  for (const [i, { status, text }] of answers.entries()) {
    expect(status).toBe(i % 3 === 2 ? 200 : 422);
    expect(JSON.parse(text)).toMatchObject(
      i % 3 === 2 ? { newAccount: true } : { error: { fields: [{ path: 'email' }] } },
    );
  }
  const ids = answers.map(({ headers }) => headers['x-request-id']);
  expect(new Set(ids).size).toBe(CROWD);
  await expect.poll(() => gateway.log.filter(({ requestId }) => ids.includes(requestId as string))).toHaveLength(CROWD);
});

it('connections that are cut leave the others their responses', async () => {
  const { sockets, answers } = await send(Array.from({ length: CROWD }, (_, i) => `nobody ${i}`));
  const isCut = (i: number) => i % 4 === 1;
  // The gateway reads next, and finds the end of the connection with the request or after it.
  for (const socket of sockets.filter((_, i) => isCut(i))) setImmediate(() => socket.resetAndDestroy());
  const statuses = (await Promise.all(answers)).map(({ status }) => status);
  expect(statuses.filter((_, i) => !isCut(i))).toEqual(statuses.filter((_, i) => !isCut(i)).map(() => 422));
  expect(gateway.log.filter(({ level }) => Number(level) >= 50)).toEqual([]);
  expect((await Promise.all((await send(['alone@example.com'])).answers))[0]?.status).toBe(200);
});
