-- What PostGraphile serves besides tables.
create schema if not exists peers;

create or replace function peers.create_or_return(organisation int, reference text, given text, company text, ip text)
returns public.customer language sql volatile as $$
  with made as (
    insert into public.customer (organisation_id, email, canonical_email, company_name, cu_ref_no, last_seen_at, last_ip)
    values (organisation, given, lower(given), company, reference, now(), ip::inet)
    on conflict do nothing
    returning *
  )
  select * from made
  union all
  select * from public.customer c
  where c.organisation_id = organisation and c.canonical_email = lower(given) and c.deleted_at is null
    and not exists (select from made)
$$;

create or replace function peers.customer_by_email(organisation int, given text)
returns public.customer language sql stable as $$
  select * from public.customer c
  where c.organisation_id = organisation and c.canonical_email = lower(given) and c.deleted_at is null
$$;

create or replace function peers.newest_customers(organisation int)
returns setof public.customer language sql stable as $$
  select * from public.customer c where c.organisation_id = organisation and c.deleted_at is null order by c.id desc
$$;

-- Its own name would be that of GraphQL's root type.
comment on table public.subscription is '@name customer_subscription';
