// Windows that workers share: what goes over the channel, and that the count is exact whatever goes over it together.
import { EventEmitter } from 'node:events';
import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { type Channel, PrimaryRateLimitStore, RateLimitStoreForWorkers } from '../../src/rate-limit/primary-store.ts';

/** The two ends of a channel as between processes: what is sent arrives later, as text. Tells how many messages went to the first end. */
function connect() {
  const ends = [new EventEmitter(), new EventEmitter()] as const;
  let asked = 0;
  const send = (to: EventEmitter) => (message: object) => {
    if (to === ends[0]) asked += 1;
    const text = JSON.stringify(message);
    setImmediate(() => to.emit('message', JSON.parse(text)));
  };
  const end = (own: EventEmitter, other: EventEmitter): Channel => ({
    send: send(other),
    on: (event, listener) => own.on(event, listener),
  });
  return { primary: end(ends[0], ends[1]), worker: end(ends[1], ends[0]), asked: () => asked };
}

/** The process that counts, and workers that ask it. */
function open(count: number) {
  const counting = new RateLimitStoreForWorkers();
  return Array.from({ length: count }, () => {
    const { primary, worker, asked } = connect();
    counting.join(primary);
    return { store: new PrimaryRateLimitStore(worker, 'requests'), asked };
  });
}

const one = () => open(1)[0] as ReturnType<typeof open>[number];

describe('a worker', () => {
  it('asks at once for a request that is alone', async () => {
    const { store, asked } = one();
    for (let i = 0; i < 3; i++) {
      const result = store.consume('key', 1, 10);
      expect(asked()).toBe(i + 1);
      expect(await result).toMatchObject({ allowed: true, limit: 10, remaining: 9 - i });
    }
  });

  it('asks in one message for requests that come together, also in a few turns of the event loop', async () => {
    const { store, asked } = one();
    await Promise.all(Array.from({ length: 5 }, () => store.consume('key', 1, 100)));
    const before = asked();
    const results = [store.consume('key', 1, 100), store.consume('key', 1, 100)];
    await turn();
    results.push(store.consume('key', 1, 100));
    expect((await Promise.all(results)).map(({ remaining }) => remaining)).toEqual([94, 93, 92]);
    expect(asked()).toBe(before + 1);
  });

  it('asks at once again when a request was alone', async () => {
    const { store, asked } = one();
    await Promise.all([store.consume('key', 1, 100), store.consume('key', 1, 100), store.consume('key', 1, 100)]);
    await store.consume('key', 1, 100);
    const before = asked();
    void store.consume('key', 1, 100);
    expect(asked()).toBe(before + 1);
  });

  it('hears of each request what became of that one, whoever else is asked for with it', async () => {
    const { store } = one();
    const asked: [name: string, cost: number, limit: number][] = [
      ['a', 1, 2],
      ['a', 1, 2],
      ['b', 2, 9],
      ['a', 1, 2],
      ['b', 3, 9],
      ['b', 3, 9],
      ['b', 3, 9],
    ];
    const results = await Promise.all(asked.map((request) => store.consume(...request)));
    expect(results.map(({ allowed, limit, remaining }) => [allowed, limit, remaining])).toEqual([
      [true, 2, 1],
      [true, 2, 0],
      [true, 9, 7],
      [false, 2, 0],
      [true, 9, 4],
      [true, 9, 1],
      [false, 9, 1],
    ]);
  });
});

it('workers let exactly as many through as the limit says, each with a number of its own, and on each they go down', async () => {
  const workers = open(3);
  const results = await Promise.all(
    workers.map(({ store }) => Promise.all(Array.from({ length: 40 }, () => store.consume('key', 1, 100)))),
  );
  const told = results.map((own) => own.filter(({ allowed }) => allowed).map(({ remaining }) => remaining));
  expect(told.flat().toSorted((a, b) => a - b)).toEqual(Array.from({ length: 100 }, (_, i) => i));
  for (const own of told) expect(own).toEqual(own.toSorted((a, b) => b - a));
  for (const refused of results.flat().filter(({ allowed }) => !allowed)) expect(refused.remaining).toBe(0);
});

it('a request that is taken back leaves its room to other workers', async () => {
  const [first, second] = open(2) as [ReturnType<typeof one>, ReturnType<typeof one>];
  const { slice } = await first.store.consume('key', 1, 1);
  expect((await second.store.consume('key', 1, 1)).allowed).toBe(false);
  first.store.refund('key', 1, slice);
  await turn();
  expect((await second.store.consume('key', 1, 1)).allowed).toBe(true);
});
