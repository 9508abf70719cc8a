// A customer that was merged leads to the one that it was merged into; kept answers say of whom they tell, so that erasing finds them.
import { OnlineMigration } from './online.ts';

export class Migration0011MergedAndErased extends OnlineMigration {
  override async up(): Promise<void> {
    await this.step(`
      alter table customer
        add column if not exists merged_into bigint null,
        add column if not exists erased_at timestamptz(3) null`);
    await this.step(`
      do $$ begin
        if not exists (
          select from pg_constraint where conrelid = 'customer'::regclass and conname = 'customer_organisation_id_merged_into_foreign'
        ) then
          alter table customer add constraint customer_organisation_id_merged_into_foreign foreign key (organisation_id, merged_into)
            references customer (organisation_id, id) on update no action on delete restrict not valid;
        end if;
        if not exists (select from pg_constraint where conrelid = 'customer'::regclass and conname = 'customer_merged_credit') then
          alter table customer add constraint customer_merged_credit check (merged_into is null or credit_balance = 0) not valid;
        end if;
      end $$`);
    await this.step('alter table customer validate constraint customer_organisation_id_merged_into_foreign');
    await this.step('alter table customer validate constraint customer_merged_credit');
    await this.createIndex(
      'customer_by_survivor',
      'on customer (organisation_id, merged_into) where merged_into is not null',
    );
    await this.step(`
      alter table idempotency_key
        add column if not exists customers text[] null,
        add column if not exists erased_at timestamptz(3) null`);
    // No list of what is still to be put in: whoever filled that up would have to wait until all of it is.
    await this.createIndex(
      'idempotency_key_customers',
      'on idempotency_key using gin (customers) with (fastupdate = off)',
    );
    // What says nothing of whom it tells: versions before this one kept it.
    await this.createIndex(
      'idempotency_key_of_versions_before',
      'on idempotency_key (created_at) where customers is null and (meaning_digest is null or outcome is not null)',
    );
    /*
     * The settings of a gateway's transaction leave no way to read that index. Row level security lets a condition come before the organisation's only where it cannot tell what it looked at, which the one of lists of
     * customers does not promise. Its body is parsed here and now: whoever calls it later cannot put another table in the place of ours.
     */
    await this.step(`
      create or replace function erase_kept_answers(erased text[], texts text[]) returns integer
      language sql volatile security definer set search_path from current set enable_seqscan = off set enable_bitmapscan = on
      begin atomic
        with blanked as (
          update idempotency_key k set outcome = '{}', answer = null, customers = '{}', erased_at = now()
          where k.organisation_id = nullif(current_setting('gateway.organisation', true), '')::int and k.customers && erased
          returning k.key
        ), of_versions_before as (
          update idempotency_key k set outcome = case when k.outcome is not null then '{}'::jsonb end, answer = null, erased_at = now(),
            body = case when k.meaning_digest is null then '' else k.body end, status = case when k.meaning_digest is null then 409 else k.status end
          where k.organisation_id = nullif(current_setting('gateway.organisation', true), '')::int
            and k.customers is null and (k.meaning_digest is null or k.outcome is not null)
            and exists (
              select from unnest(erased || texts) t
              -- As the whole of a string.
              where position(convert_to('"' || t || '"', 'UTF8') in k.body) > 0 or position('"' || t || '"' in k.outcome::text) > 0
                or position('"' || t || '"' in k.answer) > 0
            )
          returning k.key
        )
        select (select count(*) from blanked)::integer + (select count(*) from of_versions_before)::integer;
      end;
      revoke execute on function erase_kept_answers(text[], text[]) from public`);
    await this.giveToOwner('idempotency_key', ['function erase_kept_answers(text[], text[])']);
  }
}
