// Parameters in the URL of a REST request: text by nature, validated here by type alone. What a value means is validated by the operation.
import { z } from 'zod';
import { MUST_BE_INT, REQUIRED } from '../text.ts';

const wholeNumber = /^-?\d{1,10}$/;

/** A parameter of text. */
export function textParameter(description: string) {
  return z.string({ error: REQUIRED }).meta({ description });
}

/** A parameter of a whole number that GraphQL's `Int` can hold, in decimal digits. */
export function wholeNumberParameter(description: string) {
  const int = z.int32({ error: ({ input }) => (input === undefined ? REQUIRED : MUST_BE_INT) });
  return z
    .preprocess((text) => (typeof text === 'string' && wholeNumber.test(text) ? Number(text) : text), int)
    .meta({ description });
}
