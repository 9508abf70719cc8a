// Lengths of time as operators write and read them.
import { InvalidArgumentError } from 'commander';
import { graceInput } from '../api-key/input.ts';

const secondsIn: Record<string, number> = { s: 1, m: 60, h: 3_600, d: 86_400 };

/** Seconds of a length of time such as `90s`, `15m`, `24h` or `7d`. */
export function duration(text: string): number {
  const [, count, unit = ''] = /^(\d{1,7})([smhd])$/.exec(text) ?? [];
  const seconds = Number(count) * (secondsIn[unit] ?? Number.NaN);
  if (!graceInput.safeParse(seconds).success) {
    throw new InvalidArgumentError('Give a duration such as 0s, 90s, 15m, 24h or 7d, at most a year.');
  }
  return seconds;
}

/** How long ago a moment was, in the largest unit that it fills: `3h ago`. */
export function ago(moment: Date): string {
  const seconds = Math.max(0, (Date.now() - moment.getTime()) / 1_000);
  const [unit, length] = Object.entries(secondsIn).findLast(([, least]) => seconds >= least) ?? ['s', 1];
  return `${Math.floor(seconds / length)}${unit} ago`;
}
