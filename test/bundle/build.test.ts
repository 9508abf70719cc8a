// The bundle of GraphiQL: the same sources give the same bytes, wherever they stand, and no more than a first view may weigh.
import { execFile } from 'node:child_process';
import { cp, mkdtemp, readdir, readFile, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BUNDLE_FOLDER, firstViewBytes, type Manifest, readManifest } from '../../src/bundle/manifest.ts';

/** What a first view may weigh, compressed by brotli: all files and workers. */
const MOST_BYTES = 1_200_000;

let copy: string;
let built: URL;
beforeAll(async () => {
  copy = await mkdtemp(join(tmpdir(), 'bundle-'));
  await cp('src', join(copy, 'src'), { recursive: true });
  await cp('package.json', join(copy, 'package.json'));
  await symlink(join(process.cwd(), 'node_modules'), join(copy, 'node_modules'), 'dir');
  await promisify(execFile)(process.execPath, ['src/cli/build-pages.ts'], { cwd: copy });
  built = pathToFileURL(`${copy}/.build/graphiql/`);
});
afterAll(() => rm(copy, { recursive: true }));

const manifestIn = async (folder: URL) => (await readManifest(folder)) as Manifest;

describe('a bundle', () => {
  it('is the same wherever it was built', async () => {
    expect(await readdir(built), 'run npm run build:pages').toEqual(await readdir(BUNDLE_FOLDER));
    for (const name of await readdir(built))
      expect((await readFile(new URL(name, built))).equals(await readFile(new URL(name, BUNDLE_FOLDER))), name).toBe(
        true,
      );
  });

  it('has each file compressed beside it', async () => {
    const { files } = await manifestIn(built);
    for (const { name, size } of files) {
      const [plain, br, gzip] = await Promise.all(
        ['', '.br', '.gz'].map((end) => readFile(new URL(name + end, built))),
      );
      expect([plain?.length, br?.length, gzip?.length], name).toEqual([size.identity, size.br, size.gzip]);
      expect(brotliDecompressSync(br as Buffer).equals(plain as Buffer), name).toBe(true);
      expect(gunzipSync(gzip as Buffer).equals(plain as Buffer), name).toBe(true);
    }
  });

  it('names no folder of the machine, loads nothing of other hosts, and evaluates no text', async () => {
    const { files } = await manifestIn(built);
    for (const { name } of files) {
      const text = await readFile(new URL(name, built), 'utf8');
      expect(text.includes(copy) || text.includes(process.cwd()), name).toBe(false);
      expect(text, name).not.toMatch(/url\(["']?https?:|@import|importScripts\(["']http|\bimport\(["']http/);
      expect(text, name).not.toMatch(/[^\w.$]eval\(|new Function\(/);
    }
  });

  it('weighs no more than a first view may', async () => {
    const manifest = await manifestIn(built);
    const bytes = firstViewBytes(manifest);
    console.log(`first view: ${bytes} bytes of ${manifest.files.length} files`);
    expect(bytes).toBeLessThanOrEqual(MOST_BYTES);
  });
});
