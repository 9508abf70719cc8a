// How a caller names a customer.
import { z } from 'zod';
import { REQUIRED } from '../text.ts';
import type { CustomerKey } from './find.ts';
import { emailInput } from './input.ts';

/** How what is no object is refused. */
export const MUST_BE_OBJECT = {
  error: ({ input }: { input: unknown }) => (input == null ? REQUIRED : 'must be an object'),
};
const reference = z.string({ error: ({ input }) => (input == null ? REQUIRED : 'must be a string') });

/** What names one customer, by either of two; that there is exactly one of them, GraphQL has checked. */
export const customerBy = z
  .object({ cuRefNo: reference.nullish(), email: emailInput.nullish() }, MUST_BE_OBJECT)
  .transform(
    ({ cuRefNo, email }) =>
      (email == null ? { cuRefNo: cuRefNo ?? '' } : { email }) satisfies CustomerKey as CustomerKey,
  );

/** What names one customer by its reference alone, since it may have been deleted. */
export const customerByReference = z.object({ cuRefNo: reference }, MUST_BE_OBJECT);

/** The `version` that a caller has seen; undefined where it does not matter. */
export const seenVersion = z
  .int('must be a whole number')
  .nullish()
  .transform((version) => version ?? undefined);
