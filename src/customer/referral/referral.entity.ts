// Referrals: which customer brought which.
import { defineEntity, p } from '@mikro-orm/postgresql';
import { type JsonRow, jsonOf } from '../../database/columns.ts';
import { tenantPolicy } from '../../database/tenant-policy.ts';
import { ownedByOrganisation } from '../../organisation/organisation.entity.ts';
import { type Customer, CustomerEntity, ownedByCustomer } from '../customer.entity.ts';
import type { Relation } from '../relation.ts';

export const ReferralEntity = defineEntity({
  name: 'Referral',
  tableName: 'referral',
  ...tenantPolicy,
  // A customer is brought by one other at most.
  primaryKeys: ['organisationId', 'customerId'],
  indexes: [{ name: 'referral_by_referrer', properties: ['organisationId', 'referrerId'] }],
  checks: [{ name: 'referral_not_oneself', expression: 'customer_id <> referrer_id' }],
  properties: {
    ...ownedByOrganisation,
    ...ownedByCustomer,
    customerId: p.bigint('number').primary(),
    referrerId: p.bigint('number'),
    referrer: () =>
      p
        .manyToOne(CustomerEntity)
        .joinColumns('organisation_id', 'referrer_id')
        .referencedColumnNames('organisation_id', 'id')
        .ownColumns('referrer_id')
        .deleteRule('restrict')
        .updateRule('no action'),
    createdAt: p.datetime(3).defaultRaw('now()'),
  },
});

/** What is read of the customer who brought another; `id` is internal and is not shown. */
export const referrerMembers = ['id', 'cuRefNo', 'email', 'firstName', 'lastName'] as const;

/** What is read of the customer who brought another. */
export type Referrer = JsonRow<Customer, typeof referrerMembers>;

/** The customer who brought another, unless that one was deleted. */
export const referrerOfCustomer: Relation<Referrer | null> = {
  select: (customerId) => `
    select ${jsonOf(CustomerEntity, 'r', referrerMembers)}
    from customer r
    where r.organisation_id = $1 and r.deleted_at is null and r.id = (
      select referrer_id from referral f where f.organisation_id = $1 and f.customer_id = ${customerId}
    )
  `,
  none: () => null,
};
