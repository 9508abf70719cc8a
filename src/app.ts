// The composition root: makes the parts and mounts the routes. Every test starts here.
import { authorize } from './api-key/authenticate.ts';
import type { ServingConfig } from './config.ts';
import { loadPhoneNumbers } from './customer/phone.ts';
import { DatabaseUnusableError } from './database/readiness/unreachable.ts';
import type { DemoKeys } from './demo/data.ts';
import { requirementsOf } from './graphql/execution/execute.ts';
import { printedSchema } from './graphql/schema/printed.ts';
import { schema } from './graphql/schema/schema.ts';
import { GRAPHQL_METHODS } from './graphql/server/handler.ts';
import { addressFinder } from './http/client-ip.ts';
import { handleWith } from './http/handle.ts';
import { authenticate, callerOf } from './http/middleware/authenticate.ts';
import { closeWhileDraining, startedOnly } from './http/middleware/availability.ts';
import { rejectBadHead } from './http/middleware/bad-head.ts';
import { cors, csrf } from './http/middleware/cors.ts';
import { errorResponse } from './http/middleware/error-response.ts';
import { idempotencyKey } from './http/middleware/idempotency-key.ts';
import { largeBody } from './http/middleware/large-body.ts';
import { type KeyInBody, presentedKey } from './http/middleware/presented-key.ts';
import { warnOfUntrustedProxy } from './http/middleware/untrusted-proxy.ts';
import { createRouter, type Handler, publicRoute, READ_METHODS, type Route, stack } from './http/router.ts';
import type { HandleRequest } from './http/server.ts';
import { type AppServices, type AppState, openParts, type Parts } from './parts.ts';
import { prepareDatabase } from './prepare.ts';
import { assertEndpoints } from './rest/assert-endpoints.ts';
import { keyInBodyAt, type RestOptions, restRoutes, writeRestError } from './rest/handler.ts';
import { openApiDocument } from './rest/openapi/document.ts';
import { serveOpenApi, serveSchema } from './routes/contracts.ts';

export type { AppServices } from './parts.ts';

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

/** Puts a gateway together. Nothing is asked of the database before `prepare` or the first request. */
export function createApp(config: ServingConfig, services: AppServices): App {
  const { log } = services;
  const state: AppState = { prepared: false, unprepared: undefined, draining: false };
  const parts = openParts(config, services, state);
  const { graphql, database, listener, background } = parts;
  const handler = stack(
    closeWhileDraining(() => state.draining),
    cors(config.corsOrigins),
    warnOfUntrustedProxy(log, config.trustProxy !== undefined),
    errorResponse(log, (path) => (path === '/graphql' ? graphql.writeError : writeRestError)),
    rejectBadHead,
  )(mount(parts, config, () => state.prepared));

  return {
    handle: handleWith(handler, { addressOf: addressFinder(config.trustProxy), publicUrl: config.publicUrl }, log),
    async prepare() {
      try {
        const own = services.parts?.database ? undefined : database;
        const made = await prepareDatabase(config, { database: own, log });
        loadPhoneNumbers();
        listener.open();
        background.start();
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
    close: () => parts.close(),
  };
}

/** Mounts all routes. */
function mount(
  parts: Parts,
  { demo, corsOrigins, introspection, publicUrl }: ServingConfig,
  hasStarted: () => boolean,
): Handler {
  const { authenticator, endpoints, executor, graphql, site, health } = parts;
  assertEndpoints(endpoints, schema);
  const rest: RestOptions = {
    permissionFor(operation) {
      const requirements = requirementsOf(schema, operation);
      return (request) => authorize(callerOf(request), requirements);
    },
    run: (request, document, variables, { isOneTransaction = false, keyedAs }) =>
      executor.forRest({ document, variables, request, isOneTransaction, keyedAs }),
  };
  const started = startedOnly(hasStarted);
  const byGraphQLKey = authenticate({
    authenticator,
    keyOf: presentedKey(),
    // In demo mode whoever explores the schema needs no key for it.
    isOpen: async (request) => demo && graphql.looksOnlyAtSchema(request),
  });
  const page = site.graphiql?.page ?? stack();
  const graphqlStack = stack(
    page,
    started,
    byGraphQLKey,
    largeBody('customer:create'),
    idempotencyKey(graphql.writeError),
  );
  const restStack = (keyInBody: KeyInBody) =>
    stack(started, authenticate({ authenticator, keyOf: presentedKey(keyInBody) }), idempotencyKey(writeRestError));
  const schemaRoute: Route = {
    path: '/schema.graphql',
    methods: READ_METHODS,
    through: stack(started, authenticate({ authenticator, keyOf: presentedKey(), isOpen: async () => demo })),
    handler: serveSchema(() => printedSchema(schema)),
  };
  const openApi = serveOpenApi(() => openApiDocument(endpoints, schema, requirementsOf, publicUrl));
  return createRouter(
    [
      ...site.routes,
      publicRoute('/health/live', health.live),
      publicRoute('/health/ready', health.ready),
      publicRoute('/openapi.json', openApi),
      ...(introspection ? [schemaRoute] : []),
      { path: '/graphql', methods: GRAPHQL_METHODS, through: graphqlStack, handler: csrf(corsOrigins)(graphql.handle) },
      ...endpoints.flatMap((endpoint) => restRoutes(endpoint, rest, restStack)),
    ],
    [{ prefix: '/api/', through: restStack(keyInBodyAt()) }],
  );
}
