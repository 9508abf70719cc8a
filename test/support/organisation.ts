// Customers of an organisation with all that belongs to them, by the hundred.
import { runSql } from './database.ts';

/**
 * Fills an organisation: customers with three groups, a subscription and a referrer each (but the first).
 *
 * @param label - begins every e-mail address and slug
 */
export async function fillOrganisation(url: string, organisationId: number, label: string, count: number) {
  await runSql(
    url,
    `with c as (
       insert into customer (organisation_id, cu_ref_no, email, canonical_email)
       select $1::int, substr(md5($1::int || '/' || n), 1, 16), $2 || n || '@example.com', $2 || n || '@example.com'
       from generate_series(1, $3::int) n order by n returning *
     ), g as (
       insert into customer_group (organisation_id, name, slug)
       select $1::int, 'G' || n, $2 || '-g' || n from generate_series(1, 3) n returning *
     ), m as (
       insert into customer_group_membership (organisation_id, customer_id, group_id) select $1::int, c.id, g.id from c, g
     ), r as (
       insert into referral (organisation_id, customer_id, referrer_id)
       select $1::int, id, id - 1 from c where id > (select min(id) from c)
     )
     insert into subscription (organisation_id, customer_id, external_id, product_slug, product_code, order_number, order_hash, auto_renew)
     select $1::int, id, cu_ref_no, 'year', 'YEAR', id::text, md5(id::text), true from c`,
    [organisationId, label, count],
  );
}
