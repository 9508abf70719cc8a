// What is left of groups that were deleted goes in the background: their memberships, then themselves.
import pg from 'pg';
import { expect, it } from 'vitest';
import { jobOfFunction } from '../../src/background/job.ts';
import { clearing } from '../../src/customer/group/clearing.ts';
import type { Database } from '../../src/database/open.ts';
import { createDatabase, createOrganisation, runSql } from '../support/database.ts';
import { startGateway } from '../support/gateway.ts';
import { mutate } from '../support/mutations.ts';

/** Makes groups, each with so many customers of its own. */
async function fill(url: string, organisation: number, groups: number, customers: number, isDeleted: boolean) {
  await runSql(
    url,
    `with made as (
       insert into customer_group (organisation_id, name, slug, deleted_at)
       select $1, 'g', gen_random_uuid(), case when $4 then now() - n * interval '1 second' end from generate_series(1, $2::int) n returning id
     ), people as (
       insert into customer (organisation_id, cu_ref_no, email, canonical_email)
       select $1, r, r, r from (select substr(md5($1 || '-' || n || random()), 1, 16) as r from generate_series(1, $3::int) n) u returning id
     )
     insert into customer_group_membership (organisation_id, customer_id, group_id) select $1, p.id, m.id from made m, people p`,
    [organisation, groups, customers, isDeleted],
  );
}

interface Left {
  groups: number;
  memberships: number;
}
const left = async (url: string, organisation: number) => {
  const [found] = await runSql<Left>(
    url,
    `select (select count(*)::int from customer_group where organisation_id = $1) as groups,
       (select count(*)::int from customer_group_membership where organisation_id = $1) as memberships`,
    [organisation],
  );
  return found as Left;
};
const step = async (url: string, most: number) =>
  (await runSql<{ done: number }>(url, 'select clear_deleted_groups($1) as done', [most]))[0]?.done;

it('goes by itself, of every organisation, while what was not deleted stays', async () => {
  const hurried = (database: Database) => [jobOfFunction(database, { ...clearing, stepSize: 100, pause: 50 })];
  const gateway = await startGateway();
  const other = await startGateway({ databaseUrl: gateway.databaseUrl, parts: { jobs: hurried } });
  const { databaseUrl: url } = gateway;
  for (const { organisationId } of [gateway, other]) {
    await fill(url, organisationId, 1, 250, true);
    await fill(url, organisationId, 20, 2, true);
    await fill(url, organisationId, 2, 30, false);
  }
  const kept = { groups: 2, memberships: 60 };
  for (const { organisationId } of [gateway, other])
    await expect.poll(() => left(url, organisationId), { timeout: 10_000 }).toEqual(kept);
  await other.close();
  await gateway.close();
});

it('a group that was made again meanwhile keeps its customers', async () => {
  const gateway = await startGateway();
  const { databaseUrl: url, organisationId } = gateway;
  const { cuRefNo } = (await gateway.rest({ email: 'again@example.com' })).body;
  const join = () =>
    mutate(
      gateway,
      'addCustomerToGroups',
      { by: { cuRefNo }, groups: ['again'], createMissingGroups: true },
      'customer { groups { slug } }',
    );
  await join();
  await mutate(gateway, 'deleteCustomerGroup', { slug: 'again', force: true }, 'group { slug }');
  await join();
  expect(await left(url, organisationId)).toEqual({ groups: 2, memberships: 2 });
  while (await step(url, 10));
  expect(await left(url, organisationId)).toEqual({ groups: 1, memberships: 1 });
  expect((await join()).payload.customer.groups).toEqual([{ slug: 'again' }]);
  await gateway.close();
});

it('a step does no more than it may, of many small groups as of a large one, and passes by what is locked', async () => {
  const url = await createDatabase();
  const organisation = await createOrganisation(url);
  await fill(url, organisation, 1, 100, true);
  await fill(url, organisation, 30, 3, true);
  const steps = [];
  for (let i = 0; i < 4; i++) steps.push(await step(url, 50));
  expect(Math.max(...(steps as number[]))).toBe(50);
  const holder = new pg.Client(url);
  await holder.connect();
  await holder.query('begin; select from customer_group_membership limit 1 for update');
  while (await step(url, 50));
  expect(await left(url, organisation)).toEqual({ groups: 1, memberships: 1 });
  await holder.end();
  while (await step(url, 50));
  expect(await left(url, organisation)).toEqual({ groups: 0, memberships: 0 });
});

it('a step reads no more than it deletes, however much there is', async () => {
  const url = await createDatabase();
  const organisation = await createOrganisation(url);
  await fill(url, organisation, 4, 300, false);
  await fill(url, organisation, 10, 300, true);
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const scans = async () => {
    await client.query('select pg_stat_force_next_flush()');
    const { rows } = await client.query(
      `select sum(seq_scan)::int as scans from pg_stat_user_tables where relname like 'customer_group%'`,
    );
    return rows[0].scans;
  };
  const before = await scans();
  // More than five times, after which PostgreSQL plans for values that it does not know.
  for (let i = 0; i < 8; i++) await client.query('select clear_deleted_groups(100)');
  expect(await scans()).toBe(before);
  const { groups, memberships } = await left(url, organisation);
  expect(groups + memberships).toBe(14 + 4_200 - 800);
  await client.end();
});
