// What each feature costs: the same build with each switched off alone, and with an Idempotency-Key, side by side.
import { hasRedis, startRedis } from '../support/redis.ts';
import { CREATE_NEW, compare, RETURN_EXISTING, type Variant } from './gateway.ts';
import type { Effort } from './main.ts';
import { REFERENCE } from './questions.ts';
import { fixed, type Section, table } from './report.ts';
import type { Bench } from './support.ts';

const INSTANCES = 2;
const CONNECTIONS = 32;
const VARIANT = 'test/bench/variant.ts';

/** Measures the gateway with all features, and without each. */
export async function measureFeatures(bench: Bench, effort: Effort): Promise<Section> {
  const redis = hasRedis() ? await startRedis() : undefined;
  const key = await bench.makeKey('PROD', 2_000_000_000);
  const start = async (
    name: string,
    environment: Record<string, string>,
    sent: Pick<Variant, 'members' | 'headers'> = {},
  ): Promise<Variant> => {
    const gateways = await Promise.all(
      Array.from({ length: INSTANCES }, () =>
        bench.startGateway({ ORGANISATION: String(bench.organisationId), ...environment }, VARIANT),
      ),
    );
    return { name, gateways, key, ...sent };
  };
  const variants = [
    await start('all on', {}),
    await start('key check and limits off', { SWITCHED_OFF: 'authenticator' }),
    await start('row level security off', { SWITCHED_OFF: 'row-level-security' }),
    await start('log off', { LOG_LEVEL: 'fatal' }),
    ...(redis ? [await start('all on, counted in Redis', { REDIS_URL: redis.url })] : []),
    await start('IP history off', {}, { members: { customerRealIp: undefined } }),
    await start('compiling off', { SWITCHED_OFF: 'fastPath' }),
    await start('each under an Idempotency-Key of its own', {}, { headers: { 'Idempotency-Key': REFERENCE } }),
  ];
  const rows = new Map(variants.map(({ name }): [string, (string | number)[]] => [name, [name]]));
  for (const workload of [CREATE_NEW, RETURN_EXISTING]) {
    console.log(workload.name);
    const medians = await compare(bench, variants, workload, { ...effort, connections: CONNECTIONS });
    variants.forEach(({ name }, i) => {
      const { rate, gateway, database } = medians[i] as (typeof medians)[number];
      const all = medians[0] as (typeof medians)[number];
      rows.get(name)?.push(fixed(rate), fixed(all.rate / rate, 2), fixed(gateway), fixed(database));
    });
  }
  await redis?.stop();
  const columns = (of: string) => [`${of}, requests/s`, 'all on is', 'CPU µs', 'database CPU µs'];
  const head = ['', ...columns('new'), ...columns('existing')];
  return {
    title: 'What each feature costs',
    text: `REST, ${CONNECTIONS} connections, ${INSTANCES} processes each.\n\n${table(head, [...rows.values()])}`,
  };
}
