// The choices that a generator makes: the same in every run for the same number.
import { seededRandom } from '../random.ts';

export interface Dice {
  /** A whole number from 0 up to, but not including, `count`. */
  below(count: number): number;
  /** True in that share of all cases. */
  chance(share: number): boolean;
  pick<Value>(values: readonly Value[]): Value;
  /** Up to `most` values, at least one. */
  some<Value>(most: number, make: (i: number) => Value): Value[];
}

/** Makes the dice of one number; those of its neighbours fall otherwise. */
export function diceOf(index: number): Dice {
  const random = seededRandom(mixed(index));
  const below = (count: number) => Math.floor(random() * count);
  return {
    below,
    chance: (share) => random() < share,
    pick: <Value>(values: readonly Value[]) => values[below(values.length)] as Value,
    some: (most, make) => Array.from({ length: 1 + below(most) }, (_, i) => make(i)),
  };
}

/** The finalizer of MurmurHash3: without it, sequences of neighbouring seeds would resemble each other. */
function mixed(index: number): number {
  let hash = index + 1;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
