// Files that an operator names: what is said where one cannot be used.
import { UnusableFileError } from './header.ts';

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file or folder',
  EACCES: 'access is denied',
  EPERM: 'access is denied',
  EISDIR: 'it is a folder',
  ENOTDIR: 'a part of its path is no folder',
  ENOSPC: 'no room is left on the disk',
  EROFS: 'the disk is read-only',
  EPIPE: 'nobody reads it any more',
};

/**
 * The failure of a file, for an operator. Asked only where nothing but the file can have failed: connections have such codes too.
 *
 * @param what - `The file x.csv cannot be read`
 * @returns the error itself where it is none of a file
 */
export function fileFailure(what: string, error: unknown): unknown {
  const { code, syscall } = Object(error) as NodeJS.ErrnoException;
  if (error instanceof UnusableFileError || code === undefined || syscall === undefined) return error;
  return new UnusableFileError(`${what}: ${reasons[code] ?? code}.`, { cause: error });
}
