// The gateway beside its floors and its peers.
import {
  COALESCING,
  type Contender,
  FLOOR,
  GO,
  GRAPHQL,
  MERCURIUS,
  REST,
  RUST,
  RUST_COALESCING,
  startContenders,
  USUAL,
} from './contenders.ts';
import type { Effort } from './main.ts';
import { fixed, least, most, type Promised, type Section, table } from './report.ts';
import { checkContender, measure, type Result, type Workload, workloads } from './rounds.ts';
import type { Bench } from './support.ts';

const CONNECTIONS = [1, 32, 256];
/** With how many the slow ones are measured. */
const USUAL_CONNECTIONS = 32;
const CREATE_NEW = 'create new';
const EXISTING = 'return existing';
const PAGE = 'page of 50';
const BY_EMAIL = 'customer(by:)';

/** Measures every contender with every workload. */
export async function measureThroughput(bench: Bench, effort: Effort): Promise<Section> {
  const { contenders, missing, stop } = await startContenders(bench);
  try {
    for (const contender of contenders) await checkContender(bench, contender);
    const results: Result[] = [];
    for (const workload of workloads) {
      if (effort.quick && workload.fresh > 0 && workload.fresh < 1) continue;
      for (const connections of effort.quick ? [USUAL_CONNECTIONS] : CONNECTIONS) {
        console.log(`${workload.name} at ${connections} connections`);
        const asked = contenders.filter((contender) => isMeasured(contender, workload, connections));
        results.push(...(await measure(bench, asked, workload, { ...effort, connections })));
      }
    }
    for (const contender of contenders) await checkContender(bench, contender);
    const text = [missing, tables(results)].filter(Boolean).join('\n\n');
    return { title: 'Beside the floors and the peers', text, promised: promisedOf(results) };
  } finally {
    await stop();
  }
}

function isMeasured({ name, questions, isSlow }: Contender, { question }: Workload, connections: number): boolean {
  if (isSlow && connections !== USUAL_CONNECTIONS) return false;
  // The second API to a look-up is the first.
  if (name === REST && question !== 'create') return false;
  return questions?.includes(question) ?? true;
}

/** A table for each workload and number of connections. */
export function tables(results: Result[]): string {
  const groups = Map.groupBy(results, ({ workload, connections }) => `${workload}, connections: ${connections}`);
  return [...groups]
    .map(([name, group]) => {
      const floor = group.find(({ contender }) => contender === FLOOR) as Result;
      const rows = group.map((result) => [
        result.contender,
        fixed(result.rate),
        fixed(result.rate / floor.rate, 2),
        fixed(result.p50, 2),
        fixed(result.p50 / floor.p50, 2),
        fixed(result.p99, 2),
        fixed(result.gateway),
        fixed(result.database),
        fixed(result.memory),
      ]);
      const head = ['', 'requests/s', 'to the floor', 'p50 ms', "to the floor's", 'p99 ms', 'CPU µs'];
      return `${name}:\n\n${table([...head, 'database CPU µs', 'MB'], rows)}`;
    })
    .join('\n\n');
}

type Field = 'rate' | 'p50' | 'p99';
type Ratio = (one: string, other: string, workload: string, field?: Field, connections?: number) => number;

function promisedOf(results: Result[]): Promised[] {
  const of = (contender: string, workload: string, connections: number) =>
    results.find(
      (each) => each.contender === contender && each.workload === workload && each.connections === connections,
    );
  const ratio: Ratio = (one, other, workload, field = 'rate', connections = 32) =>
    (of(one, workload, connections)?.[field] ?? Number.NaN) / (of(other, workload, connections)?.[field] ?? Number.NaN);
  const all = [...toFloors(ratio), ...toPeers(ratio)];
  return all.filter(({ measured }) => !Number.isNaN(measured));
}

const CREATES = [CREATE_NEW, EXISTING];

function toFloors(ratio: Ratio): Promised[] {
  return [
    ...CREATES.map((name) =>
      most(`REST ${name} at 1 connection: p50, to the floor's`, ratio(REST, FLOOR, name, 'p50', 1), 1.5, '1.15'),
    ),
    least('REST create new at 32 connections, to the floor', ratio(REST, FLOOR, CREATE_NEW), 1.8, '2.2'),
    least('REST return existing at 32, to the floor', ratio(REST, FLOOR, EXISTING), 1.6, '2.0'),
    ...CREATES.map((name) => least(`REST ${name} at 32, to Go + pgx`, ratio(REST, GO, name), 1, '1.3')),
    ...CREATES.map((name) =>
      least(`REST ${name} at 32, to Rust + tokio-postgres`, ratio(REST, RUST, name), 0.8, '1.0'),
    ),
    ...CREATES.map((name) =>
      least(`REST ${name} at 32, to the floor with coalescing`, ratio(REST, COALESCING, name), 0.5, '0.75'),
    ),
    ...CREATES.map((name) => ({
      what: `REST ${name} at 256, to Rust with coalescing`,
      must: '–',
      aim: '0.6',
      measured: ratio(REST, RUST_COALESCING, name, 'rate', 256),
    })),
    least('page of 50 nested at 32, to the floor', ratio(GRAPHQL, FLOOR, PAGE), 0.6, '0.8'),
    ...[REST, GRAPHQL].flatMap((api) =>
      CREATES.map((name) =>
        most(`${api}: p99 of ${name} at 32 connections, to the floor's`, ratio(api, FLOOR, name, 'p99'), 1, '0.8'),
      ),
    ),
  ];
}

function toPeers(ratio: Ratio): Promised[] {
  return [
    least('/graphql create new at 32, to Mercurius + jit', ratio(GRAPHQL, MERCURIUS, CREATE_NEW), 1.7, '2.0'),
    least('/graphql return existing at 32, to Mercurius + jit', ratio(GRAPHQL, MERCURIUS, EXISTING), 1.4, '2.0'),
    most(
      'customer(by:) at 1 connection: p50, to that of Mercurius + jit',
      ratio(GRAPHQL, MERCURIUS, BY_EMAIL, 'p50', 1),
      1.5,
      '1.1',
    ),
    least('customer(by:) at 32, to Mercurius + jit', ratio(GRAPHQL, MERCURIUS, BY_EMAIL), 0.9, '1.2'),
    ...[REST, GRAPHQL].flatMap((api) =>
      CREATES.map((name) => least(`${api}: ${name} at 32, to usual Yoga + MikroORM`, ratio(api, USUAL, name), 5, '8')),
    ),
    least('page of 50 nested at 32, to usual Yoga + MikroORM', ratio(GRAPHQL, USUAL, PAGE), 2, '4'),
  ];
}
