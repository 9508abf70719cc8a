// The program: one process that serves, or one that starts several and counts for them.
import cluster from 'node:cluster';
import { ConfigError, readConfig } from './config.ts';
import { runAlone } from './process/alone.ts';
import { runPrimary } from './process/primary.ts';
import { runWorker } from './process/worker.ts';

async function main(): Promise<void> {
  const config = readConfig(process.env);
  if (cluster.isWorker) return runWorker(config);
  return config.workers > 1 ? runPrimary(config) : runAlone(config);
}

main().catch((error: unknown) => {
  if (error instanceof ConfigError) console.error(error.message);
  else console.error(error);
  process.exit(1);
});
