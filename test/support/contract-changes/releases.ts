// The releases whose contracts are kept in `schema/released/`, in the order of semantic versioning.
import { readdirSync } from 'node:fs';

const version = /^(\d+)\.(\d+)\.(\d+)(?:-([0-9A-Za-z.-]+))?$/;

/**
 * Finds the newest release among the folders of a folder; files are not looked at.
 *
 * @throws Error if a folder is not named by a version (it would never be compared with), or if there is none
 */
export function newestRelease(folder: string): string {
  const names = readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name);
  const stray = names.find((name) => !version.test(name));
  if (stray) throw new Error(`${folder}/${stray} is not named by a version, such as 1.0.0 or 1.0.0-rc.1`);
  const newest = names.toSorted(compareVersions).at(-1);
  if (!newest) throw new Error(`${folder} holds no release`);
  return newest;
}

/**
 * Orders two versions, for `sort`: `1.0.0-rc.2` < `1.0.0-rc.10` < `1.0.0` < `1.0.1`.
 *
 * @see https://semver.org/#spec-item-11
 */
export function compareVersions(one: string, other: string): number {
  const [, ...a] = version.exec(one) ?? [];
  const [, ...b] = version.exec(other) ?? [];
  for (const index of [0, 1, 2]) if (a[index] !== b[index]) return Number(a[index]) - Number(b[index]);
  return comparePreReleases(a[3], b[3]);
}

/** A release is newer than each of its pre-releases; of two of these, the first part that differs decides. */
function comparePreReleases(one?: string, other?: string): number {
  if (one === undefined || other === undefined) return Number(one === undefined) - Number(other === undefined);
  const [a, b] = [one.split('.'), other.split('.')];
  const index = a.findIndex((part, position) => part !== b[position]);
  if (index < 0) return a.length - b.length;
  const [x, y] = [a[index], b[index]];
  if (x === undefined || y === undefined) return x === undefined ? -1 : 1;
  const [isNumber, isOtherNumber] = [x, y].map((part) => /^\d+$/.test(part));
  if (isNumber && isOtherNumber) return Number(x) - Number(y);
  if (isNumber !== isOtherNumber) return isNumber ? -1 : 1;
  return x < y ? -1 : 1;
}
