// A Redis of a test's own, which can be stopped and started again, or made silent.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { freePort } from './process.ts';

const PROGRAM = 'redis-server';

/** Whether this machine has a Redis. */
export function hasRedis(): boolean {
  return spawnSync(PROGRAM, ['--version']).status === 0;
}

export interface TestRedis {
  url: string;
  /** Starts it, empty. */
  start(): Promise<void>;
  /** Ends it at once. */
  stop(): Promise<void>;
  /** Keeps its connections open and answers nothing, until it is woken. */
  silence(): void;
  wake(): void;
}

/** Starts a Redis that keeps nothing on disk. */
export async function startRedis(): Promise<TestRedis> {
  const port = await freePort();
  let child: ChildProcess | undefined;

  async function start(): Promise<void> {
    child = spawn(PROGRAM, ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no']);
    const client = new Redis(port, '127.0.0.1', { retryStrategy: () => 20, maxRetriesPerRequest: null });
    client.on('error', () => {});
    await client.ping();
    client.disconnect();
  }

  await start();
  return {
    url: `redis://127.0.0.1:${port}`,
    start,
    async stop() {
      const ending = child;
      ending?.kill('SIGKILL');
      while (ending && ending.exitCode === null && ending.signalCode === null) await sleep(5);
    },
    silence: () => void child?.kill('SIGSTOP'),
    wake: () => void child?.kill('SIGCONT'),
  };
}
