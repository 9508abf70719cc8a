// What an address costs a create; and how fast addresses are looked up.
import { type BenchGateway, measureCreates, medians, openBench, type Throughput } from './support.ts';

const ROUNDS = Number(process.env.ROUNDS ?? 12);
const SECONDS = Number(process.env.SECONDS ?? 2);
const CONNECTIONS = 32;

const bench = await openBench();
const gateways = await Promise.all([{}, {}, {}, {}].map((environment) => bench.startGateway(environment)));
const key = await bench.makeKey('PROD', 2_000_000_000);
const company = { companyName: 'BizKitHub' };
const variants: [name: string, members: object][] = [
  ['without customerRealIp', company],
  ['with customerRealIp', { ...company, customerRealIp: '1.1.1.1' }],
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
  for (const gateway of gateways) for (const [, members] of variants) await load(gateway, email, members, 1);
  const results = variants.map((): Throughput[] => []);
  for (let turn = 0; turn < ROUNDS; turn++) {
    for (let i = 0; i < variants.length; i++) {
      const which = (i + turn) % variants.length;
      const members = (variants[which] as [string, object])[1];
      results[which]?.push(await load(gateways[turn % gateways.length] as BenchGateway, email, members, SECONDS));
    }
  }
  console.log(`\n${workload}, REST, ${CONNECTIONS} connections, medians of ${ROUNDS} rounds`);
  const middles = results.map(medians);
  variants.forEach(([name], i) => {
    const { rate, gateway, database } = middles[i] as Throughput;
    const ratio = (rate / (middles[0] as Throughput).rate).toFixed(3);
    const cpu = `CPU µs a request: gateway ${gateway.toFixed(0)}, database ${database.toFixed(0)}`;
    console.log(`  ${name.padEnd(27)} ${rate.toFixed(0).padStart(6)} req/s, ${cpu}; ${ratio} of the first`);
  });
}
await bench.close();
