// Workers that the system does not start: they are tried again until it does.
import { copyFile, link, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { createDatabase } from '../support/database.ts';
import { startProcess, temporaryFolder, workersOf } from '../support/process.ts';

const folder = await temporaryFolder();
afterEach(() => folder.remove());

it('a worker that the system cannot start is tried again, also in vain, and the gateway ends in order', async () => {
  const node = join(folder.path, 'node');
  await link(process.execPath, node).catch(() => copyFile(process.execPath, node));
  const environment = { DATABASE_URL: await createDatabase(), WORKERS: '2' };
  const gateway = await startProcess(environment, undefined, undefined, node);
  await expect.poll(() => gateway.output(), { timeout: 20_000 }).toContain('"msg":"ready"');
  const count = (words: string) => gateway.output().split(words).length - 1;

  // As when Node.js is replaced by another version under a gateway that runs.
  await rename(node, `${node}.away`);
  const [victim, other] = workersOf(gateway.child);
  process.kill(Number(victim), 'SIGKILL');
  await expect.poll(() => count('worker could not be started'), { timeout: 20_000 }).toBeGreaterThanOrEqual(2);
  expect((await fetch(`${gateway.url}/health/ready`)).status).toBe(200);
  expect(workersOf(gateway.child)).toEqual([other]);

  await rename(`${node}.away`, node);
  await expect.poll(() => workersOf(gateway.child).length, { timeout: 20_000 }).toBe(2);
  expect(gateway.output()).not.toContain('uncaught error');

  await rename(node, `${node}.away`);
  process.kill(Number(other), 'SIGKILL');
  const before = count('worker could not be started');
  await expect.poll(() => count('worker could not be started'), { timeout: 20_000 }).toBeGreaterThan(before);
  expect(await gateway.stop()).toBe(0);
});
