// Customers have an address, a language and a newsletter, and say who created them; entries of the change log about a customer are counted.
import { OnlineMigration } from './online.ts';

/** SQL that adds a check which holds for new rows at once; old ones are looked at by `validate constraint`, which locks nobody out. */
const addCheck = (name: string, condition: string) => `
  if not exists (select from pg_constraint where conrelid = 'customer'::regclass and conname = '${name}') then
    alter table customer add constraint ${name} check (${condition}) not valid;
  end if;`;

export class Migration0009CustomerProfile extends OnlineMigration {
  override async up(): Promise<void> {
    await this.step(`
      alter table customer
        add column if not exists street_address text null,
        add column if not exists city text null,
        add column if not exists city_part text null,
        add column if not exists state_region text null,
        add column if not exists postal_code text null,
        add column if not exists country text null,
        add column if not exists primary_locale text null,
        add column if not exists newsletter boolean not null default false,
        add column if not exists created_by text null,
        add column if not exists creation_request_id text null,
        add column if not exists change_count int not null default 0`);
    await this.step(`
      do $$ begin
        ${addCheck('customer_country_form', `country ~ '^[A-Z]{2}$'`)}
        ${addCheck('customer_locale_form', `primary_locale ~ '^[a-z]{2,3}(-[A-Z][a-z]{3})?(-([A-Z]{2}|[0-9]{3}))?$'`)}
      end $$`);
    await this.step('alter table customer validate constraint customer_country_form');
    await this.step('alter table customer validate constraint customer_locale_form');
    await this.step('alter table change_entry add column if not exists ordinal int null');
    await this.createIndex(
      'change_entry_by_action',
      'on change_entry (organisation_id, subject, reference, action, ordinal) where ordinal is not null',
    );
    // Few: only commands have changed customers so far.
    await this.step(`
      with counted as (
        select organisation_id, id, row_number() over (partition by organisation_id, reference order by id) as ordinal
        from change_entry where subject = 'customer'
      )
      update change_entry e set ordinal = c.ordinal
      from counted c
      where e.organisation_id = c.organisation_id and e.id = c.id and e.ordinal is null`);
    await this.step(`
      with counted as (
        select organisation_id, reference, max(ordinal) as entries
        from change_entry where subject = 'customer' and ordinal is not null
        group by organisation_id, reference
      )
      update customer k set change_count = c.entries
      from counted c
      where k.organisation_id = c.organisation_id and k.cu_ref_no = c.reference and k.change_count < c.entries`);
  }
}
