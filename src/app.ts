// Puts the parts together into one request handler. Every test starts here.
import type { DocumentNode } from 'graphql';
import { type Authenticator, authorize, openAuthenticator } from './api-key/authenticate.ts';
import { createApiKeyCache, findNoKey } from './api-key/cache.ts';
import { SAMPLE_KEY } from './api-key/key.ts';
import type { Requirement } from './api-key/scopes.ts';
import type { ServingConfig } from './config.ts';
import { createNone } from './customer/create.ts';
import { type Database, openDatabase } from './database/open.ts';
import { type DatabaseHealth, openReadiness } from './database/readiness.ts';
import { DatabaseUnusableError } from './database/unreachable.ts';
import type { DemoKeys } from './demo/data.ts';
import { entities } from './entities.ts';
import { createContext } from './graphql/context.ts';
import { createExecutor, requirementsOf } from './graphql/execution/execute.ts';
import { schema } from './graphql/schema/schema.ts';
import { answerTypes, GRAPHQL_METHODS, openGraphQLHandler } from './graphql/server/yoga.ts';
import { addressFinder } from './http/client-ip.ts';
import { handleWith } from './http/handle.ts';
import { authenticate, callerOf } from './http/middleware/authenticate.ts';
import { closeWhileDraining, startedOnly } from './http/middleware/availability.ts';
import { rejectBadHead } from './http/middleware/bad-head.ts';
import { cors, csrf } from './http/middleware/cors.ts';
import { errorResponse } from './http/middleware/error-response.ts';
import { idempotencyKey } from './http/middleware/idempotency-key.ts';
import { bearerOf, keyInQuery } from './http/middleware/presented-key.ts';
import { warnOfUntrustedProxy } from './http/middleware/untrusted-proxy.ts';
import type { HttpRequest } from './http/request.ts';
import { createRouter, publicRoute, stack } from './http/router.ts';
import type { HandleRequest } from './http/server.ts';
import { openIpLookup } from './ip/lookup.ts';
import type { Log } from './log.ts';
import { prepareDatabase } from './prepare.ts';
import { openBruteForceLimiter } from './rate-limit/brute-force-limiter.ts';
import type { Counted } from './rate-limit/primary-store.ts';
import { openRateLimiter } from './rate-limit/rate-limiter.ts';
import { type RateLimitStore, SlidingWindowStore } from './rate-limit/sliding-window.ts';
import { endpoints } from './rest/endpoints.ts';
import { assertEndpoints, keyInBody, type RestHandlerOptions, restHandler, writeRestError } from './rest/handler.ts';
import { openApiDocument } from './rest/openapi/document.ts';
import { openGraphiQL } from './routes/graphiql.ts';
import { openHealth, type ProcessHealth } from './routes/health.ts';
import { serveOpenApi } from './routes/openapi.ts';

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

/** How far a gateway has come. */
interface AppState {
  prepared: boolean;
  /** Why it could not be prepared yet, as health tells it. */
  unprepared: DatabaseHealth | undefined;
  draining: boolean;
}

/** Puts a gateway together. Nothing is asked of the database before `prepare` or the first request. */
export function createApp(config: ServingConfig, { log, parts = {}, ...services }: AppServices): App {
  const { demo, corsOrigins, introspection, trustProxy, operationTimeout } = config;
  const {
    rateLimitStore = () => new SlidingWindowStore(),
    processHealth = () => ({ log: 'ok', unexpectedErrors: 0 }),
  } = services;
  const { pooled, direct } = config.database;
  const state: AppState = { prepared: false, unprepared: undefined, draining: false };
  const ip = openIpLookup({ databases: config.ipDatabases, reverseDns: config.reverseDns, log });
  const database =
    parts.database ?? openDatabase({ connection: pooled, entities, log, operationTimeout, poolSize: config.poolSize });
  const keys = createApiKeyCache(database, direct, log);
  const limiter = openRateLimiter(config.redisUrl, log, rateLimitStore('requests'));
  const bruteForce = openBruteForceLimiter(log, rateLimitStore('unknown keys'));
  const authenticator = parts.authenticator ?? openAuthenticator({ keys, limiter, bruteForce, demo });
  const compiled = parts.fastPath === false ? [] : endpoints.map(({ operation }) => operation);
  const execute = createExecutor({ schema, log, hideSuggestions: !demo, compiled });
  const contextOf = (request: HttpRequest) => createContext({ database, ip }, request);
  const graphql = openGraphQLHandler({
    schema,
    execute,
    log,
    introspection,
    hideSuggestions: !demo,
    contextOf,
    fastPath: parts.fastPath,
  });
  const readiness = openReadiness(pooled, database, [findNoKey, createNone], log);
  const health = openHealth({
    phase: () => (state.draining ? 'draining' : state.prepared ? undefined : 'starting'),
    database: () => readiness.ask(),
    unprepared: () => state.unprepared,
    others: () => ({ rateLimits: limiter.counting(), ...ip.health(), ...processHealth() }),
  });
  const graphiql = config.graphiql
    ? openGraphiQL({ sampleKey: demo ? SAMPLE_KEY : undefined, introspection, answerTypes })
    : undefined;

  const started = startedOnly(() => state.prepared);
  const idempotent = idempotencyKey(database);
  const graphqlStack = stack(
    ...(graphiql ? [graphiql.page] : []),
    started,
    authenticate({
      authenticator,
      keyOf: (request) => keyInQuery(request) ?? bearerOf(request),
      // In demo mode whoever explores the schema needs no key for it.
      isOpen: async (request) => demo && graphql.looksOnlyAtSchema(request),
    }),
    csrf(corsOrigins),
    idempotent,
  );
  const restStack = stack(
    started,
    authenticate({
      authenticator,
      keyOf: async (request) => keyInQuery(request) ?? (await keyInBody(request)) ?? bearerOf(request),
    }),
    idempotent,
  );
  assertEndpoints(schema);
  const requirements = new Map<DocumentNode, Requirement[]>(
    endpoints.map(({ operation }) => [operation, requirementsOf(schema, operation)]),
  );
  const rest: RestHandlerOptions = {
    assertAllowed: (request, operation) => authorize(callerOf(request), requirements.get(operation) ?? []),
    run: (request, document, variables) => execute({ document, variables, context: contextOf(request) }),
  };
  const router = createRouter(
    [
      ...(graphiql?.routes ?? []),
      publicRoute('/', () => ({ status: 302, headers: { Location: '/graphql' }, body: '' })),
      publicRoute('/health/live', health.live),
      publicRoute('/health/ready', health.ready),
      publicRoute(
        '/openapi.json',
        serveOpenApi(() => openApiDocument(schema, (operation) => requirementsOf(schema, operation))),
      ),
      { path: '/graphql', methods: GRAPHQL_METHODS, through: graphqlStack, handler: graphql.handle },
      ...endpoints.map((endpoint) => ({
        path: endpoint.path,
        methods: [endpoint.method],
        through: restStack,
        handler: restHandler(endpoint, rest),
      })),
    ],
    [{ prefix: '/api/', through: restStack }],
  );
  const handler = stack(
    closeWhileDraining(() => state.draining),
    cors(corsOrigins),
    warnOfUntrustedProxy(log, trustProxy !== undefined),
    errorResponse(log, (path) => (path === '/graphql' ? graphql.writeError : writeRestError)),
    rejectBadHead,
  )(router);

  return {
    handle: handleWith(handler, addressFinder(trustProxy), log),
    async prepare() {
      try {
        const made = await prepareDatabase(config, { database: parts.database ? undefined : database, log });
        keys.open();
        state.prepared = true;
        return made;
      } catch (error) {
        state.unprepared = error instanceof DatabaseUnusableError ? error.health : 'cannot be prepared';
        throw error;
      }
    },
    drain() {
      state.draining = true;
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
