// This version of the gateway beside another one, side by side on one machine: `npm run bench:versions -- PATH`, where PATH is a checkout of the
// other version with its packages installed. Both run on one database, so the other must understand today's schema. `--only 'REST: create'`
// leaves out what is not called so.
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import type { Contender } from './contenders.ts';
import { apis } from './questions.ts';
import { fixed, table } from './report.ts';
import { medianRound, type Round, runRound, takeTurns, workloads } from './rounds.ts';
import { median, openBench } from './support.ts';

/** Processes of each version, which take turns: two of the same code differ by some percent for as long as they live. */
const INSTANCES = 3;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    rounds: { type: 'string', default: '9' },
    seconds: { type: 'string', default: '2' },
    connections: { type: 'string', default: '32' },
    only: { type: 'string', default: '' },
  },
});
const [other] = positionals;
if (!other) throw new Error('name the checkout of the other version');
const load = { connections: Number(values.connections), seconds: Number(values.seconds) };

const bench = await openBench();
const key = await bench.makeKey('PROD', 2_000_000_000);
const programs = ['src/main.ts', resolve(other, 'src/main.ts')];
const gateways = await Promise.all(
  programs.map((program) => Promise.all(Array.from({ length: INSTANCES }, () => bench.startGateway({}, program)))),
);

/** By how much the first is quicker: of each turn, whose two rounds stand side by side. The machine's pace changes from turn to turn. */
function ratioOf(ours: Round[], theirs: Round[], field: 'rate' | 'gateway' | 'database'): number {
  return median(ours.map((round, turn) => round[field] / (theirs[turn] as Round)[field]));
}

const rows: (string | number)[][] = [];
for (const workload of workloads.filter(({ fresh }) => fresh === 0 || fresh === 1)) {
  for (const api of apis.filter(({ name }) => name === 'GraphQL' || workload.question === 'create')) {
    const name = `${api.name}: ${workload.name}`;
    if (!name.startsWith(values.only)) continue;
    console.log(name);
    const contender = (which: number, turn: number): Contender => {
      const usage = (gateways[which] as (typeof gateways)[number])[
        turn % INSTANCES
      ] as (typeof gateways)[number][number];
      const { organisationId, label } = bench;
      return { name: api.name, url: usage.url, organisationId, label, usage, ask: api.ask(key), read: api.read };
    };
    const run = (which: number, turn: number) => runRound(bench, contender(which, turn), workload, load);
    for (const which of programs.keys()) for (let turn = 0; turn < INSTANCES; turn++) await run(which, turn);
    const [ours = [], theirs = []] = await takeTurns(programs.length, Number(values.rounds), run);
    rows.push([
      name,
      fixed(medianRound(ours).rate),
      fixed(medianRound(theirs).rate),
      ...(['rate', 'gateway', 'database'] as const).map((field) => fixed(ratioOf(ours, theirs, field), 3)),
    ]);
  }
}
console.log(
  `\n${load.connections} connections, ${values.rounds} interleaved rounds of ${load.seconds} s over ${INSTANCES} processes each; ratios are medians of the rounds' own.\n`,
);
console.log(table(['', 'this, requests/s', 'other', 'ratio', 'ratio of CPU', "ratio of the database's CPU"], rows));
await bench.close();
