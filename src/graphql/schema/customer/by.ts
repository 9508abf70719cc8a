// How customers are named in GraphQL.
import { customerBy, customerByReference } from '../../../customer/by.ts';
import { builder } from '../../builder.ts';

/*
 * Neither type is validated by itself: an input that holds one validates it with all its other members, so that everything that is wrong is told at once.
 */

export const CustomerByInput = builder.inputType('CustomerBy', {
  description: 'Identifies one customer.',
  isOneOf: true,
  extensions: { schema: customerBy },
  fields: (t) => ({
    cuRefNo: t.string({ description: 'By public reference.' }),
    email: t.string({ description: 'By e-mail address, in any spelling that leads to the same mailbox.' }),
  }),
});

export const CustomerByReferenceInput = builder.inputType('CustomerByReference', {
  description: 'Identifies one customer, which may have been deleted.',
  extensions: { schema: customerByReference },
  fields: (t) => ({ cuRefNo: t.string({ required: true, description: 'By public reference.' }) }),
});
