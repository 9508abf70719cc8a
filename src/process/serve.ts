// One process that serves: database, connections; and an end that answers what is in flight first.
import { EventEmitter, once } from 'node:events';
import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { type App, type AppOptions, createApp } from '../app.ts';
import type { Config } from '../config.ts';
import type { DemoKeys } from '../demo/data.ts';
import { proxyFinder } from '../http/client-address.ts';
import { createHttpServer } from '../http/server.ts';
import type { Log } from '../log.ts';
import { setUpMemory } from './memory.ts';

const FIRST_RETRY = 500;
const LONGEST_RETRY = 10_000;
/** Milliseconds that the answers in flight have when the process is told to end. */
export const DRAIN_TIMEOUT = 10_000;

/** A gateway that answers. */
export interface Serving {
  /** Resolves when the database is prepared, with the demo's keys where they were just made; undefined also when it ended before. */
  prepared: Promise<DemoKeys | undefined>;
  /** Stops to listen, answers what is in flight, and lets go of the database. */
  end(): Promise<void>;
}

/**
 * Serves the connections of a server.
 *
 * @param open - has the server take connections
 * @throws whatever `open` does, when nothing is left behind
 */
export async function serve(
  config: Config,
  options: Pick<AppOptions, 'databaseUrl' | 'log' | 'logHealth' | 'windows'>,
  open: (server: Server) => unknown,
): Promise<Serving> {
  const { log } = options;
  const app = createApp({ ...config, ...options });
  const server = createHttpServer({
    handle: app.handle,
    log,
    limits: { maxConnections: config.maxConnections, isProxy: proxyFinder(config.trustProxy) },
  });
  let connections = 0;
  const gone = new EventEmitter();
  server.on('connection', (connection: Socket) => {
    connections += 1;
    connection.once('close', () => {
      connections -= 1;
      if (connections === 0) gone.emit('all');
    });
  });
  let ending = false;
  try {
    await open(server);
  } catch (error) {
    await app.close();
    throw error;
  }
  setUpMemory();
  return {
    prepared: prepare(app, log, () => ending),
    async end() {
      ending = true;
      app.drain();
      server.close();
      const timeout = setTimeout(() => server.closeAllConnections(), DRAIN_TIMEOUT);
      if (connections > 0) await once(gone, 'all');
      clearTimeout(timeout);
      await app.close();
    },
  };
}

/** Prepares the database; while it is away the gateway already answers, with 503, and comes up by itself. */
async function prepare(app: App, log: Log, cancelled: () => boolean) {
  for (let pause = FIRST_RETRY; ; pause = Math.min(pause * 2, LONGEST_RETRY)) {
    try {
      return await app.prepare();
    } catch (error) {
      if (cancelled()) return undefined;
      log.error({ err: error, retryInMilliseconds: pause }, 'the database cannot be prepared');
      await sleep(pause);
    }
  }
}
