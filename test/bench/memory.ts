// Whether a gateway that has answered a million requests is larger than one that has answered ten thousand.
import { loadOnce } from './gateway.ts';
import type { Effort } from './main.ts';
import { fixed, most, type Section, table } from './report.ts';
import { workloads } from './rounds.ts';
import type { Bench } from './support.ts';

const MANY = 1_000_000;

/** Measures the resident memory as requests go by. */
export async function measureMemory(bench: Bench, { seconds }: Effort): Promise<Section> {
  const key = await bench.makeKey('PROD', 2_000_000_000);
  const gateway = await bench.startGateway();
  const mix = workloads[2] as (typeof workloads)[number];
  const rows: [requests: number, megabytes: number][] = [];
  let requests = 0;
  for (let next = 0; requests < MANY; ) {
    // The first figure is of a gateway that has answered little: a short round, and none to warm up.
    const load = { seconds: requests === 0 ? seconds : seconds * 5, connections: 32 };
    requests += (await loadOnce(bench, { name: 'gateway', gateways: [gateway], key }, mix, load)).requests;
    if (requests < next) continue;
    rows.push([Math.round(requests), gateway.memory()]);
    console.log(`${fixed(requests)} requests: ${fixed(gateway.memory())} MB`);
    next = Math.min(requests * 3, MANY);
  }
  const [first, last] = [rows[0], rows.at(-1)];
  return {
    title: 'Memory',
    text: `REST, nine existing customers to one new, 32 connections.\n\n${table(
      ['requests', 'MB'],
      rows.map(([count, megabytes]) => [count, fixed(megabytes)]),
    )}`,
    promised: [
      most(
        'resident memory after 1 million requests, to after 10 thousand',
        (last?.[1] ?? 0) / (first?.[1] ?? 1),
        1.1,
        '1.02',
      ),
    ],
  };
}
