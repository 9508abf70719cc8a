// The pid file of demo mode's PostgreSQL, when several processes look at it at once.
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { removePidFile } from '../../src/embedded-postgres/pid.ts';
import { runCommand } from '../support/command.ts';
import { makeDataFolder } from '../support/data-folder.ts';
import { startProcess, temporaryFolder } from '../support/process.ts';

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
beforeEach(async () => {
  folder = await temporaryFolder();
});
afterEach(() => folder.remove());

it('stays where another server has written it since it was read', async () => {
  const file = join(folder.path, 'postmaster.pid');
  const served = '4711\n/somewhere\n0\n5432\n\n127.0.0.1\n\nready\n';
  writeFileSync(file, served);
  await removePidFile(folder.path, 4710);
  expect(readFileSync(file, 'utf8')).toBe(served);
  await removePidFile(folder.path, 4711);
  expect(readdirSync(folder.path)).toEqual([]);
  await removePidFile(folder.path, 4711);
});

it('stays while a server is just writing it', async () => {
  const environment = { DATA_DIR: join(folder.path, 'data') };
  const file = join(environment.DATA_DIR, 'postgres', 'postmaster.pid');
  await makeDataFolder(environment.DATA_DIR);
  const gateway = await startProcess(environment);
  const written = readFileSync(file);
  writeFileSync(file, '');
  const listing = runCommand('keys', ['list', '--json'], environment);
  await sleep(1500);
  writeFileSync(file, written);
  expect(await listing).toMatchObject({ code: 0, stderr: '' });
  expect(readFileSync(file)).toEqual(written);
  expect(await gateway.stop()).toBe(0);
});

it('goes where a machine failed before it was written', async () => {
  const environment = { DATA_DIR: join(folder.path, 'data') };
  const file = join(environment.DATA_DIR, 'postgres', 'postmaster.pid');
  await makeDataFolder(environment.DATA_DIR);
  expect(await (await startProcess(environment)).stop()).toBe(0);
  expect(existsSync(file)).toBe(false);
  writeFileSync(file, '');
  const again = await startProcess(environment);
  expect(again.output()).toContain('PostgreSQL was not shut down cleanly');
  expect(await again.stop()).toBe(0);
});
