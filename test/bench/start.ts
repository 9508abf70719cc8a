// How long a start takes, and on what.
import { spawn } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { SAMPLE_KEY } from '../../src/api-key/key.ts';
import { freePort } from '../support/process.ts';
import type { Effort } from './main.ts';
import { fixed, type Section, table } from './report.ts';
import { type Bench, median } from './support.ts';

const SHOWN = 12;

/** Milliseconds from `npm start` to the first customer. */
async function firstAnswer(environment: Record<string, string>): Promise<number> {
  const port = String(await freePort());
  const { PATH = '', HOME = '' } = process.env;
  const startedAt = performance.now();
  const child = spawn('npm', ['start'], {
    env: { PATH, HOME, PORT: port, ...environment },
    detached: true,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  child.stdout.resume();
  const url = `http://127.0.0.1:${port}/api/v1/customer/create?apiKey=${SAMPLE_KEY}`;
  const body = JSON.stringify({ email: 'first@example.com' });
  const ask = () => fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
  for (;;) {
    const answer = await ask().catch(() => undefined);
    if (answer?.status === 200) break;
    await sleep(10);
  }
  const took = performance.now() - startedAt;
  process.kill(-Number(child.pid), 'SIGTERM');
  await new Promise((resolve) => child.once('close', resolve));
  return took;
}

interface Profile {
  nodes: { id: number; callFrame: { url: string }; children?: number[] }[];
  samples: number[];
  timeDeltas: number[];
}

/** Milliseconds that each package takes while the program is loaded, by V8's profile; what a package loads is its own. */
async function loadProfile(): Promise<[string, number][]> {
  const folder = await mkdtemp(join(tmpdir(), 'gateway-profile-'));
  const load = spawn(process.execPath, ['--cpu-prof', '--cpu-prof-dir', folder, '-e', "import('./src/app.ts')"], {
    stdio: 'ignore',
  });
  await new Promise((resolve) => load.once('close', resolve));
  const [file = ''] = await readdir(folder);
  const { nodes, samples, timeDeltas } = JSON.parse(await readFile(join(folder, file), 'utf8')) as Profile;
  await rm(folder, { recursive: true });
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const parents = new Map(nodes.flatMap(({ id, children = [] }) => children.map((child) => [child, id] as const)));
  const packageOf = (id: number | undefined): string => {
    for (let at = id; at !== undefined; at = parents.get(at)) {
      const url = byId.get(at)?.callFrame.url ?? '';
      const name = /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(url)?.[1];
      if (name) return name;
      if (url.includes('/src/')) return 'the gateway itself';
    }
    return 'Node: finding, reading and compiling modules';
  };
  const times = new Map<string, number>();
  for (const [i, sample] of samples.entries()) {
    const name = packageOf(sample);
    times.set(name, (times.get(name) ?? 0) + (timeDeltas[i] ?? 0) / 1_000);
  }
  return [...times].toSorted(([, one], [, other]) => other - one).slice(0, SHOWN);
}

/** Measures starts in demo mode: the very first, and later ones. */
export async function measureStart(_bench: Bench, { rounds }: Effort): Promise<Section> {
  const folder = await mkdtemp(join(tmpdir(), 'gateway-start-'));
  const first: number[] = [];
  const later: number[] = [];
  for (let turn = 0; turn < rounds; turn++) {
    const environment = { DATA_DIR: join(folder, String(turn)) };
    first.push(await firstAnswer(environment));
    later.push(await firstAnswer(environment));
    console.log(`first start ${fixed(first.at(-1) ?? 0)} ms, then ${fixed(later.at(-1) ?? 0)} ms`);
  }
  await rm(folder, { recursive: true });
  const rows = (await loadProfile()).map(([name, milliseconds]) => [name, fixed(milliseconds)]);
  return {
    title: 'Start',
    text: [
      'The time from `npm start` to the first customer, in demo mode.',
      table(
        ['', 'ms'],
        [
          ['the very first start, which makes the database', fixed(median(first))],
          ['later starts', fixed(median(later))],
        ],
      ),
      'The time to load each package, without the cache of compiled code:',
      table(['package', 'ms'], rows),
    ].join('\n\n'),
  };
}
