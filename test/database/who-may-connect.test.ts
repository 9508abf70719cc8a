// Who may connect to the database, what operators hear of it, and what roles of other databases keep.
import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startCluster, type TestCluster } from '../support/cluster.ts';
import { runSql, servingRoleOf } from '../support/database.ts';
import { type Accounts, accountsOf, migrateLogging } from '../support/database-accounts.ts';

let cluster: TestCluster;
let accounts: Accounts;
let owner: string;
beforeAll(async () => {
  cluster = await startCluster();
  accounts = accountsOf(cluster);
  owner = await accounts.createAccount('createrole');
});
afterAll(() => cluster.remove());

async function create() {
  const database = await accounts.createEmpty(owner);
  return { database, url: accounts.urlOf(database, owner), admin: accounts.urlOf(database) };
}

const publicMay = async (url: string) =>
  (
    await runSql<{ may: boolean }>(url, `select has_database_privilege('public', current_database(), 'connect') as may`)
  )[0]?.may;
const openOf = (database: string) =>
  new RegExp(
    `^every account of the server may connect to the database ${database}.* run: revoke connect on database ${database} from public;$`,
  );

it('is told when the database is closed, with what lets others in again', async () => {
  const { database, url } = await create();
  expect(await migrateLogging(url)).toEqual([
    `connections to the database ${database} are now limited to its owner and the members of the serving role; to admit another account, run: grant connect on database ${database} to …;`,
  ]);
  expect(await publicMay(url)).toBe(false);
  expect(await migrateLogging(url)).toEqual([]);
});

it('is left open where somebody has decided, which the owner hears each time, and nobody else', async () => {
  const { database, url, admin } = await create();
  const caller = await accounts.createAccount();
  // This alone writes down that PUBLIC may.
  await runSql(admin, `grant connect on database ${database} to ${caller}`);
  for (let i = 0; i < 2; i++) expect(await migrateLogging(url)).toEqual([expect.stringMatching(openOf(database))]);
  await runSql(admin, `grant ${servingRoleOf(url)} to ${caller}`);
  expect(await migrateLogging(accounts.urlOf(database, caller))).toEqual([]);
  await runSql(url, `revoke connect on database ${database} from public`);
  expect(await migrateLogging(url)).toEqual([]);
});

it.each([
  ['a table in the schema of the gateway', 'create table others (id int)'],
  ['a partitioned table', 'create table others (id int) partition by list (id)'],
  ['a view in another schema', 'create schema theirs; create view theirs.others as select 1 as id'],
  ['a table with a name that the gateway uses too', 'create schema theirs; create table theirs.customer (id int)'],
])('is left open where the database holds %s', async (_, made) => {
  const { database, url, admin } = await create();
  await runSql(admin, made);
  const lines = await migrateLogging(url);
  expect(lines).toEqual([expect.stringMatching(openOf(database))]);
  expect(lines[0]).toContain("it holds tables that are not the gateway's");
  expect(await publicMay(url)).toBe(true);
});

it('is closed where only an extension has tables', async () => {
  const { url, admin } = await create();
  await runSql(admin, 'create table theirs (id int); alter extension plpgsql add table theirs');
  await migrateLogging(url);
  expect(await publicMay(url)).toBe(false);
});

it('a database that had another name, or is a copy, is closed to the role of that name', async () => {
  const { database, url, admin } = await create();
  await migrateLogging(url);
  const old = servingRoleOf(url);
  const renamed = `shop_${randomBytes(4).toString('hex')}`;
  await runSql(cluster.url, `alter database ${database} rename to ${renamed}`);
  const caller = await accounts.createAccount(`in role ${old}`);
  const callers = accounts.urlOf(renamed, caller);
  expect(await runSql(callers, 'select from customer')).toEqual([]);
  const renamedUrl = accounts.urlOf(renamed, owner);
  expect(await migrateLogging(renamedUrl)).toEqual([
    `revoked the privileges that roles of other databases held in this one: ${old}`,
  ]);
  await expect(runSql(callers, 'select')).rejects.toThrow(/permission denied for database/);
  await runSql(cluster.url, `grant connect on database ${renamed} to ${caller}`);
  for (const object of ['customer', 'customer_id_seq', `find_api_key('')`]) {
    await expect(runSql(callers, `select from ${object}`)).rejects.toThrow(/permission denied/);
  }
  // The name is free again, and so is the role, as which those of before may act.
  await accounts.createEmpty(owner, database);
  expect((await migrateLogging(url).catch((error: Error) => error.message)).toString()).toContain(caller);
  await runSql(admin, `revoke ${old} from ${caller}`);
  await migrateLogging(url);
  expect(await migrateLogging(renamedUrl)).toEqual([]);
});

it('is every member of the role, also one that inherits nothing; not one that may only grant it', async () => {
  const { database, url, admin } = await create();
  await migrateLogging(url);
  const role = servingRoleOf(url);
  const caller = await accounts.createAccount('noinherit');
  const administrator = await accounts.createAccount('noinherit');
  await runSql(
    admin,
    `grant ${role} to ${caller}; grant ${role} to ${administrator} with admin true, inherit false, set false`,
  );
  await migrateLogging(url);
  const rows = await runSql(
    admin,
    `select has_database_privilege($1, $3, 'connect') as caller, has_database_privilege($2, $3, 'connect') as administrator`,
    [caller, administrator, database],
  );
  expect(rows).toEqual([{ caller: true, administrator: false }]);
});
