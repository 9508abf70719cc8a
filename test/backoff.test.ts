// Pauses grow twofold, end where they are told to, and come from one place.
import { globSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { pauseAfter } from '../src/backoff.ts';

const many = (count: number, backoff: Parameters<typeof pauseAfter>[1]) =>
  Array.from({ length: count }, (_, i) => pauseAfter(i + 1, backoff));

describe('a pause', () => {
  it.each([
    [{ first: 500, longest: 10_000 }, [500, 1_000, 2_000, 4_000, 8_000, 10_000, 10_000]],
    [{ first: 100, longest: 1_000 }, [100, 200, 400, 800, 1_000, 1_000, 1_000]],
    [{ first: 100, longest: 100 }, [100, 100, 100, 100, 100, 100, 100]],
    [{ first: 100, longest: 50 }, [50, 50, 50, 50, 50, 50, 50]],
    [{ first: 0, longest: 50 }, [0, 0, 0, 0, 0, 0, 0]],
  ])('grows as %o says', (backoff, pauses) => expect(many(7, backoff)).toEqual(pauses));

  it('stays the longest, however often it failed', () => {
    for (const failures of [64, 1_024, 1_025, 1e9, Number.MAX_SAFE_INTEGER])
      expect(pauseAfter(failures, { first: 50, longest: 60_000 })).toBe(60_000);
  });

  it('is shorter by chance, by no more than its share', () => {
    const backoff = { first: 1_000, longest: 8_000, jitter: 0.25 };
    for (const [i, whole] of many(6, { ...backoff, jitter: 0 }).entries()) {
      const pauses = Array.from({ length: 200 }, () => pauseAfter(i + 1, backoff));
      expect(Math.max(...pauses)).toBeLessThanOrEqual(whole);
      expect(Math.min(...pauses)).toBeGreaterThan(whole * 0.75 - 1e-6);
      expect(new Set(pauses).size).toBeGreaterThan(100);
    }
  });
});

it('is made nowhere else', () => {
  const others = globSync('src/**/*.ts').filter((path) => path !== 'src/backoff.ts');
  for (const path of others) expect(readFileSync(path, 'utf8'), path).not.toMatch(/pause \* 2|\* 2 \*\*|retry \* 2/i);
});
