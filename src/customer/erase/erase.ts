// Erases what is personal of a customer, for good.
import { z } from 'zod';
import { requiredReason } from '../../change-log/reason.ts';
import type { OrganisationDatabase } from '../../database/organisation-database.ts';
import { eraseKeptAnswers } from '../../idempotency/erase.ts';
import type { OperationContext } from '../../operation-context.ts';
import { customerByReference } from '../by.ts';
import { turnsOf } from '../change.ts';
import type { Customer } from '../customer.entity.ts';
import { type LockedFamily, lockMerges, lockNamedWithMerged, MERGES } from '../merge/lock.ts';
import { personalFields } from './personal.ts';
import { eraseAddresses, eraseProfile, eraseValues, recordErasure } from './statements.ts';

/** Who is erased, and why. */
export const eraseCustomerInput = z.object({ by: customerByReference, reason: requiredReason });

/** Who is erased, and why. */
export type EraseCustomer = z.output<typeof eraseCustomerInput>;

/** The names that an erasure locks. */
export const turnsOfErasure = ({ by }: EraseCustomer) => [MERGES, ...turnsOf({ anyCuRefNo: by.cuRefNo })];

/**
 * Erases what is personal of a customer, deleted or not, and of all that were merged into it: profile, e-mail addresses, IP addresses, the values in the
 * change log, and kept answers that tell of it. Its reference, its credit ledger, its subscriptions, and what operators wrote stay. Where nothing is left to
 * erase, it is no change.
 *
 * @throws ApiError `PUBLIC_CUSTOMER_DETAIL_NOT_PERMITTED`
 * @see section 11 of the contract
 */
export function eraseCustomer(ctx: OperationContext, input: EraseCustomer): Promise<Customer> {
  const { by, reason } = input;
  return ctx.database.inTurn(turnsOfErasure(input), () =>
    ctx.database.transaction(async (tx) => {
      await lockMerges(tx);
      const { named, family } = await lockNamedWithMerged(tx, { anyCuRefNo: by.cuRefNo });
      const fields = await eraseAll(tx, family);
      return fields.length > 0 ? recordErasure(tx, ctx, named.customer, fields, reason) : named.customer;
    }),
  );
}

/** Erases all of some locked customers. @returns the names of what was erased, as the API has them */
async function eraseAll(tx: OrganisationDatabase, { all }: LockedFamily): Promise<string[]> {
  const customers = all.map(({ customer }) => customer);
  const ids = customers.map(({ id }) => id);
  const references = customers.map(({ cuRefNo }) => cuRefNo);
  const profile = personalFields(customers);
  const hasAddresses = await eraseAddresses(tx, ids);
  const hasValues = await eraseValues(tx, references);
  const fields = [...profile, ...(hasAddresses ? ['ipHistory'] : []), ...(hasValues ? ['changes'] : [])];
  if (fields.length === 0) return fields;
  await eraseProfile(tx, ids);
  // Whoever keeps an answer that tells of one of them waits for these locks, then sees that it was erased.
  await eraseKeptAnswers(
    tx,
    references,
    customers.flatMap(({ email }) => email ?? []),
  );
  return fields;
}
