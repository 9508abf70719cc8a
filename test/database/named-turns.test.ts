// Turns by name: who touches the same goes one after the other, and nobody is forgotten.
import { expect, it } from 'vitest';
import { NamedTurns } from '../../src/database/named-turns.ts';

/** Work that ends, or fails, when it is told to. */
function openTurns() {
  const turns = new NamedTurns();
  const told: string[] = [];
  const ends = new Map<string, (error?: Error) => void>();
  const settled = () => new Promise((resolve) => setImmediate(resolve));
  return {
    told,
    settled,
    begin: (name: string, touched: string[], milliseconds = Number.POSITIVE_INFINITY) =>
      turns
        .run(touched, performance.now() + milliseconds, () => {
          told.push(`${name} begins`);
          return new Promise<void>((resolve, reject) => ends.set(name, (error) => (error ? reject(error) : resolve())));
        })
        .catch((error) => void told.push(`${name} ${error.code ?? error.message}`)),
    async end(name: string, error?: Error) {
      ends.get(name)?.(error);
      await settled();
      await settled();
    },
    sleep: (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
  };
}

it('go in the order of arrival, and nothing else waits for them', async () => {
  const { told, settled, begin, end } = openTurns();
  for (const name of ['one', 'two', 'three']) begin(name, ['a']);
  begin('other', ['b']);
  await settled();
  expect(told).toEqual(['one begins', 'other begins']);
  await end('one');
  await end('two');
  expect(told).toEqual(['one begins', 'other begins', 'two begins', 'three begins']);
});

it('go on after work that failed, and after those who waited in vain', async () => {
  const { told, begin, end, sleep } = openTurns();
  begin('one', ['a']);
  begin('late', ['a'], 20);
  begin('later', ['a'], 30);
  begin('last', ['a']);
  await sleep(60);
  expect(told).toEqual(['one begins', 'late INTERNAL_SERVICE_UNAVAILABLE', 'later INTERNAL_SERVICE_UNAVAILABLE']);
  await end('one', new Error('failed'));
  expect(told.slice(3).toSorted()).toEqual(['last begins', 'one failed']);
  await end('last');
  begin('new', ['a']);
  await sleep(0);
  expect(told.at(-1)).toBe('new begins');
});

it('of several names are taken in one order, and given back by those who waited for another in vain', async () => {
  const { told, begin, end, sleep, settled } = openTurns();
  begin('holds b', ['b']);
  begin('wants both', ['b', 'a'], 20);
  await sleep(50);
  begin('wants a', ['a']);
  await settled();
  expect(told).toEqual(['holds b begins', 'wants both INTERNAL_SERVICE_UNAVAILABLE', 'wants a begins']);
  await end('holds b');
  await end('wants a');
  begin('x', ['a', 'b', 'a']);
  begin('y', ['b', 'a']);
  await settled();
  await settled();
  expect(told.slice(3)).toEqual(['x begins']);
  await end('x');
  await settled();
  expect(told.slice(4)).toEqual(['y begins']);
});
