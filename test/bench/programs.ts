// The programs of the peers: installed from their own lock file, started as processes of their own.
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { freePort, spawnGateway } from '../support/process.ts';
import { processUsage, type Usage } from './support.ts';

/** The folder of the peers. */
export const PEERS = new URL('./peers/', import.meta.url);

/** Installs the peers from their own lock file, unless that was done. */
export async function installPeers(): Promise<void> {
  if (existsSync(new URL('node_modules', PEERS))) return;
  await promisify(execFile)('npm', ['ci', '--no-audit', '--no-fund'], { cwd: PEERS });
}

/**
 * Starts a peer as a process of its own and waits until it answers.
 *
 * @param program - a path, or the name of a file among the peers
 * @param runner - what runs it, where Node does not; `env` runs a program that needs no other
 */
export async function startPeer(
  program: string,
  environment: Record<string, string>,
  runner?: string,
): Promise<Usage & { url: string; stop(): Promise<unknown> }> {
  const port = String(await freePort());
  const path = new URL(program, PEERS).pathname;
  const { child, stop, output } = spawnGateway(
    { PORT: port, NODE_ENV: 'production', ...environment },
    path,
    undefined,
    runner,
  );
  const url = `http://127.0.0.1:${port}`;
  await answers(url, output);
  return { url, stop, ...processUsage(child) };
}

async function answers(url: string, output: () => string): Promise<void> {
  for (let i = 0; i < 200; i++) {
    if (await fetch(url).catch(() => undefined)) return;
    await sleep(50);
  }
  throw new Error(`a peer does not start: ${output()}`);
}
