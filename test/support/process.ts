// A gateway as a process of its own, as it is started for real.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { poolerUrlOf } from './database.ts';

export interface GatewayProcess {
  url: string;
  child: ChildProcess;
  /** All that it has printed. */
  output(): string;
  /** Resolves with the exit code, or the signal that ended it. */
  ended: Promise<number | string>;
  /** Ends it as an operator does, and waits. */
  stop(): Promise<number | string>;
}

/**
 * Starts `src/main.ts`, or another program, with an environment of nothing but what is given.
 *
 * @param logFile - an open file that takes what it prints, where nobody wants to read it
 * @param node - the Node.js that runs it
 */
export function spawnGateway(
  environment: Record<string, string>,
  program = 'src/main.ts',
  logFile?: number,
  node = process.execPath,
): Omit<GatewayProcess, 'url'> {
  const { PATH = '', HOME = '' } = process.env;
  // A process group of its own, so that a test can signal all of it, as a terminal does on Ctrl-C.
  const child = spawn(node, [program], {
    // Nobody has to be led away from most gateways of tests.
    env: { PATH, HOME, DRAIN_SECONDS: '0', ...environment },
    detached: true,
    stdio: ['pipe', logFile ?? 'pipe', 'pipe'],
  });
  let text = '';
  child.stdout?.on('data', (chunk) => (text += chunk));
  child.stderr?.on('data', (chunk) => (text += chunk));
  const ended = new Promise<number | string>((resolve) =>
    child.once('close', (code, signal) => resolve(code ?? signal ?? 'unknown')),
  );
  return {
    child,
    ended,
    output: () => text,
    stop() {
      child.kill('SIGTERM');
      return ended;
    },
  };
}

/** Starts a gateway and waits until it is ready. */
export async function startProcess(
  environment: Record<string, string>,
  program?: string,
  logFile?: number,
  node?: string,
): Promise<GatewayProcess> {
  const port = environment.PORT ?? String(await freePort());
  const { DATABASE_URL: direct = '' } = environment;
  const pooled = direct && (await poolerUrlOf(direct));
  const ways: Record<string, string> = pooled
    ? { DATABASE_DIRECT_URL: direct, ...environment, DATABASE_URL: pooled }
    : environment;
  const gateway = spawnGateway({ PORT: port, HOST: '127.0.0.1', ...ways }, program, logFile, node);
  const url = `http://127.0.0.1:${port}`;
  for (let i = 0; i < 600; i++) {
    if (gateway.child.exitCode !== null) throw new Error(`the gateway ended: ${gateway.output()}`);
    const ready = await fetch(`${url}/health/ready`).catch(() => undefined);
    if (ready?.status === 200) return { ...gateway, url };
    await sleep(50);
  }
  gateway.child.kill('SIGKILL');
  throw new Error(`the gateway is not ready: ${gateway.output()}`);
}

/** The process ids of the workers of a gateway. */
export function workersOf({ pid }: ChildProcess): number[] {
  return spawnSync('ps', ['-o', 'pid=,args=', '--ppid', String(pid)], { encoding: 'utf8' })
    .stdout.split('\n')
    .filter((line) => line.includes('main.ts'))
    .map((line) => Number.parseInt(line, 10));
}

/** A TCP port that nobody listens on. */
export async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve));
  const address = probe.address();
  await new Promise((resolve) => probe.close(resolve));
  return address && typeof address === 'object' ? address.port : 0;
}

/** A folder that is removed again; readable by its owner alone, as temporary folders are. */
export async function temporaryFolder(): Promise<{ path: string; remove(): Promise<void> }> {
  const path = await mkdtemp(join(tmpdir(), 'gateway-'));
  return { path, remove: () => rm(path, { recursive: true, force: true }) };
}
