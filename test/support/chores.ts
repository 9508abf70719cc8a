// A table with something to do in each row, for several organisations, and the function that does a step of it in the background.
import { createDatabase, createOrganisation, runSql, servingRoleOf } from './database.ts';

/** What became of the chores of a database. */
export interface Outcome {
  /** How often each row was done, without repetitions: `[1]` when every row was done once. */
  times: number[];
  /** Rows that each step did, in order. */
  steps: number[];
  /** Pairs of steps that ran at the same time. */
  overlaps: number;
}

export interface Chores {
  url: string;
  /** Adds so many to each of three organisations. */
  add(count: number): Promise<void>;
  /** Lets each step from now on take so many seconds. */
  slowDown(seconds: number): Promise<void>;
  /** Has the step fail that would do a row, from now on; undefined for none. */
  refuse(id: number | undefined): Promise<void>;
  outcome(): Promise<Outcome>;
}

/**
 * Makes a database with chores. The function looks first, waits, and then writes, without a lock on the rows: two at a time would do the same
 * rows twice.
 */
export async function createChores(): Promise<Chores> {
  const url = await createDatabase();
  await runSql(
    url,
    `create table chore (organisation_id int not null, id int generated always as identity primary key, times int not null default 0);
     alter table chore enable row level security;
     create policy organisation_wall on chore using (organisation_id = nullif(current_setting('gateway.organisation', true), '')::int);
     create table pace (seconds float not null, refused int);
     insert into pace values (0.01);
     create table step (id int generated always as identity primary key, began timestamptz not null, ended timestamptz not null, done int not null);
     create function do_chores(most integer) returns integer language plpgsql security definer set search_path from current as $$
       declare
         began timestamptz := clock_timestamp();
         due integer[];
       begin
         due := array(select id from chore where times = 0 order by id limit most);
         perform pg_sleep(seconds) from pace;
         update chore set times = times + 1 where id = any(due);
         if exists (select from pace where refused = any(due)) then raise 'refused'; end if;
         insert into step (began, ended, done) values (began, clock_timestamp(), cardinality(due));
         return cardinality(due);
       end $$;
     revoke execute on function do_chores(integer) from public;
     grant execute on function do_chores(integer) to ${servingRoleOf(url)}`,
  );
  const organisations = [await createOrganisation(url), await createOrganisation(url), await createOrganisation(url)];
  return {
    url,
    async add(count) {
      await runSql(
        url,
        'insert into chore (organisation_id) select o from unnest($1::int[]) o, generate_series(1, $2)',
        [organisations, count],
      );
    },
    async slowDown(seconds) {
      await runSql(url, 'update pace set seconds = $1', [seconds]);
    },
    async refuse(id) {
      await runSql(url, 'update pace set refused = $1', [id]);
    },
    async outcome() {
      const [row] = await runSql<Outcome>(
        url,
        `select array(select distinct times from chore order by times) as times, array(select done from step order by id) as steps,
           (select count(*)::int from step a join step b on a.id < b.id and a.began < b.ended and b.began < a.ended) as overlaps`,
      );
      if (!row) throw new Error('no outcome');
      return row;
    },
  };
}
