// Groups that were deleted lose their memberships, then go themselves.
import type { JobTraits } from '../../background/job.ts';

/** A step takes some hundredths of a second. */
export const clearing: JobTraits = {
  name: 'clear_deleted_groups',
  stepSize: 2_000,
  fullPause: 50,
  pause: 60_000,
};
