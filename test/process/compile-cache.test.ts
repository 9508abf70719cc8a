// Where compiled code is kept: a folder that only this account can write, or none. Whoever could write there could run code.
import { existsSync, lstatSync, mkdirSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { cacheFolder } from '../../src/process/compile-cache.ts';
import { isRoot, makeFolder, start, stranger } from '../support/accounts.ts';

let base: string;
beforeEach(async () => {
  base = makeFolder(await mkdtemp(join(tmpdir(), 'gateway-')), 0o755);
});
afterEach(() => rmSync(base, { recursive: true, force: true }));

const parent = (mode: number) => makeFolder(join(base, 'parent'), mode);
const NAME = 'customer-gateway';

describe('a folder for compiled code', () => {
  it.each([0o700, 0o755])('is made for this account alone, in a parent of mode %o', (mode) => {
    const folder = cacheFolder([parent(mode)]);
    expect(folder).toBe(join(base, 'parent', NAME));
    expect(lstatSync(String(folder)).mode & 0o777).toBe(0o700);
    expect(cacheFolder([join(base, 'parent')])).toBe(folder);
  });

  it('is made with the folders above it, which are this account’s too', () => {
    expect(cacheFolder([join(base, 'a/b')])).toBe(join(base, 'a/b', NAME));
  });

  const unsafe: [name: string, make: () => string][] = [
    ['that others may write', () => parent(0o777)],
    ['whose own folder others may write', () => join(makeFolder(join(parent(0o755), NAME), 0o777), '..')],
    ['below one that others may write', () => join(parent(0o777), 'cache')],
    [
      'where a link leads elsewhere',
      () => {
        symlinkSync(makeFolder(join(base, 'elsewhere'), 0o755), join(parent(0o755), NAME));
        return join(base, 'parent');
      },
    ],
    ['that is a file', () => join(import.meta.filename, 'cache')],
  ];
  const ofOthers: typeof unsafe = [
    ['of another account', () => makeFolder(join(base, 'parent'), 0o755, stranger)],
    [
      'in which another account made the folder first',
      () => {
        makeFolder(join(parent(0o1777), NAME), 0o700, stranger);
        return join(base, 'parent');
      },
    ],
  ];
  it.each([...unsafe, ...(isRoot ? ofOthers : [])])('is not used in a parent %s; the next one is', (_, make) => {
    const first = make();
    expect(cacheFolder([first])).toBeUndefined();
    expect(cacheFolder([first, join(base, 'own')])).toBe(join(base, 'own', NAME));
  });
});

it('is never one of the folder that all accounts share, whatever was put there', async () => {
  const shared = makeFolder(join(base, 'shared'), 0o1777);
  mkdirSync(join(shared, 'node-compile-cache'));
  mkdirSync(join(shared, NAME));
  const home = makeFolder(join(base, 'home'), 0o755);
  // What stops a start is as good as what serves: all is imported by then.
  const { code } = await start(['src/main.ts'], undefined, { TMPDIR: shared, HOME: home, PORT: 'none' }).ended;
  expect(code).toBe(1);
  expect(readdirSync(shared, { recursive: true }).sort()).toEqual([NAME, 'node-compile-cache']);
  expect(existsSync(join(home, '.cache', NAME)) || existsSync(join('node_modules/.cache', NAME))).toBe(true);
});
