// What callers notice of the database: others who take all its connections, a mailbox with very many addresses, a migration of all customers.
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import pg from 'pg';
import pino from 'pino';
import { migrate } from '../../src/database/migrate.ts';
import { migrations } from '../../src/database/migrations/index.ts';
import { parseDatabaseUrl } from '../../src/database-url.ts';
import { entities } from '../../src/entities.ts';
import { BackfillMigration } from '../support/backfill-migration.ts';
import { runSql, servingRoleOf } from '../support/database.ts';
import { create, load, loadFor } from './load.ts';
import { openBench } from './support.ts';

const CALLERS = 32;
const MIGRATED = 700_000;
const ADDRESSES = 300_000;
const LIMIT = 2_000_000_000;
const { values } = parseArgs({ options: { only: { type: 'string' }, seconds: { type: 'string', default: '60' } } });
const bench = await openBench();
const key = await bench.makeKey('PROD', LIMIT);

/** An account that is no superuser: no connection is kept back for it. */
async function servingAccount(): Promise<string> {
  await runSql(
    bench.databaseUrl,
    `create role caller login password 'caller' in role ${servingRoleOf(bench.databaseUrl)}`,
  );
  const url = new URL(bench.databaseUrl);
  [url.username, url.password] = ['caller', 'caller'];
  return url.href;
}

async function connectionsTaken(): Promise<void> {
  const DATABASE_URL = await servingAccount();
  const gateway = await bench.startGateway({ DATABASE_URL, POOL_SIZE: '2' });
  const others: pg.Client[] = [];
  /** Takes what is left, and what comes free. */
  const take = async () => {
    for (;;) {
      const client = new pg.Client({ connectionString: DATABASE_URL });
      client.on('error', () => {});
      try {
        await client.connect();
        others.push(client);
      } catch {
        return;
      }
    }
  };
  await take();
  const taking = setInterval(() => void take(), 200);
  console.log(`\nAll connections of the server taken by others (${others.length}), POOL_SIZE=2, ${CALLERS} callers`);
  const end = load(CALLERS, (i) => create(gateway, key, `${i % 3 === 0 ? `new${i}` : `taken${i % 500}`}@example.com`));
  await sleep(Number(values.seconds) * 1_000);
  console.log(' ', JSON.stringify(await end()));
  console.log(' ', 'ready:', (await fetch(`${gateway.url}/health/ready`)).status);
  clearInterval(taking);
  for (const client of others) await client.end();
  await gateway.stop();
}

async function manyAddresses(): Promise<void> {
  const gateway = await bench.startGateway();
  const addressOf = (i: number) => `10.${(i >> 16) & 255}.${(i >> 8) & 255}.${i & 255}`;
  await create(gateway, key, 'many@example.com', { customerRealIp: '1.1.1.1' });
  await runSql(
    bench.databaseUrl,
    `insert into customer_ip (organisation_id, customer_id, address, seen_at)
     select organisation_id, id, inet '172.16.0.0' + n, now() - n * interval '10 milliseconds' from customer, generate_series(1, ${ADDRESSES}) n
     where email = 'many@example.com'`,
  );
  console.log(
    `\nA mailbox with ${ADDRESSES} addresses, called with ever new ones by 8; 8 others call for their own mailboxes`,
  );
  let address = 0;
  const rates: Record<string, number[]> = {};
  /** Loads the mailbox with many addresses, or a new one. */
  const measure = async (mailbox: string, round: number) => {
    const email = mailbox === 'many' ? 'many@example.com' : `few${round}@example.com`;
    const [own, others] = await Promise.all([
      loadFor(3, 8, () => create(gateway, key, email, { customerRealIp: addressOf(address++) })),
      loadFor(3, 8, (i) => create(gateway, key, `own${i % 500}@example.com`)),
    ]);
    if (round === 0) return;
    for (const [who, { rate, statuses }] of Object.entries({ own, others })) {
      const name = `${mailbox} ${who}`;
      rates[name] = [...(rates[name] ?? []), rate];
      if (Object.keys(statuses).some((status) => status !== '200')) console.log(' ', mailbox, who, statuses);
    }
  };
  for (let round = 0; round < 6; round++)
    for (const mailbox of round % 2 ? ['many', 'few'] : ['few', 'many']) await measure(mailbox, round);
  const median = (name: string) => rates[name]?.toSorted((a, b) => a - b)[2] ?? 0;
  for (const who of ['own', 'others']) {
    const [many, few] = [median(`many ${who}`), median(`few ${who}`)];
    console.log(`  ${who}: ${many.toFixed(0)} calls/s, of a new mailbox ${few.toFixed(0)}: ${(many / few).toFixed(2)}`);
  }
  const [row] = await runSql<{ count: string }>(
    bench.databaseUrl,
    `select count(*) from customer_ip where customer_id = (select id from customer where email = 'many@example.com')`,
  );
  console.log(`  addresses left after ${address} further ones: ${row?.count}`);
  await gateway.stop();
}

async function migrateAll(): Promise<void> {
  const gateway = await bench.startGateway();
  await runSql(
    bench.databaseUrl,
    `insert into customer (organisation_id, cu_ref_no, email, canonical_email)
     select ${bench.organisationId}, lpad(n::text, 16, 'm'), 'm' || n || '@example.com', 'm' || n || '@example.com' from generate_series(1, ${MIGRATED}) n`,
  );
  await runSql(bench.databaseUrl, 'vacuum analyze customer');
  const callers = () =>
    load(8, (i) =>
      create(gateway, key, `${i % 3 ? `m${1 + ((i * 7919) % MIGRATED)}` : `fresh${Date.now()}-${i}`}@example.com`),
    );
  console.log(`\nA migration that changes ${MIGRATED} customers, beside 8 callers who create and return`);
  const before = callers();
  await sleep(10_000);
  console.log('  before', JSON.stringify(await before()));
  await runSql(bench.databaseUrl, `delete from migration where name >= '0005'`);
  const end = callers();
  const startedAt = performance.now();
  const list = [...migrations, { name: '9001-backfill', class: BackfillMigration }];
  const ran = await migrate(parseDatabaseUrl(bench.databaseUrl), entities, pino({ level: 'warn' }), { list });
  console.log(`  ${ran.join(', ')} took ${((performance.now() - startedAt) / 1_000).toFixed(1)} s`);
  console.log('  during', JSON.stringify(await end()));
  const [row] = await runSql<{ count: string }>(
    bench.databaseUrl,
    'select count(*) from customer where email_length is null',
  );
  console.log(`  customers left out: ${row?.count} (those who came after their place was passed)`);
  await gateway.stop();
}

for (const look of [connectionsTaken, manyAddresses, migrateAll]) {
  if (values.only === undefined || values.only === look.name) await look();
}
await bench.close();
