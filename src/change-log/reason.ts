// Why something is done, for the change log.
import { freeText, requiredText } from '../text.ts';

/** Characters that a reason may have. */
export const LONGEST_REASON = 1_000;

/** A reason, where one may be given. */
export const reasonInput = freeText(LONGEST_REASON);

/** A reason, where one must be given. */
export const requiredReason = requiredText(LONGEST_REASON);
