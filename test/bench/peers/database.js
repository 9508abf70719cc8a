// What the peers share: the pool, and the statements of whoever writes SQL by hand. All work on the gateway's own tables.
import { randomBytes } from 'node:crypto';
import pg from 'pg';

export const organisationId = Number(process.env.ORGANISATION);
export const port = Number(process.env.PORT);
export const databaseUrl = process.env.DATABASE_URL;
export const PAGE = 50;

export const pool = new pg.Pool({ connectionString: databaseUrl, min: 10, max: 10 });

export const newReference = () => randomBytes(8).toString('hex');

const relations = `
  coalesce((
    select json_agg(json_build_object('name', g.name, 'slug', g.slug) order by g.id)
    from customer_group_membership m join customer_group g on g.organisation_id = m.organisation_id and g.id = m.group_id
    where m.organisation_id = c.organisation_id and m.customer_id = c.id
  ), '[]') as groups,
  (
    select json_build_object('code', r.cu_ref_no, 'email', r.email, 'firstName', r.first_name, 'lastName', r.last_name)
    from referral f join customer r on r.organisation_id = f.organisation_id and r.id = f.referrer_id
    where f.organisation_id = c.organisation_id and f.customer_id = c.id and r.deleted_at is null
  ) as referral,
  coalesce((
    select json_agg(json_build_object('externalId', s.external_id, 'productSlug', s.product_slug, 'productCode', s.product_code,
      'orderNumber', s.order_number, 'orderHash', s.order_hash, 'autoRenew', s.auto_renew) order by s.id)
    from subscription s
    where s.organisation_id = c.organisation_id and s.customer_id = c.id and s.starts_at <= now() and (s.ends_at is null or s.ends_at > now())
  ), '[]') as "runningSubscriptions"`;

const profile = `
  c.cu_ref_no as "cuRefNo", c.email, c.credit_balance as "creditBalance", c.phone, c.first_name as "firstName", c.last_name as "lastName",
  c.company_name as "companyName", c.premium, c.banned_at is not null as ban, c.meta, c.custom_fields as "customFields"`;

/** A new customer has no relations, and no statement looks for them. */
const madeProfile = `${profile}, '[]'::json as groups, null::json as referral, '[]'::json as "runningSubscriptions"`;

const insert =
  'insert into customer as c (organisation_id, email, canonical_email, company_name, cu_ref_no, last_seen_at, last_ip)';

const createOrReturn = {
  name: 'create_or_return',
  text: `
    with made as (
      ${insert} values ($1, $2::text, lower($2::text), $3, $4, now(), $5::inet)
      on conflict do nothing
      returning ${madeProfile}, true as "newAccount"
    )
    select * from made
    union all
    select ${profile}, ${relations}, false as "newAccount" from customer c
    where c.organisation_id = $1 and c.canonical_email = lower($2::text) and c.deleted_at is null and not exists (select from made)`,
};

const createOrReturnMany = {
  name: 'create_or_return_many',
  text: `
    with given as (
      select * from unnest($2::text[], $3::text[], $4::text[], $5::text[]) as t (email, company, reference, ip)
    ), made as (
      ${insert} select $1, email, lower(email), company, reference, now(), ip::inet from given order by lower(email)
      on conflict do nothing
      returning ${madeProfile}, true as "newAccount"
    )
    select * from made
    union all
    select ${profile}, ${relations}, false as "newAccount" from given
    join lateral (
      select * from customer x where x.organisation_id = $1 and x.canonical_email = lower(given.email) and x.deleted_at is null offset 0
    ) c on true
    where not exists (select from made where made.email = given.email)`,
};

const byEmail = {
  name: 'by_email',
  text: `
    select ${profile}, ${relations} from customer c
    where c.organisation_id = $1 and c.canonical_email = lower($2::text) and c.deleted_at is null`,
};

const newest = {
  name: 'newest',
  text: `
    select ${profile}, ${relations} from customer c
    where c.organisation_id = $1 and c.deleted_at is null order by c.id desc limit ${PAGE}`,
};

/** Creates a customer or returns the one that is there, in one prepared statement. */
export async function createCustomer({ email, companyName, customerRealIp }) {
  const values = [organisationId, email, companyName, newReference(), customerRealIp];
  const { rows } = await pool.query({ ...createOrReturn, values });
  return rows[0];
}

const LANES = 2;
const LARGEST_BATCH = 64;
let busy = 0;
const waiting = [];

/** The same, but what arrives while both lanes are busy travels together. */
export function createCustomerTogether(input) {
  return new Promise((resolve, reject) => {
    waiting.push({ input, resolve, reject });
    depart();
  });
}

async function depart() {
  if (busy === LANES || waiting.length === 0) return;
  busy += 1;
  const batch = waiting.splice(0, LARGEST_BATCH);
  try {
    const column = (of) => batch.map(({ input }) => of(input));
    const values = [
      organisationId,
      column(({ email }) => email),
      column(({ companyName }) => companyName),
      column(newReference),
      column(({ customerRealIp }) => customerRealIp),
    ];
    const { rows } = await pool.query({ ...createOrReturnMany, values });
    const byEmail = new Map(rows.map((row) => [row.email, row]));
    for (const { input, resolve } of batch) resolve(byEmail.get(input.email.toLowerCase()));
  } catch (error) {
    for (const { reject } of batch) reject(error);
  } finally {
    busy -= 1;
    depart();
  }
}

export async function findCustomer(email) {
  return (await pool.query({ ...byEmail, values: [organisationId, email] })).rows[0] ?? null;
}

export async function newestCustomers() {
  return (await pool.query({ ...newest, values: [organisationId] })).rows;
}
