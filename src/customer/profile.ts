// A customer as statements read it: its columns and, where they are wanted, what belongs to it, in one row.
import { columnsOf, jsonOf } from '../database/columns.ts';
import type { OrganisationDatabase } from '../database/open.ts';
import { type Customer, CustomerEntity } from './customer.entity.ts';
import { type CustomerGroup, CustomerGroupEntity, groupMembers } from './group/group.entity.ts';
import { type Referrer, referrerMembers } from './referral/referral.entity.ts';
import {
  runsNow,
  type Subscription,
  SubscriptionEntity,
  subscriptionMembers,
} from './subscription/subscription.entity.ts';

/** What belongs to a customer. */
export interface RelatedRecords {
  groups: CustomerGroup[];
  referrer: Referrer | null;
  /** The ones that run now. */
  subscriptions: Subscription[];
}

/** A customer, with what belongs to it where that was read along. */
export interface Profile {
  customer: Customer;
  relatedRecords?: RelatedRecords;
}

const columns = columnsOf(CustomerEntity, '(customer)').join(', ');

/*
 * $1 is the organisation. Rows are named by sub-selects rather than joins: then every row is looked up by its whole key, also on
 * tables that are new and whose size PostgreSQL does not know yet.
 */
const relatedRecords = `
  case when has_related_records then (
    select json_agg(${jsonOf(CustomerGroupEntity, 'g', groupMembers)} order by g.id)
    from customer_group_membership m
    join customer_group g on g.organisation_id = m.organisation_id and g.id = m.group_id
    where m.organisation_id = $1 and m.customer_id = (customer).id
  ) end as groups, case when has_related_records then (
    select ${jsonOf(CustomerEntity, 'r', referrerMembers)}
    from customer r
    where r.organisation_id = $1 and r.deleted_at is null and r.id = (
      select referrer_id from referral f where f.organisation_id = $1 and f.customer_id = (customer).id
    )
  ) end as referrer, case when has_related_records then (
    select json_agg(${jsonOf(SubscriptionEntity, 's', subscriptionMembers)} order by s.id)
    from subscription s
    where s.organisation_id = $1 and s.customer_id = (customer).id
      and ${runsNow('s')}
  ) end as subscriptions`;

/**
 * What a statement selects of each customer, for `readProfile`. The statement selects from rows that hold a whole `customer`
 * and, where related records are wanted, tell by `has_related_records` whether there can be any.
 *
 * @param withRelatedRecords - whether groups, referrer and running subscriptions come along
 */
export function selectProfile(withRelatedRecords: boolean): string {
  return withRelatedRecords ? `${columns}, ${relatedRecords}` : columns;
}

/** A row of a statement that selected `selectProfile`. */
export interface ProfileRow {
  id: string;
  groups?: CustomerGroup[] | null;
  referrer?: Referrer | null;
  subscriptions?: Subscription[] | null;
}

/** Reads a row that `selectProfile` selected. */
export function readProfile(database: OrganisationDatabase, row: ProfileRow): Profile {
  const { groups, referrer, subscriptions, ...profile } = row;
  const customer = database.map<Customer>(CustomerEntity, profile);
  if (groups === undefined) return { customer };
  return {
    customer,
    relatedRecords: { groups: groups ?? [], referrer: referrer ?? null, subscriptions: subscriptions ?? [] },
  };
}
