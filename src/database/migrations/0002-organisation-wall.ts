// The tenant policy: row level security on every table, for a role that owns none of them.
import { Migration } from '@mikro-orm/migrations';

const ofOrganisation = `organisation_id = nullif(current_setting('gateway.organisation', true), '')::int`;

const owned = [
  'api_key',
  'audit_entry',
  'credit_entry',
  'customer',
  'customer_group',
  'customer_group_membership',
  'customer_ip',
  'idempotency_key',
  'referral',
  'subscription',
];

/** The tables whose rows are numbered, and made by requests. */
const numbered = ['api_key', 'audit_entry', 'credit_entry', 'customer', 'customer_group', 'subscription'];

export class Migration0002OrganisationWall extends Migration {
  override up(): void {
    // Version 0.1.0 serves by this role, which it shares with all databases of the server. Where another account made it there, it is not to
    // be had, and not needed: this version has a role of its own.
    this.addSql(`
      do $$ begin
        if not exists (select from pg_roles where rolname = 'customer_gateway') then
          create role customer_gateway nologin;
        end if;
      exception when duplicate_object or unique_violation or insufficient_privilege then null;
      end $$
    `);
    // Whoever made the role may not act as it yet (PostgreSQL 16 and newer). An administrator who made it granted it too.
    this.addSql(`
      do $$ begin
        execute format('grant customer_gateway to %I', current_user);
      exception when insufficient_privilege or undefined_object then null;
      end $$
    `);
    this.#grant(`usage on schema %I`, 'current_schema()');
    for (const table of owned) {
      this.#grant(`select, insert, update, delete on ${table}`);
      this.addSql(`alter table ${table} enable row level security`);
      this.addSql(
        `create policy organisation_wall on ${table} using (${ofOrganisation}) with check (${ofOrganisation})`,
      );
    }
    for (const table of numbered) this.#grant(`usage on sequence ${table}_id_seq`);
    // The trail is written and read, never changed.
    this.addSql(`
      do $$ begin
        revoke update, delete on audit_entry from customer_gateway;
      exception when undefined_object then null;
      end $$
    `);
    this.#grant(`select on organisation`);
    this.addSql(`alter table organisation enable row level security`);
    this.addSql(
      `create policy organisation_wall on organisation using (id = nullif(current_setting('gateway.organisation', true), '')::int) with check (id = nullif(current_setting('gateway.organisation', true), '')::int)`,
    );
    // A gateway that does not own the tables must be able to see that nothing is left to migrate.
    this.#grant(`select on migration`);
    this.addSql(`alter table migration enable row level security`);
    this.addSql(`create policy readable on migration for select using (true)`);

    // Who calls is known by the key alone: this one look-up goes across organisations, for whoever can name the whole digest.
    this.addSql(`
      create function find_api_key(digest text) returns setof api_key
      language sql stable security definer set search_path from current
      begin atomic
        select k from api_key k where k.digest = find_api_key.digest;
      end
    `);
    this.addSql(`revoke execute on function find_api_key(text) from public`);
    this.#grant(`execute on function find_api_key(text)`);

    // A fingerprint is what operators name a key by.
    this.addSql(`alter table api_key add constraint api_key_fingerprint_unique unique (fingerprint)`);
  }

  /** Grants something to the shared role, if this account may act as it; `%I` stands for a name that SQL gives. */
  #grant(what: string, name = `''`): void {
    this.addSql(`
      do $$ begin
        if (select pg_has_role(current_user, oid, 'member') from pg_roles where rolname = 'customer_gateway') then
          execute format('grant ${what} to customer_gateway', ${name});
        end if;
      end $$
    `);
  }
}
