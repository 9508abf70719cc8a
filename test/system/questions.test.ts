// What commands ask before something that cannot be undone, on a terminal. Needs `script` (bsdutils).
import { spawn } from 'node:child_process';
import { expect, it } from 'vitest';
import { createDatabase, createKey, createOrganisation, runSql } from '../support/database.ts';

it.each([
  ['yes\n', 0, true],
  ['no\n', 2, false],
  ['\n', 2, false],
  // Ctrl-C and Ctrl-D.
  ['\u0003', 2, false],
  ['\u0004', 2, false],
])('%j', async (answer, code, isDeleted) => {
  const databaseUrl = await createDatabase();
  const fingerprint = (await createKey(databaseUrl, await createOrganisation(databaseUrl))).slice(0, 8);
  const { PATH = '', HOME = '' } = process.env;
  const terminal = spawn('script', ['-qec', `node src/cli/keys.ts delete ${fingerprint}`, '/dev/null'], {
    env: { PATH, HOME, SHELL: '/bin/sh', DATABASE_URL: databaseUrl },
  });
  let shown = '';
  let isAnswered = false;
  terminal.stdout.on('data', (chunk) => {
    shown += chunk;
    if (isAnswered || !shown.includes('Type yes to go on: ')) return;
    isAnswered = true;
    terminal.stdin.write(answer);
  });
  const ended = await new Promise((resolve) => terminal.once('close', resolve));
  expect([ended, shown]).toEqual([code, expect.stringContaining(`Delete the key ${fingerprint}?`)]);
  if (!isDeleted) expect(shown).toContain('Nothing was done.');
  expect(shown).not.toMatch(/Error|at .*:\d+/);
  const [row] = await runSql(databaseUrl, 'select deleted_at is not null as "isDeleted" from api_key');
  expect(row).toEqual({ isDeleted });
});
