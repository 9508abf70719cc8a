// Lists the customers that were merged into others: what they were called, their ledgers and their histories stay theirs.
import { columnsOf } from '../../database/columns.ts';
import type { Statement } from '../../database/statement.ts';
import type { OperationContext } from '../../operation-context.ts';
import { type Customer, CustomerEntity } from '../customer.entity.ts';

/** Customers that may be merged into one: whoever erases, deletes or merges it locks all of them. */
export const MOST_MERGED = 100;

const merged: Statement = {
  name: 'customers_merged',
  text: `
    select given.id as survivor_id, m.*
    from unnest($2::bigint[]) given (id)
    cross join lateral (
      select ${columnsOf(CustomerEntity, 'c').join(', ')} from customer c
      where c.organisation_id = $1 and c.merged_into = given.id
      order by c.id desc
    ) m
    order by m.id desc`,
};

/** Lists what was merged into customers, the newest first, in the order of the ids. */
export async function listMerged({ database }: OperationContext, ids: readonly number[]): Promise<Customer[][]> {
  const rows = await database.run<{ survivor_id: string }>(merged, [database.organisationId, ids]);
  const bySurvivor = Map.groupBy(rows, (row) => Number(row.survivor_id));
  return ids.map((id) =>
    (bySurvivor.get(id) ?? []).map(({ survivor_id: _, ...row }) => database.map<Customer>(CustomerEntity, row)),
  );
}
