// A gateway in one process.
import type { Config } from '../config.ts';
import { databasesAt } from '../database-url.ts';
import { startEmbeddedPostgres } from '../embedded-postgres/server.ts';
import { openLog } from '../log.ts';
import { announce } from './banner.ts';
import { endInOrder } from './end.ts';
import { listen } from './listen.ts';
import { type Serving, serve } from './serve.ts';
import { onEndSignal } from './signals.ts';
import { surviveUncaught } from './uncaught.ts';

/** Runs the whole gateway in this process, until it is told to end. */
export async function runSingle(config: Config): Promise<void> {
  let serving: Serving | undefined;
  let embedded: Awaited<ReturnType<typeof startEmbeddedPostgres>> | undefined;
  let ending = false;
  const { log, flush, health: logHealth } = openLog(config.logLevel, config.demo);
  const countUncaught = surviveUncaught(log);
  onEndSignal({
    end(request) {
      // While there is nothing in flight yet, the process just ends.
      if (!serving) process.exit(1);
      const { drain, end } = serving;
      ending = true;
      const close = async () => {
        await end();
        await embedded?.stop();
      };
      void endInOrder(request, config, { log, flush, drain, close });
    },
    // What runs for this process, such as the embedded PostgreSQL, ends with it.
    endAtOnce: () => process.exit(1),
  });

  embedded = config.database ? undefined : await startEmbeddedPostgres({ dataDir: config.dataDir, log });
  const database = config.database ?? databasesAt(embedded?.url ?? '');
  let port = config.port;
  try {
    serving = await serve({ ...config, database }, { log, logHealth, countUncaught }, async (server) => {
      port = await listen(server, config);
    });
  } catch (error) {
    await embedded?.stop();
    throw error;
  }
  const made = await serving.prepared;
  if (ending) return;
  await announce(config, { port, made, log });
}
