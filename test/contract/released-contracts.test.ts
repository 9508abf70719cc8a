// Which of the released contracts is the newest.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { compareVersions, newestRelease } from '../support/contract-changes/releases.ts';

function folderOf(releases: string[], files: string[] = []): string {
  const folder = mkdtempSync(join(tmpdir(), 'released-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  for (const release of releases) mkdirSync(join(folder, release));
  for (const file of files) writeFileSync(join(folder, file), '');
  return folder;
}

describe('the newest release', () => {
  it('is found in the order of semantic versioning', () => {
    const ordered = [
      '0.1.0',
      '0.2.0',
      '0.10.0',
      '1.0.0-alpha',
      '1.0.0-alpha.1',
      '1.0.0-alpha.-',
      '1.0.0-alpha.beta',
      '1.0.0-beta',
      '1.0.0-beta.2',
      '1.0.0-beta.11',
      '1.0.0-rc.1',
      '1.0.0',
      '1.0.1',
      '10.0.0-rc.1',
    ];
    expect(ordered.toReversed().toSorted(compareVersions)).toEqual(ordered);
    expect(newestRelease(folderOf(['1.0.0-rc.1', '1.0.0', '0.9.0']))).toBe('1.0.0');
    expect(newestRelease(folderOf(['1.0.0', '1.1.0-rc.1']))).toBe('1.1.0-rc.1');
  });

  it('is a folder, not a file', () => {
    expect(newestRelease(folderOf(['0.1.0'], ['README.md', '2.0.0']))).toBe('0.1.0');
  });

  it('is never guessed', () => {
    expect(() => newestRelease(folderOf(['0.1.0', 'v1.0.0']))).toThrow('v1.0.0 is not named by a version');
    expect(() => newestRelease(folderOf([]))).toThrow('holds no release');
  });
});
