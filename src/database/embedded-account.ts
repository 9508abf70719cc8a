// Which account the embedded PostgreSQL runs as. It refuses to run as root, and demo mode must work for root too.
import { type ChildProcess, type SpawnOptions, spawn, spawnSync } from 'node:child_process';
import { existsSync, lchownSync, lstatSync, readdirSync, type Stats, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ConfigError } from '../config.ts';

/** Starts programs as an account that PostgreSQL accepts. */
export interface Account {
  spawn(command: string, args: readonly string[], options?: SpawnOptions): ChildProcess;
  /** The owner that its files need, as the file system sees it; undefined for whoever runs the gateway. */
  readonly owner: Owner | undefined;
}

interface Owner {
  uid: number;
  gid: number;
}

/** What PostgreSQL may need of an account to find its files there. */
interface Needed {
  /** The cluster; its owner is the account of earlier starts. */
  cluster: string;
  /** A program that the account must be able to run. */
  program: string;
}

const ACCOUNT_NAMES = ['postgres', 'nobody'];

/** Where the programs of the system are: what is asked of them as root must not be answered by a stranger's program. */
const SYSTEM_PATH = '/usr/bin:/bin:/usr/sbin:/sbin:/run/current-system/sw/bin';

/** Runs a program of the system and reads what it prints. */
export function askSystem(command: string, args: readonly string[]) {
  return spawnSync(command, args, { encoding: 'utf8', env: { PATH: SYSTEM_PATH, LC_ALL: 'C' } });
}

/** The environment of PostgreSQL's programs: what they say is read, and no setting of another PostgreSQL counts. */
function environment(): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => !/^(PG|LC_|LANG)/.test(name));
  return { ...Object.fromEntries(kept), LC_ALL: 'C' };
}

/** The accounts that PostgreSQL may run as where the gateway runs as root; none elsewhere. */
export function accountsOfPostgres(): number[] {
  return process.getuid?.() === 0 ? findOwners().map(({ uid }) => uid) : [];
}

/**
 * Chooses the account: the one that runs the gateway, or when that is root, an unprivileged one of this machine.
 *
 * @throws ConfigError when there is no way to run PostgreSQL as anything but root
 */
export function chooseAccount(dataDir: string, { cluster, program }: Needed): Account {
  if (process.getuid?.() !== 0)
    return {
      owner: undefined,
      spawn: (command, args, options = {}) => spawn(command, args, { env: environment(), ...options, cwd: '/' }),
    };
  const earlier = existsSync(cluster) ? lstatSync(cluster).uid : undefined;
  const owners = findOwners().sort((a, b) => Number(b.uid === earlier) - Number(a.uid === earlier));
  const owner = owners.find((each) => [cluster, program].every((path) => mayReach(path, each)));
  if (owner) {
    return {
      owner,
      spawn: (command, args, options = {}) =>
        spawn(command, args, { env: environment(), ...options, ...owner, cwd: '/' }),
    };
  }
  // The folder is root's alone. In a user namespace PostgreSQL is root to the file system and somebody else to itself.
  const root = { uid: 0, gid: 0 };
  const namespace = ['--user', '--map-user=1000', '--map-group=1000'];
  const reached = [cluster, program].every((path) => mayReach(path, root));
  if (reached && askSystem('unshare', [...namespace, 'true']).status === 0) {
    return {
      owner: root,
      spawn: (command, args, options = {}) =>
        spawn('unshare', [...namespace, command, ...args], {
          env: { ...environment(), PATH: SYSTEM_PATH },
          ...options,
          cwd: '/',
        }),
    };
  }
  throw new ConfigError(
    `DATA_DIR ${dataDir} cannot be used by root: PostgreSQL does not run as root, and no other account may enter it. Open the folders to ${dirname(cluster)} for all (chmod a+x), use another account or folder, or set DATABASE_URL.`,
  );
}

/** Makes a file or folder, with all that is in it, belong to the account. Links are not followed. */
export function giveTo(account: Account, path: string): void {
  const { owner } = account;
  if (!owner) return;
  const current = lstatSync(path);
  if (current.uid === owner.uid) return;
  if (current.isDirectory()) for (const name of readdirSync(path)) giveTo(account, join(path, name));
  // A file with a second name elsewhere is somebody else's too.
  else if (current.nlink > 1) return;
  lchownSync(path, owner.uid, owner.gid);
}

function findOwners(): Owner[] {
  return ACCOUNT_NAMES.flatMap((name) => {
    const [uid, gid] = ['-u', '-g'].map((flag) => askSystem('id', [flag, name]));
    const found = uid?.status === 0 && gid?.status === 0;
    return found ? [{ uid: Number(uid.stdout), gid: Number(gid.stdout) }] : [];
  });
}

/** Whether an account without privileges may pass through all the folders above a path. */
function mayReach(path: string, owner: Owner): boolean {
  const parent = dirname(path);
  return parent === path || (mayPass(statSync(parent), owner) && mayReach(parent, owner));
}

function mayPass({ mode, uid, gid }: Stats, owner: Owner): boolean {
  if (uid === owner.uid) return (mode & 0o100) !== 0;
  return (mode & (gid === owner.gid ? 0o010 : 0o001)) !== 0;
}
