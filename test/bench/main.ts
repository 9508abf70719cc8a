// All benchmarks in one run: prints progress, then tables; writes them to `results.md`.
//
// `npm run bench -- --quick` takes three minutes and only looks; `-- --only=throughput,start` runs some sections.
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { buildFloors } from './builds.ts';
import { measureCeiling } from './ceiling.ts';
import { measureChanges } from './changes.ts';
import { measureConnections, measureKeys, measureSlowDatabase } from './crowds.ts';
import { measureFeatures } from './features.ts';
import { measureGrowth } from './growth.ts';
import { measureLight } from './light.ts';
import { measureMemory } from './memory.ts';
import { measureRefused } from './refused.ts';
import { promises, type Section, surroundings } from './report.ts';
import { measureStart } from './start.ts';
import { type Bench, openBench } from './support.ts';
import { measureThroughput } from './throughput.ts';
import { measureWorkers } from './workers.ts';

const RESULTS = new URL('results.md', import.meta.url);

/** How long a run takes for each figure. */
export interface Effort {
  quick: boolean;
  rounds: number;
  /** Of each round. */
  seconds: number;
}

const sections: Record<string, (bench: Bench, effort: Effort) => Promise<Section>> = {
  throughput: measureThroughput,
  light: measureLight,
  ceiling: measureCeiling,
  refused: measureRefused,
  features: measureFeatures,
  changes: measureChanges,
  workers: measureWorkers,
  memory: measureMemory,
  keys: measureKeys,
  connections: measureConnections,
  slow: measureSlowDatabase,
  start: measureStart,
  growth: measureGrowth,
};
/** What measures floors in other languages. */
const WITH_FLOORS = ['throughput', 'light'];
/** What a quick run has time for. */
const QUICK = ['throughput', 'start'];

const { values } = parseArgs({ options: { quick: { type: 'boolean' }, only: { type: 'string' } } });
const quick = values.quick ?? false;
const effort = quick ? { quick, rounds: 1, seconds: 1 } : { quick, rounds: 5, seconds: 2 };
const usual = quick ? QUICK : Object.keys(sections);
const chosen = values.only?.split(',') ?? usual;

const startedAt = new Date();
// No compiler may run while anything is measured.
const builds = chosen.some((name) => WITH_FLOORS.includes(name)) ? await buildFloors() : [];
const measured: Section[] = [];
for (const name of chosen) {
  console.log(`\n# ${name} (${fixedMinutes()} min)`);
  const bench = await openBench();
  try {
    const section = await (sections[name] as (typeof sections)[string])(bench, effort);
    measured.push(section);
    console.log(`\n${section.text}`);
  } finally {
    await bench.close();
  }
}

const promised = measured.flatMap((section) => section.promised ?? []);
const report = [
  '# What was measured',
  `Written by \`npm run bench\` on ${startedAt.toISOString().slice(0, 10)} in ${fixedMinutes()} minutes${quick ? ', quickly' : ''}. Absolute numbers are valid only on this machine. Ratios vary by some percent from run to run.`,
  surroundings(builds.flatMap(({ version }) => version ?? [])),
  'PostgreSQL has its default settings, so autovacuum runs too.',
  ...(promised.length > 0 ? ['## What was promised', promises(promised)] : []),
  ...measured.flatMap(({ title, text }) => [`## ${title}`, text]),
].join('\n\n');
console.log(`\n${promises(promised)}`);
if (!quick && !values.only) writeFileSync(RESULTS, `${report}\n`);

function fixedMinutes(): string {
  return ((Date.now() - startedAt.getTime()) / 60_000).toFixed(0);
}
