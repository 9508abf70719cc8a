// The program: one process that serves, or one that starts several and counts for them.
import cluster from 'node:cluster';
import { assertNode } from './node-version.ts';

// What an older Node cannot read must not be imported before it has been told so.
assertNode();

async function main(): Promise<void> {
  const words = process.argv.slice(2);
  if (words.length > 0) process.exit((await import('./process/arguments.ts')).answerArguments(words));
  (await import('./process/signals.ts')).ignoreUnusedSignals();
  (await import('./process/compile-cache.ts')).keepCompiledCode();
  (await import('./driver-variables.ts')).forgetDriverVariables();
  const { ConfigError, readConfig } = await import('./config.ts');
  try {
    const config = readConfig(process.env, { terminal: process.stdout.isTTY });
    if (cluster.isWorker) await (await import('./process/worker.ts')).runWorker(config);
    else if (config.workers > 1) await (await import('./process/primary.ts')).runPrimary(config);
    else await (await import('./process/single.ts')).runSingle(config);
  } catch (error) {
    const { DatabaseUnusableError } = await import('./database/readiness/unreachable.ts');
    console.error(error instanceof ConfigError || error instanceof DatabaseUnusableError ? error.message : error);
    process.exit(1);
  }
}

void main();
