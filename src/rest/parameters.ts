// Parameters in the URL of a REST request: text by nature, validated here by type alone. What a value means is validated by the operation.
import { z } from 'zod';
import { MUST_BE_INT, REQUIRED } from '../text.ts';

const wholeNumber = /^-?\d{1,10}$/;

/** A parameter of text. */
export function textParameter(description: string) {
  return z.string({ error: REQUIRED }).meta({ description });
}

/**
 * A parameter of a whole number that GraphQL's `Int` can hold, in decimal digits.
 *
 * @param range - what it may be, if less than that; in the words of the operation, which checks it too
 */
export function wholeNumberParameter(description: string, range?: readonly [least: number, most: number]) {
  const int = z.int32({ error: ({ input }) => (input === undefined ? REQUIRED : MUST_BE_INT) });
  const [least, most] = range ?? [];
  const ranged =
    least === undefined || most === undefined
      ? int
      : int.min(least, `must be at least ${least}`).max(most, `must be at most ${most}`);
  return z
    .preprocess((text) => (typeof text === 'string' && wholeNumber.test(text) ? Number(text) : text), ranged)
    .meta({ description });
}
