// What callers notice of trouble: slow clients by the hundred, keys that are guessed, a Redis that goes away, a customer that is locked.
import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { generateKey } from '../../src/api-key/key.ts';
import { runSql } from '../support/database.ts';
import { startRedis } from '../support/redis.ts';
import { create, load } from './load.ts';
import { type BenchGateway, openBench } from './support.ts';

const HALF_OPEN = 500;
const WRONG_KEYS = 100_000;
const bench = await openBench();

async function slowClients(): Promise<void> {
  const gateway = await bench.startGateway();
  const key = await bench.makeKey('ROOT');
  const during = async (seconds: number) => {
    const end = load(8, (i) => create(gateway, key, `slow${i % 500}@example.com`));
    await sleep(seconds * 1_000);
    return end();
  };
  await during(2);
  console.log('\nSlow clients: 8 normal callers');
  console.log('  before', JSON.stringify(await during(5)));
  const sockets: Socket[] = [];
  let dropped = 0;
  for (let i = 0; i < HALF_OPEN; i++) {
    const socket = connect(Number(new URL(gateway.url).port), '127.0.0.1');
    socket.on('error', () => {}).once('close', () => (dropped += 1));
    socket.write('POST /graphql HTTP/1.1\r\nHost: x\r\n');
    sockets.push(socket);
  }
  const drip = setInterval(() => {
    for (const socket of sockets) if (socket.writable) socket.write('X-Slow: 1\r\n');
  }, 1_000);
  console.log(`  with ${HALF_OPEN} half-open connections that drip`, JSON.stringify(await during(8)));
  await sleep(6_000);
  clearInterval(drip);
  console.log(`  dropped by the gateway within 15 s: ${dropped} of ${HALF_OPEN}`);
}

async function wrongKeys(): Promise<void> {
  const gateway = await bench.startGateway({ LOG_LEVEL: 'warn' });
  await runSql(bench.databaseUrl, `alter system set track_functions = 'all'`);
  await runSql(bench.databaseUrl, 'select pg_reload_conf()');
  await sleep(500);
  const lookUps = async () => {
    const rows = await runSql<{ calls: string }>(
      bench.databaseUrl,
      `select coalesce(sum(calls), 0) as calls from pg_stat_user_functions where funcname = 'find_api_key'`,
    );
    return Number(rows[0]?.calls);
  };
  const before = await lookUps();
  const startedAt = performance.now();
  let left = WRONG_KEYS;
  const statuses: Record<number, number> = {};
  await Promise.all(
    Array.from({ length: 32 }, async () => {
      while (left-- > 0) {
        const { status } = await create(gateway, generateKey('PROD'), 'guess@example.com');
        statuses[status] = (statuses[status] ?? 0) + 1;
      }
    }),
  );
  const seconds = (performance.now() - startedAt) / 1_000;
  // PostgreSQL tells its statistics when a connection has been idle for a moment.
  await sleep(12_000);
  console.log(`\n${WRONG_KEYS} wrong keys from one address in ${seconds.toFixed(1)} s: ${JSON.stringify(statuses)}`);
  console.log(`  looked at in the database: ${(await lookUps()) - before}`);
}

async function redisAway(): Promise<void> {
  const redis = await startRedis();
  const gateways = await Promise.all([0, 1].map(() => bench.startGateway({ REDIS_URL: redis.url })));
  const key = await bench.makeKey('PROD');
  const health = async () => {
    const answer = await fetch(`${gateways[0]?.url}/health/ready`);
    return `${answer.status} ${await answer.text()}`;
  };
  const until = async (text: string) => {
    const startedAt = performance.now();
    while (!(await health()).includes(text)) await sleep(5);
    return `${(performance.now() - startedAt).toFixed(0)} ms`;
  };
  await until('in Redis');
  const end = load(16, (i) => create(gateways[i % 2] as BenchGateway, key, `redis${i % 500}@example.com`));
  await sleep(2_000);
  await redis.stop();
  console.log('\nRedis stopped under load; health says so after', await until('Redis is away'), '—', await health());
  await sleep(2_000);
  await redis.start();
  console.log('Redis started again; health says so after', await until('in Redis'), '—', await health());
  await sleep(1_000);
  console.log('  calls', JSON.stringify(await end()));
  for (const line of (gateways[0]?.output() ?? '').split('\n').filter((each) => each.includes('Redis')))
    console.log('  log', line.slice(0, 200));
  await redis.stop();
}

async function lockedCustomer(): Promise<void> {
  const gateway = await bench.startGateway();
  const key = await bench.makeKey('PROD');
  const email = 'locked@example.com';
  await create(gateway, key, email);
  const others = async (seconds: number) => {
    const end = load(12, (i) => create(gateway, key, `free${i % 500}@example.com`));
    await sleep(seconds * 1_000);
    return end();
  };
  await others(3);
  console.log('\nA locked customer: 12 callers of other mailboxes');
  console.log('  before', JSON.stringify(await others(10)));
  const holder = new pg.Client({ connectionString: bench.databaseUrl });
  await holder.connect();
  await holder.query(`begin; select from customer where email = '${email}' for update`);
  const endLocked = load(24, (i) => create(gateway, key, email, { customerRealIp: `192.0.2.${i % 256}` }));
  console.log('  with 24 callers of the locked one', JSON.stringify(await others(20)));
  await holder.query('rollback');
  await holder.end();
  console.log('  those', JSON.stringify(await endLocked()));
}

const parts = { slowClients, wrongKeys, redisAway, lockedCustomer };
const chosen = process.argv.slice(2);
for (const [name, run] of Object.entries(parts)) if (chosen.length === 0 || chosen.includes(name)) await run();
await bench.close();
