// Which account the embedded PostgreSQL runs as. It refuses to run as root, and demo mode must work for root too.
import { type ChildProcess, type SpawnOptions, spawn, spawnSync } from 'node:child_process';
import { existsSync, lchownSync, lstatSync, readdirSync, readFileSync, type Stats, statSync } from 'node:fs';
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

/** Rights by which any folder can be passed through, the lesser first; containers often have the second alone. */
const RIGHTS_TO_PASS = ['dac_read_search', 'dac_override'];

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
  const start = (command: string, args: readonly string[], options: SpawnOptions) =>
    spawn(command, args, { env: environment(), ...options, cwd: '/' });
  if (process.getuid?.() !== 0)
    return { owner: undefined, spawn: (command, args, options = {}) => start(command, args, options) };
  const earlier = existsSync(cluster) ? lstatSync(cluster).uid : undefined;
  const owners = findOwners().sort((a, b) => Number(b.uid === earlier) - Number(a.uid === earlier));
  const owner = owners.find((each) => [cluster, program].every((path) => mayReach(path, each)));
  if (owner) return { owner, spawn: (command, args, options = {}) => start(command, args, { ...options, ...owner }) };
  // The folder is root's alone: PostgreSQL refuses to be root, but not to have root's right to pass where others may not.
  const passes = owners.flatMap((each) =>
    RIGHTS_TO_PASS.map((right) => ({ owner: each, words: withRight(each, right) })),
  );
  const pass = passes.find(({ words }) => askSystem('setpriv', [...words, 'true']).status === 0);
  if (pass) {
    const env = { ...environment(), PATH: SYSTEM_PATH };
    return {
      owner: pass.owner,
      spawn: (command, args, options = {}) => start('setpriv', [...pass.words, command, ...args], { env, ...options }),
    };
  }
  throw new ConfigError(
    `DATA_DIR ${dataDir} cannot be used by root: PostgreSQL does not run as root, and no other account may enter that folder. Open the folders up to ${dirname(cluster)} for all (chmod a+x), use another account or folder, or set DATABASE_URL.`,
  );
}

/** The words of util-linux' `setpriv` that run a program as an account with one right of root's. */
function withRight({ uid, gid }: Owner, right: string): string[] {
  const account = [`--reuid=${uid}`, `--regid=${gid}`, '--clear-groups', '--no-new-privs'];
  return [...account, `--inh-caps=-all,+${right}`, `--ambient-caps=+${right}`];
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
  const lines = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'));
  return ACCOUNT_NAMES.flatMap((name) => {
    const [, , uid, gid] = lines.find(([each]) => each === name) ?? [];
    return uid && gid ? [{ uid: Number(uid), gid: Number(gid) }] : [];
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
