// The credit ledger: every change of a customer's balance.
import { defineEntity, type InferEntity, p } from '@mikro-orm/postgresql';
import { tenantPolicy } from '../../database/tenant-policy.ts';
import { ownedByOrganisation } from '../../organisation/organisation.entity.ts';
import { ownedByCustomer } from '../customer.entity.ts';

export const CreditEntryEntity = defineEntity({
  name: 'CreditEntry',
  tableName: 'credit_entry',
  ...tenantPolicy,
  primaryKeys: ['organisationId', 'id'],
  uniques: [{ name: 'credit_entry_transaction_unique', properties: ['organisationId', 'transactionId'] }],
  indexes: [{ name: 'credit_entry_by_customer', properties: ['organisationId', 'customerId', 'id'] }],
  checks: [
    { name: 'credit_entry_transaction_form', expression: `transaction_id ~ '^[A-Za-z0-9]{16}$'` },
    { name: 'credit_entry_amount', expression: 'amount <> 0' },
  ],
  properties: {
    ...ownedByOrganisation,
    id: p.bigint('number').primary().autoincrement(),
    ...ownedByCustomer,
    transactionId: p.string().length(16),
    /** Whole credits; negative when credit was taken. */
    amount: p.integer(),
    balanceAfter: p.integer(),
    description: p.string().length(255),
    /** Who made it, as the change log names them. */
    author: p.string().length(255),
    createdAt: p.datetime(3).defaultRaw('now()'),
  },
});

/** An entry of a customer's credit ledger. */
export type CreditEntry = InferEntity<typeof CreditEntryEntity>;
