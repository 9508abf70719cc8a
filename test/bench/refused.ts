// What a refused call takes beside a good one.
import { loadOnce, RETURN_EXISTING } from './gateway.ts';
import type { Effort } from './main.ts';
import { fixed, least, type Section, table } from './report.ts';
import { interleave, type Workload } from './rounds.ts';
import type { Bench } from './support.ts';

const CONNECTIONS = 32;
/** Both look at every answer, so that the load has as much to do. */
const workloads: Workload[] = [
  { ...RETURN_EXISTING, expected: '2xx' },
  { name: 'invalid e-mail', question: 'create', email: () => `'invalid' .. n`, fresh: 0, expected: '4xx' },
];

/** Measures calls with an invalid e-mail address, beside calls that return existing customers. */
export async function measureRefused(bench: Bench, effort: Effort): Promise<Section> {
  const key = await bench.makeKey('PROD', 2_000_000_000);
  const variant = { name: 'gateway', gateways: [await bench.startGateway()], key };
  const run = (which: number) =>
    loadOnce(bench, variant, workloads[which] as Workload, { ...effort, connections: CONNECTIONS });
  for (const which of workloads.keys()) await run(which);
  const [good, refused] = await interleave(workloads.length, effort.rounds, run);
  if (!good || !refused) throw new Error('nothing was measured');
  const rows = [good, refused].map(({ rate, p50, p99, gateway, database }, i) => [
    (workloads[i] as Workload).name,
    ...[fixed(rate), fixed(rate / good.rate, 2), fixed(p50, 2), fixed(p99, 2), fixed(gateway), fixed(database)],
  ]);
  const head = ['', 'requests/s', 'to a good one', 'p50 ms', 'p99 ms', 'CPU µs', 'database CPU µs'];
  const what = 'a refused call (invalid e-mail, REST) at 32, to one that returns an existing customer';
  return {
    title: 'Refused calls',
    text: `REST, ${CONNECTIONS} connections. Every answer was looked at.\n\n${table(head, rows)}`,
    promised: [least(what, refused.rate / good.rate, 1, '–')],
  };
}
