// Moments that callers send.
import { z } from 'zod';

/** Milliseconds of a day. */
export const DAY = 86_400_000;

/** What is said of anything else. */
export const MUST_BE_MOMENT = 'must be a date and time in the format of RFC 3339: 2027-01-31T12:00:00Z';

/** A moment as RFC 3339 writes it, with `T`, `Z` and the zone; what is finer than a millisecond is cut off. */
export const moment = z.iso.datetime({ offset: true, error: MUST_BE_MOMENT }).transform((text) => new Date(text));
