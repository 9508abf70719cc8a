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
 * The customer is locked: its memberships are as the statement sees them. Where nothing changes, nothing is written.
 */
const change: Statement = {
  name: 'customer_groups_change',
  text: `
    with had as (
      select g.id, g.slug from customer_group_membership m
      join customer_group g on g.organisation_id = m.organisation_id and g.id = m.group_id and g.deleted_at is null
      where m.organisation_id = $1 and m.customer_id = $2
    ), joined as (
      insert into customer_group_membership (${columnsOf(CustomerGroupMembershipEntity).join(', ')})
      select $1, $2, g.id from unnest($3::int[]) g (id) where not exists (select from had where had.id = g.id)
      on conflict do nothing
      returning group_id
    ), left_ as (
      delete from customer_group_membership
      where organisation_id = $1 and customer_id = $2 and group_id = any($4::int[]) and group_id in (select id from had)
      returning group_id
    ), has as (
      select id, slug from had where id not in (select group_id from left_)
      union all
      select g.id, g.slug from unnest($3::int[], $5::text[]) g (id, slug) where g.id in (select group_id from joined)
    ), changed as (
      update customer c set change_count = c.change_count + 1
      where c.organisation_id = $1 and c.id = $2 and (exists (select from joined) or exists (select from left_))
      returning c.cu_ref_no, c.change_count
    ), change as (
      select cu_ref_no as reference, '${customerActions.GROUPS_CHANGED.stored}' as action, $6::text as actor, null as reason, $7::text as request_id,
        change_count as ordinal,
        jsonb_build_array(jsonb_build_object(
          'name', 'groups',
          'before', (select coalesce(jsonb_agg(slug order by id), '[]') from had),
          'after', (select coalesce(jsonb_agg(slug order by id), '[]') from has)
        )) as fields
      from changed
    ), ${recording(`'customer'`, 'change')}
    select (select count(*) from has)::int as count, exists (select from joined) as has_joined from (values (1)) one`,
};

/** Puts a locked customer into groups, and takes it out of others. @throws ApiError `INTERNAL_VALIDATION_FAILED` at `groups` when those are too many */
export async function changeGroups(
  tx: OrganisationDatabase,
  { actor, requestId }: Actor,
  { id }: Pick<Customer, 'id'>,
  { joined = [], left = [] }: { joined?: readonly CustomerGroup[]; left?: readonly CustomerGroup[] },
): Promise<void> {
  const ids = (groups: readonly CustomerGroup[]) => groups.map((group) => group.id);
  const slugs = joined.map(({ slug }) => slug);
  const values = [tx.organisationId, id, ids(joined), ids(left), slugs, actor, requestId];
  const { count, has_joined: hasJoined } = await tx.one<{ count: number; has_joined: boolean }>(change, values);
  if (hasJoined && count > MOST_GROUPS)
    throw invalidField('groups', `must leave the customer in at most ${MOST_GROUPS} groups`);
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
      await changeGroups(tx, ctx, customer, { joined });
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
      await changeGroups(tx, ctx, customer, { left: await keepGroups(tx, groups) });
      return customer;
    }),
  );
}
