// A log that cannot be written: nobody reads it, its reader is gone, its disk is full. No call and no end waits for it.
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync, statSync } from 'node:fs';
import { connect, Socket } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeDataFolder } from './support/data-folder.ts';
import { createDatabase } from './support/database.ts';
import { type GatewayProcess, startProcess, temporaryFolder, workersOf } from './support/process.ts';

/** Connections, and requests on each, that bring more lines than a process and a pipe or a socket hold together. */
const CONNECTIONS = 10;
const REQUESTS = 350;
const PATH = `/${'x'.repeat(120)}`;

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
beforeEach(async () => {
  folder = await temporaryFolder();
});
afterEach(() => folder.remove());

/** A standard output, and what can be done to it. */
interface Output {
  /** What the gateway is given; its usual one where undefined. */
  file?: number;
  /** From here on nothing can be written. */
  spoil(gateway: GatewayProcess): unknown;
  /** From here on it can again. */
  mend?(gateway: GatewayProcess): unknown;
  /** Whether it may stop in the middle of a line. */
  cuts?: boolean;
  /** All that was written. */
  text?(gateway: GatewayProcess): string;
}

/** A named pipe, with both of its ends. */
function openPipe() {
  const path = join(folder.path, 'pipe');
  spawnSync('mkfifo', [path]);
  const reading = openSync(path, 'r+');
  return { reading, writing: openSync(path, 'w') };
}

const outputs: Record<string, () => Output> = {
  'a pipe that nobody reads': () => {
    const { reading, writing } = openPipe();
    let reader: Socket | undefined;
    let text = '';
    return {
      file: writing,
      spoil: () => reader?.pause(),
      mend() {
        reader ??= new Socket({ fd: reading }).on('data', (bytes) => (text += bytes));
        reader.resume();
      },
      text: () => text,
    };
  },
  'a pipe whose reader is gone': () => {
    const { reading, writing } = openPipe();
    return { file: writing, spoil: () => closeSync(reading) };
  },
  'a socket that nobody reads': () => ({
    spoil: ({ child }) => child.stdout?.pause(),
    mend: ({ child }) => child.stdout?.resume(),
    text: ({ output }) => output(),
  }),
  'a socket whose reader is gone': () => ({ spoil: ({ child }) => child.stdout?.destroy() }),
  'a disk that is full': () => ({ file: openSync('/dev/full', 'w'), spoil: () => {} }),
  'a disk that is full for a while': () => {
    const path = join(folder.path, 'log');
    const limit = ({ child }: GatewayProcess, bytes: string) => {
      for (const pid of [child.pid, ...workersOf(child)])
        spawnSync('prlimit', ['--pid', String(pid), `--fsize=${bytes}:`]);
    };
    return {
      file: openSync(path, 'a'),
      cuts: true,
      spoil: (gateway) => limit(gateway, String(statSync(path).size + 100_000)),
      mend: (gateway) => limit(gateway, 'unlimited'),
      text: () => readFileSync(path, 'utf8'),
    };
  },
};

const all = Object.keys(outputs);
const ways: [way: string, makeSettings: () => Promise<Record<string, string>>, tried: string[]][] = [
  ['one process', async () => ({ DATABASE_URL: await createDatabase() }), all],
  ['two workers', async () => ({ DATABASE_URL: await createDatabase(), WORKERS: '2' }), all],
  // One process too, whose lines are for people.
  [
    'demo mode',
    async () => {
      const settings = { DATA_DIR: join(folder.path, 'data') };
      await makeDataFolder(settings.DATA_DIR);
      return settings;
    },
    ['a pipe that nobody reads', 'a disk that is full for a while'],
  ],
];

/** Sends requests whose lines are long, on connections of their own, until all are answered. */
async function sendMany({ url, child }: GatewayProcess, connections: number): Promise<void> {
  const request = `GET ${PATH} HTTP/1.1\r\nHost: a\r\nX-Request-Id: ${'y'.repeat(120)}\r\n`;
  await Promise.all(
    Array.from({ length: connections }, async () => {
      // A worker that has too many connections closes some by an answer, before it has read what was sent ahead.
      for (let left = REQUESTS; left > 0; ) {
        const socket = connect(Number(new URL(url).port), '127.0.0.1');
        socket.write(`${`${request}\r\n`.repeat(left - 1)}${request}Connection: close\r\n\r\n`);
        let answers = '';
        socket.setEncoding('latin1').on('data', (text) => (answers += text));
        let failure: Error | undefined;
        socket.on('error', (error) => (failure = error));
        await new Promise((resolve) => socket.once('close', resolve));
        const told = `the connection ended by ${failure ?? 'its end'}, the gateway by ${child.exitCode ?? child.signalCode}`;
        expect(answers, told).toMatch(/^HTTP\/1\.1 404.*\r\nConnection: close\r\n/s);
        left -= count(answers, 'HTTP/1.1 404');
        expect(left).toBeGreaterThanOrEqual(0);
      }
    }),
  );
}

const health = async ({ url }: GatewayProcess) => {
  const answer = await fetch(`${url}/health/ready`, { headers: { connection: 'close' } });
  return { httpStatus: answer.status, ...((await answer.json()) as object) };
};

const count = (text: string, words: string) => text.split(words).length - 1;
const linesDropped = (text: string) =>
  [...text.matchAll(/"?dropped"?:\s*(\d+)/g)].reduce((sum, [, lines]) => sum + Number(lines), 0);

/** Whether a line ends as it should: lines for people do with their JSON too. */
function isWhole(line: string): boolean {
  try {
    JSON.parse(line.slice(line.indexOf('{')));
    return true;
  } catch {
    return false;
  }
}

describe.each(ways)('%s', (_, makeSettings, tried) => {
  it.each(tried)('answers and ends with %s', async (name) => {
    const output = (outputs[name] as () => Output)();
    const settings: Record<string, string> = { ...(await makeSettings()), DRAIN_SECONDS: '0' };
    const gateway = await startProcess(settings, undefined, output.file);
    output.spoil(gateway);
    const connections = CONNECTIONS * Number(settings.WORKERS ?? 1);
    const sent = connections * REQUESTS;
    await sendMany(gateway, connections);
    const trouble = { httpStatus: 200, status: 'ready', log: { dropped: expect.any(Number) } };
    expect(await health(gateway)).toMatchObject(trouble);
    if (output.mend) {
      output.mend(gateway);
      const seen = () => output.text?.(gateway) ?? '';
      // Workers write to one output: a line of each may be lost in what the other writes.
      const workers = Number(settings.WORKERS ?? 1);
      const mixed = workers > 1 ? workers : 0;
      // Each line was written once or is counted, those that were written are whole. Few lines are of other things: looks at health, late workers.
      const lines = () =>
        seen()
          .split('\n')
          .filter((line) => /^[[{]/.test(line));
      const whole = () => lines().filter((line) => isWhole(line));
      const linesSeen = () => count(whole().join(), PATH) + linesDropped(whole().join());
      await expect
        .poll(linesSeen, { timeout: 30_000 })
        .toSatisfy((lines) => lines >= sent - mixed && lines < sent + 10);
      expect(seen()).toContain('log lines could not be written and were dropped');
      // A disk that is full cuts a line of each process; it is there once more, whole.
      expect(lines().length - whole().length).toBeLessThanOrEqual(output.cuts ? workers : mixed);
      await expect.poll(() => health(gateway)).toMatchObject({ httpStatus: 200, log: 'ok' });
      output.spoil(gateway);
      await sendMany(gateway, connections);
    }
    gateway.child.kill('SIGTERM');
    if (gateway.child.exitCode === null) await once(gateway.child, 'exit');
    expect(gateway.child.exitCode).toBe(0);
    if (output.file !== undefined) closeSync(output.file);
  });
});
