// Lists the credit ledgers of customers.
import { columnsOf } from '../../database/columns.ts';
import { keysetPages, type Page } from '../../database/keyset.ts';
import type { Statement } from '../../database/statement.ts';
import { type ApiError, invalidField } from '../../errors/api-error.ts';
import type { OperationContext } from '../../operation-context.ts';
import { type CreditEntry, CreditEntryEntity } from './credit.entity.ts';

/** One page of a ledger; the places are transaction ids. */
export type CreditEntryPage = Page<string>;

/** The failure of a cursor that is no entry of the ledger. */
export function unknownEntry(argument: string): ApiError {
  return invalidField(argument, 'must be the id of an entry of this ledger');
}

const position: Statement = {
  name: 'credit_entry_position',
  text: 'select customer_id, id from credit_entry where organisation_id = $1 and transaction_id = $2',
};

const pageOf = keysetPages({
  name: 'credit_entry_pages',
  sort: [{ sql: 'h.id', type: 'bigint' }],
  direction: 'desc',
  parameters: 2,
  text: ({ condition, order, limit, direction }) => `
    select ${columnsOf(CreditEntryEntity, 'i').join(', ')}
    from unnest($2::bigint[]) c (id)
    cross join lateral (
      select ${columnsOf(CreditEntryEntity, 'h').join(', ')}
      from credit_entry h
      where h.organisation_id = $1 and h.customer_id = c.id${condition}
      order by ${order}
      limit ${limit}
    ) i
    order by i.id ${direction}`,
});

/**
 * Reads the same page of the ledgers of many customers, the newest entry first.
 *
 * @param ids - internal ids of customers
 * @returns the entries, those of one customer in order
 * @throws ApiError `INTERNAL_VALIDATION_FAILED` at `after` or `before` when it is no entry of any of these customers; to the others, it is a moment
 */
export async function listCreditEntries(
  { database }: OperationContext,
  ids: readonly number[],
  page: CreditEntryPage,
): Promise<CreditEntry[]> {
  const positionOf = async (argument: 'after' | 'before') => {
    const transactionId = page[argument];
    if (transactionId === undefined) return undefined;
    const values = [database.organisationId, transactionId];
    const [row] = await database.run<{ customer_id: string; id: string }>(position, values);
    if (!row || !ids.includes(Number(row.customer_id))) throw unknownEntry(argument);
    return [row.id] as const;
  };
  const [after, before] = await Promise.all([positionOf('after'), positionOf('before')]);
  const rows = await database.run(...pageOf({ ...page, after, before }, [database.organisationId, ids]));
  return rows.map((row) => database.map<CreditEntry>(CreditEntryEntity, row));
}

const byTransactionId: Statement = {
  name: 'credit_entry_by_transaction_id',
  text: `
    select ${columnsOf(CreditEntryEntity).join(', ')} from credit_entry
    where organisation_id = $1 and transaction_id = $2`,
};

/** Finds an entry; undefined when the organisation has none of this transaction id. */
export async function findCreditEntry(
  { database }: OperationContext,
  transactionId: string,
): Promise<CreditEntry | undefined> {
  const [row] = await database.run(byTransactionId, [database.organisationId, transactionId]);
  return row && database.map<CreditEntry>(CreditEntryEntity, row);
}
