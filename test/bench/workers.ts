// One worker and two.
import { spawnSync } from 'node:child_process';
import { cpus } from 'node:os';
import { workersOf } from '../support/process.ts';
import { loadOnce, RETURN_EXISTING, type Variant } from './gateway.ts';
import type { Effort } from './main.ts';
import { fixed, least, type Section, table } from './report.ts';
import { interleave, type Round } from './rounds.ts';
import { type Bench, type BenchGateway, processTreeUsage } from './support.ts';

const CONNECTIONS = [32, 256];
/** What two workers must reach of one. */
const LEAST = [1, 1.25];
const PROCESSORS = cpus().length;
/** With fewer processors, whatever the load gets to itself is missing elsewhere. */
const canPinLoad = PROCESSORS >= 3;
const HEAD = [
  'workers',
  'connections',
  'requests/s',
  'to one',
  'p99 ms',
  'CPU µs',
  'database CPU µs',
  'processors busy',
];

/** Gateways that are compared with each other alone. */
interface Arrangement {
  name: string;
  isPinned: boolean;
  /** With one worker and with two. */
  variants: Variant[];
}

/** Gives each process that answers a processor of its own, as far as they go. */
function pin({ child }: BenchGateway): void {
  const workers = workersOf(child);
  const answering = workers.length > 0 ? workers : [Number(child.pid)];
  const free = canPinLoad ? PROCESSORS - 1 : PROCESSORS;
  for (const [i, pid] of answering.entries()) {
    const { status, stderr } = spawnSync('taskset', ['-a', '-p', '-c', String(i % free), String(pid)], {
      encoding: 'utf8',
    });
    if (status !== 0) throw new Error(`taskset: ${stderr}`);
  }
}

async function arrange(bench: Bench, name: string, isPinned: boolean, key: string): Promise<Arrangement> {
  const variants: Variant[] = [];
  for (const workers of ['1', '2']) {
    const gateway = await bench.startGateway({ WORKERS: workers });
    if (isPinned) pin(gateway);
    variants.push({ name: workers, gateways: [{ ...gateway, ...processTreeUsage(gateway.child) }], key });
  }
  return { name, isPinned, variants };
}

/** Measures one process and two workers, on calls that return existing customers. */
export async function measureWorkers(bench: Bench, effort: Effort): Promise<Section> {
  const key = await bench.makeKey('PROD', 2_000_000_000);
  const hasTaskset = spawnSync('taskset', ['--version']).status === 0;
  const arrangements = [
    ...(hasTaskset ? [await arrange(bench, 'Each worker on a processor of its own', true, key)] : []),
    await arrange(bench, 'Not pinned', false, key),
  ];
  const all = arrangements.flatMap(({ variants, isPinned }) => variants.map((variant) => ({ variant, isPinned })));
  const measured: Round[][] = [];
  for (const connections of CONNECTIONS) {
    const run = (which: number) => {
      const { variant, isPinned } = all[which] as (typeof all)[number];
      const processor = isPinned && canPinLoad ? PROCESSORS - 1 : undefined;
      return loadOnce(bench, variant, RETURN_EXISTING, { ...effort, connections, processor });
    };
    for (const which of all.keys()) await run(which);
    measured.push(await interleave(all.length, effort.rounds, run));
  }
  // Of each arrangement, at each number of connections: one worker and two.
  const pairs = arrangements.map((_, i) => measured.map((rounds) => rounds.slice(2 * i, 2 * i + 2) as [Round, Round]));
  const tables = arrangements.map(({ name }, i) => `${name}:\n\n${table(HEAD, rowsOf(pairs[i] as [Round, Round][]))}`);
  return {
    title: 'Workers',
    text: [howPinned(hasTaskset), bound(pairs.at(-1)?.at(-1)?.[0] as Round), ...tables].join('\n\n'),
    promised: (pairs[0] as [Round, Round][]).map(([one, two], i) =>
      least(
        `2 workers to 1, return existing, ${CONNECTIONS[i]} connections${hasTaskset ? ', pinned' : ''}`,
        two.rate / one.rate,
        LEAST[i] as number,
        '–',
      ),
    ),
  };
}

function rowsOf(pairs: [Round, Round][]): (string | number)[][] {
  return pairs.flatMap(([one, two], i) =>
    [one, two].map((result, j) => [
      j + 1,
      CONNECTIONS[i] as number,
      fixed(result.rate),
      fixed(result.rate / one.rate, 2),
      fixed(result.p99, 1),
      fixed(result.gateway),
      fixed(result.database),
      fixed(result.busy, 2),
    ]),
  );
}

function howPinned(hasTaskset: boolean): string {
  const what = 'REST, return existing.';
  if (!hasTaskset) return `${what} Nothing was pinned: \`taskset\` is not installed.`;
  const load = canPinLoad
    ? 'The load has the last processor; the workers have the others.'
    : `The load cannot have a processor of its own: there are ${PROCESSORS}. The load and the database run where the system puts them, beside the workers.`;
  return `${what} \`taskset\` pinned each process that answers to one processor. ${load}`;
}

/** How much faster several processes can be at all. */
function bound({ busy }: Round): string {
  return `With one process that is not pinned, ${fixed(busy, 2)} of the machine's ${PROCESSORS} processors are busy at 256 connections. With the same work for each request, several processes cannot be more than ${fixed(PROCESSORS / busy, 2)} times as fast.`;
}
