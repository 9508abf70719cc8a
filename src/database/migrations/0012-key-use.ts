// API keys tell when they were used last, how often today, and whether they end when keys do by default.
import { OnlineMigration } from './online.ts';

const POLICY = `organisation_id = nullif(current_setting('gateway.organisation', true), '')::int`;

export class Migration0012KeyUse extends OnlineMigration {
  override async up(): Promise<void> {
    // Null for keys that versions before make, which do not say.
    await this.step('alter table api_key add column if not exists expires_by_default boolean null');
    await this.step(`
      do $$ begin
        if to_regclass(format('%I.api_key_use', current_schema())) is not null then
          return;
        end if;
        create table api_key_use (
          organisation_id int not null,
          api_key_id int not null,
          last_used_at timestamptz(3) not null,
          day date not null,
          requests int not null,
          primary key (organisation_id, api_key_id),
          constraint api_key_use_organisation_id_foreign foreign key (organisation_id) references organisation (id)
            on update no action on delete restrict,
          constraint api_key_use_api_key_id_foreign foreign key (api_key_id) references api_key (id)
            on update no action on delete restrict
        );
        alter table api_key_use enable row level security;
        create policy organisation_wall on api_key_use using (${POLICY}) with check (${POLICY});
      end $$`);
    /*
     * What a process counted, of keys of any organisation. Ages instead of moments: the clock is the database's, whatever those of the processes say. In the order of the keys,
     * so that two processes do not wait for each other. Its body is parsed here and now: whoever calls it later cannot put another table in the place of ours.
     */
    await this.step(`
      create or replace function note_api_key_use(keys integer[], requests integer[], ages double precision[]) returns integer
      language sql volatile security definer set search_path from current
      begin atomic
        with noted as (
          insert into api_key_use as known (organisation_id, api_key_id, last_used_at, day, requests)
          select k.organisation_id, k.id, m.at, (m.at at time zone 'UTC')::date, u.requests
          from unnest(note_api_key_use.keys, note_api_key_use.requests, note_api_key_use.ages) u (key, requests, age)
          join api_key k on k.id = u.key
          cross join lateral (select now() - u.age * interval '1 millisecond' as at) m
          order by k.organisation_id, k.id
          on conflict (organisation_id, api_key_id) do update set
            last_used_at = case when known.last_used_at > now() then excluded.last_used_at else greatest(known.last_used_at, excluded.last_used_at) end,
            day = case when known.last_used_at > now() then excluded.day else greatest(known.day, excluded.day) end,
            requests = case
              -- The clock was ahead, and was set back since.
              when known.last_used_at > now() and excluded.day <> known.day then excluded.requests
              when excluded.day > known.day then excluded.requests
              when excluded.day < known.day then known.requests
              else least(known.requests::bigint + excluded.requests, 2147483647)::int
            end
          returning api_key_id
        )
        select count(*)::integer from noted;
      end;
      revoke execute on function note_api_key_use(integer[], integer[], double precision[]) from public`);
    await this.giveToOwner('api_key', [
      'table api_key_use',
      'function note_api_key_use(integer[], integer[], double precision[])',
    ]);
  }
}
