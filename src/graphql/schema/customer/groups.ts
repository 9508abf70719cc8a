// Who belongs to which groups, in GraphQL.

import { turnsOfGroups } from '../../../customer/group/lock.ts';
import {
  addCustomerToGroups,
  addCustomerToGroupsInput,
  removeCustomerFromGroups,
  removeCustomerFromGroupsInput,
} from '../../../customer/group/membership.ts';
import { MOST_GROUPS } from '../../../customer/group/slug.ts';
import { builder, validatedBy } from '../../builder.ts';
import { CustomerByInput } from './by.ts';
import { changing, customerPayload } from './change.ts';

const AddCustomerToGroupsInputType = builder.inputType('AddCustomerToGroupsInput', {
  description: 'The groups that a customer joins.',
  ...validatedBy(addCustomerToGroupsInput),
  fields: (t) => ({
    by: t.field({ type: CustomerByInput, required: true, description: 'The customer to add.' }),
    groups: t.stringList({
      required: true,
      description: `Slugs of the groups. A customer belongs to at most ${MOST_GROUPS}.`,
    }),
    createMissingGroups: t.boolean({
      description:
        'Whether to create the groups that the organisation does not have, named by their slugs. Absent or null for no.',
    }),
  }),
});

const RemoveCustomerFromGroupsInputType = builder.inputType('RemoveCustomerFromGroupsInput', {
  description: 'The groups that a customer leaves.',
  ...validatedBy(removeCustomerFromGroupsInput),
  fields: (t) => ({
    by: t.field({ type: CustomerByInput, required: true, description: 'The customer to remove.' }),
    groups: t.stringList({ required: true, description: 'Slugs of the groups.' }),
  }),
});

/** Many join a group at once. */
const joinsGroups = ({ groups }: { groups: readonly string[] }) => turnsOfGroups(...groups);

builder.mutationFields((t) => ({
  addCustomerToGroups: t.field({
    type: customerPayload('addCustomerToGroups'),
    nullable: true,
    description: 'Adds a customer to groups. Nothing changes of those that it belongs to already.',
    args: { input: t.arg({ type: AddCustomerToGroupsInputType, required: true, description: 'The groups.' }) },
    scope: 'customer:write',
    resolve: changing(addCustomerToGroups, undefined, joinsGroups),
  }),
  removeCustomerFromGroups: t.field({
    type: customerPayload('removeCustomerFromGroups'),
    nullable: true,
    description: 'Removes a customer from groups. Nothing changes of those that it does not belong to.',
    args: { input: t.arg({ type: RemoveCustomerFromGroupsInputType, required: true, description: 'The groups.' }) },
    scope: 'customer:write',
    resolve: changing(removeCustomerFromGroups, undefined, joinsGroups),
  }),
}));
