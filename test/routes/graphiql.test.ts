// GraphiQL as a browser is served it: the page, its files, and what neither holds. `test/system/graphiql.test.ts` uses it.
import { createHash } from 'node:crypto';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SAMPLE_KEY } from '../../src/api-key/key.ts';
import { BUNDLE_FOLDER, type Manifest, readManifest } from '../../src/bundle/manifest.ts';
import type { HttpRequest } from '../../src/http/request.ts';
import type { Handler } from '../../src/http/router.ts';
import { Asset } from '../../src/routes/assets.ts';
import { openGraphiQL } from '../../src/routes/graphiql.ts';
import { startGateway, type TestGateway } from '../support/gateway.ts';

/** What browsers send when somebody opens an address. */
const BROWSER = 'text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8';

let gateway: TestGateway;
let demo: TestGateway;
beforeAll(async () => {
  [gateway, demo] = await Promise.all([startGateway(), startGateway({ demo: true })]);
});
afterAll(() => Promise.all([gateway.close(), demo.close()]));

const open = (at: TestGateway, path = '/graphql', accept = BROWSER) => at.send(path, { headers: { accept } });
const isPage = ({ status, headers }: { status: number; headers: Headers }) =>
  status === 200 && headers.get('content-type') === 'text/html; charset=utf-8';

/** A file as it comes over the wire: `fetch` would take it apart. */
function wire(path: string, headers: Record<string, string> = {}, method = 'GET') {
  return new Promise<{ status: number; headers: Record<string, unknown>; bytes: Buffer }>((resolve, reject) => {
    const sent = request(gateway.url + path, { method, headers }, (answer) => {
      const chunks: Buffer[] = [];
      answer.on('data', (chunk) => chunks.push(chunk));
      answer.on('end', () =>
        resolve({ status: answer.statusCode ?? 0, headers: answer.headers, bytes: Buffer.concat(chunks) }),
      );
    });
    sent.on('error', reject).end();
  });
}

describe('the page', () => {
  it.each([
    '/graphql',
    '/graphql?query={customers{edges{cursor}}}',
    '/graphql?query=mutation{x}&variables={"a":1}&operationName=X',
    '/graphql?query={',
    '/graphql?apiKey=x',
  ])('is given to a browser without a key, in both modes: %s', async (path) => {
    for (const at of [gateway, demo]) {
      const answer = await open(at, path);
      expect(isPage(answer)).toBe(true);
      expect(answer.headers.get('cache-control')).toBe('no-store');
    }
  });

  it('holds no key but the sample one, and that in demo mode alone', async () => {
    const { text } = await open(gateway, `/graphql?apiKey=${gateway.key}`);
    expect(text).not.toContain(gateway.key);
    expect(text).not.toContain(SAMPLE_KEY);
    expect((await open(demo)).text).toContain(SAMPLE_KEY);
  });

  it.each([
    ['text/html', true],
    ['text/html;q=0.9, application/json;q=0.8', true],
    ['application/json, text/html;q=0.9', false],
    ['text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8', true],
    ['text/html;q=0, */*', false],
    // Of Java's own client.
    ['text/html, image/gif, image/jpeg, *; q=.2, */*; q=.2', false],
    ['*/*', false],
    ['application/graphql-response+json', false],
    ['', false],
  ])('is given for Accept: %s: %s', async (accept, given) => {
    const answer = await open(demo, `/graphql?apiKey=${SAMPLE_KEY}&query={__typename}`, accept);
    expect(isPage(answer)).toBe(given);
    if (given) expect(answer.headers.get('vary')).toContain('Accept');
    if (!given) expect(answer.body.data).toEqual({ __typename: 'Query' });
  });

  it('is not given in answer to POST', async () => {
    const answer = await gateway.graphql('{ __typename }', {}, { headers: { accept: 'text/html' } });
    expect(answer.body.data).toEqual({ __typename: 'Query' });
  });

  it('runs the one script that it names by hash, and what that loads', async () => {
    const { text, headers } = await open(gateway);
    const policy = headers.get('content-security-policy') ?? '';
    const scripts = [...text.matchAll(/<script type="module">([\s\S]*?)<\/script>/g)].map(([, script]) => script ?? '');
    expect(scripts).toHaveLength(1);
    const hash = createHash('sha256')
      .update(scripts[0] ?? '')
      .digest('base64');
    expect(policy.split('; ')).toEqual([
      "default-src 'none'",
      `script-src 'sha256-${hash}' 'strict-dynamic'`,
      "worker-src 'self'",
      // Monaco writes styles into the page.
      "style-src 'self' 'unsafe-inline'",
      "img-src 'self' data:",
      'font-src data:',
      "connect-src 'self'",
      "base-uri 'none'",
      "form-action 'none'",
      "frame-ancestors 'none'",
    ]);
    expect(text).toContain('<meta name="viewport" content="width=device-width, initial-scale=1">');
    expect(text).not.toMatch(/(src|href)="(https?:)?\/\//);
  });

  it('opens with an example that changes something in demo mode alone', async () => {
    expect((await open(demo)).text).toContain('mutation CreateCustomer');
    const { text } = await open(gateway);
    expect(text).not.toContain('mutation ');
    expect(text).toContain('query Customers');
  });

  it('names all examples, with those that change something in both modes', async () => {
    for (const at of [gateway, demo]) {
      const [url = ''] = /graphiql\/examples\.json\?v=[\w-]{16}/.exec((await open(at)).text) ?? [];
      const { body, headers } = await at.send(`/${url}`);
      expect(headers.get('cache-control')).toContain('immutable');
      expect(body.map(({ name }: { name: string }) => name)).toContain('MergeCustomers');
    }
  });

  it('is small, and the same for all', async () => {
    const texts = await Promise.all(Array.from({ length: 20 }, () => open(gateway)));
    expect(new Set(texts.map(({ text }) => text)).size).toBe(1);
    const { bytes } = await wire('/graphql', { accept: BROWSER, 'accept-encoding': 'br' });
    expect(bytes.length).toBeLessThan(9_000);
  });
});

describe('its files', () => {
  let urls: string[];
  beforeAll(async () => {
    const { text } = await open(gateway);
    urls = [...text.matchAll(/graphiql\/[a-z]+-[A-Z0-9]{8}\.(?:js|css)/g)].map(([url]) => `/${url}`);
  });

  it('are all there, those that the page names and those that they load', async () => {
    const manifest = (await readManifest(BUNDLE_FOLDER)) as Manifest;
    const { main, style, preload, workers, files } = manifest;
    const named = [style, main, ...preload, ...Object.values(workers)].map((name) => `/graphiql/${name}`);
    expect([...urls].sort()).toEqual(named.sort());
    for (const { name, size } of files) {
      const { status, headers, bytes } = await wire(`/graphiql/${name}`);
      expect([status, headers['content-encoding'], bytes.length]).toEqual([200, undefined, size.identity]);
      expect(headers['content-type']).toMatch(/^text\/(javascript|css|plain); charset=utf-8$/);
      const packed = await wire(`/graphiql/${name}`, { 'accept-encoding': 'br' });
      expect([packed.headers['content-encoding'], packed.bytes.length]).toEqual(['br', size.br]);
    }
  });

  it('are kept for good under their name, which has their hash; under another one there is nothing', async () => {
    const [url = ''] = urls;
    expect((await wire(url)).headers['cache-control']).toBe('public, max-age=31536000, immutable');
    for (const other of [
      url.replace(/-.{8}/, '-AAAAAAAA'),
      `${url}x`,
      `${url}.br`,
      '/graphiql/manifest.json',
      '/graphiql/',
    ])
      expect((await wire(other)).status, other).toBe(404);
    for (const other of [
      '/graphiql/../package.json',
      '/graphiql/%2e%2e/%2e%2e/package.json',
      '/graphiql/..%2f..%2fpackage.json',
    ])
      expect((await wire(other)).status, other).toBe(404);
  });

  it.each([
    ['gzip, deflate, br, zstd', 'br'],
    ['gzip, deflate', 'gzip'],
    ['br;q=0.1, gzip', 'gzip'],
    ['br;q=0, gzip;q=0', undefined],
    ['*', 'br'],
    ['identity', undefined],
    ['x', undefined],
  ])('are compressed for Accept-Encoding: %s as %s', async (accept, encoding) => {
    const url = urls.find((one) => one.endsWith('.js')) ?? '';
    const plain = await wire(url);
    const { headers, bytes } = await wire(url, { 'accept-encoding': accept });
    expect([headers['content-encoding'], headers.vary]).toEqual([encoding, 'Accept-Encoding']);
    const unpack = { br: brotliDecompressSync, gzip: gunzipSync, identity: (packed: Buffer) => packed };
    expect(unpack[(encoding ?? 'identity') as keyof typeof unpack](bytes).equals(plain.bytes)).toBe(true);
    if (encoding) expect(bytes.length).toBeLessThan(plain.bytes.length / 2);
    expect(headers.etag).not.toBe(encoding ? plain.headers.etag : undefined);
  });

  it('are not sent again to who has them', async () => {
    const { headers } = await wire(urls[0] ?? '');
    // The second, as a cache tells of all that it has, and a proxy that compresses weakens it.
    for (const tags of [`${headers.etag}`, `"other", W/${headers.etag}`, '*']) {
      const again = await wire(urls[0] ?? '', { 'if-none-match': tags });
      expect([again.status, again.bytes.length, again.headers['content-length']]).toEqual([304, 0, undefined]);
    }
    expect((await wire(urls[0] ?? '', { 'if-none-match': '"other"' })).status).toBe(200);
    const head = await wire(urls[0] ?? '', {}, 'HEAD');
    expect([head.status, head.bytes.length, head.headers.etag]).toEqual([200, 0, headers.etag]);
  });
});

it('is nowhere with GRAPHIQL=off: a browser is answered as any other client', async () => {
  const closed = await startGateway({ graphiql: false });
  const page = await open(closed);
  expect([page.status, page.body.errors[0].extensions.code]).toEqual([404, 'PUBLIC_API_KEY_IS_EMPTY']);
  const { main = '' } = (await readManifest(BUNDLE_FOLDER)) ?? {};
  for (const name of [main, 'examples.json']) expect((await closed.send(`/graphiql/${name}`)).status).toBe(404);
  const asked = await open(closed, `/graphql?apiKey=${closed.key}&query={__typename}`);
  expect(asked.body.data).toEqual({ __typename: 'Query' });
  await closed.close();
});

it('says how to build it where nobody has, until somebody does', async () => {
  const { folder, graphiql, ask } = await unbuilt();
  const before = await ask('/graphql', BROWSER);
  expect([before.status, before.contentType]).toEqual([503, 'text/html; charset=utf-8']);
  expect(before.body).toContain('run <code>npm run build:pages</code>');
  expect(before.headers).toMatchObject({ 'Cache-Control': 'no-store', 'Content-Security-Policy': expect.any(String) });
  // Programs are answered as ever.
  expect((await ask('/graphql', 'application/json')).body).toBe('for programs');
  await expect(async () => graphiql.file('/graphiql/main.js')).rejects.toThrow();

  await cp(BUNDLE_FOLDER, folder, { recursive: true });
  const after = await ask('/graphql', BROWSER);
  expect(after.status).toBe(200);
  expect(String(after.body)).toContain('id="root"');
  await rm(folder, { recursive: true });
});

/** GraphiQL of a gateway whose packages were installed without their scripts. */
async function unbuilt() {
  const folder = pathToFileURL(`${await mkdtemp(join(tmpdir(), 'bundle-'))}/`);
  const part = new Asset('/x', 'css', () => '');
  const opened = openGraphiQL({
    sampleKey: undefined,
    publicUrl: undefined,
    introspection: true,
    frame: { style: part, icon: part },
    without: [],
    answerTypes: ['application/json'],
    folder,
  });
  const requestOf = (path: string, accept: string) =>
    ({
      method: 'GET',
      path,
      query: new URLSearchParams(),
      headers: { accept },
      answerHeaders: {},
    }) as unknown as HttpRequest;
  const page = opened.page(() => ({ status: 200, headers: {}, body: 'for programs' }));
  const file = opened.routes.find(({ path }) => path.endsWith('/*'))?.handler as Handler;
  return {
    folder,
    graphiql: { file: (path: string) => file(requestOf(path, '*/*')) },
    ask: async (path: string, accept: string) => page(requestOf(path, accept)),
  };
}
