// The indexes of lists of customers, as the schema's comparison knows them; migration 0013 makes them.
import { isCompany, isListed, sortFirstName, sortLastSeen, sortName } from './columns.ts';

const listed = isListed('customer');

/** @param columns - what the index is of, and what stands before its condition */
const index = (name: string, columns: string, condition = '') => ({
  name,
  expression: `create index ${name} on customer ${columns} where ${condition}${listed}`,
});

/** For the searching, and each order and rare property that lists are asked for. */
export const searchIndexes = [
  index(
    'customer_by_search_text',
    'using gin (organisation_id, search_text gin_trgm_ops) with (gin_pending_list_limit = 512)',
  ),
  index('customer_by_creation', '(organisation_id, created_at, cu_ref_no) include (id)'),
  index('customer_by_last_seen', `(organisation_id, ${sortLastSeen('customer')}, cu_ref_no)`),
  index('customer_by_name', `(organisation_id, ${sortName('customer')}, ${sortFirstName('customer')}, cu_ref_no)`),
  index('customer_by_credit', '(organisation_id, credit_balance, cu_ref_no)'),
  index('customer_premium', `(organisation_id, (${isCompany('customer')}), credit_balance, id)`, 'premium and '),
  index('customer_banned', '(organisation_id, id)', 'banned_at is not null and '),
  index('customer_companies', '(organisation_id, credit_balance, id)', `${isCompany('customer')} and `),
];
