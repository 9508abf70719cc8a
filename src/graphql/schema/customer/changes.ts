// The history of a customer in GraphQL.
import { encodeGlobalID } from '@pothos/plugin-relay';
import type { ChangedValue } from '../../../change-log/record.ts';
import { type CustomerAction, customerActions } from '../../../customer/actions.ts';
import { type CustomerChange, changesSort, type FieldChange } from '../../../customer/changes.ts';
import { builder, stringEnum } from '../../builder.ts';
import type { GatewayContext } from '../../context.ts';
import type { ValidateArguments } from '../../execution/arguments.ts';
import { positionCursor } from '../cursor.ts';
import { DEFAULT_PAGE, LARGEST_PAGE, pricedByPage, readPage, validatePage } from '../page.ts';
import { CustomerType } from './type.ts';

/** Two values of an entry may be as long as an object of JSON that callers store; a list is priced as one of ten. */
const PRICE_OF_VALUE = 10;

const cursors = positionCursor('customerChange', changesSort);

const actionDescriptions = Object.fromEntries(
  Object.entries(customerActions).map(([name, { description }]) => [name, description]),
) as Record<CustomerAction, string>;
const CustomerActionType = stringEnum('CustomerAction', 'Something that was done with a customer.', actionDescriptions);

/** Loaded where it is resolved, and so paid for; for many entries in one statement. */
function changedValue(side: keyof ChangedValue) {
  return async ({ entryId, name }: FieldChange, _: unknown, { relations }: GatewayContext) => {
    const values = await relations.changedValues(entryId);
    return Object.hasOwn(values, name) ? values[name]?.[side] : null;
  };
}

const FieldChangeType = builder.objectRef<FieldChange>('FieldChange').implement({
  description: 'A field before and after a change.',
  fields: (t) => ({
    name: t.exposeString('name', {
      description:
        'Name of the field, as the customer has it: `firstName`, `address.city`; `deleted` for whether it is deleted.',
    }),
    before: t.field({
      type: 'JSON',
      nullable: true,
      description: 'Value before; null for none. Of `meta` and `customFields`, the members that were changed.',
      complexity: PRICE_OF_VALUE,
      resolve: changedValue('before'),
    }),
    after: t.field({
      type: 'JSON',
      nullable: true,
      description: 'Value after, in the same way.',
      complexity: PRICE_OF_VALUE,
      resolve: changedValue('after'),
    }),
  }),
});

const CustomerChangeType = builder.objectRef<CustomerChange>('CustomerChange').implement({
  description: 'Something that was done with a customer: who did it, when, why, and what it changed.',
  fields: (t) => ({
    id: t.id({
      description: 'Global id, for caches; `node(id:)` does not know it.',
      resolve: ({ cuRefNo, ordinal }) => encodeGlobalID('CustomerChange', `${cuRefNo}:${ordinal}`),
    }),
    action: t.expose('action', { type: CustomerActionType, description: 'What was done.' }),
    actor: t.exposeString('actor', {
      nullable: true,
      description:
        'Who did it: `key:` and a fingerprint, or `command:` and a name. Null for the creation of a customer that an earlier version created.',
    }),
    reason: t.exposeString('reason', {
      nullable: true,
      description: 'Why, where a reason was given; of a change of credit, its description.',
    }),
    requestId: t.exposeString('requestId', {
      nullable: true,
      description: 'Id of the request; that of an import is `import-` and its number, and null for any other command.',
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was done.' }),
    fields: t.field({
      type: [FieldChangeType],
      description: 'The fields that were changed; none for a creation.',
      resolve: ({ fields }) => [...fields],
    }),
  }),
});

builder.objectFields(CustomerType, (t) => ({
  changes: t.connection(
    {
      type: CustomerChangeType,
      nullable: true,
      description: `What was done with the customer, newest first; ${DEFAULT_PAGE} per page by default, ${LARGEST_PAGE} at most.`,
      args: {
        actions: t.arg({
          type: [CustomerActionType],
          description: 'Actions to list. Absent or null for all; an empty list for none.',
        }),
      },
      scope: 'customer:write',
      complexity: pricedByPage,
      extensions: { validate: ((args) => void validatePage(args, cursors.read)) satisfies ValidateArguments },
      resolve: ({ id }, args, { relations }) =>
        readPage(
          args,
          ({ ordinal }: CustomerChange) => cursors.write([ordinal]),
          cursors.read,
          (page) => relations.changes(id, page, args.actions ?? undefined),
        ),
    },
    {
      name: 'CustomerChangeConnection',
      description: 'A page of what was done with a customer.',
      scope: 'customer:write',
    },
    { name: 'CustomerChangeEdge', description: 'A change in a page.', scope: 'customer:write' },
  ),
}));
