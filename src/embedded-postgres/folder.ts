// The folder of demo mode's PostgreSQL: made, checked by who else may write there, and what is said when it cannot be used.
import { constants, lstatSync } from 'node:fs';
import { type FileHandle, open, realpath, statfs } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { ConfigError } from '../config.ts';
import {
  makeFolders,
  type OpenFolder,
  openFolder,
  openFolderOnTheWay,
  othersMayWrite,
  trustedAccounts,
} from '../folders.ts';
import { accountsOfPostgres } from './account.ts';

/** Bytes of the longest path: PostgreSQL keeps paths in 1,024, and needs some for the files below. */
const LONGEST_PATH = 900;
/** Bytes that a new database needs, about: less than this was left when something failed for want of space. */
const LEAST_SPACE = 8 * 1024 * 1024;

const MOST_PRINTED = 16_384;
/** What PostgreSQL prints into, in the folder. */
export const SERVER_LOG = 'postgres.log';

const TAKEN = 'something that is not a folder is in its place';
const NOWHERE = 'it cannot be created there, or a symbolic link in its path is broken';
const NOT_ALLOWED = 'this account may not use it';
const NO_SPACE = 'its disk is full';
const READ_ONLY = 'its disk is read-only';

/** What may happen to any file in it, by the system's code. */
const reasons: Record<string, string> = {
  EACCES: NOT_ALLOWED,
  EPERM: NOT_ALLOWED,
  EROFS: READ_ONLY,
  ENOSPC: NO_SPACE,
  EDQUOT: NO_SPACE,
  // PostgreSQL's own word for a full disk.
  '53100': NO_SPACE,
};

/** What may happen besides when the folder is made. */
const reasonsOfMaking: Record<string, string> = {
  ...reasons,
  EEXIST: TAKEN,
  ENOTDIR: TAKEN,
  ENOENT: NOWHERE,
  ELOOP: NOWHERE,
  ENAMETOOLONG: 'its path is too long',
};

/** The same in the words of PostgreSQL's programs. */
const causes: [words: RegExp, reason: string][] = [
  [/No space left on device|Disk quota exceeded/, NO_SPACE],
  [/Read-only file system/, READ_ONLY],
  [/Permission denied|Operation not permitted/, NOT_ALLOWED],
  [/could not look up effective user ID/, 'the account that runs the gateway has no name on this machine'],
];

/** What a terminal or a log would take for more than text; PostgreSQL's own files of settings do not hold a line break either. */
const UNPRINTABLE = /\p{Cc}/u;

/** A folder that cannot be used, in one sentence that names it and says what to do. */
function unusable(dataDir: string, reason: string, cause?: unknown): ConfigError {
  const name = UNPRINTABLE.test(dataDir) ? JSON.stringify(dataDir) : dataDir;
  return new ConfigError(`DATA_DIR ${name} cannot be used: ${reason}. Name another folder, or set DATABASE_URL.`, {
    cause,
  });
}

/** Where the cluster of a data folder is. */
export function clusterIn(dataDir: string): string {
  return join(dataDir, 'postgres');
}

/**
 * Does something in a data folder, which is made where it is missing, and checked.
 *
 * @param dataDir - as the settings name it
 * @param work - is handed where the folder really is, links followed
 * @throws ConfigError when the folder cannot be used, or when others may put things there that would be taken for the gateway's
 */
export async function inDataDir<Result>(dataDir: string, work: (home: string) => Promise<Result>): Promise<Result> {
  const home = await makeFolder(dataDir);
  try {
    validate(dataDir, home);
    return await work(home);
  } catch (error) {
    throw inOneSentence(error, dataDir, home);
  }
}

async function makeFolder(dataDir: string): Promise<string> {
  if (UNPRINTABLE.test(dataDir)) throw unusable(dataDir, 'its name contains an unprintable character');
  try {
    makeFolders(dataDir, 0o755);
    return await realpath(dataDir);
  } catch (error) {
    const reason = reasonsOfMaking[(error as NodeJS.ErrnoException).code ?? ''];
    throw reason ? unusable(dataDir, reason, error) : error;
  }
}

function validate(dataDir: string, home: string): void {
  if (Buffer.byteLength(home) > LONGEST_PATH) throw unusable(dataDir, 'its path is too long');
  const trusted = allTrusted();
  // Root's files may change hands on the way; any other account has nothing that PostgreSQL would take from strangers.
  const open = process.getuid?.() === 0 ? openFolderOnTheWay(dataDir, trusted) : openFolder(home, trusted);
  if (open) throw unusable(dataDir, adviceOn(open));
  const cluster = clusterIn(home);
  if (lstatSync(cluster, { throwIfNoEntry: false }) && !isOwn(cluster))
    throw unusable(dataDir, `${cluster} is a symbolic link, belongs to another account or is writable by others`);
}

/** Accounts whose folders are taken for the gateway's. */
function allTrusted(): Set<number> {
  return new Set([...trustedAccounts(), ...accountsOfPostgres()]);
}

/** Whether the gateway made what lies at a path: where all may write, the name alone says nothing. */
export function isOwn(path: string): boolean {
  const stats = lstatSync(path);
  const uid = process.getuid?.();
  if (stats.isSymbolicLink() || othersMayWrite(stats)) return uid === undefined;
  return uid === undefined || (uid === 0 ? allTrusted().has(stats.uid) : stats.uid === uid);
}

function adviceOn({ path, reason }: OpenFolder): string {
  return reason === 'is writable by others' ? `${path} ${reason} (chmod go-w)` : `${path} ${reason}`;
}

/** Turns what the system or PostgreSQL said of something in the folder into one sentence; any other error stays what it is. */
function inOneSentence(error: unknown, dataDir: string, home: string): unknown {
  if (error instanceof ConfigError) return error;
  const { code = '', path = home } = error as NodeJS.ErrnoException;
  const reason = path.startsWith(home) ? reasons[code] : undefined;
  return reason ? unusable(dataDir, reason, error) : error;
}

/**
 * A program of PostgreSQL that failed in the folder, in one sentence.
 *
 * @param what - what is said when the output does not tell the reason
 * @param output - what the program printed
 */
export async function failedIn(home: string, what: string, output: string): Promise<ConfigError> {
  const [, reason] = causes.find(([words]) => words.test(output)) ?? [];
  return unusable(home, reason ?? ((await isFull(home)) ? NO_SPACE : what), output);
}

async function isFull(folder: string): Promise<boolean> {
  const { bavail, bsize } = await statfs(folder).catch(() => ({ bavail: Number.MAX_SAFE_INTEGER, bsize: 1 }));
  return bavail * bsize < LEAST_SPACE;
}

/**
 * Opens what PostgreSQL prints into, for appending.
 *
 * @throws ConfigError when there is a link or a file of somebody else's in its place
 */
export async function openServerLog(home: string): Promise<FileHandle> {
  const file = await openOwn(join(home, SERVER_LOG), constants.O_APPEND | constants.O_CREAT | constants.O_RDWR);
  if ((await file.stat()).mode & 0o077) await file.chmod(0o600);
  return file;
}

/**
 * Reads a small file of the cluster.
 *
 * @throws ConfigError when there is a link or a file of somebody else's in its place; the system's error when there is none
 */
export async function readOwn(path: string): Promise<string> {
  const file = await openOwn(path, constants.O_RDONLY);
  try {
    return await printedSince(0, file);
  } finally {
    await file.close();
  }
}

/** Opens a file that the gateway or its PostgreSQL made: not what a link leads to, nor a pipe that would make it wait. */
async function openOwn(path: string, flags: number): Promise<FileHandle> {
  const { O_NOFOLLOW = 0, O_NONBLOCK = 0 } = constants;
  const found = lstatSync(path, { throwIfNoEntry: false });
  const file = found && !found.isFile() ? undefined : await open(path, flags | O_NOFOLLOW | O_NONBLOCK, 0o600);
  const stats = await file?.stat();
  const trusted = process.getuid === undefined || (stats && allTrusted().has(stats.uid));
  if (file && stats?.isFile() && stats.nlink <= 1 && trusted) return file;
  await file?.close();
  throw unusable(dirname(path), `${path} is a symbolic link, or not the gateway's own file`);
}

/** The first of what was printed since a file had a size. */
export async function printedSince(size: number, file: FileHandle): Promise<string> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(MOST_PRINTED), 0, MOST_PRINTED, size);
  return buffer.toString('utf8', 0, bytesRead);
}
