// Files are imported step by step: how far each got, and which referrals, and references, are kept until its end. Contacts without an e-mail are found by phone.
import { OnlineMigration } from './online.ts';

const POLICY = `organisation_id = nullif(current_setting('gateway.organisation', true), '')::int`;

export class Migration0014Import extends OnlineMigration {
  override async up(): Promise<void> {
    await this.step(`
      do $$ begin
        if to_regclass(format('%I.import_run', current_schema())) is not null then
          return;
        end if;
        create table import_run (
          organisation_id int not null,
          id serial not null,
          source text not null,
          fingerprint varchar(64) not null,
          settings varchar(64) not null,
          digest varchar(64) not null,
          rows bigint not null default 0,
          steps bigint not null default 0,
          report_bytes bigint not null default 0,
          report_digest varchar(64) not null,
          created bigint not null default 0,
          changed bigint not null default 0,
          unchanged bigint not null default 0,
          refused bigint not null default 0,
          without_referral bigint not null default 0,
          actor varchar(255) not null,
          started_at timestamptz(3) not null default now(),
          updated_at timestamptz(3) not null default now(),
          finished_at timestamptz(3) null,
          primary key (organisation_id, id),
          constraint import_run_organisation_id_foreign foreign key (organisation_id) references organisation (id)
            on update no action on delete restrict
        );
        create index import_run_by_fingerprint on import_run (organisation_id, fingerprint, id);
        alter table import_run enable row level security;
        create policy organisation_wall on import_run using (${POLICY}) with check (${POLICY});
        create table import_referral (
          organisation_id int not null,
          run_id int not null,
          position bigint not null,
          line bigint not null,
          customer_id bigint not null,
          referral varchar(16) null,
          is_unchanged boolean not null,
          primary key (organisation_id, run_id, position),
          constraint import_referral_organisation_id_run_id_foreign foreign key (organisation_id, run_id)
            references import_run (organisation_id, id) on update no action on delete restrict,
          constraint import_referral_organisation_id_foreign foreign key (organisation_id) references organisation (id)
            on update no action on delete restrict,
          constraint import_referral_organisation_id_customer_id_foreign foreign key (organisation_id, customer_id)
            references customer (organisation_id, id) on update no action on delete restrict
        );
        alter table import_referral enable row level security;
        create policy organisation_wall on import_referral using (${POLICY}) with check (${POLICY});
        create table import_reference (
          organisation_id int not null,
          run_id int not null,
          reference varchar(16) not null,
          customer_id bigint not null,
          primary key (organisation_id, run_id, reference),
          constraint import_reference_organisation_id_run_id_foreign foreign key (organisation_id, run_id)
            references import_run (organisation_id, id) on update no action on delete restrict,
          constraint import_reference_organisation_id_foreign foreign key (organisation_id) references organisation (id)
            on update no action on delete restrict,
          constraint import_reference_organisation_id_customer_id_foreign foreign key (organisation_id, customer_id)
            references customer (organisation_id, id) on update no action on delete restrict
        );
        alter table import_reference enable row level security;
        create policy organisation_wall on import_reference using (${POLICY}) with check (${POLICY});
      end $$`);
    await this.giveToOwner('customer', ['table import_run', 'table import_referral', 'table import_reference']);
    await this.createIndex(
      'customer_phone_only',
      'on customer (organisation_id, phone) where email is null and phone is not null and deleted_at is null and merged_into is null',
    );
  }
}
