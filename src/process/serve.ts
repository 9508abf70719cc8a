// One process that serves: database, connections; and an end that answers what is in flight first.
import { EventEmitter, once } from 'node:events';
import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import { setImmediate, setTimeout as sleep } from 'node:timers/promises';
import { type App, type AppServices, createApp } from '../app.ts';
import { pauseAfter } from '../backoff.ts';
import { ConfigError, type ServingConfig } from '../config.ts';
import { MigrationLockedError } from '../database/migrate.ts';
import { DatabaseUnusableError } from '../database/readiness/unreachable.ts';
import type { DemoKeys } from '../demo/data.ts';
import { proxyFinder } from '../http/client-ip.ts';
import { createHttpServer } from '../http/server.ts';
import type { Log } from '../log.ts';
import type { LogHealth } from '../log-output.ts';
import { closePort } from './listen.ts';
import type { UncaughtCount } from './uncaught.ts';
import { setUpV8 } from './v8.ts';

/** Between two tries to prepare the database. */
const RETRY = { first: 500, longest: 10_000 };
/**
 * Milliseconds for which no connections are taken while the database is prepared for the first time: balancers and callers
 * go elsewhere where they are refused, and would be answered 503 otherwise.
 */
const PREPARED_UNHEARD = 15_000;
/** Milliseconds that the answers in flight have when the process is told to end. */
export const DRAIN_TIMEOUT = 10_000;
/** Milliseconds that a connection which is open when the port closes has to bring a request: it may be on its way. */
const LAST_REQUESTS = 200;

/** A gateway that answers. */
export interface Serving {
  /**
   * Resolves when the database is prepared, with the demo's keys where they were just made; undefined also when it ended before.
   * Rejects with a ConfigError when it cannot be used as the settings have it.
   */
  prepared: Promise<DemoKeys | undefined>;
  /** Is not ready from here on, and closes each connection after its next answer. */
  drain(): void;
  /** Stops to listen, answers what is in flight, and lets go of the database. */
  end(): Promise<void>;
}

/** What a gateway that answers needs of its process. */
export interface ServeOptions extends Pick<AppServices, 'log' | 'rateLimitStore'> {
  logHealth(): LogHealth;
  countUncaught: UncaughtCount;
}

/**
 * Serves the connections of a server.
 *
 * @param open - has the server take connections
 * @throws ConfigError when the database cannot be used as the settings have it, and whatever `open` does; then nothing is left
 *   behind
 */
export async function serve(
  config: ServingConfig,
  { logHealth, countUncaught, ...services }: ServeOptions,
  open: (server: Server) => unknown,
): Promise<Serving> {
  const { log } = services;
  const processHealth = () => ({ log: logHealth(), unexpectedErrors: countUncaught() });
  const app = createApp(config, { ...services, processHealth });
  /** Requests that wait until the port is closed. */
  let held: (() => void)[] | undefined;
  const server = createHttpServer({
    handle: (...exchange) => (held ? held.push(() => app.handle(...exchange)) : app.handle(...exchange)),
    log,
    publicUrl: config.publicUrl,
    limits: { maxConnections: config.maxConnections, isProxy: proxyFinder(config.trustProxy) },
  });
  const connections = new Set<Socket>();
  const gone = new EventEmitter();
  server.on('connection', (connection: Socket) => {
    connections.add(connection);
    connection.once('close', () => {
      connections.delete(connection);
      if (connections.size === 0) gone.emit('all');
    });
  });
  let ending = false;
  const { prepared, tried } = prepare(app, log, () => ending);
  try {
    await Promise.race([tried, sleep(PREPARED_UNHEARD, undefined, { ref: false })]);
    await open(server);
  } catch (error) {
    ending = true;
    await app.close();
    throw error;
  }
  setUpV8();
  return {
    prepared,
    drain: app.drain,
    async end() {
      ending = true;
      app.drain();
      // A process that has its hands full finds no moment in which nobody comes.
      const waiting: (() => void)[] = [];
      held = waiting;
      await closePort(server);
      held = undefined;
      for (const begin of waiting) begin();
      const unused = setInterval(() => closeUnused(server, connections), LAST_REQUESTS);
      const timeout = setTimeout(() => {
        for (const connection of connections) connection.destroy();
      }, DRAIN_TIMEOUT);
      if (connections.size > 0) await once(gone, 'all');
      clearInterval(unused);
      clearTimeout(timeout);
      await app.close();
    },
  };
}

/** Closes the connections on which no request is being answered, arrives or has arrived. */
async function closeUnused(server: Server, connections: ReadonlySet<Socket>): Promise<void> {
  // What came while timers ran is read first.
  await setImmediate();
  server.closeIdleConnections();
  // Node does not count a connection as idle before its first request.
  for (const connection of connections) if (connection.bytesRead === 0) connection.destroy();
}

/**
 * Prepares the database; while it is away the gateway already answers, with 503, and comes up by itself.
 *
 * @returns `prepared` as `Serving` has it, and `tried`, which ends with the first attempt: rejects as `prepared` does, or resolves
 */
function prepare(
  app: App,
  log: Log,
  cancelled: () => boolean,
): { prepared: Serving['prepared']; tried: Promise<void> } {
  const first = Promise.withResolvers<void>();
  async function attempts(): Promise<DemoKeys | undefined> {
    for (let failures = 1; ; failures++) {
      const pause = pauseAfter(failures, RETRY);
      try {
        return await app.prepare();
      } catch (error) {
        if (cancelled()) return undefined;
        throwIfLasting(error);
        log.error(
          { ...reasonOf(error), retryInMilliseconds: pause },
          'the database could not be prepared; trying again',
        );
      }
      first.resolve();
      await sleep(pause);
    }
  }
  const prepared = attempts();
  prepared.then(() => first.resolve(), first.reject);
  return { prepared, tried: first.promise };
}

/** @throws ConfigError what trying again does not mend, in one sentence */
function throwIfLasting(error: unknown): void {
  if (error instanceof ConfigError) throw error;
  if (error instanceof DatabaseUnusableError && error.isLasting) throw new ConfigError(error.message, { cause: error });
}

/** Why the database cannot be prepared, for the log. What has a name needs no stack. */
function reasonOf(error: unknown): { reason: string } | { err: unknown } {
  const isNamed = error instanceof DatabaseUnusableError || error instanceof MigrationLockedError;
  return isNamed ? { reason: error.message } : { err: error };
}
