// Makes the customers of new rows, with all that belongs to them, in one statement.
import { recording } from '../../../change-log/record.ts';
import { columnsOf } from '../../../database/columns.ts';
import type { OrganisationDatabase } from '../../../database/organisation-database.ts';
import type { Statement } from '../../../database/statement.ts';
import type { Actor } from '../../../operation-context.ts';
import { customerActions } from '../../actions.ts';
import { CustomerGroupMembershipEntity } from '../../group/group.entity.ts';
import { objectColumns, STAGED, textColumns } from './stage.ts';

/** Why customers are changed, as the change log has it. */
export const REASON = 'import';
/** What the ledger says of a balance that a file gave. */
export const OPENING_BALANCE = 'Opening balance (import)';

const given = ['id', 'reference', ...textColumns, ...objectColumns, 'newsletter', 'premium', 'credit_balance'].map(
  (column) => `g.${column}`,
);

/*
 * given   the rows
 * made    their customers, in the order in which others make them. Where another call makes one at the same moment, that one is left out
 * of_row  the rows whose customers were made
 * change  what a new customer is not from its beginning: credit and ban have entries of the change log whoever gives them
 */
const create: Statement = {
  name: undefined,
  text: `
    with given as materialized (
      select r.position, r.ban, r.transaction_id, ${given.map((column) => column.replace('g.', 'r.')).join(', ')}
      from ${STAGED} r where r.position = any($2::int[])
    ), made as (
      insert into customer as c (organisation_id, id, cu_ref_no, ${textColumns.join(', ')}, ${objectColumns.join(', ')}, newsletter, premium, credit_balance,
        banned_at, change_count, created_by, creation_request_id)
      select $1, ${given.join(', ')}, case when g.ban then now() end, (g.credit_balance <> 0)::int + g.ban::int, $3, $4
      from given g
      order by g.canonical_email, g.id
      on conflict do nothing
      returning c.id
    ), of_row as materialized (
      select g.position, g.id, g.reference, g.ban, g.transaction_id, g.credit_balance from made m join given g on g.id = m.id
    ), members as (
      insert into customer_group_membership (${columnsOf(CustomerGroupMembershipEntity).join(', ')})
      select $1, o.id, m.group_id from unnest($5::int[], $6::int[]) m (position, group_id) join of_row o on o.position = m.position
    ), credit as (
      insert into credit_entry (organisation_id, customer_id, transaction_id, amount, balance_after, description, author)
      select $1, o.id, o.transaction_id, o.credit_balance, o.credit_balance, '${OPENING_BALANCE}', $3 from of_row o
      where o.credit_balance <> 0 order by o.id
    ), change as (
      select o.id, o.reference, '${customerActions.CREDIT_ADJUSTED.stored}' as action, $3::text as actor, '${OPENING_BALANCE}' as reason, $4::text as request_id, 1 as ordinal,
        jsonb_build_array(jsonb_build_object('name', 'creditBalance', 'before', 0, 'after', o.credit_balance)) as fields
      from of_row o where o.credit_balance <> 0
      union all
      select o.id, o.reference, '${customerActions.BANNED.stored}', $3, '${REASON}', $4, (o.credit_balance <> 0)::int + 1,
        jsonb_build_array(jsonb_build_object('name', 'ban', 'before', false, 'after', true))
      from of_row o where o.ban
      order by 1, 7
    ), ${recording(`'customer'`, 'change')}
    select position, id from of_row`,
};

/** A group that the customer of a staged row is to belong to. */
export interface StagedMembership {
  readonly position: number;
  readonly groupId: number;
}

/**
 * Makes customers.
 *
 * @param positions - of staged rows
 * @returns the internal id of each that was made, by position
 */
export async function createStaged(
  tx: OrganisationDatabase,
  { actor, requestId }: Actor,
  positions: readonly number[],
  memberships: readonly StagedMembership[],
): Promise<Map<number, number>> {
  if (positions.length === 0) return new Map();
  const rows = await tx.run<{ position: number; id: string }>(create, [
    ...[tx.organisationId, positions, actor, requestId],
    memberships.map(({ position }) => position),
    memberships.map(({ groupId }) => groupId),
  ]);
  return new Map(rows.map(({ position, id }) => [position, Number(id)]));
}
