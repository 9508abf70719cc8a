// Slots of transactions: who gets one, and when.
import { expect, it } from 'vitest';
import { ConnectionSlots } from '../../src/database/connection-slots.ts';

/** Transactions of organisations that end when they are told to. */
function openSlots(connections: number) {
  const slots = new ConnectionSlots(connections);
  const begun: string[] = [];
  const ends = new Map<string, () => void>();
  const failed: string[] = [];
  function begin(organisationId: number, name: string, milliseconds = Number.POSITIVE_INFINITY) {
    const work = () =>
      new Promise<void>((resolve) => {
        begun.push(name);
        ends.set(name, resolve);
      });
    return slots.run(organisationId, performance.now() + milliseconds, work).catch((error) => {
      failed.push(`${name} ${error.code}`);
    });
  }
  const settled = () => new Promise((resolve) => setImmediate(resolve));
  return {
    begun,
    failed,
    begin,
    settled,
    async end(name: string) {
      ends.get(name)?.();
      await settled();
    },
  };
}

it('leaves a connection for calls of one statement, half of them for other organisations, and one for whoever has none', async () => {
  const { begun, begin, settled } = openSlots(10);
  for (const organisation of [1, 2, 3]) for (let i = 0; i < 8; i++) begin(organisation, `${organisation}.${i}`);
  await settled();
  const of = (organisation: number) => begun.filter((name) => name.startsWith(`${organisation}.`)).length;
  expect([of(1), of(2), of(3)]).toEqual([5, 3, 1]);
});

it('lets organisations that wait take turns', async () => {
  const { begun, begin, end, settled } = openSlots(3);
  for (const name of ['a1', 'b1', 'a2', 'a3', 'a4', 'b2', 'b3', 'b4', 'c1']) begin(name.charCodeAt(0), name);
  await settled();
  expect(begun).toEqual(['a1', 'b1']);
  // What begins is appended while this goes on.
  for (const name of begun) await end(name);
  expect(begun).toEqual(['a1', 'b1', 'a2', 'b2', 'c1', 'a3', 'b3', 'a4', 'b4']);
});

it('fails who waits too long, and gives the slot to the next', async () => {
  const { begun, failed, begin, end } = openSlots(2);
  begin(1, 'first');
  const late = begin(1, 'late', 5);
  begin(1, 'patient');
  await late;
  expect(failed).toEqual(['late INTERNAL_SERVICE_UNAVAILABLE']);
  await end('first');
  expect(begun).toEqual(['first', 'patient']);
});

it('has one for one organisation where there is one connection', async () => {
  const { begun, begin, end } = openSlots(1);
  begin(1, 'first');
  begin(2, 'second');
  await end('first');
  expect(begun).toEqual(['first', 'second']);
});
