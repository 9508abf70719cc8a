// Groups in GraphQL.
import type { CustomerGroup } from '../../customer/group/group.entity.ts';
import { builder } from '../builder.ts';

export const CustomerGroupType = builder.objectRef<CustomerGroup>('CustomerGroup').implement({
  description: 'A group of customers.',
  fields: (t) => ({
    name: t.exposeString('name', { description: 'Name for people.' }),
    slug: t.exposeString('slug', { description: 'Name for programs; unique in the organisation.' }),
  }),
});
