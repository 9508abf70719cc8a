// This version of the gateway beside another one, side by side on one machine: `npm run bench:versions -- PATH`, where PATH is a checkout of the
// other version with its packages installed. Both run on one database, so the other must understand today's schema.
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { apis, type Contender } from './contenders.ts';
import { fixed, table } from './report.ts';
import { interleave, runRound, workloads } from './rounds.ts';
import { openBench } from './support.ts';

/** Processes of each version, which take turns: two of the same code differ by some percent for as long as they live. */
const INSTANCES = 3;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    rounds: { type: 'string', default: '9' },
    seconds: { type: 'string', default: '2' },
    connections: { type: 'string', default: '32' },
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

const rows: (string | number)[][] = [];
for (const workload of workloads.filter(({ fresh }) => fresh === 0 || fresh === 1)) {
  for (const api of apis.filter(({ name }) => name === 'GraphQL' || workload.question === 'create')) {
    console.log(`${workload.name}, ${api.name}`);
    const contender = (which: number, turn: number): Contender => {
      const usage = (gateways[which] as (typeof gateways)[number])[
        turn % INSTANCES
      ] as (typeof gateways)[number][number];
      const { organisationId, label } = bench;
      return { name: api.name, url: usage.url, organisationId, label, usage, ask: api.ask(key), read: api.read };
    };
    const run = (which: number, turn: number) => runRound(bench, contender(which, turn), workload, load);
    for (const which of programs.keys()) for (let turn = 0; turn < INSTANCES; turn++) await run(which, turn);
    const [ours, theirs] = await interleave(programs.length, Number(values.rounds), run);
    if (!ours || !theirs) throw new Error('a version was not measured');
    rows.push([
      `${api.name}: ${workload.name}`,
      fixed(ours.rate),
      fixed(theirs.rate),
      fixed(ours.rate / theirs.rate, 3),
      fixed(ours.gateway),
      fixed(theirs.gateway),
    ]);
  }
}
console.log(
  `\n${load.connections} connections, ${values.rounds} interleaved rounds of ${load.seconds} s over ${INSTANCES} processes each.\n`,
);
console.log(table(['', 'this, requests/s', 'other', 'ratio', 'this, CPU µs', 'other, CPU µs'], rows));
await bench.close();
