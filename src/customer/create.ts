// Create or return: the gateway's main job, in one statement.
import type { OrganisationDatabase, Statement } from '../database/orm.ts';
import { randomAlphanumeric } from '../random.ts';
import { type Customer, CustomerEntity } from './customer.ts';
import { canonicalEmail } from './email.ts';
import type { CustomerGroup } from './group.ts';
import type { CreateCustomer } from './input.ts';
import type { Referrer } from './referral.ts';
import type { Subscription } from './subscription.ts';

const REFERENCE_LENGTH = 16;
/** A call that loses a race finds the winner's customer on its next attempt; only deletions in between make it go on. */
const ATTEMPTS = 10;

/** A customer together with what an answer to `createCustomer` shows of it. */
export interface CreatedCustomer {
  customer: Customer;
  /** Whether this call made the customer. */
  newAccount: boolean;
  groups: CustomerGroup[];
  referrer: Referrer | null;
  subscriptions: Subscription[];
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
 * found    the customer of this mailbox, if there was one when the statement began
 * touched  the found customer, brought up to date: blanks filled from the request, and where and when it was last seen. The update works on the row's latest
 *          version, so of two calls that fill the same blank the first wins and neither is lost
 * made     the new customer. When another call makes it at the same moment, nothing: the caller tries again
 * seen     the history of addresses
 *
 * Rows are named by sub-selects rather than joins: then every row is looked up by its whole key, also on tables that are new
 * and whose size PostgreSQL does not know yet.
 */
const createOrReturn: Statement = {
  name: 'customer_create_or_return',
  text: `
    with found as (
      select c as customer,
        (c.company_name is null and $4::text is not null)
          or (c.company_registration_number is null and $5::text is not null)
          or (c.tax_identification_number is null and $6::text is not null) as fills,
        c.last_seen_at is null or c.last_seen_at < now() - interval '1 day' as stale,
        $8::inet is not null and c.last_ip is distinct from $8::inet as moved
      from customer c
      where c.organisation_id = $1 and c.canonical_email = $3 and c.deleted_at is null
    ), touched as (
      update customer c set
        company_name = coalesce(c.company_name, $4),
        company_registration_number = coalesce(c.company_registration_number, $5),
        tax_identification_number = coalesce(c.tax_identification_number, $6),
        last_seen_at = now(),
        last_ip = coalesce($8::inet, c.last_ip),
        updated_at = case when (select fills from found) then now() else c.updated_at end,
        version = c.version + (select fills::int from found)
      where c.organisation_id = $1 and c.id = (select (customer).id from found where fills or stale or moved)
      returning c as customer
    ), made as (
      insert into customer as c (organisation_id, email, canonical_email, company_name, company_registration_number,
        tax_identification_number, cu_ref_no, last_seen_at, last_ip)
      select $1, $2, $3, $4, $5, $6, $7, now(), $8::inet
      where not exists (select from found)
      on conflict do nothing
      returning c as customer
    ), current as (
      select customer, true as new_account from made
      union all
      select customer, false from touched
      union all
      select customer, false from found where not exists (select from touched)
    ), seen as (
      insert into customer_ip (organisation_id, customer_id, address)
      select $1, (customer).id, $8::inet from current
      where $8::inet is not null and (new_account or not exists (
        select from customer_ip i
        where i.organisation_id = $1 and i.customer_id = (select (customer).id from current) and i.address = $8::inet
          and i.seen_at > now() - interval '1 day'
      ))
      on conflict do nothing
    )
    select ${columns.map((column) => `(customer).${column}`).join(', ')}, new_account, (
        select json_agg(json_build_object('name', g.name, 'slug', g.slug) order by g.id)
        from customer_group_membership m
        join customer_group g on g.organisation_id = m.organisation_id and g.id = m.group_id
        where not new_account and m.organisation_id = $1 and m.customer_id = (customer).id
      ) as groups, (
        select json_build_object('id', r.id, 'cuRefNo', r.cu_ref_no, 'email', r.email, 'firstName', r.first_name, 'lastName', r.last_name)
        from customer r
        where not new_account and r.organisation_id = $1 and r.deleted_at is null and r.id = (
          select referrer_id from referral f where f.organisation_id = $1 and f.customer_id = (customer).id
        )
      ) as referrer, (
        select json_agg(json_build_object('externalId', s.external_id, 'productSlug', s.product_slug, 'productCode', s.product_code,
          'orderNumber', s.order_number, 'orderHash', s.order_hash, 'autoRenew', s.auto_renew) order by s.id)
        from subscription s
        where not new_account and s.organisation_id = $1 and s.customer_id = (customer).id
          and s.starts_at <= now() and (s.ends_at is null or s.ends_at > now())
      ) as subscriptions
    from current`,
};

interface Row {
  id: string;
  new_account: boolean;
  groups: CustomerGroup[] | null;
  referrer: Referrer | null;
  subscriptions: Subscription[] | null;
}

/**
 * Makes the customer of a mailbox in an organisation, or returns the one that is there, with company fields that its
 * profile did not have filled in from the input. However many calls race, on however many processes, one of them makes
 * the customer and none fails.
 *
 * @see the documentation of `POST /api/v1/customer/create`
 */
export async function createOrReturnCustomer(
  database: OrganisationDatabase,
  input: CreateCustomer,
): Promise<CreatedCustomer> {
  const { email, companyName, companyRegistrationNumber, taxIdentificationNumber, customerRealIp } = input;
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const [row] = await database.run<Row>(createOrReturn, [
      database.organisationId,
      email,
      canonicalEmail(email),
      companyName,
      companyRegistrationNumber,
      taxIdentificationNumber,
      randomAlphanumeric(REFERENCE_LENGTH),
      customerRealIp,
    ]);
    if (!row) continue;
    const { new_account: newAccount, groups, referrer, subscriptions, ...profile } = row;
    const customer = database.map<Customer>(CustomerEntity, profile);
    return {
      customer: { ...customer, id: Number(customer.id) },
      newAccount,
      groups: groups ?? [],
      referrer,
      subscriptions: subscriptions ?? [],
    };
  }
  throw new Error('the customer was made and deleted by others at every attempt');
}
