// Programs of the gateway as other accounts of this machine, where the tests run as one that may choose: as root.
import { type SpawnOptions, spawn, spawnSync } from 'node:child_process';
import { chmodSync, chownSync, mkdirSync } from 'node:fs';

/** An account, as processes have it. */
export interface Account {
  uid: number;
  gid: number;
}

/** Without privileges, and with a name on every machine. */
export const nobody: Account = { uid: 65_534, gid: 65_534 };
/** Nobody's that runs anything here. */
export const stranger: Account = { uid: 54_321, gid: 54_321 };

export const isRoot = process.getuid?.() === 0;

/** Whether programs can be run as other accounts, which must be able to read this checkout. */
export const mayBeOthers =
  isRoot && spawnSync(process.execPath, ['-e', 'fs.readFileSync("src/main.ts")'], nobody).status === 0;

/** What a program printed, and how it ended. */
export interface Ended {
  code: number | null;
  output: string;
}

/** Starts a program of the gateway as an account, with an environment of nothing but what is given. */
export function start(words: string[], account: Account | undefined, environment: Record<string, string>) {
  const { PATH = '' } = process.env;
  const options: SpawnOptions = { env: { PATH, HOST: '127.0.0.1', DRAIN_SECONDS: '0', ...environment }, ...account };
  const child = spawn(process.execPath, words, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk) => (output += chunk));
  const ended = new Promise<Ended>((resolve) => child.once('close', (code) => resolve({ code, output })));
  return { child, ended, output: () => output };
}

/** Makes a folder with exactly this mode, of whoever runs the tests or another account. */
export function makeFolder(path: string, mode: number, owner?: Account): string {
  mkdirSync(path, { recursive: true });
  if (owner) chownSync(path, owner.uid, owner.gid);
  chmodSync(path, mode);
  return path;
}
