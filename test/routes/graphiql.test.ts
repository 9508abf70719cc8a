// GraphiQL as a browser is served it: the page, its files, and what neither holds. `test/system/graphiql.test.ts` uses it.
import { createHash } from 'node:crypto';
import { request } from 'node:http';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SAMPLE_KEY } from '../../src/api-key/key.ts';
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

  it('shows examples that change something in demo mode alone', async () => {
    expect((await open(demo)).text).toContain('mutation CreateCustomer');
    expect((await open(gateway)).text).not.toContain('mutation ');
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
    urls = [...text.matchAll(/graphiql\/[\w-]+\.(?:js|css)\?v=[\w-]{16}/g)].map(([url]) => `/${url}`);
  });

  it('are all there', async () => {
    expect(urls).toHaveLength(5);
    for (const url of urls) {
      const { status, headers, bytes } = await wire(url);
      expect([status, headers['content-encoding']]).toEqual([200, undefined]);
      expect(headers['content-type']).toMatch(/^text\/(javascript|css); charset=utf-8$/);
      expect(createHash('sha256').update(bytes).digest('base64url')).toContain(url.slice(-16));
    }
  });

  it('are kept for good under their hash, and not at all under another', async () => {
    const [url = ''] = urls;
    expect((await wire(url)).headers['cache-control']).toBe('public, max-age=31536000, immutable');
    for (const other of [url.replace(/\?.*/, ''), `${url}x`])
      expect((await wire(other)).headers['cache-control']).toBe('no-store');
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
    const plain = await wire(urls[1] ?? '');
    const { headers, bytes } = await wire(urls[1] ?? '', { 'accept-encoding': accept });
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
  expect((await closed.send('/graphiql/graphiql.js')).status).toBe(404);
  const asked = await open(closed, `/graphql?apiKey=${closed.key}&query={__typename}`);
  expect(asked.body.data).toEqual({ __typename: 'Query' });
  await closed.close();
});
