// Customers who would all like to be brought by the next one, at once: one of them at least must be refused.
import { runSql } from './database.ts';
import type { TestGateway } from './gateway.ts';
import { mutate } from './mutations.ts';

/** Makes customers, and gives their references. */
export async function makeRing(gateway: TestGateway, size: number, name: string): Promise<string[]> {
  return Promise.all(
    Array.from({ length: size }, async (_, i) => {
      const answer = await gateway.rest({ email: `${name}-${i}@example.com` });
      return answer.body.cuRefNo as string;
    }),
  );
}

/** Lets each customer be brought by the next one, over several gateways. @returns the code of each that was refused, undefined for each that was not */
export async function raceToCloseCircle(
  gateways: readonly TestGateway[],
  key: string,
  ring: readonly string[],
): Promise<(string | undefined)[]> {
  const racers = ring.map(async (cuRefNo, i) => {
    const referrer = { cuRefNo: ring[(i + 1) % ring.length] };
    const gateway = gateways[i % gateways.length] as TestGateway;
    return (await mutate(gateway, 'setCustomerReferral', { by: { cuRefNo }, referrer }, undefined, { key })).code;
  });
  return Promise.all(racers);
}

/** How many customers are in a circle of referrals. */
export async function circlesOf(databaseUrl: string): Promise<number> {
  const [found] = await runSql<{ count: number }>(
    databaseUrl,
    `with recursive walk (start, id) as (
       select customer_id, referrer_id from referral
       union
       select w.start, r.referrer_id from walk w join referral r on r.customer_id = w.id where w.id <> w.start
     )
     select count(*)::int as count from walk where id = start`,
  );
  return found?.count ?? -1;
}

/** Deadlocks that PostgreSQL has ended in a database so far. */
export async function deadlocksIn(databaseUrl: string): Promise<number> {
  const [found] = await runSql<{ deadlocks: number }>(
    databaseUrl,
    'select deadlocks::int from pg_stat_database where datname = current_database()',
  );
  return found?.deadlocks ?? -1;
}
