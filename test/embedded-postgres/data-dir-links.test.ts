// Links in a data folder: no file beyond it changes hands, is read or is written, and what PostgreSQL prints is its owner's alone.
import { spawnSync } from 'node:child_process';
import { linkSync, lstatSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { isRoot, makeFolder, start } from '../support/accounts.ts';
import { startProcess } from '../support/process.ts';

let used: string;
let base: string;
let settings: { DATA_DIR: string };
const inData = (name: string) => join(settings.DATA_DIR, name);
const temporary = async () => makeFolder(await mkdtemp(join(tmpdir(), 'gateway-')), 0o755);

beforeAll(async () => {
  used = await temporary();
  expect(await (await startProcess({ DATA_DIR: join(used, 'data') })).stop()).toBe(0);
});
beforeEach(async () => {
  base = await temporary();
  settings = { DATA_DIR: join(base, 'data') };
  spawnSync('cp', ['-a', join(used, 'data'), base]);
});
afterEach(() => rmSync(base, { recursive: true, force: true }));
afterAll(() => rmSync(used, { recursive: true, force: true }));

/** A file that is not the gateway's business. */
function makeForeign(): { path: string; isUntouched(): boolean } {
  const path = join(base, 'foreign');
  writeFileSync(path, 'foreign', { mode: 0o600 });
  const { uid, gid, mode } = lstatSync(path);
  return {
    path,
    isUntouched() {
      const now = lstatSync(path);
      return now.uid === uid && now.gid === gid && now.mode === mode && readFileSync(path, 'utf8') === 'foreign';
    },
  };
}

async function expectRefusal(named: string): Promise<void> {
  const { code, output } = await start(['src/main.ts'], undefined, { ...settings, PORT: '0' }).ended;
  expect(output).toMatch(/^DATA_DIR [^\n]+ cannot be used: [^\n]+ Name another folder, or set DATABASE_URL\.\n$/);
  expect(output).toContain(inData(named));
  expect(code).toBe(1);
}

it('keeps to itself what PostgreSQL prints, also where it was open before', async () => {
  const log = inData('postgres.log');
  expect(lstatSync(log).mode & 0o777).toBe(0o600);
  spawnSync('chmod', ['0644', log]);
  expect(await (await startProcess(settings)).stop()).toBe(0);
  expect(lstatSync(log).mode & 0o777).toBe(0o600);
});

it.each([
  ['a link', symlinkSync],
  ['a second name', linkSync],
])('does not write into %s of a foreign file in the place of what PostgreSQL prints', async (_, makeLink) => {
  const foreign = makeForeign();
  rmSync(inData('postgres.log'));
  makeLink(foreign.path, inData('postgres.log'));
  await expectRefusal('postgres.log');
  expect(foreign.isUntouched()).toBe(true);
});

it('does not wait for a named pipe in the place of what PostgreSQL prints', async () => {
  rmSync(inData('postgres.log'));
  spawnSync('mkfifo', [inData('postgres.log')]);
  await expectRefusal('postgres.log');
});

it.each(['postgres/gateway-password', 'postgres/PG_VERSION'])('does not read %s through a link', async (name) => {
  renameSync(inData(name), join(base, 'moved'));
  symlinkSync(join(base, 'moved'), inData(name));
  await expectRefusal(name);
});

if (isRoot)
  it('gives root’s database to the account of PostgreSQL, and nothing that a link in it leads to', async () => {
    spawnSync('chown', ['-R', '0:0', settings.DATA_DIR]);
    const foreign = makeForeign();
    symlinkSync(foreign.path, inData('postgres/link'));
    linkSync(foreign.path, inData('postgres/second-name'));
    symlinkSync(base, inData('postgres/link-to-folder'));
    expect(await (await startProcess(settings)).stop()).toBe(0);
    expect(lstatSync(inData('postgres')).uid).not.toBe(0);
    expect(lstatSync(inData('postgres/PG_VERSION')).uid).not.toBe(0);
    expect(foreign.isUntouched()).toBe(true);
    expect(lstatSync(base).uid).toBe(0);
  });
