// What eight normal callers notice of two thousand clients that pipeline requests and never read an answer, by kind of request;
// of idle connections, and of bodies that do not come: `npm run bench:floods`. Linux.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { fixed, table } from '../report.ts';
import { type BenchGateway, openBench } from '../support.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seconds: { type: 'string', default: '120' },
    connections: { type: 'string', default: '2000' },
    program: { type: 'string' },
    workers: { type: 'string', default: '1' },
  },
});
const CALLERS = 8;
const REST = '/api/v1/customer/create';
const seconds = Number(values.seconds);
const bench = await openBench();
const key = await bench.makeKey('ROOT');

const get = (path: string) => `GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`;
const post = (path: string, body: object) => {
  const text = JSON.stringify(body);
  return `POST ${path} HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: ${text.length}\r\n\r\n${text}`;
};
const name = 'cuRefNo email groups { name slug } runningSubscriptions { externalId orderHash } referral { code email }';
const pages = Array.from({ length: 9 }, (_, i) => `p${i}: customers(first: 100) { edges { cursor node { ${name} } } }`);
const kinds: Record<string, string> = {
  live: get('/health/live'),
  openapi: get('/openapi.json'),
  graphiql: 'GET /graphql HTTP/1.1\r\nHost: a\r\nAccept: text/html\r\n\r\n',
  unknown: get('/x'),
  'no key': post(REST, { email: `${bench.label}1@example.com` }),
  create: post(`${REST}?apiKey=${key}`, { email: `${bench.label}1@example.com` }),
  pages: post(`/graphql?apiKey=${key}`, { query: `{ ${pages.join(' ')} }` }),
};

async function call({ url }: BenchGateway, n: number): Promise<number> {
  const answer = await fetch(`${url}${REST}?apiKey=${key}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ email: `${bench.label}${1 + (n % 1000)}@example.com` }),
  });
  await answer.arrayBuffer();
  return answer.status;
}

/** Calls for so long: milliseconds of each, failures, and the largest memory meanwhile. */
async function watch(gateway: BenchGateway, forSeconds: number) {
  const times: number[] = [];
  let failed = 0;
  let memory = 0;
  const until = performance.now() + forSeconds * 1_000;
  const timer = setInterval(() => {
    memory = Math.max(memory, gateway.memory());
  }, 100);
  await Promise.all(
    Array.from({ length: CALLERS }, async (_, lane) => {
      for (let n = lane; performance.now() < until; n += CALLERS) {
        const startedAt = performance.now();
        const status = await call(gateway, n).catch(() => 0);
        times.push(performance.now() - startedAt);
        if (status !== 200) failed += 1;
      }
    }),
  );
  clearInterval(timer);
  times.sort((a, b) => a - b);
  const at = (share: number) => times[Math.floor(times.length * share)] ?? 0;
  return { calls: times.length, failed, memory, p50: at(0.5), p99: at(0.99), longest: times.at(-1) ?? 0 };
}

async function flood(request: string, port: string): Promise<ChildProcess> {
  const client = spawn(process.execPath, [new URL('client.ts', import.meta.url).pathname, port, values.connections], {
    stdio: ['pipe', 'ignore', 'inherit'],
  });
  client.stdin?.end(request);
  return client;
}

/** Opens connections from other addresses of this machine, each of which writes something and no more. */
function open(count: number, port: number, text: string): Socket[] {
  return Array.from({ length: count }, (_, i) => {
    const socket = connect({ port, host: '127.0.0.1', localAddress: `127.0.0.${2 + Math.floor(i / 900)}` });
    socket.on('error', () => {}).resume();
    if (text) socket.write(text);
    return socket;
  });
}

const rows: (string | number)[][] = [];
function note(what: string, before: Awaited<ReturnType<typeof watch>>, during: typeof before, gateway: BenchGateway) {
  const { calls, failed, memory, p50, p99, longest } = during;
  const alive = gateway.child.exitCode === null ? 'yes' : 'NO';
  const ratio = fixed(p99 / before.p99, 1);
  const row = [what, fixed(before.p99, 1), fixed(p50, 1), fixed(p99, 1), ratio, fixed(longest), calls, failed];
  rows.push([...row, fixed(memory), alive]);
  console.log(rows.at(-1)?.join(' | '));
}

async function measure(what: string, during: (gateway: BenchGateway, port: string) => Promise<() => Promise<void>>) {
  const gateway = await bench.startGateway({ WORKERS: values.workers }, values.program);
  await watch(gateway, 3);
  const before = await watch(gateway, 10);
  const end = await during(gateway, new URL(gateway.url).port);
  note(what, before, await watch(gateway, seconds), gateway);
  await end();
  await gateway.stop();
}

const chosen = positionals.length > 0 ? positionals : [...Object.keys(kinds), 'idle', 'slow'];
for (const kind of chosen) {
  const request = kinds[kind];
  await measure(kind, async (_, port) => {
    if (request) {
      const client = await flood(request, port);
      return async () => {
        client.kill('SIGKILL');
        await once(client, 'close');
      };
    }
    const sockets =
      kind === 'idle'
        ? open(3_000, Number(port), '')
        : open(1_000, Number(port), `POST ${REST} HTTP/1.1\r\nHost: a\r\nContent-Length: 60000\r\n\r\n{`);
    const drip =
      kind === 'slow' ? setInterval(() => sockets.forEach((socket) => void socket.write(' ')), 1_000) : undefined;
    return async () => {
      clearInterval(drip);
      for (const socket of sockets) socket.destroy();
      await sleep(100);
    };
  });
}
console.log(
  `\n${CALLERS} normal callers, ${values.connections} connections that pipeline and do not read, ${seconds} s each.\n`,
);
const head = ['', 'p99 before, ms', 'p50, ms', 'p99, ms', 'ratio', 'longest, ms', 'calls', 'failed', 'MB', 'alive'];
console.log(table(head, rows));
await bench.close();
