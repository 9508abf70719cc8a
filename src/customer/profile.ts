// A customer as statements read it: its columns and, where they are wanted, what belongs to it, in one row.
import type { OrganisationDatabase } from '../database/orm.ts';
import { type Customer, CustomerEntity } from './customer.ts';
import type { CustomerGroup } from './group.ts';
import type { Referrer } from './referral.ts';
import type { Subscription } from './subscription.ts';

/** What belongs to a customer. */
export interface Belongings {
  groups: CustomerGroup[];
  referrer: Referrer | null;
  /** The ones that run now. */
  subscriptions: Subscription[];
}

/** A customer, with what belongs to it where that was read along. */
export interface Profile {
  customer: Customer;
  belongings?: Belongings;
}

/** Named one by one: with `*`, a column that a newer version adds would break the prepared statement of a running one. */
const columns = [
  'organisation_id',
  'id',
  'cu_ref_no',
  'email',
  'canonical_email',
  'phone',
  'first_name',
  'last_name',
  'company_name',
  'company_registration_number',
  'tax_identification_number',
  'credit_balance',
  'premium',
  'meta',
  'custom_fields',
  'version',
  'created_at',
  'updated_at',
  'last_seen_at',
  'last_ip',
  'banned_at',
  'deleted_at',
];

/*
 * $1 is the organisation. Rows are named by sub-selects rather than joins: then every row is looked up by its whole key, also on
 * tables that are new and whose size PostgreSQL does not know yet.
 */
const belongings = `
  case when has_belongings then (
    select json_agg(json_build_object('name', g.name, 'slug', g.slug) order by g.id)
    from customer_group_membership m
    join customer_group g on g.organisation_id = m.organisation_id and g.id = m.group_id
    where m.organisation_id = $1 and m.customer_id = (customer).id
  ) end as groups, case when has_belongings then (
    select json_build_object('id', r.id, 'cuRefNo', r.cu_ref_no, 'email', r.email, 'firstName', r.first_name, 'lastName', r.last_name)
    from customer r
    where r.organisation_id = $1 and r.deleted_at is null and r.id = (
      select referrer_id from referral f where f.organisation_id = $1 and f.customer_id = (customer).id
    )
  ) end as referrer, case when has_belongings then (
    select json_agg(json_build_object('externalId', s.external_id, 'productSlug', s.product_slug, 'productCode', s.product_code,
      'orderNumber', s.order_number, 'orderHash', s.order_hash, 'autoRenew', s.auto_renew) order by s.id)
    from subscription s
    where s.organisation_id = $1 and s.customer_id = (customer).id
      and s.starts_at <= now() and (s.ends_at is null or s.ends_at > now())
  ) end as subscriptions`;

/**
 * What a statement selects of each customer, for `readProfile`. The statement selects from rows that hold a whole `customer`
 * and, where belongings are wanted, tell by `has_belongings` whether there can be any.
 *
 * @param withBelongings - whether groups, referrer and running subscriptions come along
 */
export function selectProfile(withBelongings: boolean): string {
  const names = columns.map((column) => `(customer).${column}`).join(', ');
  return withBelongings ? `${names}, ${belongings}` : names;
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
  const customer = { ...database.map<Customer>(CustomerEntity, profile), id: Number(row.id) };
  if (groups === undefined) return { customer };
  return {
    customer,
    belongings: { groups: groups ?? [], referrer: referrer ?? null, subscriptions: subscriptions ?? [] },
  };
}
