// Folders: how they are made, and whether anybody but root and those who run the program may change what lies in them.
import { existsSync, lstatSync, mkdirSync, realpathSync, type Stats, statSync } from 'node:fs';
import { dirname } from 'node:path';

const WRITABLE_FOR_GROUP = 0o020;
const WRITABLE_FOR_ALL = 0o002;
const STICKY = 0o1000;

/** A folder in which somebody else may put or replace things. */
export interface OpenFolder {
  path: string;
  reason: 'belongs to another account' | 'is writable by others';
}

/**
 * Makes a folder and those above it, unless they are there. Node's own way (`recursive`) tries for ever where the system makes
 * none, such as in `/proc`.
 *
 * @throws the system's error when there is none and it cannot be made
 */
export function makeFolders(path: string, mode: number): void {
  try {
    mkdirSync(path, { mode });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST' && statSync(path).isDirectory()) return;
    if (code !== 'ENOENT' || existsSync(dirname(path))) throw error;
    makeFolders(dirname(path), mode);
    makeFolders(path, mode);
  }
}

/** Root, the account of the process, and whoever owns its program: what they want done they can have done anyway. */
export function trustedAccounts(): Set<number> {
  return new Set([0, process.getuid?.() ?? 0, lstatSync(import.meta.filename).uid]);
}

/**
 * Looks at one folder. Where things are the owner's alone to rename (the sticky bit), others may write.
 *
 * @param trusted - accounts that may change it
 * @returns undefined when nobody else may change what lies in it, or where the system has no accounts of that kind
 */
export function openFolder(path: string, trusted: ReadonlySet<number>): OpenFolder | undefined {
  if (!process.getuid) return undefined;
  const stats = lstatSync(path);
  if (!trusted.has(stats.uid)) return { path, reason: 'belongs to another account' };
  return othersMayWrite(stats) && !(stats.mode & STICKY) ? { path, reason: 'is writable by others' } : undefined;
}

/**
 * Looks at a folder and all above it, and at the links that lead there: whoever may replace one of them may replace what
 * is below.
 *
 * @param path - absolute
 * @param trusted - accounts that may change it
 */
export function openFolderOnTheWay(path: string, trusted: ReadonlySet<number>): OpenFolder | undefined {
  const links = withParents(path).filter((each) => lstatSync(each).isSymbolicLink());
  const ways = [
    ...links.flatMap((link) => withParents(realpathSync(dirname(link)))),
    ...withParents(realpathSync(path)),
  ];
  for (const folder of ways) {
    const open = openFolder(folder, trusted);
    if (open) return open;
  }
  return foreignLink(links, trusted);
}

function foreignLink(links: readonly string[], trusted: ReadonlySet<number>): OpenFolder | undefined {
  const path = process.getuid && links.find((link) => !trusted.has(lstatSync(link).uid));
  return path ? { path, reason: 'belongs to another account' } : undefined;
}

function withParents(path: string): string[] {
  return dirname(path) === path ? [path] : [path, ...withParents(dirname(path))];
}

/** Whether more than the owner may write. A group of the owner's own, as many systems give each account, is the owner. */
export function othersMayWrite({ mode, uid, gid }: Pick<Stats, 'mode' | 'uid' | 'gid'>): boolean {
  return (mode & WRITABLE_FOR_ALL) !== 0 || ((mode & WRITABLE_FOR_GROUP) !== 0 && gid !== uid);
}
