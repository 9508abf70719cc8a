// Kept requests go after a day, by themselves.
import type { JobTraits } from '../background/job.ts';

/** A step takes some hundredths of a second; five million rows take some minutes. */
export const expiry: JobTraits = {
  name: 'expire_idempotency_keys',
  stepSize: 2_000,
  fullPause: 50,
  pause: 60_000,
};
