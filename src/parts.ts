// The parts of a gateway, each made once and handed to those that need it.
import { setTimeout as sleep } from 'node:timers/promises';
import { type Authenticator, openAuthenticator } from './api-key/authenticate.ts';
import { createApiKeyCache, findNoKey } from './api-key/cache.ts';
import { SAMPLE_KEY } from './api-key/key.ts';
import { KeyUseCounter, keyUseJob } from './api-key/use.ts';
import { type Job, jobOfFunction } from './background/job.ts';
import { BackgroundRunner } from './background/runner.ts';
import type { ServingConfig } from './config.ts';
import { createNone } from './customer/create.ts';
import { clearing } from './customer/group/clearing.ts';
import { Newcomers } from './customer/newcomers.ts';
import { Listener } from './database/listener.ts';
import { type Database, openDatabase } from './database/open.ts';
import { type DatabaseHealth, openReadiness } from './database/readiness/readiness.ts';
import { entities } from './entities.ts';
import { createContextOf } from './graphql/context.ts';
import { createExecutor } from './graphql/execution/execute.ts';
import { schema } from './graphql/schema/schema.ts';
import { openGraphQLHandler } from './graphql/server/handler.ts';
import { answerTypes } from './graphql/server/media-type.ts';
import { bound, expiry } from './idempotency/expiry.ts';
import { inTurns } from './in-turns.ts';
import { openIpLookup } from './ip/lookup.ts';
import type { Log } from './log.ts';
import { openBruteForceLimiter } from './rate-limit/brute-force-limiter.ts';
import type { Counted } from './rate-limit/primary-store.ts';
import { openRateLimiter } from './rate-limit/rate-limiter.ts';
import { type RateLimitStore, SlidingWindowStore } from './rate-limit/sliding-window.ts';
import type { Endpoint } from './rest/endpoint.ts';
import { firstCall } from './rest/endpoints/customer.ts';
import { endpoints as allEndpoints } from './rest/endpoints/index.ts';
import { openHealth, type ProcessHealth } from './routes/health.ts';
import { openSite } from './routes/site.ts';

/** What a gateway needs to run besides its settings. */
export interface AppServices {
  log: Log;
  /** What `/health/ready` tells of the process itself. */
  processHealth?: (() => ProcessHealth) | undefined;
  /** Where requests and unknown keys are counted; in this process unless told. */
  rateLimitStore?: ((counted: Counted) => RateLimitStore) | undefined;
  /** Parts to use instead of the usual ones, or to leave out: to measure one, or to compare with it. */
  parts?: {
    database?: Database;
    authenticator?: Authenticator;
    endpoints?: readonly Endpoint[];
    fastPath?: boolean;
    jobs?: (database: Database) => readonly Job[];
  };
}

/** How far a gateway has come. */
export interface AppState {
  prepared: boolean;
  /** Why it could not be prepared yet, as health tells it. */
  unprepared: DatabaseHealth | undefined;
  draining: boolean;
}

/** Milliseconds that the connections to the database have to close, once nothing of a caller is on its way. */
const CLOSING = 1_000;

/** What people see of a gateway in a browser. */
function siteOf({ publicUrl, port, demo, graphiql, introspection }: ServingConfig) {
  return openSite({
    publicUrl,
    port,
    sampleKey: demo ? SAMPLE_KEY : undefined,
    first: firstCall,
    graphiql: graphiql ? { answerTypes } : undefined,
    introspection,
  });
}

/** The parts of one gateway. */
export type Parts = ReturnType<typeof openParts>;

/** Makes the parts. Nothing is asked of the database before the first request. */
export function openParts(config: ServingConfig, services: AppServices, state: AppState) {
  const { demo, introspection, operationTimeout, poolSize } = config;
  const { log, parts = {}, rateLimitStore = () => new SlidingWindowStore() } = services;
  const { pooled, direct } = config.database;
  const ip = openIpLookup({ databases: config.ipDatabases, reverseDns: config.reverseDns, log });
  const database = parts.database ?? openDatabase({ connection: pooled, entities, log, operationTimeout, poolSize });
  const listener = new Listener({ connection: direct, database, log });
  const keys = createApiKeyCache(database, listener);
  const limiter = openRateLimiter(config.redisUrl, log, rateLimitStore('requests'));
  const bruteForce = openBruteForceLimiter(log, rateLimitStore('unknown keys'));
  const uses = new KeyUseCounter();
  const authenticator = parts.authenticator ?? openAuthenticator({ keys, limiter, bruteForce, uses, demo });
  const { fastPath, endpoints = allEndpoints } = parts;
  const compiled = fastPath === false ? [] : endpoints.map(({ operation }) => operation);
  const { keyLifetimeDays } = config;
  const contextOf = createContextOf({
    database,
    newcomers: new Newcomers(),
    ip,
    takeTurn: inTurns(),
    keyLifetimeDays,
    log,
  });
  const timeout = database.operationTimeout;
  const hideSuggestions = !demo;
  const executor = createExecutor({ schema, log, contextOf, timeout, hideSuggestions, compiled });
  const execute = executor.forGraphQL;
  const graphql = openGraphQLHandler({ schema, execute, log, introspection, hideSuggestions, fastPath });
  const readiness = openReadiness(pooled, database, [findNoKey, ...createNone], log);
  const jobs = parts.jobs?.(database) ?? [
    ...[expiry, bound, clearing].map((traits) => jobOfFunction(database, traits)),
    keyUseJob(uses, database),
  ];
  const background = new BackgroundRunner({ jobs, log });
  const { processHealth = () => ({ log: 'ok', unexpectedErrors: 0 }) } = services;
  const health = openHealth({
    phase: () => (state.draining ? 'draining' : state.prepared ? undefined : 'starting'),
    database: () => readiness.ask(),
    unprepared: () => state.unprepared,
    others: () => ({ rateLimits: limiter.counting(), ...ip.health(), ...background.health(), ...processHealth() }),
  });
  const site = siteOf(config);
  return {
    database,
    listener,
    background,
    authenticator,
    endpoints,
    executor,
    graphql,
    health,
    site,
    /** Lets go of the database and of Redis. */
    async close() {
      const stepDone = background.close();
      listener.close();
      limiter.close();
      ip.close();
      await Promise.all([stepDone, readiness.close()]);
      // A last step that hangs may still have its connection.
      await Promise.race([database.close(), sleep(CLOSING, undefined, { ref: false })]);
    },
  };
}
