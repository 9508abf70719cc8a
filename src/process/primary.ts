// The process that starts the workers: has their port, and in demo mode their database, and ends everything in order.
import { createApp } from '../app.ts';
import type { Config } from '../config.ts';
import { databasesAt } from '../database-url.ts';
import { startEmbeddedPostgres } from '../embedded-postgres/server.ts';
import { proxyFinder } from '../http/client-ip.ts';
import { type Log, openLog } from '../log.ts';
import { announce } from './banner.ts';
import { endInOrder } from './end.ts';
import { SharedPort } from './shared-port.ts';
import { onEndSignal } from './signals.ts';
import { surviveUncaught } from './uncaught.ts';
import { EMBEDDED_DATABASE_URL } from './worker.ts';
import { Workers } from './workers.ts';

/** Runs as many workers as the settings say, until told to end. */
export async function runPrimary(config: Config): Promise<void> {
  const { log, flush } = openLog(config.logLevel, config.demo);
  surviveUncaught(log);
  let embedded: Awaited<ReturnType<typeof startEmbeddedPostgres>> | undefined;
  const { maxConnections, publicUrl } = config;
  const limits = { maxConnections, isProxy: proxyFinder(config.trustProxy) };
  const port = new SharedPort(limits, { log, publicUrl });
  let workers: Workers | undefined;
  onEndSignal({
    end(request) {
      if (!workers?.isServing) process.exit(1);
      void endInOrder(request, config, { log, flush, drain: () => workers?.drain(), close });
    },
    endAtOnce() {
      workers?.kill();
      process.exit(1);
    },
  });

  async function close(): Promise<void> {
    await port.close();
    await workers?.end();
    await embedded?.stop();
  }

  const listening = await port.listen(config);
  embedded = config.database ? undefined : await startEmbeddedPostgres({ dataDir: config.dataDir, log });
  const made = embedded && (await prepareDemo(config, embedded.url, log));
  workers = new Workers(port, embedded && { [EMBEDDED_DATABASE_URL]: embedded.url }, log);
  if (!(await workers.start(config.workers))) {
    await embedded?.stop();
    process.exit(1);
  }
  if (workers.isDraining) return;
  await announce(config, { port: listening, made, log });
}

async function prepareDemo(config: Config, url: string, log: Log) {
  const app = createApp({ ...config, database: databasesAt(url) }, { log });
  return app.prepare().finally(() => app.close());
}
