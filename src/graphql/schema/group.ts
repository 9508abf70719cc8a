// Groups of customers in GraphQL.
import {
  type CreateCustomerGroup,
  createCustomerGroup,
  createCustomerGroupInput,
  slugOf,
} from '../../customer/group/create.ts';
import {
  type DeleteCustomerGroup,
  deleteCustomerGroup,
  deleteCustomerGroupInput,
} from '../../customer/group/delete.ts';
import type { CustomerGroup, StoredGroup } from '../../customer/group/group.entity.ts';
import { findGroup, findGroups, groupsSort, listGroups } from '../../customer/group/list.ts';
import { turnsOfGroups } from '../../customer/group/lock.ts';
import {
  type UpdateCustomerGroup,
  updateCustomerGroup,
  updateCustomerGroupInput,
} from '../../customer/group/update.ts';
import type { OperationContext } from '../../operation-context.ts';
import { builder, validatedBy } from '../builder.ts';
import type { GatewayContext } from '../context.ts';
import type { ValidateArguments } from '../execution/arguments.ts';
import { mutation, NoLongerThereError } from '../mutation.ts';
import { positionCursor } from './cursor.ts';
import { described, REASON } from './described.ts';
import { DEFAULT_PAGE, LARGEST_PAGE, pricedByPage, readPage, validatePage } from './page.ts';

/** Counting reads as many rows as customers belong to the group. */
const PRICE_OF_COUNT = 20;

export const CustomerGroupType = builder.objectRef<CustomerGroup>('CustomerGroup');

builder.node(CustomerGroupType, {
  description: 'A group of customers.',
  id: { resolve: ({ slug }) => slug, description: 'Global id, for `node(id:)`; another one once the slug changes.' },
  loadOne: async (slug, { database }) => (await findGroups(database, [slug])).get(slug) ?? null,
  fields: (t) => ({
    name: t.exposeString('name', { description: 'Name for people.' }),
    slug: t.exposeString('slug', { description: 'Name for programs; unique in the organisation.' }),
    customerCount: t.int({
      description: 'How many customers belong to the group.',
      scope: 'customer:read',
      complexity: PRICE_OF_COUNT,
      resolve: ({ id }, _, { relations }) => relations.customerCount(id),
    }),
  }),
});

const cursors = positionCursor('customerGroup', groupsSort);

builder.queryField('customerGroups', (t) =>
  t.connection(
    {
      type: CustomerGroupType,
      nullable: true,
      description: `Lists the groups of the organisation by their slugs; ${DEFAULT_PAGE} per page by default, ${LARGEST_PAGE} at most.`,
      scope: 'customer:read',
      complexity: pricedByPage,
      extensions: { validate: ((args) => void validatePage(args, cursors.read)) satisfies ValidateArguments },
      resolve: (_, args, context) =>
        readPage(
          args,
          ({ slug }: CustomerGroup) => cursors.write([slug]),
          cursors.read,
          (page) => listGroups(context, page),
        ),
    },
    { name: 'CustomerGroupConnection', description: 'A page of groups.', scope: 'customer:read' },
    { name: 'CustomerGroupEdge', description: 'A group in a page.', scope: 'customer:read' },
  ),
);

const SLUG = 'The group, by its slug.';

const CreateCustomerGroupInputType = builder.inputType('CreateCustomerGroupInput', {
  description: 'The group to create.',
  ...validatedBy(createCustomerGroupInput),
  fields: (t) => ({
    name: t.string({ required: true, ...described(createCustomerGroupInput, 'name') }),
    slug: t.string(described(createCustomerGroupInput, 'slug')),
  }),
});

const UpdateCustomerGroupInputType = builder.inputType('UpdateCustomerGroupInput', {
  description: 'What to change of a group.',
  ...validatedBy(updateCustomerGroupInput),
  fields: (t) => ({
    slug: t.string({ required: true, description: SLUG }),
    name: t.string(described(updateCustomerGroupInput, 'name')),
    newSlug: t.string(described(updateCustomerGroupInput, 'newSlug')),
  }),
});

const DeleteCustomerGroupInputType = builder.inputType('DeleteCustomerGroupInput', {
  description: 'The group to delete.',
  ...validatedBy(deleteCustomerGroupInput),
  fields: (t) => ({
    slug: t.string({ required: true, description: SLUG }),
    force: t.boolean({ description: 'Whether to delete it also when customers belong to it. Absent or null for no.' }),
    reason: t.string({ description: REASON }),
  }),
});

const groupField = {
  type: CustomerGroupType,
  description: 'The group after the change.',
  scope: null,
  resolve: ({ group }: { group: CustomerGroup }) => group,
} as const;

function groupPayload(name: string) {
  return builder.objectRef<{ group: CustomerGroup }>(`${name}Payload`).implement({
    description: `Result of \`${name.charAt(0).toLowerCase()}${name.slice(1)}\`.`,
    fields: (t) => ({ group: t.field(groupField) }),
  });
}

const DeleteCustomerGroupPayload = builder.objectRef<{ group: CustomerGroup }>('DeleteCustomerGroupPayload').implement({
  description: 'Result of `deleteCustomerGroup`.',
  fields: (t) => ({
    group: t.field({ ...groupField, description: 'The group as it was deleted.' }),
  }),
});

/** Makes the resolver of a mutation that changes a group, and gives it. `slugsOf` are those that it may lock. */
function changing<Input>(
  change: (ctx: OperationContext, input: Input) => Promise<StoredGroup>,
  slugsOf: (input: Input) => (string | null | undefined)[],
) {
  return mutation({
    act: (context: GatewayContext, input: Input) => change(context, input),
    touches: (input) => turnsOfGroups(...slugsOf(input)),
    outcomeOf: ({ id }) => ({ id }),
    load: async (context, { id }) => {
      const group = await findGroup(context, id);
      if (!group) throw new NoLongerThereError();
      return group;
    },
    payloadOf: ({ relations }, group) => {
      relations.forget();
      return { group };
    },
  });
}

builder.mutationFields((t) => ({
  createCustomerGroup: t.field({
    type: groupPayload('CreateCustomerGroup'),
    nullable: true,
    description: 'Creates a group of customers.',
    args: { input: t.arg({ type: CreateCustomerGroupInputType, required: true, description: 'The group.' }) },
    scope: 'customer:write',
    resolve: changing<CreateCustomerGroup>(createCustomerGroup, (input) => [slugOf(input)]),
  }),
  updateCustomerGroup: t.field({
    type: groupPayload('UpdateCustomerGroup'),
    nullable: true,
    description: 'Changes a group of customers. Nothing is written where nothing differs.',
    args: { input: t.arg({ type: UpdateCustomerGroupInputType, required: true, description: 'What to change.' }) },
    scope: 'customer:write',
    resolve: changing<UpdateCustomerGroup>(updateCustomerGroup, ({ slug, newSlug }) => [slug, newSlug]),
  }),
  deleteCustomerGroup: t.field({
    type: DeleteCustomerGroupPayload,
    nullable: true,
    description:
      'Deletes a group: customers belong to it no longer. Refused while customers do, unless `force` is set.',
    args: { input: t.arg({ type: DeleteCustomerGroupInputType, required: true, description: 'The group.' }) },
    scope: 'customer:write',
    resolve: changing<DeleteCustomerGroup>(deleteCustomerGroup, ({ slug }) => [slug]),
  }),
}));
