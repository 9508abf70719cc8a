// Puts customers into groups, and takes them out.
import { z } from 'zod';
import { recording } from '../../change-log/record.ts';
import { columnsOf } from '../../database/columns.ts';
import type { OrganisationDatabase } from '../../database/organisation-database.ts';
import type { Statement } from '../../database/statement.ts';
import { invalidField } from '../../errors/api-error.ts';
import type { Actor, OperationContext } from '../../operation-context.ts';
import { customerActions } from '../actions.ts';
import { customerBy } from '../by.ts';
import { lockCustomer, turnsOf } from '../change.ts';
import type { Customer } from '../customer.entity.ts';
import { type CustomerGroup, CustomerGroupMembershipEntity } from './group.entity.ts';
import { keepGroups, keepOrMakeGroups } from './lock.ts';
import { MOST_GROUPS, slugsInput } from './slug.ts';

/** Who joins which groups. */
export const addCustomerToGroupsInput = z.object({
  by: customerBy,
  groups: slugsInput,
  createMissingGroups: z.boolean('must be true or false').nullish(),
});

/** Who leaves which groups. */
export const removeCustomerFromGroupsInput = z.object({ by: customerBy, groups: slugsInput });

/** Who joins which groups. */
export type AddCustomerToGroups = z.output<typeof addCustomerToGroupsInput>;
/** Who leaves which groups. */
export type RemoveCustomerFromGroups = z.output<typeof removeCustomerFromGroupsInput>;

/*
 * had      the groups of the customers, who are locked: they are as the statement sees them
 * changed  those of whom anything changes; of the others nothing is written
 */
const change: Statement = {
  name: 'customer_groups_change',
  text: `
    with had as materialized (
      select m.customer_id, g.id, g.slug from customer_group_membership m
      join customer_group g on g.organisation_id = m.organisation_id and g.id = m.group_id and g.deleted_at is null
      where m.organisation_id = $1 and m.customer_id = any($2)
    ), joins as materialized (
      select j.customer_id, j.group_id, j.slug from unnest($3::bigint[], $4::int[], $5::text[]) j (customer_id, group_id, slug)
      where not exists (select from had h where h.customer_id = j.customer_id and h.id = j.group_id)
    ), joined as (
      insert into customer_group_membership (${columnsOf(CustomerGroupMembershipEntity).join(', ')})
      select $1, customer_id, group_id from joins order by customer_id, group_id
      on conflict do nothing
      returning customer_id, group_id
    ), left_ as (
      delete from customer_group_membership m using unnest($6::bigint[], $7::int[]) l (customer_id, group_id)
      where m.organisation_id = $1 and m.customer_id = l.customer_id and m.group_id = l.group_id
        and exists (select from had h where h.customer_id = m.customer_id and h.id = m.group_id)
      returning m.customer_id, m.group_id
    ), has as materialized (
      select h.customer_id, h.id, h.slug from had h
      where not exists (select from left_ l where l.customer_id = h.customer_id and l.group_id = h.id)
      union all
      select j.customer_id, j.group_id, j.slug from joins j
      join joined n on n.customer_id = j.customer_id and n.group_id = j.group_id
    ), changed as (
      update customer c set change_count = c.change_count + 1
      where c.organisation_id = $1 and c.id = any(array(select customer_id from joined union select customer_id from left_))
      returning c.id, c.cu_ref_no, c.change_count
    ), change as (
      select h.cu_ref_no as reference, '${customerActions.GROUPS_CHANGED.stored}' as action, $8::text as actor, null as reason, $9::text as request_id,
        h.change_count as ordinal,
        jsonb_build_array(jsonb_build_object(
          'name', 'groups',
          'before', (select coalesce(jsonb_agg(b.slug order by b.id), '[]') from had b where b.customer_id = h.id),
          'after', (select coalesce(jsonb_agg(a.slug order by a.id), '[]') from has a where a.customer_id = h.id)
        )) as fields
      from changed h
    ), ${recording(`'customer'`, 'change')}
    select coalesce(bool_or(k.count > ${MOST_GROUPS}), false) as is_too_many
    from (select count(*) from has a where a.customer_id in (select customer_id from joined) group by a.customer_id) k`,
};

/** What changes of the groups of a customer. */
export interface GroupsChange {
  readonly customer: Pick<Customer, 'id'>;
  readonly joined?: readonly CustomerGroup[];
  readonly left?: readonly CustomerGroup[];
}

/**
 * Puts locked customers into groups, and takes them out of others, in one statement.
 *
 * @param changes - each customer once
 * @throws ApiError `INTERNAL_VALIDATION_FAILED` at `groups` when those of one are too many
 */
export async function changeGroups(
  tx: OrganisationDatabase,
  { actor, requestId }: Actor,
  changes: readonly GroupsChange[],
): Promise<void> {
  if (changes.length === 0) return;
  const joins = changes.flatMap(({ customer, joined = [] }) => joined.map((group) => ({ customer, group })));
  const leaves = changes.flatMap(({ customer, left = [] }) => left.map((group) => ({ customer, group })));
  const { is_too_many: isTooMany } = await tx.one<{ is_too_many: boolean }>(change, [
    tx.organisationId,
    changes.map(({ customer }) => customer.id),
    joins.map(({ customer }) => customer.id),
    joins.map(({ group }) => group.id),
    joins.map(({ group }) => group.slug),
    leaves.map(({ customer }) => customer.id),
    leaves.map(({ group }) => group.id),
    actor,
    requestId,
  ]);
  if (isTooMany) throw invalidField('groups', `must leave the customer in at most ${MOST_GROUPS} groups`);
}

/**
 * Puts a customer into groups. Of those that it belongs to already, nothing changes.
 *
 * @throws ApiError `PUBLIC_CUSTOMER_DETAIL_NOT_PERMITTED`; `INTERNAL_VALIDATION_FAILED` at each slug that is no group's, unless missing ones are created, and
 *   at `groups` when the customer would belong to too many
 */
export function addCustomerToGroups(ctx: OperationContext, input: AddCustomerToGroups): Promise<Customer> {
  const { by, groups, createMissingGroups } = input;
  return ctx.database.inTurn(turnsOf(by), () =>
    ctx.database.transaction(async (tx) => {
      const { customer } = await lockCustomer(tx, by);
      const joined = await (createMissingGroups ? keepOrMakeGroups(tx, ctx, groups) : keepGroups(tx, groups));
      await changeGroups(tx, ctx, [{ customer, joined }]);
      return customer;
    }),
  );
}

/** Takes a customer out of groups. Of those that it does not belong to, nothing changes. @throws ApiError as `addCustomerToGroups` */
export function removeCustomerFromGroups(ctx: OperationContext, input: RemoveCustomerFromGroups): Promise<Customer> {
  const { by, groups } = input;
  return ctx.database.inTurn(turnsOf(by), () =>
    ctx.database.transaction(async (tx) => {
      const { customer } = await lockCustomer(tx, by);
      await changeGroups(tx, ctx, [{ customer, left: await keepGroups(tx, groups) }]);
      return customer;
    }),
  );
}
