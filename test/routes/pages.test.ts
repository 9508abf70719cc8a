// The pages as a browser is served them. `test/system/pages.test.ts` uses them.
import { request } from 'node:http';
import { brotliDecompressSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SAMPLE_KEY } from '../../src/api-key/key.ts';
import { catalogue, errorCodes } from '../../src/errors/api-error.ts';
import { startGateway, type TestGateway } from '../support/gateway.ts';

let gateway: TestGateway;
let demo: TestGateway;
beforeAll(async () => {
  [gateway, demo] = await Promise.all([startGateway(), startGateway({ demo: true })]);
});
afterAll(() => Promise.all([gateway.close(), demo.close()]));

/** What browsers send when somebody opens an address. */
const BROWSER = 'text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8';

const pages = ['/', '/docs', '/errors', '/errors/INTERNAL_CONFLICT'];
const urlsIn = (text: string) => [...text.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, url]) => url as string);

describe('every page', () => {
  it.each(pages)('%s is whole: what it loads and links to is there, and is this gateway', async (path) => {
    const { status, headers, text } = await demo.send(path);
    expect([status, headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
    const urls = urlsIn(text).filter((url) => !url.startsWith('#'));
    expect(urls.length).toBeGreaterThan(6);
    for (const url of new Set(urls)) {
      const { pathname, search } = new URL(url, `http://gateway/${path.slice(1)}`);
      const found = await demo.send(pathname + search, { headers: { accept: BROWSER } });
      expect([url, found.status]).toEqual([url, 200]);
      if (search !== '') expect(found.headers.get('cache-control')).toContain('immutable');
    }
  });

  it.each(pages)('%s runs and asks nothing of others', async (path) => {
    const { headers, text } = await demo.send(path);
    const policy = headers.get('content-security-policy') ?? '';
    expect(policy).toMatch(/^default-src 'none'; script-src 'self'; /);
    for (const directive of ["connect-src 'self'", "base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'"])
      expect(policy.split('; ')).toContain(directive);
    expect(text).not.toMatch(
      /<script(?![^>]* type="(module|application\/json)")| on[a-z]+="|(src|href)="(https?:)?\/\//,
    );
  });

  it.each(pages)('%s is compressed, and not sent again to who has it', async (path) => {
    const answer = await new Promise<{ headers: Record<string, unknown>; bytes: Buffer }>((resolve, reject) => {
      request(demo.url + path, { headers: { 'accept-encoding': 'br' } }, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk) => chunks.push(chunk));
        response.on('end', () => resolve({ headers: response.headers, bytes: Buffer.concat(chunks) }));
      })
        .on('error', reject)
        .end();
    });
    expect(answer.headers['content-encoding']).toBe('br');
    expect(brotliDecompressSync(answer.bytes).toString()).toContain('<!doctype html>');
    const again = await demo.send(path, {
      headers: { 'accept-encoding': 'br', 'if-none-match': String(answer.headers.etag) },
    });
    expect(again.status).toBe(304);
  });

  it('holds the sample key in demo mode alone', async () => {
    for (const path of pages) expect((await gateway.send(path)).text).not.toContain(SAMPLE_KEY);
    expect((await demo.send('/')).text).toContain(SAMPLE_KEY);
    expect((await gateway.send('/')).text).toContain('YOUR_API_KEY');
  });
});

describe('pages of errors', () => {
  it('are there for every code, and for no other', async () => {
    const { text: list } = await gateway.send('/errors');
    for (const code of errorCodes) {
      expect(list).toContain(`href="errors/${code}"`);
      const { status, text } = await gateway.send(`/errors/${code}`);
      expect([status, text.includes(String(catalogue[code].status))]).toEqual([200, true]);
    }
    expect((await gateway.send('/errors/NOTHING')).body.error.code).toBe('INTERNAL_RESOURCE_NOT_FOUND');
  });

  it('are where errors lead to, by a path or a whole URL', async () => {
    const known = await startGateway({ publicUrl: 'https://shop.example/gateway' });
    for (const [at, base] of [
      [gateway, ''],
      [known, 'https://shop.example/gateway'],
    ] as const) {
      const url = `${base}/errors/INTERNAL_VALIDATION_FAILED`;
      expect((await at.rest({ email: 'bad' })).body.error.docUrl).toBe(url);
      const { body } = await at.graphql(
        'mutation { createCustomer(input: { email: "bad" }) { newAccount } bulkCreateCustomers(input: { customers: [{ clientRef: "1", email: "bad" }] }) { rows { error { code docUrl } } } }',
      );
      expect(body.errors[0].extensions.docUrl).toBe(url);
      expect(body.data.bulkCreateCustomers.rows).toEqual([
        { error: { code: 'INTERNAL_VALIDATION_FAILED', docUrl: url } },
      ]);
      expect((await at.send('/graphql', { method: 'PUT' })).body.errors[0].extensions.docUrl).toBe(
        `${base}/errors/PUBLIC_API_KEY_IS_EMPTY`,
      );
    }
    for (const [path, shown] of [
      ['/', '/api/v1/customer/create'],
      ['/errors', '/errors/INTERNAL_VALIDATION_FAILED'],
      ['/errors/INTERNAL_CONFLICT', '/errors/INTERNAL_CONFLICT'],
    ])
      expect((await known.send(path as string)).text).toContain(`https://shop.example/gateway${shown}`);
    const { text } = await known.send('/');
    expect(text).not.toContain('data-base');
    await known.close();
  });
});

describe('documents', () => {
  it('name the gateway as callers know it', async () => {
    const known = await startGateway({ publicUrl: 'https://shop.example/gateway' });
    expect((await known.send('/openapi.json')).body.servers).toEqual([{ url: 'https://shop.example/gateway' }]);
    expect((await gateway.send('/openapi.json')).body.servers).toEqual([{ url: '.' }]);
    await known.close();
  });

  it('are kept by nobody, whatever is asked', async () => {
    const first = await demo.send('/schema.graphql');
    const hash =
      /^"(.+)-identity"$/.exec(first.headers.get('etag') ?? '')?.[1] ?? first.headers.get('etag')?.slice(1, 17);
    for (const path of ['/schema.graphql', '/openapi.json'])
      expect((await demo.send(`${path}?v=${hash}`)).headers.get('cache-control')).toBe('no-store');
  });
});

describe('the schema as a document', () => {
  it('is given to everybody in demo mode, else to those who have a key', async () => {
    const { status, text, headers } = await demo.send('/schema.graphql');
    expect([status, headers.get('content-type')]).toEqual([200, 'text/plain; charset=utf-8']);
    expect(text).toContain('type Viewer {');
    const refused = await gateway.send('/schema.graphql');
    expect([refused.status, refused.body.error.code]).toEqual([404, 'PUBLIC_API_KEY_IS_EMPTY']);
    const given = await gateway.send('/schema.graphql', { headers: { authorization: `Bearer ${gateway.key}` } });
    expect(given.text).toBe(text);
    expect(given.headers.get('x-ratelimit-limit')).toBe('500000');
  });

  it('is a link on the first page in demo mode, else a request with a key', async () => {
    const [open, closed] = await Promise.all([demo.send('/'), gateway.send('/')]);
    expect(open.text).toContain('href="schema.graphql"');
    expect(closed.text).not.toContain('href="schema.graphql"');
    expect(closed.text).toMatch(/curl &#39;.+\/schema.graphql&#39;|curl '.+\/schema.graphql'/);
  });

  it('is nowhere with INTROSPECTION=off', async () => {
    const closed = await startGateway({ introspection: false, graphiql: false, demo: true });
    expect((await closed.send('/schema.graphql')).status).toBe(404);
    const { text } = await closed.send('/');
    for (const path of ['schema.graphql', 'graphql"']) expect(text).not.toContain(`href="${path}`);
    await closed.close();
  });
});
