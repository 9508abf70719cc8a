// Puts the parts together into one request handler. Every test starts here.
import type { IncomingMessage, ServerResponse } from 'node:http';
import { authenticate, type Caller } from './access/check.ts';
import { openKeyDirectory } from './access/directory.ts';
import { answerOnce } from './access/idempotency.ts';
import { SAMPLE_KEY } from './access/key.ts';
import { toApiError } from './database/failure.ts';
import { migrate } from './database/migrate.ts';
import { openDatabase } from './database/orm.ts';
import { type DemoKeys, seedDemo } from './demo/data.ts';
import { entities } from './entities.ts';
import { ApiError } from './errors.ts';
import { createContext } from './graphql/context.ts';
import { createExecutor } from './graphql/execute.ts';
import { renderGraphiQLPage } from './graphql/graphiql.ts';
import { schema } from './graphql/schema.ts';
import { openGraphQLDoor } from './graphql/yoga.ts';
import { type Inbound, JSON_TYPE, json, type Outbound, receive, send } from './http/message.ts';
import type { Log } from './log.ts';
import { openApiDocument } from './rest/openapi.ts';
import { answerRest, assertEndpoints, keyInBody, type RunOperation, refuseRest } from './rest/shim.ts';

/** What a gateway needs to run. */
export interface AppOptions {
  /** `postgres://…` */
  databaseUrl: string;
  /** Whether the documentation's sample key works and the schema may be looked at without a key. */
  demo: boolean;
  log: Log;
}

/** One gateway, without a port. */
export interface App {
  /** Answers a request. Never rejects. */
  handle(request: IncomingMessage, response: ServerResponse): void;
  /**
   * Brings the database to its shape and, in demo mode, fills it. Until this resolves the doors answer
   * `INTERNAL_SERVICE_UNAVAILABLE`.
   *
   * @returns the keys that were made for the demo organisation, if any were
   */
  prepare(): Promise<DemoKeys | undefined>;
  /** From here on `/health/ready` says no, so that no new requests are sent here. */
  drain(): void;
  /** Lets go of the database. */
  close(): Promise<void>;
}

const bearer = /^Bearer(?:\s+(.*))?$/i;

/** Puts a gateway together. Nothing is connected before `prepare` or the first request. */
export function createApp({ databaseUrl, demo, log }: AppOptions): App {
  const database = openDatabase(databaseUrl, entities, log);
  const keys = openKeyDirectory(database, log);
  const execute = createExecutor(schema, log);
  const graphql = openGraphQLDoor({ schema, execute, database, log });
  const openApi = JSON.stringify(openApiDocument(schema));
  let state: 'starting' | 'ready' | 'draining' = 'starting';
  assertEndpoints(schema);

  async function identify(presented: unknown, inbound: Inbound): Promise<Caller> {
    const caller = await authenticate(presented, keys, demo);
    inbound.record.key = caller.fingerprint;
    return caller;
  }

  async function answerGraphQL(inbound: Inbound): Promise<Outbound> {
    const presented = inbound.query.get('apiKey') ?? bearerOf(inbound);
    const anonymous = demo && presented === undefined;
    const browser =
      inbound.method === 'GET' && !inbound.query.has('query') && inbound.headers.accept?.includes('text/html');
    if (browser && anonymous) return renderGraphiQLPage(SAMPLE_KEY);
    if (anonymous && (await graphql.looksOnlyAtSchema(inbound))) return graphql.handle(inbound, null);
    const caller = await identify(presented, inbound);
    return browser
      ? renderGraphiQLPage(undefined)
      : idempotently(inbound, caller, () => graphql.handle(inbound, caller));
  }

  async function answerEndpoint(inbound: Inbound): Promise<Outbound> {
    const presented = inbound.query.get('apiKey') ?? (await keyInBody(inbound)) ?? bearerOf(inbound);
    const caller = await identify(presented, inbound);
    const run: RunOperation = (document, variables) =>
      execute({ document, variables, context: createContext(database, inbound, caller) });
    return idempotently(inbound, caller, () => answerRest(inbound, run));
  }

  /** Answers a request that carries an Idempotency-Key only once, whichever door it came to. */
  async function idempotently(inbound: Inbound, caller: Caller, answer: () => Promise<Outbound>): Promise<Outbound> {
    const key = inbound.headers['idempotency-key'];
    const bytes = key === undefined || inbound.method !== 'POST' ? undefined : await inbound.bytes();
    if (!bytes) return answer();
    let fresh: Outbound | undefined;
    const { organisationId, scopes } = caller;
    const request = { organisationId, scopes, key: String(key), path: inbound.path, bytes };
    const kept = await answerOnce(database, request, async () => {
      fresh = await answer();
      // A failure inside a GraphQL operation is answered with 200; the record knows.
      if (fresh.status !== 200 || inbound.record.code) return undefined;
      return { status: 200, contentType: fresh.contentType ?? '', body: Buffer.from(fresh.body as Uint8Array) };
    });
    if (!kept) return fresh as Outbound;
    return { ...kept, headers: { 'Cache-Control': 'no-store', 'Idempotent-Replayed': 'true' } };
  }

  async function health(inbound: Inbound): Promise<Outbound> {
    if (inbound.path === '/health/live') return json(200, { status: 'live' });
    if (state !== 'ready') return json(503, { status: state });
    try {
      await database.ping();
      return json(200, { status: 'ready' });
    } catch (error) {
      log.warn({ err: error }, 'not ready: the database does not answer');
      return json(503, { status: 'database unavailable' });
    }
  }

  function readOnly(inbound: Inbound, answer: () => Outbound | Promise<Outbound>): Outbound | Promise<Outbound> {
    if (inbound.method === 'GET' || inbound.method === 'HEAD') return answer();
    throw new ApiError('INTERNAL_METHOD_NOT_ALLOWED', { allow: ['GET', 'HEAD'] });
  }

  async function route(inbound: Inbound): Promise<Outbound> {
    const { path } = inbound;
    if (path === '/health/live' || path === '/health/ready') return readOnly(inbound, () => health(inbound));
    if (path === '/openapi.json') {
      return readOnly(inbound, () => ({ status: 200, contentType: JSON_TYPE, headers: {}, body: openApi }));
    }
    if (path === '/') return readOnly(inbound, () => ({ status: 302, headers: { Location: '/graphql' }, body: '' }));
    const atDoor = path === '/graphql' || path.startsWith('/api/');
    if (!atDoor) throw new ApiError('INTERNAL_RESOURCE_NOT_FOUND');
    if (state === 'starting') throw new ApiError('INTERNAL_SERVICE_UNAVAILABLE', { retryAfter: 1 });
    return path === '/graphql' ? answerGraphQL(inbound) : answerEndpoint(inbound);
  }

  function refuse(inbound: Inbound, error: unknown): Outbound {
    const apiError = toApiError(error);
    inbound.record.code ??= apiError.code;
    if (apiError.status >= 500 && apiError.cause) {
      log.error({ requestId: inbound.requestId, code: apiError.code, err: apiError.cause }, 'request failed');
    }
    return inbound.path === '/graphql' ? graphql.refuse(inbound, apiError) : refuseRest(inbound, apiError);
  }

  return {
    handle(request, response) {
      const startedAt = performance.now();
      const inbound = receive(request);
      response.once('close', () => {
        const { record } = inbound;
        record.milliseconds = Math.round((performance.now() - startedAt) * 10) / 10;
        if (response.writableFinished) log.info(record, 'request');
        else log.info(record, 'request abandoned by the caller');
      });
      route(inbound)
        .catch((error: unknown) => refuse(inbound, error))
        .then((outbound) => {
          inbound.record.status = outbound.status;
          // A connection that stays open would outlive its gateway.
          if (state === 'draining') outbound.headers.Connection = 'close';
          if (!response.destroyed) send(response, inbound, outbound);
        })
        .catch((error: unknown) => {
          log.error({ requestId: inbound.requestId, err: error }, 'the answer could not be sent');
          response.destroy();
        });
    },
    async prepare() {
      await migrate(databaseUrl, entities, log);
      const made = demo ? await seedDemo(database) : undefined;
      if (state === 'starting') state = 'ready';
      return made;
    },
    drain() {
      state = 'draining';
    },
    async close() {
      keys.close();
      await database.close();
    },
  };
}

function bearerOf(inbound: Inbound): string | undefined {
  const match = bearer.exec(inbound.headers.authorization?.trim() ?? '');
  return match ? (match[1] ?? '') : undefined;
}
