-- For PostGraphile, which knows columns alone: the order by name and who is a company, as the expressions that the gateway's indexes hold.
create schema if not exists peers;

create or replace function peers.customers_by_name(organisation int)
returns setof public.customer language sql stable as $$
  select * from public.customer c
  where c.organisation_id = organisation and c.deleted_at is null and c.merged_into is null
  order by
    (case when c.last_name is not null then c.last_name when c.first_name is not null then c.first_name
      when c.company_name is not null then c.company_name when c.email is not null then c.email
      when c.phone is not null then c.phone else '' end) collate "und-x-icu",
    (case when c.last_name is not null and c.first_name is not null then c.first_name else '' end) collate "und-x-icu",
    c.cu_ref_no
$$;

create or replace function peers.customer_is_company(c public.customer)
returns boolean language sql stable as $$
  select case when c.company_name is not null and c.first_name is null and c.last_name is null then true else false end
$$;
comment on function peers.customer_is_company(public.customer) is '@behavior +typeField';
