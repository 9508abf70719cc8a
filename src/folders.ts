// Who may change what lies in a folder, and whether that is anybody but root and those who run the program.
import { lstatSync, realpathSync, type Stats } from 'node:fs';
import { dirname } from 'node:path';

const WRITABLE_FOR_GROUP = 0o020;
const WRITABLE_FOR_ALL = 0o002;
const STICKY = 0o1000;

/** A folder in which somebody else may put or replace things. */
export interface OpenFolder {
  path: string;
  reason: 'belongs to another account' | 'may be written by others';
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
  return othersMayWrite(stats) && !(stats.mode & STICKY) ? { path, reason: 'may be written by others' } : undefined;
}

/** Looks at a folder and all above it, links followed: whoever may replace one of them may replace what is below. */
export function openFolderOnTheWay(path: string, trusted: ReadonlySet<number>): OpenFolder | undefined {
  let folder = realpathSync(path);
  for (;;) {
    const open = openFolder(folder, trusted);
    if (open || dirname(folder) === folder) return open;
    folder = dirname(folder);
  }
}

/** Whether more than the owner may write. A group of the owner's own, as many systems give each account, is the owner. */
export function othersMayWrite({ mode, uid, gid }: Pick<Stats, 'mode' | 'uid' | 'gid'>): boolean {
  return (mode & WRITABLE_FOR_ALL) !== 0 || ((mode & WRITABLE_FOR_GROUP) !== 0 && gid !== uid);
}
