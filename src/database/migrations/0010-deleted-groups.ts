// A group that is deleted gives its slug away at once; its memberships go by themselves, however many they are.
import { OnlineMigration } from './online.ts';

export class Migration0010DeletedGroups extends OnlineMigration {
  override async up(): Promise<void> {
    await this.step('alter table customer_group add column if not exists deleted_at timestamptz(3) null');
    await this.createIndex(
      'customer_group_slug_undeleted',
      'on customer_group (organisation_id, slug) where deleted_at is null',
      true,
    );
    await this.createIndex('customer_group_deleted', 'on customer_group (deleted_at) where deleted_at is not null');
    await this.step('alter table customer_group drop constraint if exists customer_group_slug_unique');
    // Its body is parsed here and now: whoever calls it later cannot put another table in the place of ours.
    await this.step(`
      create or replace function clear_deleted_groups(most integer) returns integer
      language sql volatile security definer set search_path from current set enable_seqscan = off set enable_sort = off
      begin atomic
        with oldest as materialized (
          select g.organisation_id, g.id from customer_group g where g.deleted_at is not null order by g.deleted_at limit most
        ), emptied as (
          delete from customer_group g using oldest o
          where g.organisation_id = o.organisation_id and g.id = o.id and not exists (
            select from customer_group_membership m where m.organisation_id = o.organisation_id and m.group_id = o.id
          )
          returning g.id
        ), memberships as (
          delete from customer_group_membership where ctid = any (array(
            select m.ctid from oldest o
            cross join lateral (
              select m.ctid from customer_group_membership m
              where m.organisation_id = o.organisation_id and m.group_id = o.id
              limit most for update skip locked
            ) m
            limit most - (select count(*) from emptied)
          ))
          returning customer_id
        )
        select (select count(*) from emptied)::integer + (select count(*) from memberships)::integer;
      end;
      revoke execute on function clear_deleted_groups(integer) from public`);
    await this.giveToOwner('customer_group', ['function clear_deleted_groups(integer)']);
  }
}
