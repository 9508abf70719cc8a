// Groups of customers, and who belongs to them.
import { defineEntity, type InferEntity, p } from '@mikro-orm/postgresql';
import { columnsOf, type JsonRow, jsonOf } from '../../database/columns.ts';
import { tenantPolicy } from '../../database/tenant-policy.ts';
import { ownedByOrganisation } from '../../organisation/organisation.entity.ts';
import { ownedByCustomer } from '../customer.entity.ts';
import type { Relation } from '../relation.ts';

export const CustomerGroupEntity = defineEntity({
  name: 'CustomerGroup',
  tableName: 'customer_group',
  ...tenantPolicy,
  primaryKeys: ['organisationId', 'id'],
  uniques: [
    { name: 'customer_group_slug_undeleted', properties: ['organisationId', 'slug'], where: 'deleted_at is null' },
  ],
  indexes: [{ name: 'customer_group_deleted', properties: ['deletedAt'], where: 'deleted_at is not null' }],
  properties: {
    ...ownedByOrganisation,
    id: p.integer().primary().autoincrement(),
    name: p.string().length(255),
    slug: p.string().length(63),
    createdAt: p.datetime(3).defaultRaw('now()'),
    /** Since when it is nobody's; background work takes its memberships away, then itself. */
    deletedAt: p.datetime(3).nullable(),
  },
});

/** A group, as its own operations have it. */
export type StoredGroup = InferEntity<typeof CustomerGroupEntity>;

/** What the change log calls groups. */
export const GROUP = 'customer_group';

/** What statements select of a group. */
export const groupColumns = columnsOf(CustomerGroupEntity).join(', ');

/** What is read of a group; `id` is internal and is not shown. */
export const groupMembers = ['id', 'name', 'slug'] as const;

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
    join customer_group g on g.organisation_id = m.organisation_id and g.id = m.group_id and g.deleted_at is null
    where m.organisation_id = $1 and m.customer_id = ${customerId}
  `,
  none: () => [],
};
