// A gateway in one process.
import type { Config } from '../config.ts';
import { startEmbeddedPostgres } from '../database/embedded.ts';
import { openLog } from '../log.ts';
import { greet } from './banner.ts';
import { listen } from './listen.ts';
import { type Serving, serve } from './serve.ts';
import { onEndSignal } from './signals.ts';

/** Runs the whole gateway in this process, until it is told to end. */
export async function runAlone(config: Config): Promise<void> {
  let serving: Serving | undefined;
  let embedded: Awaited<ReturnType<typeof startEmbeddedPostgres>> | undefined;
  let ending = false;
  const { log, flush, health: logHealth } = openLog(config.logLevel, config.demo);
  onEndSignal(async (signal) => {
    // While there is nothing in flight yet, the process just ends.
    if (!serving) process.exit(1);
    ending = true;
    log.info({ signal }, 'ending: answering what is in flight');
    await serving.end();
    await embedded?.stop();
    log.info('ended');
    await flush();
    process.exit(0);
  });

  embedded = config.databaseUrl ? undefined : await startEmbeddedPostgres({ dataDir: config.dataDir, log });
  const databaseUrl = config.databaseUrl ?? embedded?.url ?? '';
  let port = config.port;
  try {
    serving = await serve(config, { databaseUrl, log, logHealth }, async (server) => {
      port = await listen(server, config);
    });
  } catch (error) {
    await embedded?.stop();
    throw error;
  }
  const made = await serving.prepared;
  if (ending) return;
  if (config.demo) greet({ host: config.host, port, made });
  else log.info({ host: config.host, port }, 'ready');
}
