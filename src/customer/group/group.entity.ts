// Groups of customers, and who belongs to them.
import { defineEntity, type InferEntity, p } from '@mikro-orm/postgresql';
import { type JsonRow, jsonOf } from '../../database/columns.ts';
import { tenantPolicy } from '../../database/tenant-policy.ts';
import { ownedByOrganisation } from '../../organisation/organisation.entity.ts';
import { ownedByCustomer } from '../customer.entity.ts';
import type { Relation } from '../relation.ts';

export const CustomerGroupEntity = defineEntity({
  name: 'CustomerGroup',
  tableName: 'customer_group',
  ...tenantPolicy,
  primaryKeys: ['organisationId', 'id'],
  uniques: [{ name: 'customer_group_slug_unique', properties: ['organisationId', 'slug'] }],
  properties: {
    ...ownedByOrganisation,
    id: p.integer().primary().autoincrement(),
    name: p.string().length(255),
    slug: p.string().length(63),
    createdAt: p.datetime(3).defaultRaw('now()'),
  },
});

/** What is read of a group. */
export const groupMembers = ['name', 'slug'] as const;

/** What is read of a group. */
export type CustomerGroup = JsonRow<InferEntity<typeof CustomerGroupEntity>, typeof groupMembers>;

export const CustomerGroupMembershipEntity = defineEntity({
  name: 'CustomerGroupMembership',
  tableName: 'customer_group_membership',
  ...tenantPolicy,
  primaryKeys: ['organisationId', 'customerId', 'groupId'],
  indexes: [{ name: 'customer_group_membership_by_group', properties: ['organisationId', 'groupId', 'customerId'] }],
  properties: {
    ...ownedByOrganisation,
    ...ownedByCustomer,
    customerId: p.bigint('number').primary(),
    groupId: p.integer().primary(),
    group: () =>
      p
        .manyToOne(CustomerGroupEntity)
        .joinColumns('organisation_id', 'group_id')
        .referencedColumnNames('organisation_id', 'id')
        .ownColumns('group_id')
        .deleteRule('restrict')
        .updateRule('no action'),
  },
});

/** The groups that a customer belongs to, the oldest first. */
export const groupsOfCustomer: Relation<CustomerGroup[]> = {
  select: (customerId) => `
    select json_agg(${jsonOf(CustomerGroupEntity, 'g', groupMembers)} order by g.id)
    from customer_group_membership m
    join customer_group g on g.organisation_id = m.organisation_id and g.id = m.group_id
    where m.organisation_id = $1 and m.customer_id = ${customerId}
  `,
  none: () => [],
};
