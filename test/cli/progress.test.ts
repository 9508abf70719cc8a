// How far a long command is: a line every now and then where nobody looks at a terminal.
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { Progress } from '../../src/cli/progress.ts';

let lines: string[];
beforeEach(() => {
  lines = [];
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'performance'] });
  vi.spyOn(console, 'error').mockImplementation((line: string) => lines.push(line));
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

it('tells rows, pace and the time that is left every ten seconds', () => {
  const progress = new Progress();
  for (let second = 1; second <= 25; second++) {
    vi.advanceTimersByTime(1_000);
    progress.update(second * 2_000, second / 100);
  }
  progress.stop(true);
  vi.advanceTimersByTime(60_000);
  expect(lines).toEqual([
    '9%, 18,000 rows, 1,800 rows/s, 1 min 41 s left',
    '19%, 38,000 rows, 2,000 rows/s, 1 min 21 s left',
  ]);
});

it('tells no time where the whole is not known, and counts what was done before as no pace', () => {
  const progress = new Progress({ before: 500_000 });
  vi.advanceTimersByTime(5_000);
  progress.update(510_000, undefined);
  vi.advanceTimersByTime(5_000);
  progress.line('something else');
  progress.stop(false);
  expect(lines).toEqual(['510,000 rows, 1,000 rows/s', 'something else']);
});
