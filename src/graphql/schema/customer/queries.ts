// Queries of customers in GraphQL.
import { customerBy } from '../../../customer/by.ts';
import type { Customer } from '../../../customer/customer.entity.ts';
import { type CustomerKey, listCustomers } from '../../../customer/find.ts';
import { builder } from '../../builder.ts';
import { fieldsBelow } from '../../execution/selection.ts';
import { cursorReader, encodeCursor } from '../cursor.ts';
import { DEFAULT_PAGE, LARGEST_PAGE, pricedByPage, readPage } from '../page.ts';
import { CustomerByInput } from './by.ts';
import { CustomerType, find, readingOf } from './type.ts';

builder.queryFields((t) => ({
  customer: t.field({
    type: CustomerType,
    nullable: true,
    description: 'Finds one customer. Null when there is none.',
    args: {
      by: t.arg({
        type: CustomerByInput,
        required: true,
        description: 'Identifies the customer.',
        validate: { schema: customerBy as never },
      }),
    },
    scope: 'customer:read',
    resolve: (_, { by }, context, info) => find(context, by as CustomerKey, readingOf(fieldsBelow(info))),
  }),
  customers: t.connection(
    {
      type: CustomerType,
      nullable: true,
      description: `Lists the customers of the organisation, newest first; ${DEFAULT_PAGE} per page by default, ${LARGEST_PAGE} at most.`,
      scope: 'customer:read',
      complexity: pricedByPage,
      resolve: (_, args, context, info) =>
        readPage<Customer, string>(
          args,
          ({ cuRefNo }) => encodeCursor('customer', cuRefNo),
          cursorReader('customer'),
          async (page) => {
            const profiles = await listCustomers(context, page, readingOf(fieldsBelow(info, ['edges', 'node'])));
            return profiles.map((profile) => context.relations.remember(profile));
          },
        ),
    },
    { name: 'CustomerConnection', description: 'A page of customers.', scope: 'customer:read' },
    { name: 'CustomerEdge', description: 'A customer in a page.', scope: 'customer:read' },
  ),
}));
