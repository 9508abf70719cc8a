// What an address costs a create, also while the DNS is silent; and how fast addresses are looked up.
import pino from 'pino';
import { openIpLookup } from '../../src/ip/lookup.ts';
import { startDns } from '../support/dns.ts';
import { testDatabases } from '../support/geoip.ts';
import { seededRandom } from '../support/random.ts';
import { type BenchGateway, measureCreates, medians, openBench, type Throughput } from './support.ts';

const ROUNDS = Number(process.env.ROUNDS ?? 16);
const SECONDS = Number(process.env.SECONDS ?? 2);
const INSTANCES = 4;
const CONNECTIONS = 32;
const LOOKUPS = 300_000;

const bench = await openBench();
const dns = await startDns();
dns.behaviour = 'silent';
const start = (environment: Record<string, string>) =>
  Promise.all(Array.from({ length: INSTANCES }, () => bench.startGateway(environment)));
const usual = await start({});
const deaf = await start({ REVERSE_DNS: dns.server });
const key = await bench.makeKey('PROD', 2_000_000_000);
const company = { companyName: 'BizKitHub' };
const located = { ...company, customerRealIp: '1.1.1.1' };
const variants: [name: string, gateways: BenchGateway[], members: object][] = [
  ['without customerRealIp', usual, company],
  ['with customerRealIp', usual, located],
  ['without, the DNS silent', deaf, company],
  ['with, the DNS silent', deaf, located],
];
/** Which e-mail address the nth request of a round has. */
const workloads: Record<string, string> = {
  'create new': `'new' .. round .. '-' .. n`,
  'return existing': `'old' .. n % 1000`,
};
let round = 0;
const load = (gateway: BenchGateway, email: string, members: object, seconds: number) =>
  measureCreates(bench, gateway, { key, connections: CONNECTIONS, seconds, round: round++, email, members });

for (const [workload, email] of Object.entries(workloads)) {
  for (const gateway of [...usual, ...deaf]) await load(gateway, email, located, 3);
  const results = variants.map((): Throughput[] => []);
  for (let turn = 0; turn < ROUNDS; turn++) {
    // Each starts as often as the others: what runs first in a round is no better off.
    for (let i = 0; i < variants.length; i++) {
      const which = (i + turn) % variants.length;
      const [, gateways, members] = variants[which] as (typeof variants)[number];
      results[which]?.push(await load(gateways[turn % INSTANCES] as BenchGateway, email, members, SECONDS));
    }
  }
  console.log(`\n${workload}, REST, ${CONNECTIONS} connections, medians of ${ROUNDS} rounds`);
  const middles = results.map(medians);
  variants.forEach(([name], i) => {
    const { rate, gateway, database } = middles[i] as Throughput;
    // Processes differ: each is measured against itself.
    const without = middles[i - (i % 2)] as Throughput;
    const ratio = (rate / without.rate).toFixed(3);
    const cpu = `CPU µs a request: gateway ${gateway.toFixed(0)}, database ${database.toFixed(0)}`;
    console.log(`  ${name.padEnd(24)} ${rate.toFixed(0).padStart(6)} req/s, ${cpu}; ${ratio} of it without`);
  });
}
console.log(`\nquestions to the DNS: ${dns.questions.length}`);
await bench.close();
await dns.close();

const lookup = openIpLookup({ databases: testDatabases, reverseDns: false, log: pino({ level: 'silent' }) });
const random = seededRandom(1);
const part = () => Math.floor(random() * 256);
const addresses = Array.from({ length: LOOKUPS }, () => `${1 + (part() % 9)}.${part()}.${part()}.${part()}`);

async function lookupsPerSecond(addressOf: (i: number) => string): Promise<number> {
  const startedAt = performance.now();
  for (let i = 0; i < LOOKUPS; i++) await lookup.infoOf(addressOf(i));
  return (LOOKUPS * 1_000) / (performance.now() - startedAt);
}

await lookupsPerSecond((i) => addresses[i] as string);
const fresh = await lookupsPerSecond((i) => addresses[LOOKUPS - 1 - i] as string);
const cached = await lookupsPerSecond((i) => addresses[i % 1_000] as string);
console.log(`look-ups a second in one process, four databases: ${fresh.toFixed(0)}, cached ${cached.toFixed(0)}`);
lookup.close();
