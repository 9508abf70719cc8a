// What an address costs a create, also while the DNS is silent; and how fast addresses are looked up.
import pino from 'pino';
import { openIpLookup } from '../../src/ip/lookup.ts';
import { startDns } from '../support/dns.ts';
import { testDatabases } from '../support/geoip.ts';
import { seededRandom } from '../support/random.ts';
import { CREATE_NEW, compare, RETURN_EXISTING, type Variant } from './gateway.ts';
import { fixed } from './report.ts';
import { openBench } from './support.ts';

const LOAD = { rounds: 16, seconds: 2, connections: 32 };
const INSTANCES = 4;
const LOOKUPS = 300_000;

const bench = await openBench();
const dns = await startDns();
dns.behaviour = 'silent';
const start = (environment: Record<string, string>) =>
  Promise.all(Array.from({ length: INSTANCES }, () => bench.startGateway(environment)));
const usual = await start({});
const deaf = await start({ REVERSE_DNS: dns.server });
const key = await bench.makeKey('PROD', 2_000_000_000);
const without = { customerRealIp: undefined };
const variants: Variant[] = [
  { name: 'without customerRealIp', gateways: usual, key, members: without },
  { name: 'with customerRealIp', gateways: usual, key },
  { name: 'without, the DNS silent', gateways: deaf, key, members: without },
  { name: 'with, the DNS silent', gateways: deaf, key },
];
for (const workload of [CREATE_NEW, RETURN_EXISTING]) {
  console.log(`\n${workload.name}, REST, ${LOAD.connections} connections, medians of ${LOAD.rounds} rounds`);
  const results = await compare(bench, variants, workload, LOAD);
  for (const [i, { rate, gateway, database }] of results.entries()) {
    // Processes differ: each is measured against itself.
    const ratio = rate / (results[i - (i % 2)]?.rate ?? rate);
    const cpu = `CPU µs a request: gateway ${fixed(gateway)}, database ${fixed(database)}`;
    console.log(`  ${variants[i]?.name}: ${fixed(rate)} req/s, ${cpu}; ${fixed(ratio, 3)} of it without`);
  }
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
