// What the key check, the limit and the wall between organisations cost: the same build with each switched off, side by side.
import { hasRedis, startRedis } from '../support/redis.ts';
import { type BenchGateway, measureCreates, medians, openBench, type Throughput } from './support.ts';

const ROUNDS = Number(process.env.ROUNDS ?? 12);
const SECONDS = Number(process.env.SECONDS ?? 2);
const INSTANCES = 4;
const CONNECTIONS = 32;

const bench = await openBench();
const redis = hasRedis() ? await startRedis() : undefined;
const variant = (environment: Record<string, string>) =>
  bench.startGateway({ ORGANISATION: String(bench.organisationId), ...environment }, 'test/bench/variant.ts');

const variants: [name: string, environment: Record<string, string>][] = [
  ['all on, counted in memory', {}],
  ['key check and limit off', { SWITCHED_OFF: 'admission' }],
  ['row level security off', { SWITCHED_OFF: 'wall' }],
];
if (redis) variants.push(['all on, counted in Redis', { REDIS_URL: redis.url }]);
// Two processes of the same code differ by some percent for as long as they live: several of each even that out.
const gateways = await Promise.all(
  variants.map(([, environment]) => Promise.all(Array.from({ length: INSTANCES }, () => variant(environment)))),
);
const key = await bench.makeKey('PROD', 2_000_000_000);

/** Which e-mail address the nth request of a round has. */
const workloads: Record<string, string> = {
  'create new': `'new' .. round .. '-' .. n`,
  'return existing': `'old' .. n % 1000`,
};
const members = { companyName: 'BizKitHub', customerRealIp: '1.1.1.1' };
let round = 0;

const load = (gateway: BenchGateway, email: string, seconds: number) =>
  measureCreates(bench, gateway, { key, connections: CONNECTIONS, seconds, round: round++, email, members });

for (const [workload, email] of Object.entries(workloads)) {
  for (const gateway of gateways.flat()) await load(gateway, email, 1);
  const results = variants.map((): Throughput[] => []);
  for (let turn = 0; turn < ROUNDS; turn++) {
    // Each starts as often as the others: what runs first in a round is no better off.
    for (let i = 0; i < variants.length; i++) {
      const which = (i + turn) % variants.length;
      const gateway = gateways[which]?.[turn % INSTANCES] as BenchGateway;
      results[which]?.push(await load(gateway, email, SECONDS));
    }
  }
  const middles = results.map(medians);
  console.log(`\n${workload}, REST, ${CONNECTIONS} connections, medians of ${ROUNDS} rounds`);
  variants.forEach(([name], i) => {
    const { rate, gateway, database } = middles[i] as Throughput;
    const ratio = ((middles[0] as Throughput).rate / rate).toFixed(3);
    const cpu = `CPU µs a request: gateway ${gateway.toFixed(0)}, database ${database.toFixed(0)}`;
    console.log(`  ${name.padEnd(27)} ${rate.toFixed(0).padStart(6)} req/s, ${cpu}; all on is ${ratio} of it`);
  });
}
await bench.close();
await redis?.stop();
