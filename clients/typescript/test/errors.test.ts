// What a caller is told of a failure: one error for both APIs, and for answers that are not the gateway's.
import { inspect } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { catalogue } from '../../../src/errors/api-error.ts';
import { createKey } from '../../../test/support/database.ts';
import { startGateway, type TestGateway } from '../../../test/support/gateway.ts';
import { BanCustomerDocument, CreateCustomerDocument, CustomerDocument, ViewerDocument } from '../src/graphql.ts';
import { type ClientOptions, createClient, GatewayError } from '../src/index.ts';
import { type FailingProxy, openFailingProxy } from './support/failing-proxy.ts';

let gateway: TestGateway;
let proxy: FailingProxy;
beforeAll(async () => {
  gateway = await startGateway();
  proxy = await openFailingProxy(gateway.url);
});
afterAll(async () => {
  await proxy.close();
  await gateway.close();
});

const clientWith = (options: Partial<ClientOptions> = {}) =>
  createClient({ url: gateway.url, apiKey: gateway.key, maxRetries: 0, ...options });

/** The error that a call fails with. */
async function errorOf(call: Promise<unknown>): Promise<GatewayError> {
  const outcome = await call.then(
    () => 'success',
    (error: unknown) => error,
  );
  expect(outcome).toBeInstanceOf(GatewayError);
  return outcome as GatewayError;
}

const wrongInput = {
  code: 'INTERNAL_VALIDATION_FAILED',
  status: 422,
  message: catalogue.INTERNAL_VALIDATION_FAILED.message,
  description: catalogue.INTERNAL_VALIDATION_FAILED.description,
  retryAfter: undefined,
};
const uuid = /^[0-9a-f-]{36}$/;

it('both APIs tell of a value that breaks its rule in the same way', async () => {
  const { rest, graphql } = clientWith();
  const ofRest = await errorOf(rest.POST('/api/v1/customer/create', { body: { email: 'jan' } }));
  const ofGraphQL = await errorOf(graphql(CreateCustomerDocument, { input: { email: 'jan' } }));
  for (const error of [ofRest, ofGraphQL]) {
    expect(error).toMatchObject({
      ...wrongInput,
      fields: [{ path: 'email', message: 'must be a valid e-mail address' }],
      name: 'GatewayError',
      requestId: expect.stringMatching(uuid),
      docUrl: `${gateway.url}/errors/INTERNAL_VALIDATION_FAILED`,
    });
    expect(error.stack).toContain('GatewayError: Some of the values sent are not valid.');
  }
  expect(ofGraphQL.requestId).not.toBe(ofRest.requestId);
});

it('both APIs tell of a key that is not there, and of one that may not', async () => {
  const unknown = clientWith({ apiKey: `PROD${'x'.repeat(28)}` });
  const reading = clientWith({
    apiKey: await createKey(gateway.databaseUrl, gateway.organisationId, { scopes: ['ip:read'] }),
  });
  for (const [{ rest, graphql }, code] of [
    [unknown, 'PUBLIC_API_KEY_DOES_NOT_EXIST'],
    [reading, 'PUBLIC_API_KEY_SCOPE_NOT_ALLOWED'],
  ] as const) {
    const { status } = catalogue[code];
    const query = { cuRefNo: 'x'.repeat(16) };
    expect(await errorOf(rest.GET('/api/v1/customer/detail', { params: { query } }))).toMatchObject({ code, status });
    expect(await errorOf(graphql(CustomerDocument, { by: query }))).toMatchObject({ code, status });
  }
});

it('an error inside GraphQL has its own status, and all that came with it', async () => {
  const { graphql } = clientWith();
  const unknown = await errorOf(graphql(BanCustomerDocument, { input: { by: { email: 'nobody@example.com' } } }));
  expect(unknown).toMatchObject({ code: 'PUBLIC_CUSTOMER_DETAIL_NOT_PERMITTED', status: 404 });

  const partial = await errorOf(graphql('{ viewer { organisation { slug } } ipInfo(ip: "x") { kind } }'));
  expect(partial).toMatchObject({
    code: 'INTERNAL_VALIDATION_FAILED',
    status: 422,
    fields: [{ path: 'ip' }],
    data: { viewer: { organisation: { slug: expect.any(String) } }, ipInfo: null },
    errors: [{ path: ['ipInfo'] }],
  });

  const malformed = await errorOf(graphql('{ nothing }'));
  expect(malformed).toMatchObject({ code: 'INTERNAL_REQUEST_MALFORMED', status: 400, data: undefined });
});

it('what may hold keys or personal data is there for programs, and not printed', async () => {
  const { graphql } = clientWith();
  const secret = 'jana.novakova@example.com';
  const partial = await errorOf(graphql(`{ secret: __type(name: "${secret}") { name } ipInfo(ip: "x") { kind } }`));
  const details = {
    code: 'INTERNAL_CONFLICT',
    status: 409,
    message: 'No.',
    data: { secret },
    cause: new Error(secret),
  };
  const made = new GatewayError({ ...details, errors: [{ message: secret }] });
  expect(partial).toMatchObject({ data: { secret: null }, errors: [{ path: ['ipInfo'] }] });
  expect(made).toMatchObject({ data: { secret }, errors: [{ message: secret }], cause: { message: secret } });
  for (const error of [partial, made]) {
    const printed = inspect(error, { depth: null });
    const wrapped = inspect({ error }, { depth: null });
    for (const text of [printed, wrapped, JSON.stringify(error), JSON.stringify({ ...error })]) {
      expect(text).toContain(error.code);
      expect(text).not.toMatch(/secret|jana|ipInfo|\b(cause|data|errors)\b\W*:/);
    }
    expect(printed).toContain(`GatewayError: ${error.message}`);
    expect(printed).toContain('errors.test.ts');
  }
});

it('a limit that is used up tells how long to wait', async () => {
  const apiKey = await createKey(gateway.databaseUrl, gateway.organisationId, { limitPerMinute: 2 });
  const { rest, graphql } = clientWith({ apiKey });
  expect((await rest.GET('/ping/v1')).data).toEqual({ success: true });
  await graphql(ViewerDocument);
  for (const call of [() => rest.GET('/ping/v1'), () => graphql(ViewerDocument)]) {
    const error = await errorOf(call());
    expect(error).toMatchObject({ code: 'INTERNAL_TOO_MANY_REQUESTS', status: 429 });
    expect(error.retryAfter).toBeGreaterThan(0);
    expect(error.retryAfter).toBeLessThanOrEqual(60);
  }
});

/** A call of each API, to the proxy unless told. */
const calls = (options: Partial<ClientOptions> = {}) => {
  const { rest, graphql } = clientWith({ url: proxy.url, ...options });
  return [() => rest.GET('/ping/v1'), () => graphql(ViewerDocument)];
};

describe('what is no answer of the gateway', () => {
  it.each([
    ['a page of a proxy', { status: 502, body: '<h1>Bad Gateway</h1>' }, 502],
    ['a page that says that all is well', { status: 200, body: '<h1>Sign in</h1>' }, 200],
    ['JSON of another make', { status: 500, body: '{"error": "down", "errors": "down"}' }, 500],
    ['null', { status: 500, body: 'null' }, 500],
    ['nothing', { status: 504 }, 504],
  ])('%s is unreadable', async (_, fault, status) => {
    for (const call of calls()) {
      proxy.plan(fault);
      expect(await errorOf(call())).toMatchObject({
        code: 'CLIENT_UNREADABLE_ANSWER',
        status,
        message: `The answer, with the status ${status}, is not one of the gateway.`,
      });
    }
  });

  it('a date in Retry-After, and an id in a header, are read too', async () => {
    const headers = { 'retry-after': new Date(Date.now() + 30_000).toUTCString(), 'x-request-id': 'of-the-proxy' };
    for (const call of calls()) {
      proxy.plan({ status: 503, headers });
      const error = await errorOf(call());
      expect(error).toMatchObject({ status: 503, requestId: 'of-the-proxy' });
      expect(error.retryAfter).toBeGreaterThan(27);
      expect(error.retryAfter).toBeLessThanOrEqual(30);
    }
  });

  it('a connection that breaks, or is never made, is a network failure', async () => {
    for (const fault of ['refused', 'cut'] as const)
      for (const call of calls()) {
        proxy.plan(fault);
        expect(await errorOf(call())).toMatchObject({ code: 'CLIENT_NETWORK_FAILURE', status: 0 });
      }
    for (const call of calls({ url: 'http://127.0.0.1:1' })) {
      const error = await errorOf(call());
      expect(error).toMatchObject({ code: 'CLIENT_NETWORK_FAILURE', status: 0 });
      expect(error.cause).toBeInstanceOf(Error);
    }
  });
});

describe('of JSON that is not written as the gateway does', () => {
  it.each([
    ['code', 7],
    ['message', { text: 'down' }],
    ['description', ['down']],
    ['requestId', 7],
    ['docUrl', { href: '/' }],
    ['status', '503'],
    ['status', 99],
    ['status', 600],
    ['status', 422.5],
    ['retry_after', 'soon'],
    ['retry_after', -1],
    ['retry_after', null],
    ['fields', 'email'],
    ['fields', { length: 1 }],
    ['fields', [null]],
    ['fields', [{ path: 'email' }]],
    ['fields', [{ path: ['email'], message: 'must be' }]],
  ])('%s: %j is read as if it was not there', async (name, value) => {
    const written = { code: 'INTERNAL_OF_ANOTHER', message: 'down', [name]: value };
    const { message, ...extensions } = written;
    const body = JSON.stringify({ error: written, errors: [{ message, extensions }] });
    const read = { code: 'INTERNAL_OF_ANOTHER', status: 418, message: 'down', fields: [] };
    const none = { description: undefined, requestId: undefined, docUrl: undefined, retryAfter: undefined };
    const unread = {
      code: 'CLIENT_UNREADABLE_ANSWER',
      message: 'The answer, with the status 418, is not one of the gateway.',
    };
    for (const call of calls()) {
      proxy.plan({ status: 418, body });
      expect(await errorOf(call())).toMatchObject({
        ...read,
        ...none,
        ...(name in unread && { [name]: unread[name as keyof typeof unread] }),
      });
    }
  });

  it('errors that are no list of errors are not taken for data', async () => {
    const graphql = calls()[1] as () => Promise<unknown>;
    for (const errors of [['down'], [null], [{}], [[]]]) {
      proxy.plan({ status: 200, body: JSON.stringify({ data: { viewer: null }, errors }) });
      expect(await errorOf(graphql())).toMatchObject({ code: 'CLIENT_UNREADABLE_ANSWER', status: 200, errors: [] });
    }
  });
});

describe('a redirect', () => {
  it.each([301, 302, 303, 307, 308])('with %d is not followed', async (status) => {
    const { rest, graphql } = clientWith({ url: proxy.url, maxRetries: 2 });
    const body = { email: 'redirected@example.com' };
    for (const call of [
      () => rest.GET('/ping/v1'),
      () => rest.POST('/api/v1/customer/create', { body, redirect: 'follow' }),
      () => graphql(ViewerDocument),
      () => graphql(CreateCustomerDocument, { input: body }),
    ]) {
      for (const [headers, to] of [
        [{ location: `${gateway.url}/elsewhere` }, ` to ${gateway.url}/elsewhere`],
        [{}, ''],
      ] as const) {
        proxy.plan({ status, headers });
        expect(await errorOf(call())).toMatchObject({
          code: 'CLIENT_UNREADABLE_ANSWER',
          status,
          message: `The URL redirects${to}, which is not followed: \`url\` must be that of the gateway itself.`,
        });
        expect(proxy.seen).toHaveLength(1);
      }
    }
  });

  it('of which a browser tells nothing is one too', async () => {
    const opaque = Object.defineProperty(Response.error(), 'type', { value: 'opaqueredirect' });
    for (const call of calls({ fetch: async () => opaque }))
      expect(await errorOf(call())).toMatchObject({
        code: 'CLIENT_UNREADABLE_ANSWER',
        status: 0,
        message: expect.stringMatching(/^The URL redirects, /),
      });
  });
});

describe('a time-out', () => {
  it('comes of an answer that takes too long', async () => {
    // One of its own: what was given up may still be on its way to it.
    const silent = await openFailingProxy(gateway.url);
    silent.plan('silent', 'silent');
    for (const call of calls({ url: silent.url, timeout: 50 })) {
      expect(await errorOf(call())).toMatchObject({
        code: 'CLIENT_TIMEOUT',
        status: 0,
        message: 'No answer came within 50 milliseconds.',
      });
    }
    await silent.close();
  });

  it('comes where `fetch` heeds no signal, or the body has no end', async () => {
    const neverEnding = async () => new Response(new ReadableStream());
    for (const fetch of [() => new Promise<never>(() => {}), neverEnding])
      for (const call of calls({ fetch, timeout: 50 }))
        expect(await errorOf(call())).toMatchObject({ code: 'CLIENT_TIMEOUT', status: 0 });
  });

  it('need not be waited for by a caller who gives up, where `fetch` heeds no signal', async () => {
    const { rest, graphql } = clientWith({ fetch: () => new Promise<never>(() => {}) });
    for (const call of [
      (signal: AbortSignal) => rest.GET('/ping/v1', { signal }),
      (signal: AbortSignal) => graphql(ViewerDocument, {}, { signal }),
    ]) {
      const controller = new AbortController();
      const pending = call(controller.signal);
      controller.abort(new Error('given up'));
      await expect(pending).rejects.toThrow('given up');
    }
  });
});

it('a caller that gives up gets its own reason', async () => {
  const { rest, graphql } = clientWith({ url: proxy.url, maxRetries: 2 });
  for (const call of [
    (signal: AbortSignal) => rest.GET('/ping/v1', { signal }),
    (signal: AbortSignal) => graphql(ViewerDocument, {}, { signal }),
  ]) {
    // While it waits for an answer, while it waits to try again, and before it begins.
    for (const fault of ['silent', { status: 503, headers: { 'retry-after': '30' } }, undefined] as const) {
      proxy.plan(...(fault ? [fault] : []));
      const controller = new AbortController();
      if (!fault) controller.abort(new Error('given up'));
      const pending = call(controller.signal);
      pending.catch(() => {});
      if (fault) await expect.poll(() => proxy.seen.length).toBe(1);
      controller.abort(new Error('given up'));
      await expect(pending).rejects.toThrow('given up');
      expect(proxy.seen.length).toBe(fault ? 1 : 0);
    }
  }
});

it.each([
  ['a URL that is none', { url: 'localhost' }],
  ['a URL with a password', { url: 'http://a:b@localhost:4000' }],
  ['a URL with a query', { url: 'http://localhost:4000?apiKey=x' }],
  ['a key that no header can hold', { apiKey: 'key\n' }],
  ['an empty key', { apiKey: '' }],
  ['no time', { timeout: 0 }],
  ['endless time', { timeout: Number.POSITIVE_INFINITY }],
  ['half a retry', { maxRetries: 0.5 }],
])('%s is refused at once', (_, options) => {
  expect(() => clientWith(options)).toThrow(TypeError);
});

it('no call sends its key to another host, or by another way than the client was told', async () => {
  const own: string[] = [];
  const fetchNoting = (request: Request) => {
    own.push(request.url);
    return fetch(request);
  };
  const { rest } = clientWith({ url: proxy.url, fetch: fetchNoting });
  const others = { baseUrl: gateway.url, fetch: () => expect.unreachable('sent by another way') } as object;
  proxy.plan();
  await rest.GET('/ping/v1', others);
  await rest.POST('/api/v1/customer/create', { body: { email: 'jan@example.com' }, ...others });
  expect(own).toEqual([`${proxy.url}/ping/v1`, `${proxy.url}/api/v1/customer/create`]);
  for (const { headers } of proxy.seen) expect(headers.authorization).toBe(`Bearer ${gateway.key}`);
  expect(proxy.seen).toHaveLength(2);
});

it('a document without its text is refused', async () => {
  await expect(clientWith().graphql({ kind: 'Document', definitions: [] })).rejects.toThrow(TypeError);
});

it('a key that no header can hold is refused', async () => {
  const { rest, graphql } = clientWith();
  const idempotencyKey = 'objednávka\n1';
  const input = { email: 'jan@example.com' };
  await expect(graphql(CreateCustomerDocument, { input }, { idempotencyKey })).rejects.toThrow(TypeError);
  const params = { header: { 'Idempotency-Key': idempotencyKey } };
  await expect(rest.POST('/api/v1/customer/create', { params, body: input })).rejects.toThrow(TypeError);
});

it('a gateway below a path is reached, with a slash at the end or without', async () => {
  const seen: string[] = [];
  const fetchNoting = (request: Request) => {
    seen.push(request.url);
    return fetch(new Request(request.url.replace('/below', ''), request));
  };
  for (const end of ['', '/']) {
    const { rest, graphql } = clientWith({ url: `${gateway.url}/below${end}`, fetch: fetchNoting });
    await rest.GET('/ping/v1');
    await graphql(ViewerDocument);
  }
  const once = [`${gateway.url}/below/ping/v1`, `${gateway.url}/below/graphql`];
  expect(seen).toEqual([...once, ...once]);
});
