// Crowds: ten thousand keys, two thousand connections, and a database that is far away.
import { connect, createServer, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { digestOf, fingerprintOf, generateKey } from '../../src/api-key/key.ts';
import { runSql } from '../support/database.ts';
import { CREATE_NEW, compare, RETURN_EXISTING } from './gateway.ts';
import type { Effort } from './main.ts';
import { installPeers, startPeer } from './programs.ts';
import { fixed, type Section, table } from './report.ts';
import type { Bench } from './support.ts';
import { runWrk } from './wrk.ts';

const KEYS = 10_000;
const IDLE = 2_000;
/** Milliseconds that every answer of the far database takes longer. */
const DELAY = 20;

/** Ten thousand keys that take turns, beside one. */
export async function measureKeys(bench: Bench, { rounds, seconds }: Effort): Promise<Section> {
  const byFingerprint = new Map<string, string>();
  while (byFingerprint.size < KEYS) {
    const key = generateKey('PROD');
    byFingerprint.set(fingerprintOf(key), key);
  }
  const keys = [...byFingerprint.values()];
  await runSql(
    bench.databaseUrl,
    `insert into api_key (organisation_id, name, digest, fingerprint)
     select $1, 'bench', d, f from unnest($2::text[], $3::text[]) as k (d, f)`,
    [bench.organisationId, keys.map(digestOf), keys.map(fingerprintOf)],
  );
  const gateway = await bench.startGateway();
  const script = (list: string[]) => `
    local keys, n = {${list.map((key) => `'${key}'`).join(',')}}, 0
    request = function()
      n = n + 1
      local body = '{"email":"${bench.label}' .. (1 + n % 1000) .. '@example.com"}'
      return wrk.format('POST', '/api/v1/customer/create?apiKey=' .. keys[1 + n % #keys], { ['Content-Type'] = 'application/json' }, body)
    end`;
  const lists: [string, string[]][] = [
    ['1', keys.slice(0, 1)],
    [String(KEYS), keys],
  ];
  const rates = lists.map((): number[] => []);
  // The first round of many keys finds each of them in the database.
  for (let turn = 0; turn <= rounds; turn++)
    for (const [i, [, list]] of lists.entries()) {
      const { rate } = await runWrk(gateway.url, { connections: 32, seconds: seconds + 2, script: script(list) });
      rates[i]?.push(rate);
    }
  const rows = lists.map(([name], i) => {
    const [first = 0, ...rest] = rates[i] ?? [];
    const after = rest.toSorted((a, b) => a - b)[rest.length >> 1] ?? first;
    return [name, fixed(first), fixed(after)];
  });
  return {
    title: 'Ten thousand keys',
    text: `REST, return existing, 32 connections. The process has ${fixed(gateway.memory())} MB afterwards.\n\n${table(
      ['keys', 'requests/s at first', 'requests/s then'],
      rows,
    )}`,
  };
}

/** Two thousand connections that were used once, beside none. */
export async function measureConnections(bench: Bench, effort: Effort): Promise<Section> {
  const key = await bench.makeKey('PROD', 2_000_000_000);
  const gateway = await bench.startGateway();
  const variants = [{ name: 'gateway', gateways: [gateway], key }];
  const rows: (string | number)[][] = [];
  const note = async (open: number) => {
    const [result] = await compare(bench, variants, RETURN_EXISTING, { ...effort, connections: 32 });
    if (result)
      rows.push([open, fixed(result.rate), fixed(result.p50, 2), fixed(result.p99, 2), fixed(gateway.memory())]);
  };
  await note(0);
  const sockets: Socket[] = [];
  for (let i = 0; i < IDLE; i++) {
    // From as many addresses as their number needs: one may have a thousand.
    const localAddress = `127.0.0.${2 + (i % 4)}`;
    const socket = connect({ port: Number(new URL(gateway.url).port), host: '127.0.0.1', localAddress });
    await new Promise((resolve, reject) => {
      socket.once('error', reject).once('data', resolve);
      socket.write('GET /health/live HTTP/1.1\r\nHost: gateway\r\n\r\n');
    });
    sockets.push(socket.resume());
  }
  await note(IDLE);
  const dropped = sockets.filter(({ closed, readableEnded }) => closed || readableEnded).length;
  for (const socket of sockets) socket.destroy();
  const head = ['other connections', 'requests/s', 'p50 ms', 'p99 ms', 'MB'];
  return {
    title: 'Two thousand idle connections',
    text: `REST, return existing, 32 busy connections. ${dropped} of the idle connections were dropped.\n\n${table(head, rows)}`,
  };
}

/** Passes everything on to the database, and its answers later. */
async function openSlowProxy(databaseUrl: string) {
  const { port, hostname } = new URL(databaseUrl);
  const server = createServer((client) => {
    const upstream = connect(Number(port), hostname);
    client.on('data', (chunk) => upstream.write(chunk));
    upstream.on('data', async (chunk) => {
      await sleep(DELAY);
      client.write(chunk);
    });
    for (const [one, other] of [
      [client, upstream],
      [upstream, client],
    ] as const)
      one.on('error', () => other.destroy()).on('close', () => other.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const url = new URL(databaseUrl);
  url.port = String(address && typeof address === 'object' ? address.port : 0);
  return { url: url.href, close: () => server.close() };
}

/** A database whose every answer takes 20 ms longer, at 256 connections. */
export async function measureSlowDatabase(bench: Bench, effort: Effort): Promise<Section> {
  await installPeers();
  const proxy = await openSlowProxy(bench.databaseUrl);
  const key = await bench.makeKey('PROD', 2_000_000_000);
  const gateway = await bench.startGateway({ DATABASE_URL: proxy.url });
  const floor = await startPeer('floor.js', {
    DATABASE_URL: proxy.url,
    ORGANISATION: String(bench.organisationId),
  });
  const variants = [
    { name: 'floor', gateways: [floor], key },
    { name: 'gateway', gateways: [gateway], key },
  ];
  const rows: (string | number)[][] = [];
  for (const workload of [CREATE_NEW, RETURN_EXISTING]) {
    const results = await compare(bench, variants, workload, { ...effort, connections: 256 });
    variants.forEach(({ name }, i) => {
      const result = results[i];
      if (result) rows.push([workload.name, name, fixed(result.rate), fixed(result.p50), fixed(result.p99)]);
    });
  }
  await floor.stop();
  proxy.close();
  return {
    title: `A database that is ${DELAY} ms away`,
    text: `256 connections.\n\n${table(['', '', 'requests/s', 'p50 ms', 'p99 ms'], rows)}`,
  };
}
