// What a terminal is shown, and its end: that ends a gateway which runs in it, and not one that was started with `nohup`. Needs `script` (bsdutils).
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { beforeAll, expect, it, vi } from 'vitest';
import { createDatabase, createOrganisation } from '../support/database.ts';
import { freePort, temporaryFolder } from '../support/process.ts';

let databaseUrl: string;
beforeAll(async () => {
  databaseUrl = await createDatabase();
});

const isReady = (url: string) =>
  fetch(`${url}/health/ready`).then(
    ({ status }) => status === 200,
    () => false,
  );

it.each([
  ['node src/main.ts', '1', false],
  ['node src/main.ts', '2', false],
  ['npm start', '1', false],
  ['nohup node src/main.ts & sleep 1000', '1', true],
  ['nohup node src/main.ts & sleep 1000', '2', true],
  ['nohup npm start > npm.out 2>&1 & sleep 1000', '1', true],
])('%s, WORKERS=%s: lives on: %s', async (command, WORKERS, livesOn) => {
  const folder = await temporaryFolder();
  const port = String(await freePort());
  const url = `http://127.0.0.1:${port}`;
  const { PATH = '', HOME = '' } = process.env;
  const pidFile = join(folder.path, 'pids');
  const place = process.cwd();
  const program = command
    .replace('src/main.ts', `${place}/src/main.ts`)
    .replace('npm start', `npm --prefix ${place} start`);
  // The leader of the terminal's session waits for the command, as a shell does.
  const terminal = spawn('script', ['-qec', `echo $$ > ${pidFile}; ${program}; true`, '/dev/null'], {
    cwd: folder.path,
    env: {
      PATH,
      HOME,
      SHELL: '/bin/sh',
      DATABASE_URL: databaseUrl,
      HOST: '127.0.0.1',
      PORT: port,
      WORKERS,
      LOG_LEVEL: 'silent',
    },
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  await vi.waitFor(async () => expect(await isReady(url)).toBe(true), { timeout: 20_000 });
  const session = Number(await readFile(pidFile, 'utf8'));
  terminal.kill('SIGKILL');
  const gateways = () => nodesIn(session);
  if (livesOn) {
    // Whatever else ran in the terminal has ended by its end.
    await vi.waitFor(() => expect(commandsIn(session)).not.toContain('sleep'), { timeout: 10_000 });
    expect(await isReady(url)).toBe(true);
    for (const pid of gateways()) process.kill(pid, 'SIGTERM');
  }
  await vi.waitFor(() => expect(gateways()).toEqual([]), { timeout: 20_000 });
  await folder.remove();
});

function processesIn(session: number): [pid: number, command: string][] {
  const { stdout } = spawnSync('ps', ['-eo', 'sess=,pid=,stat=,comm='], { encoding: 'utf8' });
  return stdout
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .filter(([sess, , state]) => sess === String(session) && !state?.startsWith('Z'))
    .map(([, pid, , name = '']) => [Number(pid), name]);
}

const commandsIn = (session: number) => processesIn(session).map(([, command]) => command);
const nodesIn = (session: number) =>
  processesIn(session)
    .filter(([, command]) => /node|npm|MainThread/.test(command))
    .map(([pid]) => pid);

it('shows two keys that were just made, which a log file would not get; not a second time', async () => {
  const folder = await temporaryFolder();
  const start = async (port: string) => {
    const { PATH = '', HOME = '' } = process.env;
    const env = { PATH, HOME, SHELL: '/bin/sh', PORT: port, DATA_DIR: join(folder.path, 'data'), NO_COLOR: '1' };
    const terminal = spawn('script', ['-qec', `${process.execPath} src/main.ts`, '/dev/null'], { env });
    let text = '';
    terminal.stdout.on('data', (chunk) => (text += chunk));
    await vi.waitFor(() => expect(text).toContain('Stop with Ctrl-C'), { timeout: 30_000 });
    // What a terminal does on Ctrl-C.
    terminal.stdin.write('\u0003');
    await once(terminal, 'close');
    return text;
  };
  const shown = await start(String(await freePort()));
  const keys = shown.match(/\b(?:DEV_|ROOT)\w{28}\b/g) ?? [];
  expect(keys.map((key) => key.slice(0, 4))).toEqual(['DEV_', 'ROOT']);
  expect(await start(String(await freePort()))).not.toMatch(/(?:DEV_|ROOT)\w{20}/);
  await folder.remove();
});

it('an import shows a bar, which a signal ends too', async () => {
  const folder = await temporaryFolder();
  await createOrganisation(databaseUrl, 'terminal');
  const path = join(folder.path, 'customers.csv');
  const rows = Array.from({ length: 4_000 }, (_, n) => `c${n}@example.com,${'x'.repeat(200)}`);
  await writeFile(path, `email,firstName\nbad,Bad\n${rows.join('\n')}`);
  const { PATH = '', HOME = '' } = process.env;
  const command = (file: string) => `node ${process.cwd()}/src/cli/import.ts ${file} --organisation terminal`;
  const options = {
    cwd: folder.path,
    env: { PATH, HOME, SHELL: '/bin/sh', TERM: 'xterm', DATABASE_URL: databaseUrl },
  };
  const whole = spawnSync('script', ['-qec', command(path), '/dev/null'], {
    ...options,
    encoding: 'utf8',
    input: '',
  }).stdout;
  expect(whole).toMatch(/█{30} 100% \| 4,001 rows \| [\d,]+ rows\/s/);
  expect(whole).toContain('line 2: email must be a valid e-mail address');
  expect(stripVTControlCharacters(whole)).toMatch(/created +4000/);
  // The cursor, which the bar hides, is shown again.
  const [HIDDEN, SHOWN] = ['\u001b[?25l', '\u001b[?25h'];
  expect(whole.lastIndexOf(SHOWN)).toBeGreaterThan(whole.lastIndexOf(HIDDEN));
  const more = join(folder.path, 'more.csv');
  await writeFile(more, `email\n${Array.from({ length: 60_000 }, (_, n) => `m${n}@example.com`).join('\n')}`);
  const terminal = spawn('script', ['-qec', command(more), '/dev/null'], options);
  let ended = '';
  terminal.stdout.on('data', (chunk) => (ended += chunk));
  await vi.waitFor(() => expect(ended).toMatch(/ [\d,]+,000 rows/), { timeout: 30_000 });
  // Ctrl-C.
  terminal.stdin.write('\u0003');
  await once(terminal, 'close');
  expect(ended).toContain('The import was interrupted');
  expect(ended.lastIndexOf(SHOWN)).toBeGreaterThanOrEqual(ended.lastIndexOf(HIDDEN));
  await folder.remove();
});

it('the bar of an import goes back over nothing that was printed', async () => {
  const folder = await temporaryFolder();
  const organisation = `terminal-${Date.now()}`;
  await createOrganisation(databaseUrl, organisation);
  const file = join(folder.path, 'customers.csv');
  await writeFile(file, `email\n${Array.from({ length: 30 }, (_, i) => `bad${i}`).join('\n')}\nok@example.com\n`);
  for (const columns of [200, 40]) {
    const command = `stty cols ${columns}; node src/cli/import.ts ${file} --organisation ${organisation} --dry-run`;
    const { stdout, status } = spawnSync('script', ['-qec', command, '/dev/null'], {
      env: { ...process.env, DATABASE_URL: databaseUrl },
      encoding: 'utf8',
    });
    expect(status).toBe(1);
    for (const position of ['\u001b7', '\u001b8', '\u001b[s', '\u001b[u']) expect(stdout).not.toContain(position);
    const shown = stripVTControlCharacters(stdout);
    expect(shown).toContain('100% | 31 rows');
    expect(shown.trimEnd().endsWith('Nothing was stored: this was a trial.')).toBe(true);
  }
});
