// The edges of HTTP: browsers of other sites, methods that ask rather than do, and clients that lie, stall or pipeline.
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { generateKey, SAMPLE_KEY } from '../../src/api-key/key.ts';
import { runSql } from '../support/database.ts';
import { type Answer, startGateway, type TestGateway } from '../support/gateway.ts';

const SHOP = 'https://shop.example';
const create = '/api/v1/customer/create';
let gateway: TestGateway;
let demo: TestGateway;
beforeAll(async () => {
  gateway = await startGateway({ corsOrigins: [SHOP] });
  demo = await startGateway({ demo: true });
});
afterAll(() => Promise.all([gateway.close(), demo.close()]));

const paths = ['/', '/health/live', '/health/ready', '/openapi.json', '/graphql', create];
const cors = ({ headers }: Answer) =>
  Object.fromEntries([...headers].filter(([name]) => name.startsWith('access-control-') || name === 'vary'));
const preflight = (at: TestGateway, path: string, origin: string) =>
  at.send(path, {
    method: 'OPTIONS',
    headers: { origin, 'access-control-request-method': 'POST', 'access-control-request-headers': 'content-type' },
  });

describe('browsers of other sites', () => {
  it.each(['/graphql', create])('may call %s from an origin on the list, and from no other', async (path) => {
    const allowed = await preflight(gateway, path, SHOP);
    expect(allowed.status).toBe(204);
    expect(allowed.text).toBe('');
    expect(cors(allowed)).toMatchObject({
      vary: 'Origin',
      'access-control-allow-origin': SHOP,
      'access-control-allow-methods': path === create ? 'POST' : 'GET, HEAD, POST',
      'access-control-allow-headers': expect.stringContaining('Authorization'),
      'access-control-max-age': '7200',
    });
    for (const origin of ['https://evil.example', 'https://shop.example.evil.example', 'http://shop.example', 'null']) {
      const refused = await preflight(gateway, path, origin);
      expect(cors(refused)).toEqual({ vary: 'Origin' });
    }
  });

  it('may read the answers, errors too, and the headers that matter', async () => {
    for (const [key, status] of [
      [gateway.key, 200],
      ['bad', 404],
    ] as const) {
      const answer = await gateway.rest({ email: 'cors@example.com' }, { key, headers: { origin: SHOP } });
      expect(answer.status).toBe(status);
      expect(cors(answer)).toEqual({
        vary: 'Origin',
        'access-control-allow-origin': SHOP,
        'access-control-expose-headers': expect.stringMatching(/Retry-After.*X-RateLimit-Remaining.*X-Request-Id/),
      });
    }
    expect(cors(await gateway.rest({ email: 'cors@example.com' }))).toEqual({ vary: 'Origin' });
  });

  it('may call from anywhere in demo mode, and from nowhere unless told', async () => {
    expect(cors(await preflight(demo, create, 'https://anywhere.example'))).toMatchObject({
      'access-control-allow-origin': '*',
    });
    const closed = await startGateway();
    expect(cors(await preflight(closed, create, SHOP))).toEqual({});
    expect(cors(await closed.rest({ email: 'x' }, { headers: { origin: SHOP } }))).toEqual({});
    await closed.close();
  });

  it('cannot be made to send a query by a page of another site', async () => {
    const query = `/graphql?apiKey=${gateway.key}&query=${encodeURIComponent('{ __typename }')}`;
    const from = (headers: Record<string, string>) => gateway.send(query, { headers });
    for (const site of ['cross-site', 'same-site']) {
      const refused = await from({ 'sec-fetch-site': site, 'sec-fetch-mode': 'navigate' });
      expect([refused.status, refused.body.errors[0].extensions.code]).toEqual([400, 'INTERNAL_REQUEST_MALFORMED']);
      expect((await from({ 'sec-fetch-site': site, origin: SHOP })).status).toBe(200);
      expect((await from({ 'sec-fetch-site': site, origin: 'https://evil.example' })).status).toBe(400);
    }
    for (const site of ['same-origin', 'none']) expect((await from({ 'sec-fetch-site': site })).status).toBe(200);
    expect((await from({})).status).toBe(200);
    // A form, or text, is all that a page can send elsewhere without being asked first.
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data']) {
      const posted = await gateway.send('/graphql', {
        method: 'POST',
        headers: { 'content-type': type, authorization: `Bearer ${gateway.key}` },
        body: '{"query":"{ __typename }"}',
      });
      expect(posted.status).toBe(415);
    }
    // What nothing is run for is answered as ever: another method.
    const foreign = { 'sec-fetch-site': 'cross-site', authorization: `Bearer ${gateway.key}` };
    const put = await gateway.send('/graphql', { method: 'PUT', headers: foreign });
    expect([put.status, put.headers.get('allow')]).toEqual([405, 'GET, HEAD, POST']);
    const keep = (more: Record<string, string>) =>
      gateway.send('/graphql', {
        method: 'POST',
        headers: { ...more, 'content-type': 'application/json', 'idempotency-key': 'foreign' },
        body: JSON.stringify({
          query: 'mutation { createCustomer(input: { email: "foreign@example.com" }) { newAccount } }',
        }),
      });
    // An answer that is kept is told to no page that might not ask for it.
    const own = { authorization: foreign.authorization };
    const answers = [await keep(foreign), await keep(own), await keep(foreign), await keep(own)];
    expect(answers.map(({ status }) => status)).toEqual([400, 200, 400, 200]);
    expect(answers.map(({ headers }) => headers.get('idempotent-replayed'))).toEqual([null, null, null, 'true']);
    const link = await gateway.send(`/graphql?apiKey=${gateway.key}`, {
      headers: { accept: 'text/html', 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' },
    });
    expect(link.status).toBe(200);
  });
});

describe('every answer', () => {
  it('tells browsers to take it for nothing else and to tell nobody its URL', async () => {
    const answers = await Promise.all([
      ...paths.map((path) => gateway.send(path)),
      gateway.send('/nothing'),
      gateway.rest({ email: 'headers@example.com' }),
      gateway.graphql('{ __typename }'),
    ]);
    for (const { headers } of answers) {
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('referrer-policy')).toBe('no-referrer');
      expect(headers.get('x-frame-options')).toBe('DENY');
      const isPage = headers.get('content-type')?.startsWith('text/html');
      const policy = isPage
        ? /^default-src 'none'; script-src 'self'; .*frame-ancestors 'none'$/
        : /^default-src 'none'; frame-ancestors 'none'$/;
      expect(headers.get('content-security-policy')).toMatch(policy);
      expect(headers.get('x-request-id')).toBeTruthy();
      expect(headers.get('x-powered-by')).toBeNull();
      expect(headers.get('server')).toBeNull();
    }
    const page = await demo.send('/graphql', { headers: { accept: 'text/html' } });
    expect(page.headers.get('content-security-policy')).toContain("connect-src 'self'");
  });
});

describe('methods that ask', () => {
  it.each(paths)('OPTIONS %s says what is answered there, without a key', async (path) => {
    const answer = await gateway.send(path, { method: 'OPTIONS' });
    expect([answer.status, answer.text]).toEqual([204, '']);
    const allow = path === create ? 'POST' : path === '/graphql' ? 'GET, HEAD, POST' : 'GET, HEAD';
    expect(answer.headers.get('allow')).toBe(allow);
    expect(answer.headers.get('content-length')).toBeNull();
  });

  it('OPTIONS of nothing is 404', async () => {
    for (const path of ['/nothing', '/api/v1/nothing', '/__proto__', '/constructor', '*'])
      expect((await gateway.send(path === '*' ? '/*' : path, { method: 'OPTIONS' })).status).toBe(404);
  });

  it.each(['/', '/health/live', '/openapi.json', '/graphql?query={__typename}'])(
    'HEAD %s has the head of GET and no body',
    async (path) => {
      const init = { headers: { authorization: `Bearer ${gateway.key}` } };
      const [get, head] = [await gateway.send(path, init), await gateway.send(path, { ...init, method: 'HEAD' })];
      expect([head.status, head.text]).toEqual([get.status, '']);
      for (const name of ['content-type', 'content-length', 'location'])
        expect(head.headers.get(name)).toBe(get.headers.get(name));
    },
  );

  it('HEAD where only POST is answered is 405, after the key', async () => {
    expect((await gateway.send(create, { method: 'HEAD' })).status).toBe(404);
    const answer = await gateway.send(`${create}?apiKey=${gateway.key}`, { method: 'HEAD' });
    expect([answer.status, answer.headers.get('allow'), answer.text]).toEqual([405, 'POST', '']);
  });

  it.each(['POST', 'PUT', 'DELETE', 'PATCH'])('%s of what is only read is 405', async (method) => {
    for (const path of ['/', '/health/live', '/openapi.json']) {
      const answer = await gateway.send(path, { method });
      expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
    }
  });
});

/** Writes to the gateway byte by byte; gives all that came back when the connection ended, or after a while. */
async function talk(at: TestGateway, text: string | string[], patience = 500): Promise<string> {
  const socket = connect(Number(new URL(at.url).port), '127.0.0.1');
  let received = '';
  socket.on('data', (chunk) => (received += chunk)).on('error', () => {});
  const ended = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  for (const part of [text].flat()) {
    socket.write(part);
    await sleep(20);
  }
  await Promise.race([ended, sleep(patience)]);
  socket.destroy();
  return received;
}

const request = (body: string, headers: string[] = [], line = `POST ${create}?apiKey=${gateway.key} HTTP/1.1`) =>
  [line, 'Host: x', 'Content-Type: application/json', ...headers, '', body].join('\r\n');
const statuses = (text: string) => [...text.matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, status]) => Number(status));

describe('clients that do not play by the rules', () => {
  it('answers pipelined requests in their order', async () => {
    const bodies = Array.from({ length: 20 }, (_, i) =>
      JSON.stringify({ email: i % 5 === 4 ? 'x' : `pipe${i}@example.com` }),
    );
    const text = bodies
      .map((body, i) => request(body, [`Content-Length: ${body.length}`, `X-Request-Id: pipe-${i}`]))
      .join('');
    const received = await talk(gateway, text, 2_000);
    expect(statuses(received)).toEqual(bodies.map((_, i) => (i % 5 === 4 ? 422 : 200)));
    expect([...received.matchAll(/X-Request-Id: (pipe-\d+)/g)].map(([, id]) => id)).toEqual(
      bodies.map((_, i) => `pipe-${i}`),
    );
  });

  it.each([
    [
      'a body longer than it says',
      (body: string) => request(`${body}garbage`, [`Content-Length: ${body.length}`]),
      [200, 400],
    ],
    ['two lengths', (body: string) => request(body, [`Content-Length: ${body.length}`, 'Content-Length: 5']), [400]],
    [
      'a length and chunks',
      (body: string) => request(body, [`Content-Length: ${body.length}`, 'Transfer-Encoding: chunked']),
      [400],
    ],
    ['a negative length', (body: string) => request(body, ['Content-Length: -1']), [400]],
    ['a length that is none', (body: string) => request(body, ['Content-Length: 0x10']), [400]],
    ['a huge length', (body: string) => request(body, ['Content-Length: 99999999999']), [413]],
    ['chunks that are none', () => request('zz\r\nabc\r\n', ['Transfer-Encoding: chunked']), [400]],
    ['another HTTP', () => 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', [400]],
    ['no HTTP', () => 'hello\r\n\r\n', [400]],
    ['TLS', () => '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03', [400]],
    ['no host', () => `GET /health/live HTTP/1.1\r\n\r\n`, [400]],
    ['a head of 100 KB', () => request('', [`X-Long: ${'x'.repeat(100_000)}`]), [400]],
    ['a line feed in a header', () => request('', ['X-Bad: a\nb: c\r\r']), [400]],
  ] as [string, (body: string) => string, number[]][])('answers %s', async (_, write, expected) => {
    const body = JSON.stringify({ email: 'rules@example.com' });
    const received = await talk(gateway, write(body));
    expect(statuses(received)).toEqual(expected);
    expect(received).toMatch(/Connection: close/i);
    if (expected.at(-1) === 400 && received.includes('{"error"'))
      expect(received).toContain('"code":"INTERNAL_REQUEST_MALFORMED"');
    expect((await gateway.send('/health/ready')).status).toBe(200);
  });

  it('waits for a body that is shorter than it says, but not for ever, and takes nothing of it', async () => {
    const body = JSON.stringify({ email: 'short@example.com' });
    const received = await talk(gateway, request(body, [`Content-Length: ${body.length + 10}`]));
    expect(received).toBe('');
    expect(await runSql(gateway.databaseUrl, `select * from customer where email = 'short@example.com'`)).toEqual([]);
  });

  it('drops a client that does not finish the head of its request, with a word of why', async () => {
    const received = await talk(gateway, ['GET /health/live HTTP/1.1\r\n', 'Host: x\r\n'], 20_000);
    expect(statuses(received)).toEqual([400]);
    expect(received).toContain('The request did not arrive in time.');
  });

  it('closes the connection of a body that is too large, and keeps the others', async () => {
    const received = await talk(gateway, request('x'.repeat(200_000), ['Content-Length: 200000']));
    expect(statuses(received)).toEqual([413]);
    expect(received).toMatch(/Connection: close/i);
  });
});

it('writes no key into log, error or location, wherever a caller puts it', async () => {
  const key = generateKey('PROD');
  const answers = await Promise.all([
    gateway.send(`/api/v1/${key}?apiKey=${key}`),
    gateway.send(`/graphql/${key}`, { method: 'PUT' }),
    gateway.send(`/?apiKey=${key}`),
    gateway.send(create, { method: 'POST', headers: { 'x-request-id': key, authorization: key, 'content-type': key } }),
    gateway.rest(`{"apiKey":"${key}","email":"${key}@example.com"`, { key }),
    gateway.graphql(`{ customer(by: { email: "${key}" }) { email } }`, { key }, { key }),
    talk(gateway, `GET /${key} HTTP/9.9\r\nAuthorization: Bearer ${key}\r\n\r\n`),
  ]);
  for (const answer of answers.slice(0, 3)) expect(JSON.stringify(answer)).not.toContain(key);
  await sleep(50);
  expect(JSON.stringify(gateway.log)).not.toContain(key);
  expect(JSON.stringify(demo.log)).not.toContain(SAMPLE_KEY);
});
