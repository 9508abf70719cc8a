// Connections: one request at a time, answers that nobody reads, how many there may be, and whose turn it is.
import { once } from 'node:events';
import { connect, Socket } from 'node:net';
import { setImmediate, setTimeout as sleep } from 'node:timers/promises';
import pino from 'pino';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Client, Clients } from '../../src/http/clients.ts';
import { startGateway, type TestGateway } from '../support/gateway.ts';
import { sendRaw } from '../support/raw.ts';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startGateway();
});
afterAll(() => gateway.close());

const sockets: Socket[] = [];
afterEach(() => {
  for (const socket of sockets.splice(0)) socket.destroy();
});

/** Opens a connection and waits until it is there. */
async function open({ url }: TestGateway): Promise<Socket> {
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  sockets.push(socket);
  socket.on('error', () => {});
  await once(socket, 'connect');
  return socket;
}

/** Reads until so many answers are there, or the connection ends. */
async function readAnswers(socket: Socket, count: number): Promise<string> {
  let text = '';
  for await (const chunk of socket.iterator({ destroyOnReturn: false })) {
    text += chunk;
    if (text.split('HTTP/1.1 ').length > count && text.endsWith('}')) break;
  }
  return text;
}

/** The gateway's end of a connection: it runs in this process. */
function otherEndOf({ localPort }: Socket): Socket | undefined {
  const handles = (process as unknown as { _getActiveHandles(): unknown[] })._getActiveHandles();
  return handles.filter((handle) => handle instanceof Socket).find(({ remotePort }) => remotePort === localPort);
}

const handled = ({ log }: TestGateway, path: string) => log.filter((line) => line.path === path).length;
const post = (path: string, body: string, headers: string[] = []) =>
  [`POST ${path} HTTP/1.1`, 'Host: a', 'Content-Type: application/json', `Content-Length: ${body.length}`, ...headers]
    .map((line) => `${line}\r\n`)
    .join('')
    .concat('\r\n', body);

describe('a client that sends ahead', () => {
  it.each([
    ['one packet', 1_000_000],
    ['packets that cut requests anywhere', 37],
  ])('in %s gets every answer, in order', async (_, size) => {
    const create = `/api/v1/customer/create?apiKey=${gateway.key}`;
    const asked = Array.from({ length: 60 }, (_, i) =>
      i % 3 === 0
        ? `GET /health/live HTTP/1.1\r\nHost: a\r\nX-Request-Id: ahead-${i}\r\n\r\n`
        : post(create, JSON.stringify({ email: `ahead${i}@example.com`, note: 'x'.repeat(i) }), [
            `X-Request-Id: ahead-${i}`,
          ]),
    );
    const socket = await open(gateway);
    const bytes = asked.join('');
    const answers = readAnswers(socket, asked.length);
    for (let at = 0; at < bytes.length; at += size) {
      socket.write(bytes.slice(at, at + size));
      if (size < 100 && at % 370 === 0) await setImmediate();
    }
    const ids = [...(await answers).matchAll(/X-Request-Id: (ahead-\d+)/g)].map(([, id]) => id);
    expect(ids).toEqual(asked.map((_, i) => `ahead-${i}`));
  });

  it('has the answers to bodies that hold what ends a head', async () => {
    const body = `{"email":"crlf@example.com","note":"x"}${'\r\n\r\n'.repeat(2_000)}`;
    const socket = await open(gateway);
    const answers = readAnswers(socket, 3);
    socket.write(post(`/api/v1/customer/create?apiKey=${gateway.key}`, body).repeat(3));
    expect((await answers).match(/HTTP\/1\.1 200/g)).toHaveLength(3);
  });

  it('and reads no more is read no further', async () => {
    const socket = await open(gateway);
    const request = `GET /openapi.json HTTP/1.1\r\nHost: a\r\nX-Long: ${'x'.repeat(8_000)}\r\n\r\n`;
    const asked = 2_000;
    socket.resume().write(request.repeat(asked));
    const before = handled(gateway, '/openapi.json');
    const seen = () => handled(gateway, '/openapi.json') - before;
    await expect.poll(seen).toBeGreaterThan(50);
    socket.pause();
    // Until the buffers of the operating system are full.
    for (let last = -1; last !== seen(); await sleep(200)) last = seen();
    expect(seen()).toBeLessThan(asked / 2);
    // Those whose answers are not taken, and what was read with them.
    expect(otherEndOf(socket)?.bytesRead).toBeLessThan((seen() + 3) * request.length + 64 * 1024);
    expect((await gateway.send('/health/live')).status).toBe(200);
  });

  it('and goes away leaves the rest unanswered', async () => {
    const socket = await open(gateway);
    socket.write('GET /gone HTTP/1.1\r\nHost: a\r\n\r\n'.repeat(5_000));
    await once(socket, 'data');
    socket.destroy();
    await sleep(300);
    const before = handled(gateway, '/gone');
    expect(before).toBeLessThan(5_000);
    await sleep(200);
    expect(handled(gateway, '/gone')).toBe(before);
  });
});

it('a client that does not take an answer is dropped, one that takes it slowly is not', async () => {
  const clients = await Promise.all(['stuck', 'slow'].map(async (id) => ({ id, socket: await open(gateway) })));
  for (const { id, socket } of clients) {
    socket.pause().write(`GET /openapi.json HTTP/1.1\r\nHost: a\r\nX-Request-Id: ${id}\r\n\r\n`.repeat(1_000));
  }
  const reading = setInterval(() => clients[1]?.socket.read(), 100);
  const abandoned = () =>
    gateway.log
      .filter(
        ({ msg, requestId }) => msg === 'request aborted by the client' && /^(stuck|slow)$/.test(String(requestId)),
      )
      .map(({ requestId }) => requestId);
  // Who reads nothing does not see the end either.
  await expect.poll(abandoned, { timeout: 40_000 }).toEqual(['stuck']);
  clearInterval(reading);
});

describe('Upgrade', () => {
  const offers = [
    ['websocket', ['Connection: Upgrade', 'Upgrade: websocket']],
    ['h2c', ['Connection: Upgrade, HTTP2-Settings', 'Upgrade: h2c', 'HTTP2-Settings: AAMAAABkAAQAAP__']],
  ] as const;

  it.each(offers)('to %s is answered as if it was not asked for, and the connection closes', async (_, headers) => {
    const create = `/api/v1/customer/create?apiKey=${gateway.key}`;
    const smuggled = post(create, '{"email":"smuggled@example.com"}');
    const answer = await sendRaw(
      gateway.url,
      post(create, '{"email":"upgrade@example.com"}', [...headers]) + smuggled + smuggled,
    );
    expect(answer.status).toBe(200);
    expect(answer.headers.connection).toBe('close');
    expect(answer.headers.upgrade).toBeUndefined();
    expect(answer.text.match(/HTTP\/1\.1/g)).toBeNull();
    expect(JSON.parse(answer.text)).toMatchObject({ success: true });
  });

  it.each(offers)('to %s of a request without a body too', async (_, headers) => {
    const head = ['GET /health/live HTTP/1.1', 'Host: a', ...headers].join('\r\n');
    const answer = await sendRaw(gateway.url, `${head}\r\n\r\nGET /other HTTP/1.1\r\nHost: a\r\n\r\n`);
    expect(answer).toMatchObject({ status: 200, headers: { connection: 'close' }, text: '{"status":"live"}' });
  });
});

describe('too many connections', () => {
  const sorry = {
    error: { code: 'INTERNAL_SERVICE_UNAVAILABLE', message: expect.stringMatching(/too many connections/) },
  };

  it('are told so, and others come in when some are gone', async () => {
    const small = await startGateway({ maxConnections: 3 });
    const kept = [await open(small), await open(small), await open(small)];
    for (let i = 0; i < 5; i++) {
      const refused = await sendRaw(small.url, '');
      expect(refused).toMatchObject({ status: 503, headers: { 'retry-after': '1', connection: 'close' } });
      expect(JSON.parse(refused.text)).toMatchObject(sorry);
    }
    kept[0]?.destroy();
    await expect.poll(() => small.send('/health/live').then(({ status }) => status)).toBe(200);
    expect(small.log.filter(({ msg }) => String(msg).startsWith('connections refused'))).toHaveLength(1);
    await small.close();
  });

  it('are led to the page of the error where callers reach it', async () => {
    const small = await startGateway({ maxConnections: 1, publicUrl: 'https://shop.example/gateway' });
    await open(small);
    const refused = await sendRaw(small.url, '');
    expect(JSON.parse(refused.text).error.docUrl).toBe(
      'https://shop.example/gateway/errors/INTERNAL_SERVICE_UNAVAILABLE',
    );
    await small.close();
  });

  it('none that was gone before it was accepted is counted, for it has no address', () => {
    const clients = new Clients({ maxConnections: 1, isProxy: () => false }, pino({ level: 'silent' }));
    for (let i = 0; i < 3; i++) expect(clients.connect(undefined)).toBeUndefined();
    expect(clients.connect('192.0.2.1')).toMatchObject({ connections: 1 });
  });

  it.each([
    ['one address are', undefined, 1_000],
    ['a trusted proxy are not', ['127.0.0.0/8'], 1_100],
  ])('of %s refused beyond its share', async (_, trustProxy, most) => {
    const shared = await startGateway({ trustProxy });
    // The system keeps a few hundred that are not accepted yet, and lets others try again.
    for (let opened = 0; opened < most; opened += 100)
      await Promise.all(Array.from({ length: 100 }, () => open(shared)));
    const next = await open(shared);
    next.write('GET /health/live HTTP/1.1\r\nHost: a\r\n\r\n');
    const [bytes] = await once(next, 'data');
    expect(Number(String(bytes).split(' ')[1])).toBe(trustProxy ? 200 : 503);
    await shared.close();
  });
});

describe('turns', () => {
  const log = pino({ level: 'silent' });
  const clientsFor = () => new Clients({ maxConnections: 100, isProxy: (address) => address === '10.0.0.1' }, log);
  const connectAs = (clients: Clients, address: string) => clients.connect(address) as Client;

  it('a client that is alone has all of them', () => {
    const clients = clientsFor();
    const one = connectAs(clients, '192.0.2.1');
    let begun = 0;
    for (let i = 0; i < 500; i++) clients.begin(one, () => (begun += 1));
    expect(begun).toBe(500);
  });

  it('nobody waits for the crowd of another', async () => {
    const clients = clientsFor();
    const [crowd, other] = [connectAs(clients, '192.0.2.1'), connectAs(clients, '192.0.2.2')];
    clients.begin(other, () => {});
    let begun = 0;
    for (let i = 0; i < 1_000; i++)
      clients.begin(crowd, () => {
        begun += 1;
        clients.end(crowd, 500);
      });
    expect(begun).toBeLessThan(20);
    let answered = false;
    clients.begin(other, () => (answered = true));
    expect(answered).toBe(true);
    for (let before = 0; begun < 1_000; await setImmediate()) {
      expect(begun - before).toBeLessThan(20);
      before = begun;
    }
  });

  it('a crowd whose answers take long has a part of them only, and a trusted proxy has all', async () => {
    const clients = clientsFor();
    const [crowd, other, proxy] = ['192.0.2.1', '192.0.2.2', '10.0.0.1'].map((address) => connectAs(clients, address));
    clients.begin(other as Client, () => {});
    const begun = { crowd: 0, proxy: 0 };
    for (let i = 0; i < 200; i++) clients.begin(crowd as Client, () => (begun.crowd += 1));
    for (let i = 0; i < 200; i++) clients.begin(proxy as Client, () => (begun.proxy += 1));
    for (let i = 0; i < 100; i++) await setImmediate();
    expect(begun.crowd).toBeLessThanOrEqual(32);
    expect(begun.proxy).toBe(200);
    // The other has what it wanted, and so has the proxy.
    clients.end(other as Client, 500);
    for (let i = 0; i < 200; i++) clients.end(proxy as Client, 500);
    clients.end(crowd as Client, 500);
    await setImmediate();
    await setImmediate();
    expect(begun.crowd).toBe(200);
  });

  it('a crowd whose answers are large has one at a time', async () => {
    const clients = clientsFor();
    const [crowd, other] = [connectAs(clients, '192.0.2.1'), connectAs(clients, '192.0.2.2')];
    clients.begin(other, () => {});
    let begun = 0;
    const ask = () => clients.begin(crowd, () => (begun += 1));
    ask();
    clients.end(crowd, 1_200_000);
    for (let i = 0; i < 100; i++) ask();
    for (let i = 0; i < 10; i++) await setImmediate();
    expect(begun).toBe(2);
    clients.end(crowd, 1_200_000);
    await setImmediate();
    expect(begun).toBe(3);
  });

  it('a client that does not read its answers gets no more, alone or not, until it does', async () => {
    const clients = clientsFor();
    const one = connectAs(clients, '192.0.2.1');
    clients.addUnread(one, 20_000_000);
    let begun = 0;
    for (let i = 0; i < 3; i++) clients.begin(one, () => (begun += 1));
    await setImmediate();
    expect(begun).toBe(0);
    clients.addUnread(one, -20_000_000);
    await setImmediate();
    expect(begun).toBe(3);
  });

  it('IPv6 addresses of one network are one client', () => {
    const clients = clientsFor();
    const [one, two, other] = ['2001:db8:1:2::1', '2001:db8:1:2:ffff::2', '2001:db8:1:3::1'].map((address) =>
      connectAs(clients, address),
    );
    expect(two).toBe(one);
    expect(other).not.toBe(one);
    expect(connectAs(clients, '::ffff:192.0.2.9')).toBe(connectAs(clients, '192.0.2.9'));
  });
});
