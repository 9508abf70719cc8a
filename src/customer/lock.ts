// A customer that is about to be changed: found, and kept from all others until the transaction ends.
import { columnsOf } from '../database/columns.ts';
import type { OrganisationDatabase } from '../database/organisation-database.ts';
import type { Statement } from '../database/statement.ts';
import { ApiError } from '../errors/api-error.ts';
import { type Customer, CustomerEntity } from './customer.entity.ts';
import { canonicalEmail } from './email.ts';
import { type CustomerKey, referenceForm } from './find.ts';

function locking(column: 'cu_ref_no' | 'canonical_email', condition: string): Statement {
  return {
    name: `customer_lock_by_${column}${condition && '_undeleted'}`,
    text: `
      select ${columnsOf(CustomerEntity).join(', ')} from customer
      where organisation_id = $1 and ${column} = $2${condition}
      for no key update`,
  };
}

const UNDELETED = ' and deleted_at is null';
const byReference = locking('cu_ref_no', UNDELETED);
const byEmail = locking('canonical_email', UNDELETED);
const byReferenceOfAny = locking('cu_ref_no', '');

/**
 * Locks the customer that a key names.
 *
 * @returns it as it is now
 * @throws ApiError `PUBLIC_CUSTOMER_DETAIL_NOT_PERMITTED` when the organisation has none, or only a deleted one
 */
export function lockCustomer(tx: OrganisationDatabase, by: CustomerKey): Promise<Customer> {
  return 'cuRefNo' in by ? lockBy(tx, byReference, by.cuRefNo) : lockBy(tx, byEmail, canonicalEmail(by.email));
}

/** Locks a customer, also one that was deleted. @throws ApiError `PUBLIC_CUSTOMER_DETAIL_NOT_PERMITTED` when the organisation has none */
export function lockAnyCustomer(tx: OrganisationDatabase, cuRefNo: string): Promise<Customer> {
  return lockBy(tx, byReferenceOfAny, cuRefNo);
}

async function lockBy(tx: OrganisationDatabase, statement: Statement, name: string): Promise<Customer> {
  // PostgreSQL takes no U+0000, and no other form names anybody.
  const isPossible = statement === byEmail || referenceForm.test(name);
  const [row] = isPossible ? await tx.run(statement, [tx.organisationId, name]) : [];
  if (!row) throw new ApiError('PUBLIC_CUSTOMER_DETAIL_NOT_PERMITTED');
  return tx.map<Customer>(CustomerEntity, row);
}
