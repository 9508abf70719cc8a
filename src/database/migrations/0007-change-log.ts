// The audit trail becomes the change log: it also keeps the request, and each changed field before and after. `audit_entry` stays for processes
// of the version before; what they write there goes into the change log too.
import { OnlineMigration } from './online.ts';

const POLICY = `organisation_id = nullif(current_setting('gateway.organisation', true), '')::int`;

const makeTables = `
  create table change_entry (
    organisation_id int not null,
    id bigint not null default nextval('change_entry_id_seq'),
    subject varchar(32) not null,
    reference varchar(64) not null,
    action varchar(32) not null,
    actor varchar(255) not null,
    reason text null,
    request_id varchar(128) null,
    fields text[] not null default '{}',
    created_at timestamptz(3) not null default now(),
    primary key (organisation_id, id),
    constraint change_entry_organisation_id_foreign foreign key (organisation_id) references organisation (id)
      on update no action on delete restrict
  );
  alter sequence change_entry_id_seq owned by change_entry.id;
  create index change_entry_by_subject on change_entry (organisation_id, subject, reference, id);
  alter table change_entry enable row level security;
  create policy organisation_wall on change_entry using (${POLICY}) with check (${POLICY});
  create table change_value (
    organisation_id int not null,
    entry_id bigint not null,
    field varchar(64) not null,
    before jsonb null,
    after jsonb null,
    primary key (organisation_id, entry_id, field),
    constraint change_value_organisation_id_entry_id_foreign foreign key (organisation_id, entry_id)
      references change_entry (organisation_id, id) on update no action on delete restrict
  );
  alter table change_value enable row level security;
  create policy organisation_wall on change_value using (${POLICY}) with check (${POLICY});`;

/** What runs as the owner finds no table of whoever fires it: the schema is named, and temporary tables come last. */
const makeFunction = `
  create function log_audit_entry() returns trigger
  language plpgsql security definer set search_path = %1$I, pg_temp
  as $trigger$ begin
    insert into %1$I.change_entry (organisation_id, subject, reference, action, actor, reason, created_at)
    values (new.organisation_id, new.subject, new.reference, new.action, new.author, new.reason, new.created_at);
    return null;
  end $trigger$;
`;

export class Migration0007ChangeLog extends OnlineMigration {
  override async up(): Promise<void> {
    /*
     * The sequence goes on after the numbers of the audit trail, whose entries keep theirs. None is added while it is read: making the trigger
     * locks the table against that, and from then on the entries that are added come by the trigger, under new numbers. Another schema of the
     * search path may hold the tables of another gateway. Everything belongs to whoever owns the audit trail, or else to this account, which may act
     * as that owner but not give it anything (the owner may not create in the schema, or the account may not set its role).
     */
    await this.step(`
      do $$
      declare
        last bigint;
        owner name;
      begin
        if to_regclass(format('%I.change_entry', current_schema())) is not null then
          return;
        end if;
        lock table audit_entry in share row exclusive mode;
        select coalesce(pg_sequence_last_value('audit_entry_id_seq'), 0) into last;
        execute format('create sequence change_entry_id_seq start with %s', last + 1);
        ${makeTables}
        execute format($function$${makeFunction}$function$, current_schema());
        revoke execute on function log_audit_entry() from public;
        create trigger log after insert on audit_entry for each row execute function log_audit_entry();
        select pg_get_userbyid(relowner) into owner from pg_class where oid = 'audit_entry'::regclass;
        if owner <> current_user then
          begin
            execute format('alter table change_entry owner to %I', owner);
            execute format('alter table change_value owner to %I', owner);
            execute format('alter function log_audit_entry() owner to %I', owner);
          exception when insufficient_privilege then
            null;
          end;
        end if;
      end $$
    `);
    await this.inBatches(
      'audit_entry',
      (batch) => `
        insert into change_entry (organisation_id, id, subject, reference, action, actor, reason, created_at)
        select a.organisation_id, a.id, a.subject, a.reference, a.action, a.author, a.reason, a.created_at
        from (${batch}) b
        join audit_entry a on a.organisation_id = b.organisation_id and a.id = b.id
        where a.id < (select seqstart from pg_sequence where seqrelid = 'change_entry_id_seq'::regclass)
        on conflict do nothing`,
    );
  }
}
