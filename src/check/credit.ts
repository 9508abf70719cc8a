// What the credit ledger promises: a balance is the sum of its entries, at every one of them.
import type { BatchInvariant, RowInvariant } from './invariant.ts';
import { nameOfCustomer, subjectOf } from './subjects.ts';

/** Read in an order which only the index of the customer's entries gives (see `look-up.ts`). */
const total = `
  coalesce((
    select sum(e.amount) from (
      select amount from credit_entry c where c.organisation_id = b.organisation_id and c.customer_id = b.id order by c.id
    ) e
  ), 0)`;

export const creditRows: RowInvariant[] = [
  {
    name: 'credit_balance',
    promise: 'the credit balance of a customer is the sum of its ledger',
    table: 'customer',
    broken: `b.credit_balance <> ${total}`,
    detail: `format('credit balance is %s, the ledger adds up to %s', b.credit_balance, ${total})`,
  },
];

export const creditBatches: BatchInvariant[] = [
  {
    name: 'credit_balance_after',
    promise: 'the balance after an entry of the ledger is the sum of the entries up to it',
    table: 'customer',
    found: `
      select b.organisation_id, ${subjectOf('credit_entry', 'e')} as subject,
        format('balance after it is %s, the entries of %s up to it add up to %s', e.balance_after, ${nameOfCustomer('b')}, e.total) as detail
      from batch b
      cross join lateral (
        select id, transaction_id, balance_after, sum(amount) over (order by id) as total from credit_entry c
        where c.organisation_id = b.organisation_id and c.customer_id = b.id
      ) e
      where e.balance_after <> e.total`,
  },
];
