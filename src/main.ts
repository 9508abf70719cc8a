// The program: one process that serves, or one that starts several and counts for them.
import cluster from 'node:cluster';
import { enableCompileCache } from 'node:module';
import { ignoreUnusedSignals } from './process/signals.ts';

async function main(): Promise<void> {
  ignoreUnusedSignals();
  // Whatever is imported after this is compiled once, and not at every start.
  enableCompileCache();
  const { ConfigError, readConfig } = await import('./config.ts');
  try {
    const config = readConfig(process.env);
    if (cluster.isWorker) await (await import('./process/worker.ts')).runWorker(config);
    else if (config.workers > 1) await (await import('./process/primary.ts')).runPrimary(config);
    else await (await import('./process/alone.ts')).runAlone(config);
  } catch (error) {
    console.error(error instanceof ConfigError ? error.message : error);
    process.exit(1);
  }
}

void main();
