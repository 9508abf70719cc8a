// A request that came with an Idempotency-Key keeps what it did, in the transaction in which it did it; its answer is rendered from that. Kept
// requests go by themselves, whatever organisation they belong to.
import { OnlineMigration } from './online.ts';

export class Migration0008IdempotencyOutcome extends OnlineMigration {
  override async up(): Promise<void> {
    await this.step(`
      alter table idempotency_key
        add column if not exists meaning_digest text null,
        add column if not exists outcome jsonb null,
        add column if not exists answer text null`);
    await this.createIndex('idempotency_key_by_creation', 'on idempotency_key (created_at)');
    // Its body is parsed here and now: whoever calls it later cannot put another table in the place of ours.
    await this.step(`
      create or replace function expire_idempotency_keys(most integer) returns integer
      language sql volatile security definer set search_path from current
      begin atomic
        with expired as materialized (
          select k.organisation_id, k.key from idempotency_key k
          where k.created_at < now() - interval '1 day'
          order by k.created_at limit most for update skip locked
        ), deleted as (
          delete from idempotency_key k using expired e
          where k.organisation_id = e.organisation_id and k.key = e.key
          returning k.key
        )
        select count(*)::integer from deleted;
      end;
      revoke execute on function expire_idempotency_keys(integer) from public`);
    // Row level security is not for whoever owns the table, or may act as its owner.
    await this.step(`
      do $$
      declare
        owner name;
      begin
        select pg_get_userbyid(relowner) into owner from pg_class where oid = 'idempotency_key'::regclass;
        execute format('alter function expire_idempotency_keys(integer) owner to %I', owner);
      exception when insufficient_privilege then
        null;
      end $$`);
  }
}
