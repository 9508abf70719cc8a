// Deletes a group.
import { z } from 'zod';
import { reasonInput } from '../../change-log/reason.ts';
import { recordChange } from '../../change-log/record.ts';
import type { Statement } from '../../database/statement.ts';
import { ApiError } from '../../errors/api-error.ts';
import type { OperationContext } from '../../operation-context.ts';
import { CustomerGroupEntity, GROUP, groupColumns, type StoredGroup } from './group.entity.ts';
import { lockGroup, turnsOfGroups } from './lock.ts';
import { slugInput } from './slug.ts';

/** The group to delete. */
export const deleteCustomerGroupInput = z.object({
  slug: slugInput,
  force: z.boolean('must be true or false').nullish(),
  reason: reasonInput,
});

/** The group to delete. */
export type DeleteCustomerGroup = z.output<typeof deleteCustomerGroupInput>;

/** Whoever joins keeps the group locked, so none does in between. */
const remove: Statement = {
  name: 'customer_group_delete',
  text: `
    update customer_group g set deleted_at = clock_timestamp()
    where organisation_id = $1 and id = $2 and ($3 or not exists (
      select from customer_group_membership m
      join customer c on c.organisation_id = m.organisation_id and c.id = m.customer_id and c.deleted_at is null
      where m.organisation_id = $1 and m.group_id = $2
    ))
    returning ${groupColumns}`,
};

/**
 * Deletes a group: customers belong to it no longer, and its slug is free. However many they are, it takes no longer: background work takes the
 * memberships away.
 *
 * @returns the group as it was
 * @throws ApiError `INTERNAL_VALIDATION_FAILED` at `slug` when the organisation has none; `INTERNAL_CONFLICT` when customers belong to it, unless `force` is
 *   set
 */
export function deleteCustomerGroup(ctx: OperationContext, input: DeleteCustomerGroup): Promise<StoredGroup> {
  const { slug, force, reason } = input;
  return ctx.database.inTurn(turnsOfGroups(slug), () =>
    ctx.database.transaction(async (tx) => {
      const group = await lockGroup(tx, slug);
      const [row] = await tx.run(remove, [tx.organisationId, group.id, force ?? false]);
      if (!row)
        throw new ApiError('INTERNAL_CONFLICT', {
          message: 'Customers belong to this group.',
          description: 'Remove them from the group first, or set force to delete it with their memberships.',
        });
      await recordChange(tx, ctx, { subject: GROUP, reference: slug, action: 'deleted', reason });
      return tx.map<StoredGroup>(CustomerGroupEntity, row);
    }),
  );
}
