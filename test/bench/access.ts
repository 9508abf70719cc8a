// What the key check, the limit and the wall between organisations cost: the same build with each switched off, side by side.
import { hasRedis, startRedis } from '../support/redis.ts';
import { type BenchGateway, openBench, runWrk } from './support.ts';

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
let round = 0;

/** Requests a second, and microseconds of CPU a request in gateway and database. */
async function measure(gateway: BenchGateway, address: string, seconds: number) {
  round += 1;
  const [ofGateway, ofDatabase] = [gateway.cpu(), bench.databaseCpu()];
  const rate = await runWrk(`${gateway.url}/api/v1/customer/create?apiKey=${key}`, {
    connections: CONNECTIONS,
    seconds,
    script: `
      local round, n = ${round}, 0
      wrk.method = 'POST'
      wrk.headers['Content-Type'] = 'application/json'
      request = function()
        n = n + 1
        local email = ${address} .. '@example.com'
        return wrk.format(nil, nil, nil, '{"email":"' .. email .. '","companyName":"BizKitHub","customerRealIp":"1.1.1.1"}')
      end`,
  });
  const perRequest = 1_000 / (rate * seconds);
  return {
    rate,
    gateway: (gateway.cpu() - ofGateway) * perRequest,
    database: (bench.databaseCpu() - ofDatabase) * perRequest,
  };
}

const median = (values: number[]) => values.sort((a, b) => a - b)[Math.floor(values.length / 2)] as number;

for (const [workload, address] of Object.entries(workloads)) {
  for (const gateway of gateways.flat()) await measure(gateway, address, 1);
  const results = variants.map((): Awaited<ReturnType<typeof measure>>[] => []);
  for (let turn = 0; turn < ROUNDS; turn++) {
    // Each starts as often as the others: what runs first in a round is no better off.
    for (let i = 0; i < variants.length; i++) {
      const which = (i + turn) % variants.length;
      const gateway = gateways[which]?.[turn % INSTANCES] as BenchGateway;
      results[which]?.push(await measure(gateway, address, SECONDS));
    }
  }
  const middle = (i: number, of: 'rate' | 'gateway' | 'database') =>
    median((results[i] ?? []).map((result) => result[of]));
  console.log(`\n${workload}, REST, ${CONNECTIONS} connections, medians of ${ROUNDS} rounds`);
  variants.forEach(([name], i) => {
    const ratio = (middle(0, 'rate') / middle(i, 'rate')).toFixed(3);
    const cpu = `CPU µs a request: gateway ${middle(i, 'gateway').toFixed(0)}, database ${middle(i, 'database').toFixed(0)}`;
    console.log(
      `  ${name.padEnd(27)} ${middle(i, 'rate').toFixed(0).padStart(6)} req/s, ${cpu}; all on is ${ratio} of it`,
    );
  });
}
await bench.close();
await redis?.stop();
