// What is kept under Idempotency-Keys goes by itself: after a day, or when an organisation has more of it than it may.
import type { JobTraits } from '../background/job.ts';

/** A step takes some hundredths of a second; five million rows take some minutes. */
export const expiry: JobTraits = {
  name: 'expire_idempotency_keys',
  stepSize: 2_000,
  fullPause: 50,
  pause: 60_000,
};

/** Two million rows, and a gigabyte of answers, which can be rendered again. How much there is, is told by a sample. */
export const bound: JobTraits = {
  name: 'bound_idempotency_keys',
  stepSize: 2_000,
  fullPause: 250,
  pause: 60_000,
};
