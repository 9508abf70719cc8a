// Customers are found by parts of their names, addresses and numbers, and listed in several orders.
import { OnlineMigration } from './online.ts';

/** Which customers lists have. */
const LISTED = 'where deleted_at is null and merged_into is null';

export class Migration0013Search extends OnlineMigration {
  override async up(): Promise<void> {
    await this.installExtension('btree_gin');
    const trigrams = await this.installExtension('pg_trgm');
    const unaccent = await this.installExtension('unaccent');
    /*
     * Text as it is searched. PostgreSQL calls `unaccent` stable, since its rules are a file that an administrator may change; then what was folded has to be folded
     * again. Upper case comes out of a few rules, and the sigma at the end of a word is a letter of its own to lower case.
     */
    await this.step(`
      create or replace function fold_for_search(value text) returns text language sql immutable strict parallel safe
      begin atomic
        select translate(lower(${unaccent}.unaccent('${unaccent}.unaccent'::regdictionary, lower(normalize(value, nfc) collate "und-x-icu"))), 'ς', 'σ');
      end`);
    // Each word after a blank, so that a pattern can ask for how one begins. Numbers are found with and without their blank.
    await this.step(`
      create or replace function customer_search_text(first_name text, last_name text, company_name text, email text, phone text) returns text
      language sql immutable parallel safe
      begin atomic
        select fold_for_search(
          coalesce(' ' || first_name, '') || coalesce(' ' || last_name, '') || coalesce(' ' || company_name, '') || coalesce(' ' || email, '')
            || coalesce(' ' || phone || ' ' || replace(phone, ' ', ''), '')
        );
      end`);
    // What a word of a search is compared by: a short one with how words begin.
    await this.step(`
      create or replace function search_pattern(word text) returns text language sql immutable strict parallel safe
      begin atomic
        select case when length(f.word) between 1 and 2 then '% ' else '%' end || regexp_replace(f.word, '([\\\\%_])', '\\\\\\1', 'g') || '%'
        from (select fold_for_search(word)) f (word);
      end`);
    await this.step('alter table customer add column if not exists search_text text null');
    await this.step(`
      do $$ begin
        execute format($function$
          create or replace function customer_search_fn() returns trigger language plpgsql as $body$ begin
            new.search_text := %1$I.customer_search_text(new.first_name, new.last_name, new.company_name, new.email, new.phone);
            return new;
          end $body$ $function$, current_schema());
        if not exists (select from pg_trigger where tgrelid = 'customer'::regclass and tgname = 'search') then
          create trigger search before insert or update of first_name, last_name, company_name, email, phone on customer
            for each row execute function customer_search_fn();
        end if;
      end $$`);
    await this.inBatches(
      'customer',
      (batch) => `
        with batch as materialized (${batch} for no key update)
        update customer c set search_text = customer_search_text(c.first_name, c.last_name, c.company_name, c.email, c.phone)
        from batch b where c.organisation_id = b.organisation_id and c.id = b.id and c.search_text is null`,
    );
    await this.createIndex(
      'customer_by_search_text',
      `on customer using gin (organisation_id, search_text ${trigrams}.gin_trgm_ops) ${LISTED}`,
    );
  }
}
