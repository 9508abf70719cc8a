// References by which the rows of a file name customers: their own, and those that rows give to customers who have others.
import { columnsOf } from '../../../database/columns.ts';
import type { OrganisationDatabase } from '../../../database/organisation-database.ts';
import type { Statement } from '../../../database/statement.ts';
import { ledTo } from '../../merge/followed.ts';
import { ImportReferenceEntity } from './run.entity.ts';

const find: Statement = {
  name: 'import_referrers',
  text: `
    with led as (
      select g.reference, ${ledTo('c.cu_ref_no = g.reference and c.deleted_at is null')} as customer from unnest($2::text[]) g (reference)
    ), found as (
      select l.reference, case
          when (l.customer).id is not null then (l.customer).id
          else (
            select coalesce(k.merged_into, k.id) from import_reference a
            join customer k on k.organisation_id = $1 and k.id = a.customer_id and k.deleted_at is null
            where a.organisation_id = $1 and a.run_id = $3 and a.reference = l.reference
          )
        end as id
      from led l
    )
    select reference, id from found where id is not null`,
};

/**
 * Internal ids of the customers whom references lead to.
 *
 * @param runId - of the import whose rows give references to customers who have others
 */
export async function findReferrers(
  tx: OrganisationDatabase,
  references: readonly string[],
  runId: number,
): Promise<Map<string, number>> {
  const values = [tx.organisationId, [...new Set(references)], runId];
  const rows = await tx.run<{ reference: string; id: string }>(find, values);
  return new Map(rows.map(({ reference, id }) => [reference, Number(id)]));
}

const keep: Statement = {
  name: 'import_reference_keep',
  text: `
    insert into import_reference (${columnsOf(ImportReferenceEntity).join(', ')})
    select $1, $2, reference, customer_id from unnest($3::text[], $4::bigint[]) g (reference, customer_id)
    on conflict do nothing`,
};

/** Keeps the references that rows give to customers who have others; where two are given the same, the first has it. */
export async function keepReferences(
  tx: OrganisationDatabase,
  runId: number,
  given: ReadonlyMap<string, number>,
): Promise<void> {
  if (given.size > 0) await tx.run(keep, [tx.organisationId, runId, [...given.keys()], [...given.values()]]);
}

const forget: Statement = {
  name: 'import_reference_forget',
  text: 'delete from import_reference where organisation_id = $1 and run_id = $2',
};

/** Forgets that at the end of the file. */
export async function forgetReferences(tx: OrganisationDatabase, runId: number): Promise<void> {
  await tx.run(forget, [tx.organisationId, runId]);
}
