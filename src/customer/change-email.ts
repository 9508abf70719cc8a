// Changes the e-mail address of a customer.
import { z } from 'zod';
import type { OrganisationDatabase } from '../database/organisation-database.ts';
import type { Statement } from '../database/statement.ts';
import type { OperationContext } from '../operation-context.ts';
import { customerBy, seenVersion } from './by.ts';
import { changeCustomer, setLocked, turnsOf } from './change.ts';
import type { Customer } from './customer.entity.ts';
import { canonicalEmail } from './email.ts';
import type { CustomerKey } from './find.ts';
import { emailInput } from './input.ts';
import { lockMerges, lockNamedWithMerged, MERGES } from './merge/lock.ts';
import type { Settable } from './set.ts';
import { assertVersion } from './version.ts';

/** Whose address becomes which. */
export const changeCustomerEmailInput = z.object({ by: customerBy, email: emailInput, version: seenVersion });

/** Whose address becomes which. */
export type ChangeCustomerEmail = z.output<typeof changeCustomerEmailInput>;

/** The names that it may lock: whether the mailbox is that of one which was merged is not known before. */
export const turnsOfEmailChange = ({ by }: ChangeCustomerEmail) => [MERGES, ...turnsOf(by)];

/** Without a condition on the merge: PostgreSQL could read all that were merged for it. */
const byMailbox: Statement = {
  name: 'mailbox_of_merged',
  text: `
    select merged_into is not null as is_merged from customer
    where organisation_id = $1 and canonical_email = $2 and deleted_at is null`,
};

const release: Statement = {
  name: 'mailbox_release',
  text: `
    update customer set email = null, canonical_email = null
    where organisation_id = $1 and merged_into = $2 and canonical_email = $3`,
};

/**
 * Changes the e-mail address of a customer; also gives one to a contact that has none. The mailbox of one that was merged into it becomes its own.
 *
 * @throws ApiError `PUBLIC_CUSTOMER_DETAIL_NOT_PERMITTED`; `INTERNAL_CONFLICT` when the mailbox is another customer's, or the version seen is not the
 *   present one
 */
export async function changeCustomerEmail(ctx: OperationContext, input: ChangeCustomerEmail): Promise<Customer> {
  const { by, email, version } = input;
  const { database } = ctx;
  const become = (customer: Customer): Partial<Settable> => {
    assertVersion(customer, version);
    return { email, canonicalEmail: canonicalEmail(email) };
  };
  const [owner] = await database.run<{ is_merged: boolean }>(byMailbox, [
    database.organisationId,
    canonicalEmail(email),
  ]);
  if (!owner?.is_merged) return changeCustomer(ctx, by, { action: 'EMAIL_CHANGED' }, become);
  return database.inTurn(turnsOfEmailChange(input), () =>
    database.transaction((tx) => takeFromMerged(ctx, tx, by, become)),
  );
}

/** Changes the address to that of one that was merged; where that one was merged into another customer, it is a conflict. */
async function takeFromMerged(
  ctx: OperationContext,
  tx: OrganisationDatabase,
  by: CustomerKey,
  become: (customer: Customer) => Partial<Settable>,
): Promise<Customer> {
  await lockMerges(tx);
  const { named } = await lockNamedWithMerged(tx, by);
  const given = become(named.customer);
  await tx.run(release, [tx.organisationId, named.customer.id, given.canonicalEmail]);
  return setLocked(ctx, tx, named, given, { action: 'EMAIL_CHANGED' });
}
