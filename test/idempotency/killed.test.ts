// What was done under an Idempotency-Key is done once, and told as it was, whenever the gateway is killed.
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { createDatabase, createKey, createOrganisation } from '../support/database.ts';
import { expectOnce, keyedCreate, keyedPair, sendAll } from '../support/keyed-calls.ts';
import { startProcess } from '../support/process.ts';

const CALLS = 100;
const KILLS = 4;

it('each call has one effect and one answer, and none is refused once the gateway is back', async () => {
  const databaseUrl = await createDatabase();
  const key = await createKey(databaseUrl, await createOrganisation(databaseUrl));
  const calls = Array.from({ length: CALLS }, (_, i) => (i % 2 ? keyedPair(`pair-${i}`) : keyedCreate(`one-${i}`)));
  for (let kill = 0; kill < KILLS; kill++) {
    const gateway = await startProcess({ DATABASE_URL: databaseUrl });
    let isKilled = false;
    const sent = sendAll(gateway.url, key, calls, () => isKilled);
    await sleep(20 + kill * 30);
    isKilled = true;
    gateway.child.kill('SIGKILL');
    await Promise.all([sent, gateway.ended]);
  }
  const gateway = await startProcess({ DATABASE_URL: databaseUrl });
  const before = calls.map(({ conflicts }) => conflicts);
  await sendAll(gateway.url, key, calls);
  expect(calls.map(({ conflicts }) => conflicts)).toEqual(before);
  // Once more, what was answered before too.
  const again = calls.map((call) => ({ ...call, answers: [] as string[] }));
  await sendAll(gateway.url, key, again);
  await gateway.stop();
  for (const [i, { answers }] of again.entries()) calls[i]?.answers.push(...answers);
  await expectOnce(databaseUrl, calls);
});
