// One of several processes that serve the connections of one port.

import { type Config, ConfigError } from '../config.ts';
import { databasesAt } from '../database-url.ts';
import { openLog } from '../log.ts';
import { type Counted, PrimaryRateLimitStore } from '../rate-limit/primary-store.ts';
import { takeConnections } from './handover.ts';
import { answerHeartbeats } from './heartbeat.ts';
import { type Serving, serve } from './serve.ts';
import { leaveEndSignals } from './signals.ts';
import { surviveUncaught } from './uncaught.ts';

/** Names the database of a worker in demo mode: the process that started it runs that one. */
export const EMBEDDED_DATABASE_URL = 'GATEWAY_EMBEDDED_DATABASE_URL';

/** What a worker is told, and what it tells. */
export const DRAIN = 'drain';
export const END = 'end';
export const SERVING = 'serving';
export const READY = 'ready';

/** Serves until the process that started it says so, or is gone. */
export async function runWorker(config: Config): Promise<void> {
  leaveEndSignals();
  answerHeartbeats();
  const { log, flush, health: logHealth } = openLog(config.logLevel, config.demo);
  const countUncaught = surviveUncaught(log);
  const embeddedUrl = process.env[EMBEDDED_DATABASE_URL];
  const database = config.database ?? (embeddedUrl && databasesAt(embeddedUrl));
  if (!database) throw new ConfigError('Only the gateway itself starts workers: set WORKERS.');
  let serving: Serving | undefined;
  let draining = false;
  process.on('message', async (message) => {
    if (message === DRAIN) {
      draining = true;
      serving?.drain();
    }
    if (message !== END) return;
    try {
      await serving?.end();
    } catch (error) {
      log.error({ err: error }, 'shutdown failed; exiting with code 1');
      process.exitCode = 1;
    }
    await flush();
    process.exit();
  });
  const rateLimitStore = (counted: Counted) => new PrimaryRateLimitStore(process, counted);
  // How many connections there may be is decided where they are accepted, for all workers together.
  const settings = { ...config, database, maxConnections: Number.POSITIVE_INFINITY };
  serving = await serve(settings, { log, logHealth, countUncaught, rateLimitStore }, takeConnections);
  if (draining) serving.drain();
  process.send?.(SERVING);
  await serving.prepared;
  process.send?.(READY);
}
