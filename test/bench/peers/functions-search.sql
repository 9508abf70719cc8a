-- The order by name, for PostGraphile, which sorts by columns: by the expressions that an index of the gateway's holds.
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
