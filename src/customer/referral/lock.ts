// The lock by which those take turns who change who brought whom: two at the same moment could close a circle that neither of them sees.
import { lockNames } from '../../database/named-locks.ts';
import type { OrganisationDatabase } from '../../database/organisation-database.ts';

/** What work that changes referrals takes turns by, besides the customers that it changes. */
export const REFERRALS = 'referrals';

/**
 * Waits until nobody else of the organisation changes referrals, and keeps it so until the transaction ends. Before any customer is locked: whoever changes
 * several things has locked their names first, this one among them (`touches`).
 */
export function lockReferrals(tx: OrganisationDatabase): Promise<void> {
  return lockNames(tx, [REFERRALS]);
}
