// Callers in this process, for benchmarks in which every single call counts.
import { setTimeout as sleep } from 'node:timers/promises';
import type { BenchGateway } from './support.ts';

/** Calls `POST /api/v1/customer/create`. */
export async function create(
  { url }: Pick<BenchGateway, 'url'>,
  key: string,
  email: string,
  more: object = {},
): Promise<Response> {
  const answer = await fetch(`${url}/api/v1/customer/create?apiKey=${key}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ email, ...more }),
  });
  await answer.arrayBuffer();
  return answer;
}

/** Calls from several lanes until told to stop; milliseconds of the calls, and what came of them. */
export function load(lanes: number, call: (i: number) => Promise<Response>) {
  const times: number[] = [];
  const statuses: Record<number, number> = {};
  const beganAt = performance.now();
  let stopped = false;
  let n = 0;
  const running = Promise.all(
    Array.from({ length: lanes }, async () => {
      while (!stopped) {
        const startedAt = performance.now();
        const status = await call(n++).then(
          (answer) => answer.status,
          () => 0,
        );
        times.push(performance.now() - startedAt);
        statuses[status] = (statuses[status] ?? 0) + 1;
      }
    }),
  );
  return async () => {
    stopped = true;
    await running;
    const seconds = (performance.now() - beganAt) / 1_000;
    times.sort((a, b) => a - b);
    const at = (share: number) => times[Math.min(Math.floor(times.length * share), times.length - 1)]?.toFixed(1);
    return { calls: times.length, rate: times.length / seconds, p50: at(0.5), p99: at(0.99), max: at(1), statuses };
  };
}

/** The same for some seconds. */
export async function loadFor(seconds: number, lanes: number, call: (i: number) => Promise<Response>) {
  const end = load(lanes, call);
  await sleep(seconds * 1_000);
  return end();
}
