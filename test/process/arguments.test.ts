// Words behind `npm start --` and `npm run migrate --`: help instead of a start, and nothing is taken silently.
import { spawnSync } from 'node:child_process';
import { expect, it } from 'vitest';
import { variables } from '../../src/config.ts';
import { settings } from '../../src/process/arguments.ts';
import { createDatabase } from '../support/database.ts';

const run = (...words: string[]) => {
  const { status, stdout, stderr } = spawnSync(process.execPath, words, {
    encoding: 'utf8',
    timeout: 60_000,
    env: { PATH: process.env.PATH },
  });
  return { status, stdout, stderr };
};

it('start helps instead of starting, and refuses what it does not know', () => {
  const help = run('src/main.ts', '--help');
  expect([help.status, help.stderr]).toEqual([0, '']);
  for (const line of help.stdout.split('\n')) expect(line.length, line).toBeLessThanOrEqual(80);
  for (const name of variables) expect(help.stdout).toContain(`  ${name} `);
  expect(Object.keys(settings).toSorted()).toEqual([...variables].toSorted());
  expect(run('src/main.ts', '--version').stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  const wrong = run('src/main.ts', '--port', '5000');
  expect([wrong.status, wrong.stdout, wrong.stderr]).toEqual([2, '', expect.stringContaining('PORT=5000')]);
});

it('npm start hands the words on', () => {
  const { status, stdout } = spawnSync('npm', ['start', '--silent', '--', '--help'], {
    encoding: 'utf8',
    timeout: 60_000,
  });
  expect([status, stdout.includes('Usage: npm start')]).toEqual([0, true]);
});

it('migrate helps instead of running', () => {
  const { status, stdout } = run('src/cli/migrate.ts', '--help');
  expect([status, stdout.includes('Usage: migrate')]).toEqual([0, true]);
  const json = run('src/cli/migrate.ts', '--json');
  expect([json.status, json.stderr, JSON.parse(json.stdout).error.code]).toEqual([1, '', 'CONFIGURATION']);
  expect(run('src/cli/migrate.ts', '--force').status).toBe(2);
});

it('migrate prints one JSON object where it is asked for, and nothing else on standard output', async () => {
  const env = { PATH: process.env.PATH, DATABASE_URL: await createDatabase() };
  const { status, stdout } = spawnSync(process.execPath, ['src/cli/migrate.ts', '--json'], { encoding: 'utf8', env });
  expect([status, JSON.parse(stdout)]).toEqual([0, { ran: [] }]);
});
