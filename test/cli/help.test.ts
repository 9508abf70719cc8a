// What commands say of themselves, on a terminal of 80 columns.
import { describe, expect, it } from 'vitest';
import { runCommandHere } from '../support/command.ts';

const names = ['keys', 'organisations', 'customers', 'check', 'migrate'] as const;

async function helpOf(name: (typeof names)[number], ...words: string[]): Promise<string> {
  const { code, stdout, stderr } = await runCommandHere(name, [...words, '--help'], {});
  expect([code, stderr]).toEqual([0, '']);
  return stdout;
}

describe.each(names)('%s', (name) => {
  it('fits a terminal of 80 columns, and so does the help of each of its commands', async () => {
    const help = await helpOf(name);
    const commands = [...(help.split('Commands:\n')[1] ?? '').matchAll(/^ {2}([a-z-]+) /gm)].map(
      ([, word = '']) => word,
    );
    const pages = [help];
    for (const command of commands.filter((word) => word !== 'help')) pages.push(await helpOf(name, command));
    for (const line of pages.flatMap((page) => page.split('\n'))) expect(line.length, line).toBeLessThanOrEqual(80);
    for (const page of pages.slice(1)) expect(page).toContain('--json');
  });

  it('tells its version, and its exit codes', async () => {
    expect((await runCommandHere(name, ['--version'], {})).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
    expect(await helpOf(name)).toMatch(/Exit codes: 0/);
  });

  it('knows what was meant', async () => {
    const { code, stdout, stderr } = await runCommandHere(name, ['--jsn'], {});
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(/unknown option '--jsn'/);
  });
});
