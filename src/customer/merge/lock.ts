// Merges of an organisation take turns with each other, and with whatever else depends on who leads to whom.
import { columnsOf } from '../../database/columns.ts';
import type { OrganisationDatabase } from '../../database/organisation-database.ts';
import type { Statement } from '../../database/statement.ts';
import {
  assertLeads,
  type ChangeKey,
  type Lock,
  leadsTo,
  type ReadCustomer,
  type ReadRow,
  readRow,
} from '../change.ts';
import { CustomerEntity } from '../customer.entity.ts';
import { detailNames, momentNames, objectNames } from '../details.ts';
import { lockReferrals, REFERRALS } from '../referral/lock.ts';

/** The name of what all of them lock first, and take turns by: that of referrals, which merges move. */
export const MERGES = REFERRALS;

/** Waits until no other transaction merges customers of the organisation, sets who brought them, or erases them. Before any customer is locked. */
export const lockMerges = lockReferrals;

/** In the order of ids, as they are locked everywhere. Keys too: whoever keeps an answer that tells of one keeps it from being erased meanwhile. */
const lock: Statement = {
  name: 'customers_lock_with_merged',
  text: `
    select ${columnsOf(CustomerEntity, 'c', [...detailNames, ...objectNames, ...momentNames]).join(', ')}, c.xmin::text as row_version, false as is_merged
    from customer c
    where c.organisation_id = $1 and c.id = any(array(
      select unnest($2::bigint[])
      union all
      select m.id from customer m where m.organisation_id = $1 and m.merged_into = any($2)
    ))
    order by c.id
    for update`,
};

/** Customers that are locked with all that were merged into them. */
export interface LockedFamily {
  readonly all: readonly ReadCustomer[];
  /** The one of an internal id. @throws Error when it is not among them */
  of(id: number): ReadCustomer;
}

/**
 * Locks customers with all that were merged into them by now.
 *
 * @param ids - internal ids
 * @returns them as they are then, the oldest first
 */
export async function lockWithMerged(tx: OrganisationDatabase, ids: readonly number[]): Promise<LockedFamily> {
  const rows = await tx.run<ReadRow>(lock, [tx.organisationId, ids]);
  const all = rows.map((row) => readRow(tx, row));
  return {
    all,
    of(id) {
      const found = all.find(({ customer }) => customer.id === id);
      if (!found) throw new Error('a customer that was found is gone');
      return found;
    },
  };
}

/**
 * Locks the customer that a name leads to with all that were merged into it.
 *
 * @throws ApiError `PUBLIC_CUSTOMER_DETAIL_NOT_PERMITTED` as `lockCustomer`
 */
export async function lockNamedWithMerged(
  tx: OrganisationDatabase,
  by: ChangeKey,
): Promise<{ named: ReadCustomer; family: LockedFamily }> {
  const { id } = await leadsTo(tx, by);
  const family = await lockWithMerged(tx, [id]);
  const named = family.of(id);
  await assertLeads(tx, by, named, family.all.length - 1);
  return { named, family };
}

/** Locks a customer that is deleted or restored: those that were merged into it are too. */
export const lockWholeCustomer: Lock = async (tx, by) => (await lockNamedWithMerged(tx, by)).named;
