// What a caller may send about a subscription: the rules that its mutations have in common.
import { z } from 'zod';
import { unlessWrong } from '../../errors/validation.ts';
import { MUST_BE_MOMENT, moment } from '../../moment.ts';
import { REQUIRED } from '../../text.ts';
import type { Subscription } from './subscription.entity.ts';

/** Subscriptions that one customer may have: they are listed in one piece. */
export const MOST_SUBSCRIPTIONS = 1_000;
/** Characters that the names of a product may have, and the number of an order. */
export const LONGEST_PRODUCT = 255;
export const LONGEST_ORDER_NUMBER = 64;

/** What is said of an `externalId` that is no subscription's. */
export const UNKNOWN = 'must be the externalId of a subscription of this organisation';
const ENDS_TOO_EARLY = 'must not be before startsAt';
const STARTS_TOO_LATE = 'must not be after endsAt';

/** What names one subscription. */
export const externalIdInput = z
  .string({ error: ({ input }) => (input == null ? REQUIRED : 'must be a string') })
  .regex(/^[A-Za-z0-9]{16}$/, UNKNOWN);

export const orderHashInput = z.string('must be a string').regex(/^[A-Za-z0-9]{32}$/, 'must be 32 letters and digits');

export const flagInput = z.boolean('must be true or false');

/** A moment, as `timeOf` writes it. RFC 3339 writes no others, but a zone may lead out of its years. */
export const timeInput = z
  .union([z.date(), moment], MUST_BE_MOMENT)
  .refine((at) => at.getUTCFullYear() >= 1 && at.getUTCFullYear() <= 9999, 'must be in the years 0001 to 9999 in UTC')
  .transform((at) => at.toISOString());

/** Beginning and end of a subscription, of which either may not be told. */
type Times = { readonly [Name in 'startsAt' | 'endsAt']?: Subscription[Name] | null | undefined };

/** Whether a subscription would end before it starts; no clock is asked. Moments as `timeInput` gives them sort as text. */
export function endsTooEarly({ startsAt, endsAt }: Times): boolean {
  return startsAt != null && endsAt != null && endsAt < startsAt;
}

/**
 * What is wrong with the times of a subscription.
 *
 * @param given - what the caller told of them
 */
export function problemOfTimes(given: Times) {
  return given.endsAt == null
    ? { path: 'startsAt', message: STARTS_TOO_LATE }
    : { path: 'endsAt', message: ENDS_TOO_EARLY };
}

/** How an input is refused whose own times do not fit. */
export const timesRefused = {
  path: ['endsAt'],
  message: ENDS_TOO_EARLY,
  when: unlessWrong(['', 'startsAt', 'endsAt']),
};
