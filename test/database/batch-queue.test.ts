// Calls of one statement that touch the same: none is run when its caller has gone, and none keeps the process from all else.
import { expect, it } from 'vitest';
import type { BatchStatement } from '../../src/database/batch/batch-queue.ts';
import { StatementBatcher } from '../../src/database/batch/statement-batcher.ts';

const LOCKED = new Error('locked');
const statement = (takesSeveral: boolean): BatchStatement<number> => ({
  name: 'calls',
  text: '',
  takesSeveral,
  keyOf: () => 'one customer',
  isSame: () => false,
  values: (_, calls) => [calls],
});

/** A database in which a row is locked for so long; a statement says which calls it holds. */
function openDatabase(lockedFor: number) {
  const freeAt = performance.now() + lockedFor;
  const statements: number[][] = [];
  const batcher = new StatementBatcher(
    {
      async run(_, { deadline, lockTimeout }, { values }) {
        const calls = values[0] as number[];
        statements.push(calls);
        if (statements.length > 1_000) throw new Error('it goes round and round');
        const now = performance.now();
        const until = Math.min(deadline, lockTimeout ? now + lockTimeout : Number.POSITIVE_INFINITY);
        await new Promise((resolve) => setTimeout(resolve, Math.max(0, Math.min(until, freeAt) - now)));
        if (freeAt > until) throw LOCKED;
        if (calls.includes(0)) throw new Error('refused');
        return calls.map((call, i) => ({ position: i + 1, call }));
      },
      isOfOneCall: () => true,
      isLocked: (error) => error === LOCKED,
    },
    4,
  );
  return { batcher, statements };
}

it.each([false, true])(
  'a call that fails behind a lock lets those behind it go on (takesSeveral: %s)',
  async (takesSeveral) => {
    const { batcher, statements } = openDatabase(400);
    const call = (n: number, milliseconds = 5_000) =>
      batcher.run(1, performance.now() + milliseconds, statement(takesSeveral), n).then(
        () => `${n} done`,
        (error) => `${n} ${error.code ?? error.message}`,
      );
    const all = [call(0)];
    await new Promise((resolve) => setTimeout(resolve, 250));
    all.push(call(1), call(2));
    expect(await Promise.all(all)).toEqual(['0 refused', '1 done', '2 done']);
    expect(statements.length).toBeLessThan(12);
  },
);

it.each([false, true])('a call whose time is up while it waits is not run (takesSeveral: %s)', async (takesSeveral) => {
  const { batcher, statements } = openDatabase(600);
  const call = (n: number, milliseconds: number) =>
    batcher.run(1, performance.now() + milliseconds, statement(takesSeveral), n).then(
      () => `${n} done`,
      (error) => `${n} ${error.code ?? error.message}`,
    );
  const first = call(1, 5_000);
  await new Promise((resolve) => setTimeout(resolve, 50));
  const others = [call(2, 100), call(3, 5_000), call(4, 200)];
  expect(await Promise.all([first, ...others])).toEqual([
    '1 done',
    '2 INTERNAL_SERVICE_UNAVAILABLE',
    '3 done',
    '4 INTERNAL_SERVICE_UNAVAILABLE',
  ]);
  expect(statements.flat().filter((n) => n === 2 || n === 4)).toEqual([]);
});

it('more calls than one statement holds are several at once, also after others had come together', async () => {
  const { batcher, statements } = openDatabase(0);
  const ofCustomer: BatchStatement<number> = { ...statement(false), keyOf: (n) => String(n) };
  const call = (n: number) => batcher.run(1, performance.now() + 5_000, ofCustomer, n);
  await Promise.all([1, 2, 3].map(call));
  const begun = statements.length;
  const many = Array.from({ length: 200 }, (_, i) => call(10 + i));
  expect(statements.length - begun).toBe(3);
  await Promise.all(many);
});

it('calls that come together share a statement from the first on, once others had come together; who is alone waits for nobody', async () => {
  const { batcher, statements } = openDatabase(0);
  const ofCustomer: BatchStatement<number> = { ...statement(false), keyOf: (n) => String(n) };
  const call = (n: number) => batcher.run(1, performance.now() + 5_000, ofCustomer, n);
  await Promise.all([1, 2, 3].map(call));
  await Promise.all([4, 5, 6].map(call));
  expect(statements).toEqual([[1], [2, 3], [4, 5, 6]]);
  // The first after a crowd still waits for the turn to end, and no further one does.
  await call(7);
  await new Promise((resolve) => setImmediate(resolve));
  const alone = call(8);
  expect(statements.at(-1)).toEqual([8]);
  await alone;
});

it('a second statement goes beside the first when enough calls wait, and no third one', async () => {
  const { batcher, statements } = openDatabase(20);
  const ofCustomer: BatchStatement<number> = { ...statement(false), keyOf: (n) => String(n) };
  const call = (n: number) => batcher.run(1, performance.now() + 5_000, ofCustomer, n);
  const numbers = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => from + i);
  const calls = [call(1), ...numbers(2, 12).map(call)];
  expect(statements).toEqual([[1]]);
  calls.push(call(13), ...numbers(14, 30).map(call));
  expect(statements).toEqual([[1], numbers(2, 13)]);
  await Promise.all(calls);
  expect(statements.flat().sort((a, b) => a - b)).toEqual(numbers(1, 30));
});
