// The statements of the floors and of whoever writes SQL by hand, on the gateway's own tables and on a light table. They stand here once.
export const PAGE = 50;

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

/** Of a customer that has none: no statement looks for them. */
const noRelations = `'[]'::json as groups, null::json as referral, '[]'::json as "runningSubscriptions"`;

const profile = `
  c.cu_ref_no as "cuRefNo", c.email, c.credit_balance as "creditBalance", c.phone, c.first_name as "firstName", c.last_name as "lastName",
  c.company_name as "companyName", c.premium, c.banned_at is not null as ban, c.meta, c.custom_fields as "customFields"`;

/** What a program reads that takes JSON as the text it is, in this order. */
const asText = `email, "cuRefNo", "creditBalance", phone, "firstName", "lastName", "companyName", premium, ban,
  meta::text, "customFields"::text, groups::text, referral::text, "runningSubscriptions"::text, "newAccount"`;

/** A statement that answers rows after a common table expression, and the same for programs in other languages. */
const answering = (name, made, rows) => ({
  name,
  text: `with ${made} ${rows}`,
  typed: `with ${made} select ${asText} from (${rows}) as answered`,
});

function statementsOn(table, related) {
  const insert = `insert into ${table} as c (organisation_id, email, canonical_email, company_name, cu_ref_no, last_seen_at, last_ip)`;
  const returning = `on conflict do nothing returning ${profile}, ${noRelations}, true as "newAccount"`;
  return {
    createOrReturn: answering(
      'create_or_return',
      `made as (
        ${insert} values ($1, $2::text, lower($2::text), $3, $4, now(), $5::inet)
        ${returning}
      )`,
      `select * from made
      union all
      select ${profile}, ${related}, false as "newAccount" from ${table} c
      where c.organisation_id = $1 and c.canonical_email = lower($2::text) and c.deleted_at is null and not exists (select from made)`,
    ),
    createOrReturnMany: answering(
      'create_or_return_many',
      `given as (
        select * from unnest($2::text[], $3::text[], $4::text[], $5::text[]) as t (email, company, reference, ip)
      ), made as (
        ${insert} select $1, email, lower(email), company, reference, now(), ip::inet from given order by lower(email)
        ${returning}
      )`,
      `select * from made
      union all
      select ${profile}, ${related}, false as "newAccount" from given
      join lateral (
        select * from ${table} x where x.organisation_id = $1 and x.canonical_email = lower(given.email) and x.deleted_at is null offset 0
      ) c on true
      where not exists (select from made where made.email = given.email)`,
    ),
    byEmail: {
      name: 'by_email',
      text: `
        select ${profile}, ${related} from ${table} c
        where c.organisation_id = $1 and c.canonical_email = lower($2::text) and c.deleted_at is null`,
    },
    newest: {
      name: 'newest',
      text: `
        select ${profile}, ${related} from ${table} c
        where c.organisation_id = $1 and c.deleted_at is null order by c.id desc limit ${PAGE}`,
    },
  };
}

/** On the gateway's own tables: a customer comes with groups, referrer and running subscriptions. */
export const whole = statementsOn('customer', relations);

/** On a table of customers to whom nothing belongs. */
export const light = statementsOn('light.customer', noRelations);

/** Makes the light table: a primary key, one unique index, no constraint that looks at a value. */
export const lightTable = `
  create schema light
  create table customer (
    organisation_id int not null,
    id bigserial not null,
    cu_ref_no varchar(16) not null,
    email varchar(254) null,
    canonical_email varchar(254) null,
    phone varchar(20) null,
    first_name varchar(255) null,
    last_name varchar(255) null,
    company_name varchar(255) null,
    credit_balance int not null default 0,
    premium boolean not null default false,
    meta jsonb not null default '{}',
    custom_fields jsonb not null default '{}',
    last_seen_at timestamptz(3) null,
    last_ip inet null,
    banned_at timestamptz(3) null,
    deleted_at timestamptz(3) null,
    primary key (organisation_id, id),
    unique (organisation_id, canonical_email)
  )`;
