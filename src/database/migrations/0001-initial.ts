// The first shape of the database. Every table but `organisation` and `api_key` can be distributed by `organisation_id`.
import { Migration } from '@mikro-orm/migrations';

export class Migration0001Initial extends Migration {
  // biome-ignore lint/complexity/noExcessiveLinesPerFunction: the SQL of a released migration, in the order that it runs in
  override up(): void {
    this.addSql(`
      create table organisation (
        id serial primary key,
        slug varchar(63) not null,
        name varchar(255) not null,
        created_at timestamptz(3) not null default now()
      )
    `);
    this.addSql(`alter table organisation add constraint organisation_slug_unique unique (slug)`);
    this.addSql(`
      create table customer_group (
        organisation_id int not null,
        id serial not null,
        name varchar(255) not null,
        slug varchar(63) not null,
        created_at timestamptz(3) not null default now(),
        primary key (organisation_id, id)
      )
    `);
    this.addSql(`alter table customer_group add constraint customer_group_slug_unique unique (organisation_id, slug)`);
    this.addSql(`
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
        company_registration_number varchar(32) null,
        tax_identification_number varchar(32) null,
        credit_balance int not null default 0,
        premium boolean not null default false,
        meta jsonb not null default '{}',
        custom_fields jsonb not null default '{}',
        version int not null default 1,
        created_at timestamptz(3) not null default now(),
        updated_at timestamptz(3) not null default now(),
        last_seen_at timestamptz(3) null,
        banned_at timestamptz(3) null,
        deleted_at timestamptz(3) null,
        primary key (organisation_id, id)
      )
    `);
    this.addSql(`alter table customer add constraint customer_reference_unique unique (organisation_id, cu_ref_no)`);
    this.addSql(
      `create unique index customer_email_unique on customer (organisation_id, canonical_email) where deleted_at is null`,
    );
    this.addSql(`alter table customer add constraint customer_reference_form check (cu_ref_no ~ '^[A-Za-z0-9]{16}$')`);
    this.addSql(
      `alter table customer add constraint customer_email_pair check ((email is null) = (canonical_email is null))`,
    );
    this.addSql(
      `alter table customer add constraint customer_phone_form check (phone ~ '^[+][0-9]{1,3} [0-9]{4,14}$')`,
    );
    this.addSql(`alter table customer add constraint customer_meta_object check (jsonb_typeof(meta) = 'object')`);
    this.addSql(
      `alter table customer add constraint customer_fields_object check (jsonb_typeof(custom_fields) = 'object')`,
    );
    this.addSql(`
      create table customer_ip (
        organisation_id int not null,
        customer_id bigint not null,
        seen_at timestamptz(3) not null default now(),
        address inet not null,
        primary key (organisation_id, customer_id, seen_at, address)
      )
    `);
    this.addSql(`
      create table customer_group_membership (
        organisation_id int not null,
        customer_id bigint not null,
        group_id int not null,
        primary key (organisation_id, customer_id, group_id)
      )
    `);
    this.addSql(
      `create index customer_group_membership_by_group on customer_group_membership (organisation_id, group_id, customer_id)`,
    );
    this.addSql(`
      create table credit_entry (
        organisation_id int not null,
        id bigserial not null,
        customer_id bigint not null,
        transaction_id varchar(16) not null,
        amount int not null,
        balance_after int not null,
        description varchar(255) not null,
        author varchar(255) not null,
        created_at timestamptz(3) not null default now(),
        primary key (organisation_id, id)
      )
    `);
    this.addSql(`create index credit_entry_by_customer on credit_entry (organisation_id, customer_id, id)`);
    this.addSql(
      `alter table credit_entry add constraint credit_entry_transaction_unique unique (organisation_id, transaction_id)`,
    );
    this.addSql(
      `alter table credit_entry add constraint credit_entry_transaction_form check (transaction_id ~ '^[A-Za-z0-9]{16}$')`,
    );
    this.addSql(`alter table credit_entry add constraint credit_entry_amount check (amount <> 0)`);
    this.addSql(`
      create table audit_entry (
        organisation_id int not null,
        id bigserial not null,
        subject varchar(32) not null,
        reference varchar(64) not null,
        action varchar(32) not null,
        reason text null,
        author varchar(255) not null,
        created_at timestamptz(3) not null default now(),
        primary key (organisation_id, id)
      )
    `);
    this.addSql(`create index audit_entry_by_subject on audit_entry (organisation_id, subject, reference, id)`);
    this.addSql(`
      create table api_key (
        id serial primary key,
        organisation_id int not null,
        name varchar(255) not null,
        digest varchar(64) not null,
        fingerprint varchar(8) not null,
        scopes text[] not null default '{}',
        limit_per_minute int null,
        active boolean not null default true,
        created_at timestamptz(3) not null default now(),
        expires_at timestamptz(3) null,
        deleted_at timestamptz(3) null
      )
    `);
    this.addSql(`alter table api_key add constraint api_key_digest_unique unique (digest)`);
    this.addSql(`create index api_key_by_organisation on api_key (organisation_id)`);
    this.addSql(`alter table api_key add constraint api_key_digest_form check (digest ~ '^[0-9a-f]{64}$')`);
    this.addSql(
      `alter table api_key add constraint api_key_fingerprint_form check (fingerprint ~ '^(PROD|DEV_|ROOT)[A-Za-z0-9]{4}$')`,
    );
    this.addSql(
      `create or replace function api_key_announce_fn() returns trigger as $$ begin perform pg_notify('api_key_changed', coalesce(new.digest, old.digest)); return null; end; $$ language plpgsql`,
    );
    this.addSql(
      `create trigger announce AFTER INSERT OR UPDATE OR DELETE on api_key for each ROW execute function api_key_announce_fn()`,
    );
    this.addSql(`
      create table referral (
        organisation_id int not null,
        customer_id bigint not null,
        referrer_id bigint not null,
        created_at timestamptz(3) not null default now(),
        primary key (organisation_id, customer_id)
      )
    `);
    this.addSql(`create index referral_by_referrer on referral (organisation_id, referrer_id)`);
    this.addSql(`alter table referral add constraint referral_not_oneself check (customer_id <> referrer_id)`);
    this.addSql(`
      create table subscription (
        organisation_id int not null,
        id bigserial not null,
        customer_id bigint not null,
        external_id varchar(16) not null,
        product_slug varchar(255) not null,
        product_code varchar(255) not null,
        order_number varchar(64) not null,
        order_hash varchar(32) not null,
        auto_renew boolean not null,
        starts_at timestamptz(3) not null default now(),
        ends_at timestamptz(3) null,
        primary key (organisation_id, id)
      )
    `);
    this.addSql(`create index subscription_by_customer on subscription (organisation_id, customer_id)`);
    this.addSql(
      `alter table subscription add constraint subscription_external_unique unique (organisation_id, external_id)`,
    );
    this.addSql(
      `alter table subscription add constraint subscription_external_form check (external_id ~ '^[A-Za-z0-9]{16}$')`,
    );
    this.addSql(
      `alter table subscription add constraint subscription_hash_form check (order_hash ~ '^[A-Za-z0-9]{32}$')`,
    );
    this.addSql(
      `alter table customer_group add constraint customer_group_organisation_id_foreign foreign key (organisation_id) references organisation (id) on update no action on delete restrict`,
    );
    this.addSql(
      `alter table customer add constraint customer_organisation_id_foreign foreign key (organisation_id) references organisation (id) on update no action on delete restrict`,
    );
    this.addSql(
      `alter table customer_ip add constraint customer_ip_organisation_id_foreign foreign key (organisation_id) references organisation (id) on update no action on delete restrict`,
    );
    this.addSql(
      `alter table customer_ip add constraint customer_ip_organisation_id_customer_id_foreign foreign key (organisation_id, customer_id) references customer (organisation_id, id) on update no action on delete restrict`,
    );
    this.addSql(
      `alter table customer_group_membership add constraint customer_group_membership_organisation_id_foreign foreign key (organisation_id) references organisation (id) on update no action on delete restrict`,
    );
    this.addSql(
      `alter table customer_group_membership add constraint customer_group_membership_organisation_id_customer_id_foreign foreign key (organisation_id, customer_id) references customer (organisation_id, id) on update no action on delete restrict`,
    );
    this.addSql(
      `alter table customer_group_membership add constraint customer_group_membership_organisation_id_group_id_foreign foreign key (organisation_id, group_id) references customer_group (organisation_id, id) on update no action on delete restrict`,
    );
    this.addSql(
      `alter table credit_entry add constraint credit_entry_organisation_id_foreign foreign key (organisation_id) references organisation (id) on update no action on delete restrict`,
    );
    this.addSql(
      `alter table credit_entry add constraint credit_entry_organisation_id_customer_id_foreign foreign key (organisation_id, customer_id) references customer (organisation_id, id) on update no action on delete restrict`,
    );
    this.addSql(
      `alter table audit_entry add constraint audit_entry_organisation_id_foreign foreign key (organisation_id) references organisation (id) on update no action on delete restrict`,
    );
    this.addSql(
      `alter table api_key add constraint api_key_organisation_id_foreign foreign key (organisation_id) references organisation (id) on update no action on delete restrict`,
    );
    this.addSql(
      `alter table referral add constraint referral_organisation_id_foreign foreign key (organisation_id) references organisation (id) on update no action on delete restrict`,
    );
    this.addSql(
      `alter table referral add constraint referral_organisation_id_customer_id_foreign foreign key (organisation_id, customer_id) references customer (organisation_id, id) on update no action on delete restrict`,
    );
    this.addSql(
      `alter table referral add constraint referral_organisation_id_referrer_id_foreign foreign key (organisation_id, referrer_id) references customer (organisation_id, id) on update no action on delete restrict`,
    );
    this.addSql(
      `alter table subscription add constraint subscription_organisation_id_foreign foreign key (organisation_id) references organisation (id) on update no action on delete restrict`,
    );
    this.addSql(
      `alter table subscription add constraint subscription_organisation_id_customer_id_foreign foreign key (organisation_id, customer_id) references customer (organisation_id, id) on update no action on delete restrict`,
    );
    this.addSql(`
      create table idempotency_key (
        organisation_id int not null,
        key varchar(255) not null,
        request_digest varchar(64) not null,
        status smallint null,
        content_type varchar(255) null,
        body bytea null,
        created_at timestamptz(3) not null default now(),
        primary key (organisation_id, key)
      )
    `);
    this.addSql(`create index idempotency_key_by_age on idempotency_key (organisation_id, created_at)`);
    this.addSql(
      `alter table idempotency_key add constraint idempotency_key_organisation_id_foreign foreign key (organisation_id) references organisation (id) on update no action on delete restrict`,
    );
  }
}
