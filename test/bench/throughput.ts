// The gateway beside its floor and its peers.
import { startContenders } from './contenders.ts';
import type { Effort } from './main.ts';
import { fixed, type Promised, type Section, table } from './report.ts';
import { checkContender, measure, type Result, workloads } from './rounds.ts';
import type { Bench } from './support.ts';

const CONNECTIONS = [1, 32, 256];
const FLOOR = 'floor';
const COALESCING = 'floor, coalescing';
const USUAL = 'Yoga + Pothos + MikroORM, usual';
const MERCURIUS = 'Mercurius + jit';
const REST = 'gateway, REST';
const GRAPHQL = 'gateway, GraphQL';
const CREATE_NEW = 'create new';
const EXISTING = 'return existing';

/** Measures every contender with every workload. */
export async function measureThroughput(bench: Bench, effort: Effort): Promise<Section> {
  const { contenders, stop } = await startContenders(bench);
  try {
    for (const contender of contenders) await checkContender(bench, contender);
    const results: Result[] = [];
    for (const workload of workloads) {
      if (effort.quick && workload.fresh > 0 && workload.fresh < 1) continue;
      for (const connections of effort.quick ? [32] : CONNECTIONS) {
        console.log(`${workload.name} at ${connections} connections`);
        // The second API to a look-up is the first.
        const asked = contenders.filter(({ name }) => workload.question === 'create' || name !== REST);
        results.push(...(await measure(bench, asked, workload, { ...effort, connections })));
      }
    }
    for (const contender of contenders) await checkContender(bench, contender);
    return { title: 'Beside the floor and the peers', text: texts(results), promised: promisedOf(results) };
  } finally {
    await stop();
  }
}

function texts(results: Result[]): string {
  const groups = Map.groupBy(results, ({ workload, connections }) => `${workload}, ${connections} connections`);
  return [...groups]
    .map(([name, group]) => {
      const floor = group.find(({ contender }) => contender === FLOOR) as Result;
      const rows = group.map((result) => [
        result.contender,
        fixed(result.rate),
        fixed(result.rate / floor.rate, 2),
        fixed(result.p50, 2),
        fixed(result.p99, 2),
        fixed(result.gateway),
        fixed(result.database),
        fixed(result.memory),
      ]);
      const head = ['', 'requests/s', 'to the floor', 'p50 ms', 'p99 ms', 'CPU µs', 'database CPU µs', 'MB'];
      return `${name}:\n\n${table(head, rows)}`;
    })
    .join('\n\n');
}

function promisedOf(results: Result[]): Promised[] {
  const of = (contender: string, workload: string, connections = 32) =>
    results.find(
      (each) => each.contender === contender && each.workload === workload && each.connections === connections,
    );
  const ratio = (one: string, other: string, workload: string, field: 'rate' | 'p50' | 'p99' = 'rate', at = 32) =>
    (of(one, workload, at)?.[field] ?? Number.NaN) / (of(other, workload, at)?.[field] ?? Number.NaN);
  const least = (what: string, measured: number, atLeast: number, aim: string): Promised => ({
    what,
    must: `≥ ${atLeast}`,
    aim,
    measured,
    atLeast,
  });
  const most = (what: string, measured: number, atMost: number, aim: string): Promised => ({
    what,
    must: `≤ ${atMost}`,
    aim,
    measured,
    atMost,
  });
  const creates = [CREATE_NEW, EXISTING];
  return [
    least('REST create new at 32 connections, to the floor', ratio(REST, FLOOR, CREATE_NEW), 1.3, '2.0'),
    least('REST return existing, to the floor', ratio(REST, FLOOR, EXISTING), 1, '2.0'),
    ...creates.map((name) =>
      least(`REST ${name}, to the floor with coalescing`, ratio(REST, COALESCING, name), 0.5, '0.75'),
    ),
    ...creates.map((name) =>
      most(`REST ${name} at 1 connection: p50, to the floor's`, ratio(REST, FLOOR, name, 'p50', 1), 1.35, '1.15'),
    ),
    least('/graphql create new, to Mercurius + jit', ratio(GRAPHQL, MERCURIUS, CREATE_NEW), 1.3, '2.0'),
    least('/graphql return existing, to Mercurius + jit', ratio(GRAPHQL, MERCURIUS, EXISTING), 1.1, '2.0'),
    ...[REST, GRAPHQL].flatMap((api) =>
      creates.map((name) => least(`${api}: ${name}, to usual Yoga + MikroORM`, ratio(api, USUAL, name), 5, '8')),
    ),
    least('customer(by:), to Mercurius + jit', ratio(GRAPHQL, MERCURIUS, 'customer(by:)'), 0.9, '1.2'),
    least('page of 50 nested, to usual Yoga + MikroORM', ratio(GRAPHQL, USUAL, 'page of 50'), 2, '4'),
    ...[REST, GRAPHQL].flatMap((api) =>
      creates.map((name) =>
        most(`${api}: p99 of ${name} at 32 connections, to the floor's`, ratio(api, FLOOR, name, 'p99'), 2, '1.0'),
      ),
    ),
  ].filter(({ measured }) => !Number.isNaN(measured));
}
