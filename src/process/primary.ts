// The process that starts the workers: has their port, counts for them, replaces those that fall, and ends them in peace.
import cluster, { type Worker } from 'node:cluster';
import { setTimeout as sleep } from 'node:timers/promises';
import { createApp } from '../app.ts';
import type { Config } from '../config.ts';
import { databasesAt } from '../database-url.ts';
import { startEmbeddedPostgres } from '../embedded-postgres/server.ts';
import { proxyFinder } from '../http/client-ip.ts';
import { type Log, openLog } from '../log.ts';
import { RateLimitStoreForWorkers } from '../rate-limit/primary-store.ts';
import { announce } from './banner.ts';
import { endInOrder } from './end.ts';
import { Heartbeat } from './heartbeat.ts';
import { DRAIN_TIMEOUT } from './serve.ts';
import { SharedPort } from './shared-port.ts';
import { onEndSignal } from './signals.ts';
import { surviveUncaught } from './uncaught.ts';
import { DRAIN, EMBEDDED_DATABASE_URL, END, READY, SERVING } from './worker.ts';

/** Milliseconds that a worker has beyond those of its answers in flight, before it is killed. */
const GRACE = 5_000;
const FIRST_PAUSE = 500;
const LONGEST_PAUSE = 10_000;
/** Milliseconds after which a worker that fell counts as one that had worked. */
const SETTLED = 60_000;

/** Runs as many workers as the settings say, until told to end. */
export async function runPrimary(config: Config): Promise<void> {
  const { log, flush } = openLog(config.logLevel, config.demo);
  surviveUncaught(log);
  let embedded: Awaited<ReturnType<typeof startEmbeddedPostgres>> | undefined;
  const port = new SharedPort({ maxConnections: config.maxConnections, isProxy: proxyFinder(config.trustProxy) }, log);
  let started = false;
  let draining = false;
  let ending = false;
  onEndSignal({
    end(request) {
      if (!started) process.exit(1);
      void endInOrder(request, config, { log, flush, drain, close });
    },
    endAtOnce() {
      for (const worker of workers()) worker.process.kill('SIGKILL');
      process.exit(1);
    },
  });

  function drain(): void {
    draining = true;
    for (const worker of workers()) worker.send(DRAIN);
  }

  async function close(): Promise<void> {
    await port.close();
    ending = true;
    await Promise.all(workers().map((worker) => endWorker(worker, log)));
    await embedded?.stop();
  }

  const listening = await port.listen(config);
  embedded = config.database ? undefined : await startEmbeddedPostgres({ dataDir: config.dataDir, log });
  const made = embedded && (await prepareDemo(config, embedded.url));
  const store = new RateLimitStoreForWorkers();
  const environment = embedded && { [EMBEDDED_DATABASE_URL]: embedded.url };
  let pause = FIRST_PAUSE;

  function start() {
    const worker = cluster.fork(environment);
    const startedAt = performance.now();
    store.join(worker);
    if (draining) worker.send(DRAIN);
    const heartbeat = new Heartbeat(worker, log);
    worker.on('message', (message) => {
      if (message !== SERVING) return;
      heartbeat.noteStarted();
      port.join(worker, heartbeat);
    });
    // A message to a worker that has just fallen tells nothing that its end does not.
    worker.on('error', (error) => log.debug({ err: error }, 'a worker cannot be told'));
    worker.once('error', (error) => {
      if (worker.process.pid !== undefined) return;
      log.error({ err: error }, 'the system starts no worker');
      // One that never ran has no end to tell of; all that wait for it hear it here.
      worker.process.emit('exit', 1, null);
    });
    worker.once('exit', (code, signal) => {
      if (ending || !started) return;
      log.error({ worker: worker.process.pid, code, signal }, 'worker exited unexpectedly; restarting');
      void replace(performance.now() - startedAt > SETTLED);
    });
    // Listened for from the beginning: one word may follow the other at once.
    return { serves: tells(worker, SERVING), isReady: tells(worker, READY) };
  }

  /** @param hadWorked - whether the worker that fell ran for long */
  async function replace(hadWorked: boolean): Promise<void> {
    pause = hadWorked ? FIRST_PAUSE : Math.min(pause * 2, LONGEST_PAUSE);
    await sleep(pause);
    if (ending) return;
    try {
      start();
    } catch (error) {
      log.error({ err: error }, 'the system starts no worker');
      await replace(false);
    }
  }

  async function prepareDemo(settings: Config, url: string) {
    const app = createApp({ ...settings, database: databasesAt(url) }, { log });
    return app.prepare().finally(() => app.close());
  }

  // The first one alone: if it cannot serve, it says why, and there is no point in others.
  const first = start();
  if (!(await first.serves)) {
    await embedded?.stop();
    process.exit(1);
  }
  started = true;
  const all = [first, ...Array.from({ length: config.workers - 1 }, start)];
  await Promise.all(all.map(({ isReady }) => isReady));
  if (draining) return;
  await announce(config, { port: listening, made, log });
}

function workers(): Worker[] {
  return Object.values(cluster.workers ?? {}).filter((worker) => worker !== undefined);
}

/** Whether a worker says a word before it ends. */
function tells(worker: Worker, word: string): Promise<boolean> {
  return new Promise((resolve) => {
    worker.on('message', (message) => message === word && resolve(true));
    worker.once('exit', () => resolve(false));
  });
}

async function endWorker(worker: Worker, log: Log): Promise<void> {
  const gone = new Promise((resolve) => worker.once('exit', resolve));
  worker.send(END);
  const killed = setTimeout(() => {
    log.error({ worker: worker.process.pid }, 'a worker did not end and was killed');
    worker.process.kill('SIGKILL');
  }, DRAIN_TIMEOUT + GRACE);
  await gone;
  clearTimeout(killed);
}
