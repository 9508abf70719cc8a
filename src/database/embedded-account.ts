// Which account the embedded PostgreSQL runs as. It refuses to run as root, and demo mode must work for root too.
import { type ChildProcess, type SpawnOptions, spawn, spawnSync } from 'node:child_process';
import { chownSync, lstatSync, readdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ConfigError } from '../config.ts';

/** Starts programs as an account that PostgreSQL accepts. */
export interface Account {
  spawn(command: string, args: readonly string[], options?: SpawnOptions): ChildProcess;
  /** The owner that its files need, as the file system sees it; undefined for whoever runs the gateway. */
  readonly owner: { uid: number; gid: number } | undefined;
}

const ACCOUNT_NAMES = ['postgres', 'nobody'];

/**
 * Chooses the account: the one that runs the gateway, or when that is root, an unprivileged one of this machine.
 *
 * @param paths - what the account must be able to enter
 * @throws ConfigError when there is no way to run PostgreSQL as anything but root
 */
export function chooseAccount(paths: readonly string[]): Account {
  if (process.getuid?.() !== 0)
    return { owner: undefined, spawn: (command, args, options = {}) => spawn(command, args, options) };
  const owner = findOwner();
  if (owner && paths.every((path) => canEnter(path))) {
    return { owner, spawn: (command, args, options = {}) => spawn(command, args, { ...options, ...owner, cwd: '/' }) };
  }
  // The folder is root's alone. In a user namespace PostgreSQL is root to the file system and somebody else to itself.
  const namespace = ['--user', '--map-user=1000', '--map-group=1000'];
  if (spawnSync('unshare', [...namespace, 'true']).status === 0) {
    return {
      owner: { uid: 0, gid: 0 },
      spawn: (command, args, options = {}) => spawn('unshare', [...namespace, command, ...args], options),
    };
  }
  throw new ConfigError(
    'PostgreSQL does not run as root, and no other account may enter this folder: use another account or folder, or set DATABASE_URL.',
  );
}

/** Makes a file or folder, with all that is in it, belong to the account. */
export function giveTo(account: Account, path: string): void {
  const { owner } = account;
  if (!owner) return;
  const current = lstatSync(path);
  if (current.uid === owner.uid) return;
  if (current.isDirectory()) for (const name of readdirSync(path)) giveTo(account, join(path, name));
  chownSync(path, owner.uid, owner.gid);
}

function findOwner(): { uid: number; gid: number } | undefined {
  for (const name of ACCOUNT_NAMES) {
    const [uid, gid] = ['-u', '-g'].map((flag) => spawnSync('id', [flag, name], { encoding: 'utf8' }));
    if (uid?.status === 0 && gid?.status === 0) return { uid: Number(uid.stdout), gid: Number(gid.stdout) };
  }
  return undefined;
}

/** Whether everybody may pass through all the folders above a path. */
function canEnter(path: string): boolean {
  const parent = dirname(path);
  return parent === path || ((statSync(parent).mode & 0o001) !== 0 && canEnter(parent));
}
