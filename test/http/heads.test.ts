// Heads of requests that no ordinary client sends: checked as HTTP says, and answered in the envelope of the API that they go to.
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { catalogue } from '../../src/errors/api-error.ts';
import { startGateway, type TestGateway } from '../support/gateway.ts';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startGateway();
});
afterAll(() => gateway.close());

const rest = '/api/v1/customer/create';
const body = '{"email":"heads@example.com"}';

/** Writes to the gateway byte by byte, the rest a moment later, and gives all that came back until the connection ended. */
function talk(text: string, rest = ''): Promise<string> {
  const socket = connect(Number(new URL(gateway.url).port), '127.0.0.1');
  let received = '';
  socket.on('data', (chunk) => (received += chunk)).on('error', () => {});
  socket.write(text, () => rest && setTimeout(() => socket.write(rest), 50));
  return new Promise((resolve) => socket.once('close', () => resolve(received)));
}

function write(target: string, headers: string[], version = '1.1'): string {
  const all = [...headers, 'Content-Type: application/json', `Content-Length: ${body.length}`];
  return `POST ${target} HTTP/${version}\r\n${all.join('\r\n')}\r\n\r\n${body}`;
}

const withKey = (target: string) => `${target}${target.includes('?') ? '&' : '?'}apiKey=${gateway.key}`;
const statusOf = (answer: string) => Number(/^HTTP\/1\.1 (\d+)/.exec(answer)?.[1]);
const bodyOf = (answer: string) => JSON.parse(answer.slice(answer.lastIndexOf('\r\n\r\n') + 4));

function expectMalformed(answer: string, path: string, message: RegExp): void {
  expect(statusOf(answer)).toBe(400);
  expect(answer).toMatch(/^Connection: close\r$/m);
  expect(answer).toMatch(/^X-Content-Type-Options: nosniff\r$/m);
  const told = bodyOf(answer);
  expect(Object.keys(told)).toEqual([path.startsWith('/graphql') ? 'errors' : 'error']);
  const error = told.error ?? { ...told.errors[0].extensions, message: told.errors[0].message };
  expect(error).toMatchObject({ code: 'INTERNAL_REQUEST_MALFORMED', message: expect.stringMatching(message) });
  // The catalogue speaks of bodies, and this is none.
  expect(error.description).not.toBe(catalogue.INTERNAL_REQUEST_MALFORMED.description);
  expect(error.requestId).toBe(/^X-Request-Id: (.+)\r$/m.exec(answer)?.[1]);
  if (told.errors) expect(error.status).toBe(400);
}

describe.each([rest, '/graphql', '/graphql?x=y', '/nothing'])('at %s', (path) => {
  it.each([
    ['two Host lines', ['Host: x', 'Host: y'], '1.1', /more than one Host/],
    ['the same Host twice', ['Host: x', 'hOST: x'], '1.1', /more than one Host/],
    ['two Host lines of HTTP/1.0', ['Host: x', 'Host: y'], '1.0', /more than one Host/],
    ['no Host', [], '1.1', /needs a Host/],
    ['another name of the same length', ['Most: x'], '1.1', /needs a Host/],
    ['an expectation', ['Host: x', 'Expect: foo'], '1.1', /Expect/],
    ['an expectation without Host', ['Expect: foo'], '1.1', /needs a Host/],
    ['a header that is none', ['Host: x', 'Bad Header: x'], '1.1', /header/],
    ['a header with U+0000', ['Host: x', 'X: \0'], '1.1', /header|HTTP/],
    ['a head that is too long', ['Host: x', `X: ${'x'.repeat(20_000)}`], '1.1', /too large/],
    ['two lengths', ['Host: x', 'Content-Length: 5'], '1.1', /length/i],
    ['an encoding that has no end', ['Host: x', 'Transfer-Encoding: gzip'], '1.1', /length|Transfer-Encoding/i],
    ['another HTTP', ['Host: x'], '9.9', /HTTP/],
  ])('%s is malformed', async (_, headers, version, message) => {
    expectMalformed(await talk(write(path, headers, version)), path, message);
  });

  it('a second Host line behind two thousand others is seen', async () => {
    expectMalformed(await talk(write(path, ['Host: x', ...Array(2_100).fill('a:'), 'Host: y'])), path, /more than one/);
  });

  it('CONNECT is answered, also after another request', async () => {
    const live = 'GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n';
    for (const before of ['', live]) {
      const answer = await talk(`${before}CONNECT host:443 HTTP/1.1\r\nHost: host:443\r\n\r\n`);
      if (before) expect(answer).toContain('{"status":"live"}');
      expectMalformed(answer.slice(answer.lastIndexOf('HTTP/1.1 400')), '', /CONNECT/);
    }
  });
});

it.each([rest, '/graphql', '/graphql?x=y'])('a body at %s that breaks off is known by its head', async (path) => {
  const headers = ['Host: x', 'Content-Type: application/json', `Authorization: Bearer ${gateway.key}`];
  const head = `POST ${path} HTTP/1.1\r\n${[...headers, 'Transfer-Encoding: chunked'].join('\r\n')}\r\n\r\n`;
  expectMalformed(await talk(head, 'zz\r\n'), path, /chunk/);
});

it('HTTP/1.0 may lack a Host, and asks for nothing by Expect', async () => {
  expect(statusOf(await talk(write(withKey(rest), [], '1.0')))).toBe(200);
  expect(statusOf(await talk(write(withKey(rest), ['Expect: foo'], '1.0')))).toBe(200);
});

it('Expect: 100-continue is answered with 100, then as always', async () => {
  const answer = await talk(write(withKey(rest), ['Host: x', 'Connection: close', 'Expect: 100-continue']));
  expect(answer).toMatch(/^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 200 OK/);
});

it('a request to change to another protocol is answered in this one', async () => {
  const upgrade = 'GET /health/live HTTP/1.1\r\nHost: x\r\nConnection: upgrade, close\r\nUpgrade: websocket\r\n\r\n';
  const answer = await talk(`${upgrade}GET /health/live HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
  expect(statusOf(answer)).toBe(200);
});

describe('a target with the host in it', () => {
  it.each([
    ['http://host', 200],
    ['http://host/', 200],
    ['http://host?x=y', 200],
    ['HTTP://user@host:8080/health/live?x', 200],
    ['https://[::1]:1/health/live', 200],
    ['http://host/graphql?query={__typename}', 404],
    ['http://host/nothing', 404],
    ['http://host//health/live', 404],
    ['ftp://host/health/live', 404],
  ])('%s is answered like its path, with %d', async (target, status) => {
    const answer = await talk(`GET ${target} HTTP/1.1\r\nHost: other\r\nConnection: close\r\n\r\n`);
    expect(statusOf(answer)).toBe(status);
    if (target.includes('graphql')) expect(bodyOf(answer).errors[0].extensions.code).toBe('PUBLIC_API_KEY_IS_EMPTY');
  });

  it('carries query and body', async () => {
    const answer = await talk(write(withKey(`http://host:80${rest}`), ['Host: host', 'Connection: close']));
    expect(bodyOf(answer)).toMatchObject({ success: true });
    expect(gateway.log).toContainEqual(expect.objectContaining({ path: rest, status: 200 }));
    const wrong = await talk(write(`http://host${rest}?apiKey=bad`, ['Host: host', 'Connection: close']));
    expect(bodyOf(wrong).error.code).toBe('PUBLIC_API_KEY_IS_NOT_IN_VALID_FORMAT');
  });

  it('without a host is malformed', async () => {
    for (const target of ['http:///health/live', 'http://?x'])
      expectMalformed(await talk(write(target, ['Host: x'])), '', /./);
  });
});

it('sends no body to HEAD, also where nobody can read the request', async () => {
  for (const [target, headers] of [
    [rest, [`X: ${'x'.repeat(20_000)}`, 'Host: x']],
    ['/graphql', ['Host: x', 'X Y: z']],
    ['/graphql', []],
  ] as const) {
    const answer = await talk(`HEAD ${target} HTTP/1.1\r\n${headers.map((line) => `${line}\r\n`).join('')}\r\n`);
    expect(statusOf(answer), target).toBe(400);
    expect(answer.endsWith('\r\n\r\n'), answer.slice(-200)).toBe(true);
  }
});

it('takes no name of a host that is none', async () => {
  for (const host of ['a b', 'a/b', 'user@host', 'a?b', '"a"']) {
    const answer = await talk(write(rest, [`Host: ${host}`, 'Connection: close']));
    expectMalformed(answer, rest, /Host/);
  }
  for (const host of ['localhost:4000', '[::1]:4000', 'xn--e1afmkfd.example', '']) {
    const answer = await talk(write(withKey(rest), [`Host: ${host}`, 'Connection: close']));
    expect(statusOf(answer), host).toBe(200);
  }
});
