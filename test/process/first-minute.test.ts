// What people meet in the first minute: what is missing is said, what cannot work is one sentence, and nothing is a stack.
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runCommand } from '../support/command.ts';
import { makeDataFolder } from '../support/data-folder.ts';
import { createDatabase } from '../support/database.ts';
import { freePort, spawnGateway, startProcess, temporaryFolder } from '../support/process.ts';

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
beforeEach(async () => {
  folder = await temporaryFolder();
});
afterEach(() => folder.remove());

const MAKE_ORGANISATION = 'npm run organisations -- create --slug SLUG --name NAME';
const MAKE_KEY = 'npm run keys -- create --organisation SLUG --prefix PROD --name NAME';
const warnings = (output: string) => output.split('\n').filter((line) => line.includes('"level":40'));

/** Starts a gateway for as long as it takes to be ready and to have warned, where it is expected to. */
async function whatStartSays(settings: Record<string, string>, lines = 1): Promise<string[]> {
  const gateway = await startProcess(settings);
  await expect.poll(gateway.output, { timeout: 30_000 }).toContain('"msg":"ready"');
  await expect.poll(() => warnings(gateway.output()).length).toBeGreaterThanOrEqual(lines);
  expect(await gateway.stop()).toBe(0);
  return warnings(gateway.output());
}

describe.each(['1', '2'])('a start with a database of its own, WORKERS=%s', (WORKERS) => {
  it('says how to make the first organisation and the first key, once, until there is one', async () => {
    const settings = { DATABASE_URL: await createDatabase(), WORKERS };
    const all = await whatStartSays(settings);
    expect(all).toEqual([expect.stringContaining(`${MAKE_ORGANISATION} && ${MAKE_KEY}`)]);
    await runCommand('organisations', ['create', '--slug', 'shop', '--name', 'Shop'], settings);
    const key = await whatStartSays(settings);
    expect(key).toEqual([expect.stringContaining(MAKE_KEY)]);
    expect(key[0]).not.toContain(MAKE_ORGANISATION);
    const made = ['create', '--organisation', 'shop', '--prefix', 'PROD', '--name', 'x'];
    expect(await runCommand('keys', made, settings)).toMatchObject({ code: 0 });
    expect(await whatStartSays(settings, 0)).toEqual([]);
  });
});

describe('commands', () => {
  it('say that there is nothing to list, and to programs that the list is empty', async () => {
    const settings = { DATABASE_URL: await createDatabase() };
    const list = (name: 'keys' | 'organisations' | 'customers', ...words: string[]) =>
      runCommand(name, words, settings);
    const sentence = { code: 0, stdout: expect.stringMatching(/^No [^\n]+\.\n$/) };
    expect(await list('organisations', 'list')).toMatchObject(sentence);
    expect(await list('organisations', 'list', '--json')).toMatchObject({ code: 0, stdout: '{"organisations":[]}\n' });
    await list('organisations', 'create', '--slug', 'shop', '--name', 'Shop');
    expect(await list('keys', 'list', '--organisation', 'shop')).toMatchObject(sentence);
    expect(await list('keys', 'list', '--organisation', 'shop', '--json')).toMatchObject({ stdout: '{"keys":[]}\n' });
    expect(await list('customers', 'check-emails')).toMatchObject(sentence);
    expect(await list('customers', 'check-emails', '--json')).toMatchObject({ code: 0, stdout: '{"emails":[]}\n' });
  });

  const spoilt: [name: string, spoil: (url: URL) => void, reason: string][] = [
    ['that is away', (url) => (url.port = '1'), 'nothing listens at 127.0.0.1:1 (ECONNREFUSED)'],
    ['of no host', (url) => (url.hostname = 'nowhere.invalid'), 'there is no host named nowhere.invalid'],
    [
      'with a wrong password',
      (url) => (url.password = 'secret'),
      'the server at HOST refuses the user "gateway" or its password',
    ],
    ['that is not there', (url) => (url.pathname = '/nowhere'), 'the server at HOST has no database named "nowhere"'],
    ['without TLS', (url) => url.searchParams.set('sslmode', 'verify-full'), 'the server at HOST does not offer TLS'],
    [
      'that does not know an option',
      (url) => url.searchParams.set('options', '--garbage=1'),
      'the server refuses the parameters of the URL (unrecognized configuration parameter "garbage")',
    ],
    [
      'whose option has no such value',
      (url) => (url.search = '?options=-c%20work_mem=9999999999GB'),
      'the server refuses the parameters of the URL (invalid value for parameter "work_mem": "9999999999GB")',
    ],
  ];
  it.each(spoilt)('say in one sentence why they cannot use a database %s', async (_, spoil, reason) => {
    const url = new URL(await createDatabase());
    spoil(url);
    const why = `cannot be used: ${reason.replace('HOST', new URL(url).host)}.\n`;
    const said = { code: 1, stdout: '', stderr: `The database of DATABASE_URL ${why}` };
    expect(await runCommand('organisations', ['list'], { DATABASE_URL: url.href })).toEqual(said);
    const direct = { DATABASE_URL: await createDatabase(), DATABASE_DIRECT_URL: url.href };
    expect(await runCommand('keys', ['list'], direct)).toMatchObject({
      code: 1,
      stderr: `The database of DATABASE_DIRECT_URL ${why}`,
    });
  });
});

it('refuses a second start on one folder with one sentence and nothing else', async () => {
  const settings = { DATA_DIR: join(folder.path, 'data') };
  await makeDataFolder(settings.DATA_DIR);
  const first = await startProcess(settings);
  const second = spawnGateway({ ...settings, PORT: String(await freePort()) });
  expect(await second.ended).toBe(1);
  expect(second.output()).toBe(
    `DATA_DIR ${settings.DATA_DIR} is in use by another gateway: stop it, or name another folder.\n`,
  );
  expect(await first.stop()).toBe(0);
});

it('makes no keys that a log file would keep, and says how to make some', async () => {
  const settings = { DATA_DIR: join(folder.path, 'data') };
  await makeDataFolder(settings.DATA_DIR);
  const gateway = await startProcess(settings);
  await expect.poll(gateway.output).toContain('npm run keys -- create --organisation demo --prefix DEV_ --name NAME');
  expect(gateway.output()).not.toMatch(/(DEV_|ROOT)\w{20}/);
  const { stdout } = await runCommand('keys', ['list', '--organisation', 'demo', '--json'], settings);
  // The other is one that examples name, whose secret nobody knows.
  expect(
    JSON.parse(stdout)
      .keys.map(({ name }: { name: string }) => name)
      .toSorted(),
  ).toEqual(['example', 'sample']);
  expect(await gateway.stop()).toBe(0);
});
