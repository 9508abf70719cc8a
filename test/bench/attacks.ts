// Measures known attacks on the GraphQL API: what answers, how long it takes, what it costs in CPU and memory.
import { attacks } from '../support/attacks.ts';
import { openBench } from './support.ts';

const ROUNDS = 20;
/** Milliseconds of CPU that no attack may take. */
const BOUND = 100;

const bench = await openBench();
const gateway = await bench.startGateway();
const { url, key } = gateway;

let sent = 0;

async function send({ body: text, method, headers }: (typeof attacks)[number]) {
  // No two texts alike: what was parsed before costs nothing.
  sent += 1;
  const body = text.replace('{"query":"', `{"query":"#${sent}\\n`);
  const authorization = `Bearer ${key}`;
  const answer =
    method === 'GET'
      ? await fetch(`${url}/graphql?query=${encodeURIComponent(body)}`, { headers: { authorization } })
      : await fetch(`${url}/graphql`, {
          method: 'POST',
          headers: { 'content-type': 'application/json', authorization, ...headers },
          body,
        });
  const received = await answer.text();
  const parsed = JSON.parse(received) as { errors?: { message: string; extensions: { code: string } }[] };
  const [error] = parsed.errors ?? [];
  return {
    status: answer.status,
    said: error ? `${error.extensions.code}: ${error.message}` : `data, ${received.length} bytes`,
  };
}

console.log('| attack | bytes | HTTP | answer | ms | CPU ms | memory before → after, MB |');
console.log('| --- | --- | --- | --- | --- | --- | --- |');
let worst = 0;
for (const attack of attacks) {
  await send(attack);
  const before = gateway.memory();
  const cpuBefore = gateway.cpu();
  const startedAt = performance.now();
  let last = { status: 0, said: '' };
  for (let i = 0; i < ROUNDS; i++) last = await send(attack);
  const milliseconds = (performance.now() - startedAt) / ROUNDS;
  const cpu = (gateway.cpu() - cpuBefore) / ROUNDS;
  worst = Math.max(worst, cpu);
  const row = [
    attack.name,
    attack.body.length,
    last.status,
    last.said.slice(0, 110).replaceAll('|', '/'),
    milliseconds.toFixed(1),
    cpu.toFixed(1),
  ];
  console.log(`| ${row.join(' | ')} | ${before.toFixed(0)} → ${gateway.memory().toFixed(0)} |`);
}
console.log(`\nThe costliest took ${worst.toFixed(1)} ms of CPU; the bound is ${BOUND}.`);
await bench.close();
if (worst > BOUND) process.exitCode = 1;
