// The process: settings, database, port; and an end that answers what is in flight first.
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { type App, createApp } from './app.ts';
import { greet } from './banner.ts';
import { type Config, ConfigError, readConfig } from './config.ts';
import { startEmbeddedPostgres } from './database/embedded.ts';
import { createHttpServer } from './http/server.ts';
import { type Log, openLog } from './log.ts';

const FIRST_RETRY = 500;
const LONGEST_RETRY = 10_000;
/** Milliseconds that the answers in flight have when the process is told to end. */
const DRAIN_TIMEOUT = 10_000;

async function main(): Promise<void> {
  const config = readConfig(process.env);
  // While there is nothing in flight yet, the process just ends.
  let end = (_signal: string): void => process.exit(1);
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => end(signal));

  const { log, flush } = openLog(config.logLevel, config.demo);
  const embedded = config.databaseUrl ? undefined : await startEmbeddedPostgres({ dataDir: config.dataDir, log });
  const app = createApp({ ...config, databaseUrl: config.databaseUrl ?? embedded?.url ?? '', log });
  const server = createHttpServer(app.handle, log);

  let ending = false;
  async function drainAndExit(signal: string): Promise<void> {
    if (ending) process.exit(1);
    ending = true;
    log.info({ signal }, 'ending: answering what is in flight');
    app.drain();
    const closed = new Promise((resolve) => server.close(resolve));
    server.closeIdleConnections();
    const timeout = setTimeout(() => server.closeAllConnections(), DRAIN_TIMEOUT);
    await closed;
    clearTimeout(timeout);
    await app.close();
    await embedded?.stop();
    log.info('ended');
    flush();
    process.exit(0);
  }
  end = (signal) => void drainAndExit(signal);

  try {
    await listen(server, config);
  } catch (error) {
    await app.close();
    await embedded?.stop();
    throw error;
  }
  const made = await prepare(app, log, () => ending);
  if (ending) return;
  const { port } = server.address() as AddressInfo;
  if (config.demo) greet({ host: config.host, port, made });
  else log.info({ host: config.host, port }, 'ready');
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

main().catch((error: unknown) => {
  if (error instanceof ConfigError) console.error(error.message);
  else console.error(error);
  process.exit(1);
});
