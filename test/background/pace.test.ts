// When a job's next step comes: at once while there is more to do, rarely while there is not, and ever later while it fails.
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { Job } from '../../src/background/job.ts';
import { BackgroundRunner } from '../../src/background/runner.ts';
import { logTo } from '../../src/log.ts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;

let log: { level: number; msg: string }[];
let runner: BackgroundRunner;
beforeEach(() => {
  vi.useFakeTimers();
  log = [];
});
afterEach(async () => {
  await runner.close();
  vi.useRealTimers();
});

/** Starts a job that comes to what `outcome` says, and counts its steps. */
async function start(outcome: (step: number) => number | undefined, traits: Partial<Job> = {}) {
  let steps = 0;
  const job: Job = {
    name: 'chores',
    stepSize: 10,
    fullPause: 50,
    pause: MINUTE,
    async run() {
      steps += 1;
      return outcome(steps);
    },
    ...traits,
  };
  const stream = { write: (line: string) => void log.push(JSON.parse(line)) };
  runner = new BackgroundRunner({ jobs: [job], log: logTo('info', stream) });
  runner.start();
  return { steps: () => steps };
}
const pass = (milliseconds: number) => vi.advanceTimersByTimeAsync(milliseconds);
const fail = (): never => {
  throw new Error('no chores');
};

it('the first step comes within a pause', async () => {
  const { steps } = await start(() => 0);
  await pass(MINUTE);
  expect(steps()).toBeGreaterThan(0);
});

it('full steps follow each other after a short pause, and a pause follows the first that is not full', async () => {
  const { steps } = await start((step) => (step < 12 ? 10 : 3), { pause: SECOND });
  while (steps() < 1) await pass(1);
  await pass(11 * 50);
  expect(steps()).toBe(12);
  await pass(0.74 * SECOND);
  expect(steps()).toBe(12);
  await pass(0.52 * SECOND);
  expect(steps()).toBe(13);
});

it('health names a job that has a backlog, and the log says when it is worked off, whatever came in between', async () => {
  const outcomes = [3, 10, undefined, 10, 3, 0];
  const { steps } = await start((step) => (step === 4 ? fail() : outcomes[step - (step > 4 ? 2 : 1)]), {
    pause: SECOND,
  });
  const upTo = async (step: number) => {
    while (steps() < step) await pass(1);
    await pass(0);
    return runner.health();
  };
  expect(await upTo(1)).toEqual({});
  for (const step of [2, 3, 4, 5]) expect(await upTo(step)).toEqual({ busyJobs: ['chores'] });
  expect(log.filter(({ msg }) => msg.includes('backlog'))).toEqual([]);
  expect(await upTo(6)).toEqual({});
  await upTo(7);
  expect(log.filter(({ msg }) => msg.includes('backlog'))).toMatchObject([
    { level: 30, job: 'chores', rows: 23, seconds: expect.any(Number) },
  ]);
});

it('where another process has the turn, a pause follows', async () => {
  const { steps } = await start(() => undefined, { pause: SECOND });
  await pass(100 * SECOND);
  expect(steps()).toBeGreaterThanOrEqual(80);
  expect(steps()).toBeLessThanOrEqual(135);
});

it('a job that fails is tried after a pause that grows to a minute, and said once', async () => {
  const { steps } = await start(fail, { pause: SECOND });
  await pass(MINUTE);
  // 1 + 2 + 4 + 8 + 16 seconds, and what comes after the first minute.
  expect(steps()).toBeGreaterThanOrEqual(5);
  expect(steps()).toBeLessThanOrEqual(7);
  const before = steps();
  await pass(100 * MINUTE);
  expect(steps() - before).toBeGreaterThanOrEqual(75);
  expect(steps() - before).toBeLessThanOrEqual(135);
  expect(log).toMatchObject([{ level: 50, job: 'chores', err: { message: 'no chores' } }]);
});

it('a step that works ends the streak: the next failure is said again, and tried again soon', async () => {
  const { steps } = await start((step) => (step === 8 ? 10 : fail()), { pause: SECOND });
  while (steps() < 9) await pass(10);
  expect(log.map(({ level }) => level)).toEqual([50, 30, 50]);
  await pass(1.25 * SECOND);
  expect(steps()).toBe(10);
});

it('health names a job that has failed for ten minutes, until it works', async () => {
  let works = false;
  await start(() => (works ? 0 : fail()), { pause: SECOND });
  await pass(9 * MINUTE);
  expect(runner.health()).toEqual({});
  await pass(2 * MINUTE);
  expect(runner.health()).toEqual({ failingJobs: ['chores'] });
  works = true;
  await pass(2 * MINUTE);
  expect(runner.health()).toEqual({});
});

it('that another process has the turn does not say that the job works', async () => {
  await start((step) => (step % 2 === 1 ? fail() : undefined), { pause: SECOND });
  await pass(12 * MINUTE);
  expect(runner.health()).toEqual({ failingJobs: ['chores'] });
  expect(log).toHaveLength(1);
});

it('without a job there is no timer', () => {
  runner = new BackgroundRunner({ jobs: [], log: logTo('info', { write: () => {} }) });
  runner.start();
  expect(vi.getTimerCount()).toBe(0);
  expect(runner.health()).toEqual({});
});

it('after it was closed there is none either, also when a step was on its way', async () => {
  const { promise, resolve } = Promise.withResolvers<number>();
  await start(() => 0, { pause: SECOND, run: () => promise });
  await pass(SECOND);
  const closed = runner.close();
  resolve(10);
  await closed;
  expect(vi.getTimerCount()).toBe(0);
});
