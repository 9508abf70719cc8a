// Makes a group.
import { z } from 'zod';
import { recordChange } from '../../change-log/record.ts';
import type { Statement } from '../../database/statement.ts';
import { ApiError, invalidField } from '../../errors/api-error.ts';
import type { OperationContext } from '../../operation-context.ts';
import { requiredText } from '../../text.ts';
import { CustomerGroupEntity, GROUP, groupColumns, type StoredGroup } from './group.entity.ts';
import { turnsOfGroups } from './lock.ts';
import { slugInput, slugOfName } from './slug.ts';

/** Characters that a name may have. */
export const LONGEST_NAME = 255;

/** A group to make. */
export const createCustomerGroupInput = z.object({
  name: requiredText(LONGEST_NAME).meta({ description: 'Name for people; at most 255 characters.' }),
  slug: slugInput.nullish().meta({
    description:
      'Name for programs: letters a to z, digits, hyphens and underscores; at most 63. Made of the name unless told.',
  }),
});

/** A group to make. */
export type CreateCustomerGroup = z.output<typeof createCustomerGroupInput>;

const insert: Statement = {
  name: 'customer_group_insert',
  text: `
    insert into customer_group (organisation_id, name, slug) values ($1, $2, $3)
    on conflict (organisation_id, slug) where deleted_at is null do nothing
    returning ${groupColumns}`,
};

/**
 * Makes a group.
 *
 * @throws ApiError `INTERNAL_CONFLICT` when another group has the slug; `INTERNAL_VALIDATION_FAILED` at `slug` when none can be made of the name
 */
export function createCustomerGroup(ctx: OperationContext, input: CreateCustomerGroup): Promise<StoredGroup> {
  const { name } = input;
  const slug = slugOf(input);
  if (slug === undefined) throw invalidField('slug', 'is required where the name has no letters a to z and no digits');
  return ctx.database.inTurn(turnsOfGroups(slug), () =>
    ctx.database.transaction(async (tx) => {
      const [row] = await tx.run(insert, [tx.organisationId, name, slug]);
      if (!row) throw slugTaken(slug);
      await recordChange(tx, ctx, { subject: GROUP, reference: slug, action: 'created' });
      return tx.map<StoredGroup>(CustomerGroupEntity, row);
    }),
  );
}

/** The slug that a group is to have; undefined when none can be made of its name. */
export function slugOf({ name, slug }: CreateCustomerGroup): string | undefined {
  return slug ?? slugOfName(name);
}

/** The failure of a slug that another group has. */
export function slugTaken(slug: string): ApiError {
  return new ApiError('INTERNAL_CONFLICT', {
    message: `Another group has the slug "${slug}".`,
    description: 'Each group of an organisation has its own slug. Use the group that is there, or another slug.',
  });
}
