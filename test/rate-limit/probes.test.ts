// When a server that was lost is tried again, by a clock that the test sets.
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { Probes } from '../../src/rate-limit/probes.ts';

beforeEach(() => void vi.useFakeTimers({ toFake: ['performance'] }));
afterEach(() => void vi.useRealTimers());

/** Milliseconds until the next try may begin, which then is under way. */
function untilTry(probes: Probes): number {
  for (let waited = 0; waited <= 20_000; waited += 1) {
    if (probes.begin()) return waited;
    vi.advanceTimersByTime(1);
  }
  throw new Error('it is never tried again');
}

function loseAndFail(probes: Probes, tries: number): number[] {
  probes.lost();
  return Array.from({ length: tries }, () => {
    const waited = untilTry(probes);
    probes.end(false);
    return waited;
  });
}

function winBack(probes: Probes): number {
  const waited = untilTry(probes);
  probes.end(true);
  return waited;
}

it('tries at once before anything was lost, and one try at a time', () => {
  const probes = new Probes();
  expect([probes.begin(), probes.begin()]).toEqual([true, false]);
  probes.end(true);
  expect(probes.begin()).toBe(true);
});

it('tries ever later while the server is away, and soon again after it had stayed', () => {
  const probes = new Probes();
  expect(loseAndFail(probes, 8)).toEqual([50, 100, 200, 400, 800, 1_000, 1_000, 1_000]);
  expect(winBack(probes)).toBe(1_000);
  vi.advanceTimersByTime(10_001);
  expect(loseAndFail(probes, 3)).toEqual([50, 100, 200]);
});

it('rests the longer the more often the server comes and goes', () => {
  const probes = new Probes();
  loseAndFail(probes, 1);
  winBack(probes);
  const rests = Array.from({ length: 6 }, () => {
    const [rest] = loseAndFail(probes, 2);
    expect(winBack(probes)).toBe(rest);
    vi.advanceTimersByTime(5_000);
    return rest;
  });
  expect(rests).toEqual([1_000, 2_000, 4_000, 8_000, 10_000, 10_000]);
  vi.advanceTimersByTime(5_001);
  expect(loseAndFail(probes, 2)).toEqual([50, 100]);
});
