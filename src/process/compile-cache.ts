// Where compiled code is kept between starts: whoever could write there could have the gateway run what they like.
import { lstatSync } from 'node:fs';
import { enableCompileCache, getCompileCacheDir } from 'node:module';
import { dirname, isAbsolute, join } from 'node:path';
import { makeFolders, openFolderOnTheWay, othersMayWrite, trustedAccounts } from '../folders.ts';

const NAME = 'customer-gateway';

/**
 * Has whatever is imported from now on compiled once, and not at every start, where there is a folder that nobody else can
 * write. A folder that the operator named (`NODE_COMPILE_CACHE`) is the operator's choice: Node uses it already.
 */
export function keepCompiledCode(): void {
  if (getCompileCacheDir() !== undefined) return;
  const folder = cacheFolder(usualParents());
  if (folder !== undefined) enableCompileCache(folder);
}

/** The caches of the project and of the account. */
function usualParents(): string[] {
  const { XDG_CACHE_HOME = '', HOME = '' } = process.env;
  const ofProject = join(import.meta.dirname, '../../node_modules/.cache');
  // As the XDG specification has it: what is not absolute counts as not set.
  return [ofProject, XDG_CACHE_HOME, join(HOME, '.cache')].filter((parent) => isAbsolute(parent));
}

/**
 * Finds a folder for compiled code, and makes it where it is missing.
 *
 * @param parents - folders that may hold it, the best first
 * @returns the first that only this account can write, with all above it; undefined when there is none
 */
export function cacheFolder(parents: readonly string[]): string | undefined {
  // Without accounts of this kind nobody can tell who may write.
  if (!process.getuid) return undefined;
  return parents.map((parent) => join(parent, NAME)).find(isOurs);
}

function isOurs(folder: string): boolean {
  try {
    if (!isOfThisAccount(deepestExisting(folder))) return false;
    makeFolders(folder, 0o700);
    const stats = lstatSync(folder);
    if (!stats.isDirectory() || !isOfThisAccount(folder) || othersMayWrite(stats)) return false;
    return openFolderOnTheWay(folder, trustedAccounts()) === undefined;
  } catch {
    return false;
  }
}

/** Nothing is made in what belongs to another account: it could not remove it. */
function isOfThisAccount(path: string): boolean {
  return lstatSync(path).uid === process.getuid?.();
}

function deepestExisting(path: string): string {
  return lstatSync(path, { throwIfNoEntry: false }) ? path : deepestExisting(dirname(path));
}
