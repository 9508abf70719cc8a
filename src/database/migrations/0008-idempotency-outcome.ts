// A request that came with an Idempotency-Key keeps what it did, in the transaction in which it did it; its answer is rendered from that. Kept
// requests go by themselves, whatever organisation they belong to.
import { OnlineMigration } from './online.ts';

/*
 * A step reads what it changes and no more, whatever PostgreSQL knows of the table: the oldest rows come by an index (without sorting all of them), and are
 * changed by where they are.
 */

/**
 * How many rows an organisation has, and of how many bytes their answers are, is told by a sample: exactly counting millions would take longer than a
 * step may. What is beyond the limits goes, the oldest first: answers, which can be rendered again, before rows.
 */
const makeBound = `
  create or replace function bound_idempotency_keys(most integer, most_rows bigint default 2000000, most_bytes bigint default 1073741824)
  returns integer
  language plpgsql volatile security definer set search_path = %1$I, pg_temp set enable_seqscan = off set enable_sort = off
  as $bound$
  declare
    share float8;
    remaining integer := most;
    done integer;
    o record;
  begin
    -- Two thousand pages, however many there are; what PostgreSQL believes about its tables may be old.
    share := least(100, 100.0 * 2000 * current_setting('block_size')::integer / greatest(pg_relation_size('idempotency_key'), 1));
    for o in
      select organisation_id, count(*) * 100 / share as rows, sum(octet_length(answer)) * 100 / share as bytes,
        array_agg(created_at order by created_at) as times,
        array_agg(created_at order by created_at) filter (where answer is not null) as answered
      from %1$I.idempotency_key tablesample system (share)
      group by organisation_id
      having count(*) * 100 / share > most_rows or sum(octet_length(answer)) * 100 / share > most_bytes
    loop
      if o.bytes > most_bytes then
        update %1$I.idempotency_key set answer = null where ctid = any (array(
          select k.ctid from %1$I.idempotency_key k
          where k.organisation_id = o.organisation_id and k.answer is not null
            -- Those before it are gone, or have none any more, but for a few.
            and k.created_at >= o.answered[1]
            and k.created_at <= o.answered[greatest(1, ceil(cardinality(o.answered) * (1 - most_bytes / o.bytes))::int)]
          order by k.created_at limit remaining for update skip locked
        ));
        get diagnostics done = row_count;
        remaining := remaining - done;
      end if;
      if o.rows > most_rows and remaining > 0 then
        delete from %1$I.idempotency_key where ctid = any (array(
          select k.ctid from %1$I.idempotency_key k
          where k.organisation_id = o.organisation_id
            and k.created_at >= o.times[1]
            and k.created_at <= o.times[greatest(1, ceil(cardinality(o.times) * (1 - most_rows / o.rows))::int)]
          order by k.created_at limit remaining for update skip locked
        ));
        get diagnostics done = row_count;
        remaining := remaining - done;
      end if;
      exit when remaining = 0;
    end loop;
    return most - remaining;
  end $bound$;
`;

export class Migration0008IdempotencyOutcome extends OnlineMigration {
  override async up(): Promise<void> {
    await this.step(`
      alter table idempotency_key
        add column if not exists meaning_digest text null,
        add column if not exists outcome jsonb null,
        add column if not exists answer text null`);
    await this.createIndex('idempotency_key_by_creation', 'on idempotency_key (created_at)');
    // It began with the organisation, as the primary key does: a plan made while the table was small may have taken it to look for a key.
    await this.dropIndex('idempotency_key_by_age');
    // Its body is parsed here and now: whoever calls it later cannot put another table in the place of ours.
    await this.step(`
      create or replace function expire_idempotency_keys(most integer) returns integer
      language sql volatile security definer set search_path from current set enable_seqscan = off set enable_sort = off
      begin atomic
        with deleted as (
          delete from idempotency_key where ctid = any (array(
            select k.ctid from idempotency_key k
            where k.created_at < now() - interval '1 day'
            order by k.created_at limit most for update skip locked
          ))
          returning key
        )
        select count(*)::integer from deleted;
      end;
      revoke execute on function expire_idempotency_keys(integer) from public`);
    await this.step(`
      do $$ begin execute format($function$${makeBound}$function$, current_schema()); end $$;
      revoke execute on function bound_idempotency_keys(integer, bigint, bigint) from public`);
    await this.giveToOwner('idempotency_key', [
      'function expire_idempotency_keys(integer)',
      'function bound_idempotency_keys(integer, bigint, bigint)',
    ]);
  }
}
