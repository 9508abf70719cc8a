// Queries of single customers in GraphQL.
import { z } from 'zod';
import { customerBy } from '../../../customer/by.ts';
import type { CustomerKey } from '../../../customer/find.ts';
import { builder } from '../../builder.ts';
import { fieldsBelow } from '../../execution/selection.ts';
import { CustomerByInput } from './by.ts';
import { CustomerType, find, readingOf } from './type.ts';

/** Customers that are looked up by reference in one field. */
const MOST_REFERENCES = 100;

const references = z.array(z.string()).max(MOST_REFERENCES, `must have at most ${MOST_REFERENCES} items`);

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
  customersByReference: t.field({
    type: [CustomerType],
    nullable: { list: true, items: true },
    description: `Finds customers by their references, ${MOST_REFERENCES} at most, in the order given. Null for each that there is none of.`,
    args: {
      cuRefNos: t.arg.stringList({
        required: true,
        description: 'Public references; one may come twice.',
        validate: { schema: references as never },
      }),
    },
    scope: 'customer:read',
    complexity: ({ cuRefNos }) => ({ field: 1, multiplier: Math.min(cuRefNos.length, MOST_REFERENCES) }),
    resolve: (_, { cuRefNos }, context, info) => {
      const reading = readingOf(fieldsBelow(info));
      return Promise.all(cuRefNos.map((cuRefNo) => find(context, { cuRefNo }, reading)));
    },
  }),
}));
