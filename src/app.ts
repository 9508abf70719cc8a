// Puts the parts together into one request handler. Every test starts here.
import type { DocumentNode } from 'graphql';
import { type Authenticator, authorize, type Caller, openAuthenticator, rightsOf } from './api-key/authenticate.ts';
import { createApiKeyCache, findNoKey } from './api-key/cache.ts';
import { SAMPLE_KEY } from './api-key/key.ts';
import type { Requirement } from './api-key/scopes.ts';
import type { ServingConfig } from './config.ts';
import { createNone } from './customer/create.ts';
import { type Database, openDatabase } from './database/open.ts';
import { openReadiness } from './database/readiness.ts';
import { DatabaseUnusableError } from './database/unreachable.ts';
import type { DemoKeys } from './demo/data.ts';
import { entities } from './entities.ts';
import { ApiError } from './errors/api-error.ts';
import { toApiError } from './errors/classify.ts';
import { createContext } from './graphql/context.ts';
import { createExecutor, requirementsOf } from './graphql/execution/execute.ts';
import { schema } from './graphql/schema/schema.ts';
import { answerTypes, GRAPHQL_METHODS, openGraphQLHandler } from './graphql/server/yoga.ts';
import { prefersPage } from './http/accept.ts';
import { addressFinder } from './http/client-ip.ts';
import { corsHeaders, optionsHeaders } from './http/cross-origin.ts';
import { badHead } from './http/head.ts';
import { bearerOf, keyInQuery } from './http/presented-key.ts';
import { fromNode, type HttpRequest, type HttpResponse, JSON_TYPE, send } from './http/request.ts';
import type { HandleRequest } from './http/server.ts';
import { warnOfProxy } from './http/untrusted-proxy.ts';
import { withIdempotencyKey } from './idempotency/idempotency.ts';
import { openIpLookup } from './ip/lookup.ts';
import { type Log, noteFailure } from './log.ts';
import { prepareDatabase } from './prepare.ts';
import { openBruteForceLimiter } from './rate-limit/brute-force-limiter.ts';
import type { Counted } from './rate-limit/primary-store.ts';
import { openRateLimiter, rateLimitHeaders } from './rate-limit/rate-limiter.ts';
import { type RateLimitResult, type RateLimitStore, SlidingWindowStore } from './rate-limit/sliding-window.ts';
import { endpoints } from './rest/endpoints.ts';
import { answerRest, assertEndpoints, keyInBody, type RunOperation, refuseRest, restMethods } from './rest/handler.ts';
import { openApiDocument } from './rest/openapi/document.ts';
import { openGraphiQL } from './routes/graphiql.ts';
import { openHealth, type ProcessHealth } from './routes/health.ts';

/** What a gateway needs to run besides its settings. */
export interface AppServices {
  log: Log;
  /** What `/health/ready` tells of the process itself. */
  processHealth?: (() => ProcessHealth) | undefined;
  /** Where requests and unknown keys are counted; in this process unless told. */
  rateLimitStore?: ((counted: Counted) => RateLimitStore) | undefined;
  /** Parts to use instead of the usual ones, or to leave out: to measure one, or to compare with it. */
  parts?: { database?: Database; authenticator?: Authenticator; fastPath?: boolean };
}

/** One gateway, without a port. */
export interface App {
  /** Answers a request. Never rejects. */
  handle: HandleRequest;
  /**
   * Brings the database to its shape and, in demo mode, fills it. Until this resolves the APIs answer
   * `INTERNAL_SERVICE_UNAVAILABLE`.
   *
   * @returns the keys that were made for the demo organisation, if any were
   */
  prepare(): Promise<DemoKeys | undefined>;
  /** From here on `/health/ready` says no, so that no new requests are sent here, and every answer closes its connection. */
  drain(): void;
  /** Lets go of the database and of Redis. */
  close(): Promise<void>;
}

const READ_METHODS = ['GET', 'HEAD'];

/** Whether a browser wants to see the page, rather than a program an answer. */
function wantsPage({ method, headers }: HttpRequest): boolean {
  return READ_METHODS.includes(method) && prefersPage(headers.accept, answerTypes);
}

/** Puts a gateway together. Nothing is asked of the database before `prepare` or the first request. */
export function createApp(config: ServingConfig, { log, parts = {}, ...services }: AppServices): App {
  const { demo, corsOrigins, introspection, trustProxy, operationTimeout } = config;
  const {
    rateLimitStore = () => new SlidingWindowStore(),
    processHealth = () => ({ log: 'ok', unexpectedErrors: 0 }),
  } = services;
  const { pooled, direct } = config.database;
  const ip = openIpLookup({ databases: config.ipDatabases, reverseDns: config.reverseDns, log });
  const addressOf = addressFinder(trustProxy);
  const hideSuggestions = !demo;
  const database =
    parts.database ?? openDatabase({ connection: pooled, entities, log, operationTimeout, poolSize: config.poolSize });
  const keys = createApiKeyCache(database, direct, log);
  const limiter = openRateLimiter(config.redisUrl, log, rateLimitStore('requests'));
  const authenticator =
    parts.authenticator ??
    openAuthenticator({ keys, limiter, bruteForce: openBruteForceLimiter(log, rateLimitStore('unknown keys')), demo });
  const compiled = parts.fastPath === false ? [] : endpoints.map(({ operation }) => operation);
  const execute = createExecutor({ schema, log, hideSuggestions, compiled });
  const graphql = openGraphQLHandler({
    schema,
    execute,
    log,
    introspection,
    hideSuggestions,
    corsOrigins,
    fastPath: parts.fastPath,
  });
  const graphiql = config.graphiql
    ? openGraphiQL({ sampleKey: demo ? SAMPLE_KEY : undefined, introspection })
    : undefined;
  const noticeProxy = warnOfProxy(log, trustProxy !== undefined);
  let openApi: Buffer | undefined;
  let prepared = false;
  /** Why it could not be prepared yet, as health tells it. */
  let unprepared: string | undefined;
  let draining = false;
  const readiness = openReadiness(pooled, database, [findNoKey, createNone], log);
  const health = openHealth({
    phase: () => (draining ? 'draining' : prepared ? undefined : 'starting'),
    database: () => readiness.ask(),
    unprepared: () => unprepared,
    others: () => ({ rateLimits: limiter.counting(), ...ip.health(), ...processHealth() }),
  });
  assertEndpoints(schema);
  const requirements = new Map<DocumentNode, Requirement[]>(
    endpoints.map(({ operation }) => [operation, requirementsOf(schema, operation)]),
  );

  function visitor(request: HttpRequest) {
    const tell = (result: RateLimitResult) => void Object.assign(request.answerHeaders, rateLimitHeaders(result));
    return { address: () => request.address, tell };
  }

  async function identify(presented: unknown, request: HttpRequest): Promise<Caller> {
    const caller = await authenticator.authenticate(presented, visitor(request));
    request.record.key = caller.fingerprint;
    return caller;
  }

  function contextOf(request: HttpRequest, caller: Caller | null) {
    return createContext(
      { database, ip },
      {
        requestId: request.requestId,
        record: request.record,
        caller,
        consumeQuota: async (requests) => {
          if (caller) await authenticator.consumeQuota(caller, requests, visitor(request));
        },
        tellCost: request.headers['x-graphql-cost'] !== undefined,
        answerIsKept: request.headers['idempotency-key'] !== undefined,
      },
    );
  }

  async function answerGraphQL(request: HttpRequest): Promise<HttpResponse> {
    const presented = keyInQuery(request) ?? bearerOf(request);
    const anonymous = demo && presented === undefined;
    if (anonymous && (await graphql.looksOnlyAtSchema(request)))
      return graphql.handle(request, contextOf(request, null));
    const caller = await identify(presented, request);
    return idempotently(request, caller, () => graphql.handle(request, contextOf(request, caller)));
  }

  async function answerEndpoint(request: HttpRequest): Promise<HttpResponse> {
    const presented = keyInQuery(request) ?? (await keyInBody(request)) ?? bearerOf(request);
    const caller = await identify(presented, request);
    const run: RunOperation = (document, variables) =>
      execute({ document, variables, context: contextOf(request, caller) });
    const assertAllowed = (operation: DocumentNode) => authorize(caller, requirements.get(operation) ?? []);
    return idempotently(request, caller, () => answerRest(request, assertAllowed, run));
  }

  /** Answers a request that carries an Idempotency-Key only once, whichever API it came to. */
  async function idempotently(
    request: HttpRequest,
    caller: Caller,
    answer: () => Promise<HttpResponse>,
  ): Promise<HttpResponse> {
    const key = request.headers['idempotency-key'];
    const bytes = key === undefined || request.method !== 'POST' ? undefined : await request.bytes();
    if (!bytes) return answer();
    let fresh: HttpResponse | undefined;
    const claim = { rights: rightsOf(caller), key: String(key), path: request.path, bytes };
    const kept = await withIdempotencyKey(database.forOrganisation(caller.organisationId), claim, async () => {
      fresh = await answer();
      // A failure inside a GraphQL operation is answered with 200; the record knows.
      if (fresh.status !== 200 || request.record.code) return undefined;
      return { status: 200, contentType: fresh.contentType ?? '', body: Buffer.from(fresh.body) };
    });
    if (!kept) return fresh as HttpResponse;
    return { ...kept, headers: { 'Cache-Control': 'no-store', 'Idempotent-Replayed': 'true' } };
  }

  /** What is answered without a key. */
  const open: Record<string, (request: HttpRequest) => HttpResponse | Promise<HttpResponse>> = {
    ...graphiql?.files,
    '/': () => ({ status: 302, headers: { Location: '/graphql' }, body: '' }),
    '/health/live': health.live,
    '/health/ready': health.ready,
    '/openapi.json': () => {
      // Bytes, which all answers share until they are taken.
      openApi ??= Buffer.from(
        JSON.stringify(openApiDocument(schema, (operation) => requirementsOf(schema, operation))),
      );
      return { status: 200, contentType: JSON_TYPE, headers: {}, body: openApi };
    },
  };

  function methodsAt(path: string): readonly string[] {
    if (Object.hasOwn(open, path)) return READ_METHODS;
    return path === '/graphql' ? GRAPHQL_METHODS : restMethods(path);
  }

  async function route(request: HttpRequest, fault: string | undefined): Promise<HttpResponse> {
    const { path, method } = request;
    if (fault !== undefined) {
      // Where such a request ends, others may see it otherwise.
      request.answerHeaders.Connection = 'close';
      throw badHead(fault);
    }
    if (method === 'OPTIONS') {
      const methods = methodsAt(path);
      if (methods.length === 0) throw new ApiError('INTERNAL_RESOURCE_NOT_FOUND');
      return { status: 204, headers: optionsHeaders(request, methods), body: '' };
    }
    const answer = Object.hasOwn(open, path) ? open[path] : undefined;
    if (answer && READ_METHODS.includes(method)) return answer(request);
    if (answer) throw new ApiError('INTERNAL_METHOD_NOT_ALLOWED', { allow: READ_METHODS });
    if (graphiql && path === '/graphql' && wantsPage(request)) return graphiql.page(request);
    const isApi = path === '/graphql' || path.startsWith('/api/');
    if (!isApi) throw new ApiError('INTERNAL_RESOURCE_NOT_FOUND');
    if (!prepared) throw new ApiError('INTERNAL_SERVICE_UNAVAILABLE', { retryAfter: 1 });
    return path === '/graphql' ? answerGraphQL(request) : answerEndpoint(request);
  }

  function refuse(request: HttpRequest, error: unknown): HttpResponse {
    const apiError = toApiError(error);
    noteFailure(log, request.record, apiError);
    return request.path === '/graphql' ? graphql.refuse(request, apiError) : refuseRest(request, apiError);
  }

  return {
    handle(incoming, outgoing, fault) {
      const startedAt = performance.now();
      const request = fromNode(incoming, addressOf);
      noticeProxy(request.headers);
      Object.assign(request.answerHeaders, corsHeaders(request, corsOrigins));
      outgoing.once('close', () => {
        const { record } = request;
        record.milliseconds = Math.round((performance.now() - startedAt) * 10) / 10;
        if (outgoing.writableFinished) log.info(record, 'request');
        else log.info(record, 'request abandoned by the caller');
      });
      route(request, fault)
        .catch((error: unknown) => refuse(request, error))
        .then((response) => {
          request.record.status = response.status;
          // A connection that stays open would outlive its gateway.
          if (draining) response.headers.Connection = 'close';
          if (!outgoing.destroyed) send(outgoing, request, response);
        })
        .catch((error: unknown) => {
          log.error({ requestId: request.requestId, err: error }, 'the answer could not be sent');
          outgoing.destroy();
        });
    },
    async prepare() {
      try {
        const made = await prepareDatabase(config, { database: parts.database ? undefined : database, log });
        keys.open();
        prepared = true;
        return made;
      } catch (error) {
        unprepared = error instanceof DatabaseUnusableError ? error.health : 'cannot be prepared';
        throw error;
      }
    },
    drain() {
      draining = true;
    },
    async close() {
      keys.close();
      limiter.close();
      ip.close();
      await readiness.close();
      await database.close();
    },
  };
}
