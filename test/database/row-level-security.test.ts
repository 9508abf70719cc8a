// Row level security: PostgreSQL itself keeps an organisation within its rows, whatever a query asks for.
import pg from 'pg';
import pino from 'pino';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openDatabase } from '../../src/database/open.ts';
import { tablePrivileges } from '../../src/database/role/serving-privileges.ts';
import { parseDatabaseUrl } from '../../src/database-url.ts';
import { entities } from '../../src/entities.ts';
import { OrganisationEntity } from '../../src/organisation/organisation.entity.ts';
import { createOrganisation, noteRoles, runSql, servingRoleOf } from '../support/database.ts';
import { startGateway, type TestGateway } from '../support/gateway.ts';
import { fillOrganisation } from '../support/organisation.ts';

let gateway: TestGateway;
let ours: number;
let theirs: number;
beforeAll(async () => {
  gateway = await startGateway();
  ours = gateway.organisationId;
  theirs = await createOrganisation(gateway.databaseUrl);
  await fillOrganisation(gateway.databaseUrl, ours, 'ours', 5);
  await fillOrganisation(gateway.databaseUrl, theirs, 'theirs', 7);
});
afterAll(() => gateway.close());

const tables = async () =>
  runSql<{ name: string; owned: boolean }>(
    gateway.databaseUrl,
    `select c.relname as name, exists (select from pg_attribute a where a.attrelid = c.oid and a.attname = 'organisation_id') as owned
       from pg_class c where c.relnamespace = 'public'::regnamespace and c.relkind = 'r' order by 1`,
  );

it('is on for every table, and binds the role that serves, which owns none', async () => {
  const names = await tables();
  expect(names.length).toBeGreaterThan(10);
  const open = await runSql(gateway.databaseUrl, `set role ${servingRoleOf(gateway.databaseUrl)}`).then(() =>
    runSql<{ name: string }>(
      gateway.databaseUrl,
      `select c.relname as name from pg_class c join pg_roles r on r.rolname = '${servingRoleOf(gateway.databaseUrl)}'
         where c.relnamespace = 'public'::regnamespace and c.relkind = 'r'
           and (not c.relrowsecurity or c.relowner = r.oid or r.rolbypassrls or r.rolsuper)`,
    ),
  );
  expect(open).toEqual([]);
});

it('serves requests through that role', async () => {
  const database = openDatabase({
    connection: parseDatabaseUrl(gateway.databaseUrl),
    entities,
    log: pino({ level: 'silent' }),
  });
  const who = { name: 'who', text: 'select current_user::text as name' };
  expect(await database.run(who, [])).toEqual([{ name: servingRoleOf(gateway.databaseUrl) }]);
  expect(await database.forOrganisation(ours).run(who, [])).toEqual([{ name: servingRoleOf(gateway.databaseUrl) }]);
  const inTransaction = database.forOrganisation(ours).transaction((tx) => tx.run(who, []));
  expect(await inTransaction).toEqual([{ name: servingRoleOf(gateway.databaseUrl) }]);
  await database.close();
});

it('runs the statements of requests as that role, on both APIs', async () => {
  const noted = await startGateway();
  await noteRoles(noted.databaseUrl);
  const calls = [
    () => noted.rest({ email: 'who@example.com' }),
    () => noted.rest({ email: 'who@example.com' }),
    () => noted.graphql('mutation { createCustomer(input: { email: "who@example.com" }) { newAccount } }'),
    () => noted.graphql('{ customer(by: { email: "who@example.com" }) { cuRefNo } }'),
    () => noted.graphql('{ customers(first: 5) { edges { node { cuRefNo groups { slug } } } } }'),
  ];
  for (const call of calls) {
    await runSql(noted.databaseUrl, 'delete from seen');
    expect((await call()).status).toBe(200);
    expect(await runSql(noted.databaseUrl, 'select distinct role from seen'), String(call)).toEqual([
      { role: servingRoleOf(noted.databaseUrl) },
    ]);
  }
  await noted.close();
});

it('goes on when the shape of a table changes under it', async () => {
  const reshaped = await startGateway();
  const email = 'shape@example.com';
  const calls = () => [
    ...Array.from({ length: 20 }, (_, i) => reshaped.rest({ email: `shape${i % 3}@example.com` })),
    ...Array.from({ length: 20 }, () => reshaped.graphql(`{ customer(by: { email: "${email}" }) { cuRefNo } }`)),
    ...Array.from({ length: 5 }, () =>
      reshaped.graphql('{ customers(first: 5) { edges { node { companyRegistrationNumber } } } }'),
    ),
  ];
  const outcomes = async () => {
    const answers = await Promise.all(calls());
    return answers.map(({ status, body }) => [status, body.errors]);
  };
  const allWell = Array.from(calls(), () => [200, undefined]);
  expect(await outcomes()).toEqual(allWell);
  for (const length of [300, 301]) {
    await runSql(
      reshaped.databaseUrl,
      `alter table customer alter column company_registration_number type varchar(${length})`,
    );
    await runSql(reshaped.databaseUrl, `alter table api_key alter column name type varchar(${length})`);
    expect(await outcomes()).toEqual(allWell);
    expect(await outcomes()).toEqual(allWell);
  }
  await reshaped.close();
});

it('leaves a query that forgets its organisation with the rows of its own, and one for none with no row', async () => {
  const database = openDatabase({
    connection: parseDatabaseUrl(gateway.databaseUrl),
    entities,
    log: pino({ level: 'silent' }),
  });
  for (const { name, owned } of await tables()) {
    if (!owned) continue;
    if (tablePrivileges[name]?.length === 0) {
      const reading = database.forOrganisation(theirs).run({ name: undefined, text: `select from ${name}` }, []);
      await expect(reading).rejects.toMatchObject({ code: '42501' });
      continue;
    }
    const all = { name: `all_${name}`, text: `select organisation_id from ${name}` };
    const [{ count }] = (await runSql<{ count: string }>(
      gateway.databaseUrl,
      `select count(*) from ${name} where organisation_id = $1`,
      [theirs],
    )) as [{ count: string }];
    const seen = await database.forOrganisation(theirs).run<{ organisation_id: number }>(all, []);
    expect([name, seen.length]).toEqual([name, Number(count)]);
    expect(seen.every((row) => row.organisation_id === theirs)).toBe(true);
    expect(await database.forOrganisation(theirs).transaction((tx) => tx.run(all, []))).toEqual(seen);
    expect(await database.run(all, [])).toEqual([]);
  }
  const organisations = { name: 'all_organisations', text: 'select id from organisation' };
  expect(await database.forOrganisation(theirs).run(organisations, [])).toEqual([{ id: theirs }]);
  expect(await database.forOrganisation(theirs).em.find(OrganisationEntity, {})).toMatchObject([{ id: theirs }]);
  expect(await database.run(organisations, [])).toEqual([]);
  await database.close();
});

it("refuses to write, change or delete what is another organisation's", async () => {
  const database = openDatabase({
    connection: parseDatabaseUrl(gateway.databaseUrl),
    entities,
    log: pino({ level: 'silent' }),
  });
  const their = database.forOrganisation(theirs);
  const insert = {
    name: 'insert',
    text: `insert into customer_group (organisation_id, name, slug) values ($1, 'x', 'x')`,
  };
  await expect(their.run(insert, [ours])).rejects.toThrow(/row-level security/);
  const move = { name: 'move', text: 'update customer_group set organisation_id = $1 returning 1' };
  await expect(their.run(move, [ours])).rejects.toThrow(/row-level security/);
  const change = {
    name: 'change',
    text: `update customer set first_name = 'x' where organisation_id = $1 returning 1`,
  };
  expect(await their.run(change, [ours])).toEqual([]);
  const remove = { name: 'remove', text: 'delete from subscription where organisation_id = $1 returning 1' };
  expect(await their.run(remove, [ours])).toEqual([]);
  const trail = { name: 'trail', text: `update change_entry set actor = 'nobody'` };
  await expect(their.run(trail, [])).rejects.toThrow(/permission denied/);
  await database.close();
});

it('holds for one statement: the next on the same connection sees nothing of it', async () => {
  const pool = new pg.Pool({ connectionString: gateway.databaseUrl, max: 1 });
  await pool.query(`set role ${servingRoleOf(gateway.databaseUrl)}`);
  const client = await pool.connect();
  await client.query('begin');
  await client.query(`select set_config('gateway.organisation', $1, true)`, [String(ours)]);
  expect((await client.query('select 1 from customer')).rowCount).toBeGreaterThan(0);
  await client.query('commit');
  expect((await client.query('select 1 from customer')).rowCount).toBe(0);
  client.release();
  await pool.end();
  const database = openDatabase({
    connection: parseDatabaseUrl(gateway.databaseUrl),
    entities,
    log: pino({ level: 'silent' }),
  });
  const setting = { name: 'setting', text: `select current_setting('gateway.organisation', true) as organisation` };
  expect(await database.forOrganisation(ours).run(setting, [])).toEqual([{ organisation: String(ours) }]);
  const others = await Promise.all(
    Array.from({ length: 30 }, () => database.run<{ organisation: string }>(setting, [])),
  );
  expect(new Set(others.flat().map(({ organisation }) => organisation ?? ''))).toEqual(new Set(['']));
  await database.close();
});

it('keeps organisations apart when their statements share the connections', async () => {
  const database = openDatabase({
    connection: parseDatabaseUrl(gateway.databaseUrl),
    entities,
    log: pino({ level: 'silent' }),
  });
  const all = { name: 'all', text: 'select distinct organisation_id from customer' };
  const results = await Promise.all(
    Array.from({ length: 400 }, async (_, i) => {
      const own = i % 2 === 0 ? ours : theirs;
      const fails = { name: 'fails', text: 'select 1 / $1::int' };
      if (i % 7 === 0)
        await database
          .forOrganisation(own)
          .run(fails, [0])
          .catch(() => {});
      return [own, await database.forOrganisation(own).run(all, [])];
    }),
  );
  for (const [own, rows] of results) expect(rows).toEqual([{ organisation_id: own }]);
  await database.close();
});

it('is looked at before the gateway serves: a table without the tenant policy stops the start', async () => {
  const holed = await startGateway();
  await holed.close();
  await runSql(holed.databaseUrl, 'alter table customer disable row level security');
  await expect(startGateway({ databaseUrl: holed.databaseUrl })).rejects.toThrow(
    'row level security is not in force on: customer',
  );
});
