// What callers notice when two gateways are restarted one after the other, and how long a gateway takes to end.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '../support/process.ts';
import { restartUnderLoad, type Way } from '../support/rolling-restart.ts';
import { openBench } from './support.ts';

const ROUNDS = 10;
const DRAIN_SECONDS = '3';
const bench = await openBench();

async function rollingRestarts(): Promise<void> {
  console.log(
    `\nTwo gateways restarted one after the other, ${ROUNDS} times, under 32 connections, DRAIN_SECONDS=${DRAIN_SECONDS}`,
  );
  for (const way of ['nginx', 'haproxy', 'direct'] satisfies Way[]) {
    const { cut, ...figures } = await restartUnderLoad(way, ROUNDS, bench.databaseUrl, { DRAIN_SECONDS });
    console.log(`  ${way.padEnd(8)}`, JSON.stringify({ cut: cut.length, ...figures }), cut.slice(0, 5).join('; '));
  }
}

const starts: Record<string, [string[], Record<string, string>]> = {
  'npm start': [['npm', 'start'], {}],
  'node src/main.ts': [['node', 'src/main.ts'], {}],
  'WORKERS=2 node src/main.ts': [['node', 'src/main.ts'], { WORKERS: '2' }],
};

async function ends(): Promise<void> {
  console.log('\nSeconds from SIGTERM, to the process that was started, to its end; DRAIN_SECONDS, log pipe');
  for (const [name, [command, environment]] of Object.entries(starts))
    for (const seconds of ['0', '5'])
      for (const isRead of [true, false]) {
        const took = await secondsToEnd(command, { ...environment, DRAIN_SECONDS: seconds }, isRead);
        console.log(`  ${name.padEnd(28)} ${seconds} ${isRead ? 'read    ' : 'not read'} ${took}`);
      }
}

/** @param isRead - whether anybody reads what it prints: else its log has filled the pipe before it is told to end */
async function secondsToEnd(command: string[], environment: Record<string, string>, isRead: boolean): Promise<string> {
  const port = String(await freePort());
  const { PATH = '', HOME = '' } = process.env;
  const child = spawn(command[0] ?? '', command.slice(1), {
    env: { PATH, HOME, DATABASE_URL: bench.databaseUrl, HOST: '127.0.0.1', PORT: port, ...environment },
    stdio: ['ignore', 'pipe', 'ignore'],
    detached: true,
  });
  if (isRead) child.stdout?.resume();
  const url = `http://127.0.0.1:${port}`;
  while (!(await fetch(`${url}/health/ready`).catch(() => undefined))?.ok) await sleep(50);
  for (let i = 0; i < 3_000; i++) await (await fetch(`${url}/health/live`)).arrayBuffer();
  const startedAt = performance.now();
  child.kill('SIGTERM');
  const code = await Promise.race([once(child, 'exit').then(([exit, signal]) => exit ?? signal), sleep(30_000)]);
  const seconds = ((performance.now() - startedAt) / 1_000).toFixed(1);
  killGroup(child);
  return code === undefined ? 'did not end in 30 s' : `${seconds} (exit code ${code})`;
}

/** Leaves nothing behind of a program that did not end as it should. */
function killGroup({ pid }: ChildProcess): void {
  try {
    process.kill(-Number(pid), 'SIGKILL');
  } catch {
    // Nothing was left.
  }
}

const parts = { rollingRestarts, ends };
const chosen = process.argv.slice(2);
for (const [name, run] of Object.entries(parts)) if (chosen.length === 0 || chosen.includes(name)) await run();
await bench.close();
