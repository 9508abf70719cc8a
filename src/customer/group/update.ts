// Changes a group.
import { z } from 'zod';
import { changedFields, recordChange } from '../../change-log/record.ts';
import type { OrganisationDatabase } from '../../database/organisation-database.ts';
import type { Statement } from '../../database/statement.ts';
import { isUniqueViolation } from '../../database/unique-violation.ts';
import type { OperationContext } from '../../operation-context.ts';
import { requiredText } from '../../text.ts';
import { LONGEST_NAME, slugTaken } from './create.ts';
import { CustomerGroupEntity, GROUP, groupColumns, type StoredGroup } from './group.entity.ts';
import { lockGroup, turnsOfGroups } from './lock.ts';
import { slugInput } from './slug.ts';

/** What becomes of a group. */
export const updateCustomerGroupInput = z.object({
  slug: slugInput,
  name: requiredText(LONGEST_NAME).nullish().meta({ description: 'New name for people. Absent or null to keep it.' }),
  newSlug: slugInput.nullish().meta({ description: 'New name for programs. Absent or null to keep it.' }),
});

/** What becomes of a group. */
export type UpdateCustomerGroup = z.output<typeof updateCustomerGroupInput>;

const set: Statement = {
  name: 'customer_group_set',
  text: `update customer_group set name = $3, slug = $4 where organisation_id = $1 and id = $2 returning ${groupColumns}`,
};

/**
 * Changes a group. What does not differ is no change.
 *
 * @throws ApiError `INTERNAL_VALIDATION_FAILED` at `slug` when the organisation has none; `INTERNAL_CONFLICT` when another one has the new slug
 */
export function updateCustomerGroup(ctx: OperationContext, input: UpdateCustomerGroup): Promise<StoredGroup> {
  return ctx.database.inTurn(turnsOfGroups(input.slug, input.newSlug), () =>
    ctx.database.transaction((tx) => updateLocked(ctx, tx, input)),
  );
}

async function updateLocked(
  ctx: OperationContext,
  tx: OrganisationDatabase,
  input: UpdateCustomerGroup,
): Promise<StoredGroup> {
  const before = await lockGroup(tx, input.slug);
  const [name, slug] = [input.name ?? before.name, input.newSlug ?? before.slug];
  if (name === before.name && slug === before.slug) return before;
  const row = await tx.one(set, [tx.organisationId, before.id, name, slug]).catch((error: unknown) => {
    throw isUniqueViolation(error) ? slugTaken(slug) : error;
  });
  const after = tx.map<StoredGroup>(CustomerGroupEntity, row);
  const fields = changedFields(before, after, ['name', 'slug']);
  await recordChange(tx, ctx, { subject: GROUP, reference: before.slug, action: 'updated', fields });
  return after;
}
