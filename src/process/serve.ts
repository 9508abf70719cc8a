// One process that serves: database, port; and an end that answers what is in flight first.
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { type App, type AppOptions, createApp } from '../app.ts';
import { type Config, ConfigError } from '../config.ts';
import type { DemoKeys } from '../demo/data.ts';
import { createHttpServer } from '../http/server.ts';
import type { Log } from '../log.ts';

const FIRST_RETRY = 500;
const LONGEST_RETRY = 10_000;
/** Milliseconds that the answers in flight have when the process is told to end. */
export const DRAIN_TIMEOUT = 10_000;

/** A gateway that listens. */
export interface Serving {
  port: number;
  /** Resolves when the database is prepared, with the demo's keys where they were just made; undefined also when it ended before. */
  prepared: Promise<DemoKeys | undefined>;
  /** Stops to listen, answers what is in flight, and lets go of the database. */
  end(): Promise<void>;
}

/**
 * Serves on the port of the settings.
 *
 * @throws ConfigError when the port cannot be used
 */
export async function serve(config: Config, options: Pick<AppOptions, 'databaseUrl' | 'log' | 'windows'>) {
  const { log } = options;
  const app = createApp({ ...config, ...options });
  const server = createHttpServer(app.handle, log);
  let ending = false;
  try {
    await listen(server, config);
  } catch (error) {
    await app.close();
    throw error;
  }
  return {
    port: (server.address() as AddressInfo).port,
    prepared: prepare(app, log, () => ending),
    async end() {
      ending = true;
      app.drain();
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeIdleConnections();
      const timeout = setTimeout(() => server.closeAllConnections(), DRAIN_TIMEOUT);
      await closed;
      clearTimeout(timeout);
      await app.close();
    },
  } satisfies Serving;
}

async function listen(server: Server, { host, port }: Config): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const reason = error.code === 'EADDRINUSE' ? 'is taken by another program' : `cannot be used (${error.code})`;
      reject(new ConfigError(`PORT ${port} on HOST ${host} ${reason}: set another.`, { cause: error }));
    });
    server.listen(port, host, resolve);
  });
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
