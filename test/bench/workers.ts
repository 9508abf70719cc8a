// One worker and two.
import { cpus } from 'node:os';
import { compare, RETURN_EXISTING } from './gateway.ts';
import type { Effort } from './main.ts';
import { fixed, type Section, table } from './report.ts';
import { type Bench, processTreeUsage } from './support.ts';

/** Measures one process and two workers, on calls that return existing customers. */
export async function measureWorkers(bench: Bench, effort: Effort): Promise<Section> {
  const key = await bench.makeKey('PROD', 2_000_000_000);
  const variants = await Promise.all(
    ['1', '2'].map(async (workers) => {
      const gateway = await bench.startGateway({ WORKERS: workers });
      return { name: workers, gateways: [{ ...gateway, ...processTreeUsage(gateway.child) }], key };
    }),
  );
  const rows: (string | number)[][] = [];
  const processors = cpus().length;
  let ratio = 0;
  let busy = 0;
  for (const connections of [32, 256]) {
    const [one, two] = await compare(bench, variants, RETURN_EXISTING, { ...effort, connections });
    if (!one || !two) throw new Error('nothing was measured');
    ratio = Math.max(ratio, two.rate / one.rate);
    busy = one.busy;
    for (const [workers, result] of [
      [1, one],
      [2, two],
    ] as const)
      rows.push([
        workers,
        connections,
        fixed(result.rate),
        fixed(result.rate / one.rate, 2),
        fixed(result.p99, 1),
        fixed(result.gateway),
        fixed(result.database),
        fixed(result.busy, 2),
      ]);
  }
  const head = [
    'workers',
    'connections',
    'requests/s',
    'to one',
    'p99 ms',
    'CPU µs',
    'database CPU µs',
    'processors busy',
  ];
  return {
    title: 'Workers',
    text: `REST, return existing. With one process, the gateway, the database and the load keep ${fixed(busy, 2)} of the machine's ${processors} processors busy at 256 connections. With the same work for each request, several processes cannot be more than ${fixed(processors / busy, 2)} times as fast.\n\n${table(head, rows)}`,
    promised: [{ what: '2 workers to 1, return existing', must: '≥ 1.3', aim: '–', measured: ratio, atLeast: 1.3 }],
  };
}
