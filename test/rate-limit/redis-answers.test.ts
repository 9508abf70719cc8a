// A Redis that answers something else than what was asked: no request fails, callers are told what was counted in memory.
import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, it } from 'vitest';
import { createDatabase } from '../support/database.ts';
import { startFakeRedis } from '../support/fake-redis.ts';
import { startGateway } from '../support/gateway.ts';

const LIMIT = '500000';
/** Milliseconds: many tries to win Redis back. */
const WHILE = 1_500;

let databaseUrl: string;
beforeAll(async () => {
  databaseUrl = await createDatabase();
});

const four = (...items: string[]) => `*4\r\n${items.join('')}`;

// Each waits most of its time.
it.concurrent.for([
  ['an integer', ':1\r\n'],
  ['nil', '$-1\r\n'],
  ['a nil array', '*-1\r\n'],
  ['nil of the third protocol', '_\r\n'],
  ['an empty array', '*0\r\n'],
  ['OK', '+OK\r\n'],
  ['a string', '$5\r\nhello\r\n'],
  ['too few', '*2\r\n:1\r\n:5\r\n'],
  ['too many', '*5\r\n:1\r\n:1\r\n:1\r\n:1\r\n:1\r\n'],
  ['strings', four('$1\r\n1\r\n', '$1\r\n5\r\n', '$2\r\n10\r\n', '$1\r\n1\r\n')],
  ['not a number', four(':1\r\n', ',nan\r\n', ':100\r\n', ':1\r\n')],
  ['infinity', four(':1\r\n', ',inf\r\n', ':100\r\n', ':1\r\n')],
  ['a fraction', four(':1\r\n', ',1.5\r\n', ':100\r\n', ':1\r\n')],
  ['a negative number', four(':1\r\n', ':-5\r\n', ':100\r\n', ':1\r\n')],
  ['more than the limit', four(':1\r\n', ':99999999999999999999\r\n', ':100\r\n', ':1\r\n')],
  ['longer than the window', four(':1\r\n', ':5\r\n', ':9999999999\r\n', ':1\r\n')],
  ['neither yes nor no', four(':2\r\n', ':5\r\n', ':100\r\n', ':1\r\n')],
  ['nils', four('$-1\r\n', '$-1\r\n', '$-1\r\n', '$-1\r\n')],
  ['arrays inside', four('*1\r\n:1\r\n', ':5\r\n', ':100\r\n', ':1\r\n')],
  ['arrays without end', `${'*1\r\n'.repeat(20_000)}:1\r\n`],
  ['errors inside', four('-ERR a\r\n', '-ERR b\r\n', '-ERR c\r\n', '-ERR d\r\n')],
  ['an array that never comes', '*4294967295\r\n'],
  ['a string that never comes', '$4294967295\r\nabc'],
  ['no answer', ''],
  ['HTTP', 'HTTP/1.1 400 Bad Request\r\n\r\n'],
  ['no protocol at all', '\u0000\u00ff\u0001\r\n'],
  ['an error', '-ERR wrong\r\n'],
  ['that it may only be read', "-READONLY You can't write against a read only replica.\r\n"],
  ['that its memory is full', "-OOM command not allowed when used memory > 'maxmemory'.\r\n"],
  ['that it has no slots', '-CLUSTERDOWN Hash slot not served\r\n'],
  ['that another has the slot', '-MOVED 3999 127.0.0.1:6381\r\n'],
  ['that its disk fails', '-MISCONF Errors writing to the RDB file\r\n'],
  ['that it is not allowed', "-NOPERM this user has no permissions to run the 'eval' command\r\n"],
  ['that it loads', '-LOADING Redis is loading the dataset in memory\r\n'],
])('%s', async ([, answer = ''], { expect }) => {
  const redis = await startFakeRedis();
  const gateway = await startGateway({ databaseUrl, redisUrl: redis.url });
  const health = async () => (await gateway.send('/health/ready')).body.rateLimits;
  await expect.poll(health).toBe('in Redis');
  redis.answer(() => answer);
  const seen = new Set<string>();
  const until = performance.now() + WHILE;
  for (let made = 1; performance.now() < until; made++) {
    const { status, headers } = await gateway.rest({ email: 'redis@example.com' });
    expect([status, headers.get('x-ratelimit-limit')]).toEqual([200, LIMIT]);
    expect(headers.get('x-ratelimit-remaining')).toBe(String(Number(LIMIT) - made));
    expect(Number(headers.get('x-ratelimit-reset'))).toBeGreaterThan(Date.now() / 1_000 - 1);
    seen.add(await health());
    await sleep(20);
  }
  expect([...seen]).toEqual(['in memory, Redis is away']);
  const lines = gateway.log.filter(({ msg }) => String(msg).includes('Redis'));
  // The first is of the time before the connection was made.
  expect(lines.at(-1)?.msg).toBe('Redis is unavailable; each process counts its own requests until it is back');
  expect(lines.length).toBeLessThanOrEqual(3);
  await gateway.close();
  await redis.close();
});
