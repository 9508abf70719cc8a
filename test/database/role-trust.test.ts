// Whom the role that serves requests may belong to, and what it may be: anybody with CREATEROLE can have made one of its name.
import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ConfigError } from '../../src/config.ts';
import { startCluster, type TestCluster } from '../support/cluster.ts';
import { runSql, servingRoleOf } from '../support/database.ts';
import { type Accounts, accountsOf, migrateLogging } from '../support/database-accounts.ts';
import { startGateway } from '../support/gateway.ts';

let cluster: TestCluster;
let accounts: Accounts;
beforeAll(async () => {
  cluster = await startCluster();
  accounts = accountsOf(cluster);
});
afterAll(() => cluster.remove());

/** A database that was never migrated, and the role that would serve it. */
async function create(traits = 'createrole') {
  const owner = await accounts.createAccount(traits);
  const database = await accounts.createEmpty(owner);
  const url = accounts.urlOf(database, owner);
  return { owner, database, url, role: servingRoleOf(url) };
}

async function refusal(url: string): Promise<string> {
  const error: unknown = await migrateLogging(url).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(ConfigError);
  return (error as Error).message;
}

/** Whether the role may connect and read customers. */
async function holdsAnything(database: string, role: string): Promise<boolean> {
  const [row] = await runSql<{ any: boolean }>(
    accounts.urlOf(database),
    `select has_table_privilege($1, 'customer', 'select') or exists (
       select from pg_database, aclexplode(datacl) a where datname = current_database() and a.grantee = $1::regrole) as any`,
    [role],
  );
  return row?.any === true;
}

it.each([
  ['login password $$evil$$', 'may log in', 'nologin'],
  ['superuser', 'is a superuser', 'nosuperuser'],
  ['bypassrls', 'is not bound by row level security (BYPASSRLS)', 'nobypassrls'],
  ['createrole', 'may create roles (CREATEROLE)', 'nocreaterole'],
  ['login bypassrls', 'may log in, is not bound by row level security (BYPASSRLS)', 'nologin nobypassrls'],
])('one that another made with %s beforehand gets nothing', async (traits, said, undo) => {
  const { url, role, database } = await create();
  await runSql(cluster.url, `create role ${role} ${traits}`);
  expect(await refusal(url)).toBe(
    `The role ${role} cannot be trusted to serve requests, because it ${said}: have an administrator run: alter role ${role} ${undo}; or drop the role if nobody knows who created it.`,
  );
  expect(await holdsAnything(database, role)).toBe(traits === 'superuser');
});

it('one that belongs to another role gets nothing', async () => {
  const { url, role, database } = await create();
  await runSql(cluster.url, `create role ${role} nologin; grant pg_read_all_data to ${role}`);
  expect(await refusal(url)).toMatch(/because it is a member of pg_read_all_data: .* revoke pg_read_all_data from /);
  await runSql(cluster.url, `revoke pg_read_all_data from ${role}`);
  await refusal(url);
  expect(await holdsAnything(database, role)).toBe(false);
});

it('one as which others may act before anything is granted gets nothing, until they are put out; later ones are welcome', async () => {
  const { url, role, database, owner } = await create();
  const [evil, friend] = [await accounts.createAccount('createrole'), await accounts.createAccount()];
  const evils = accounts.urlOf('postgres', evil);
  await runSql(cluster.url, `grant connect on database postgres to ${evil}`);
  await runSql(
    evils,
    `create role ${role} nologin; grant ${role} to ${friend}; grant ${role} to ${owner} with admin option`,
  );
  expect(await refusal(url)).toBe(
    `The role ${role} existed before this database first used it to serve requests, and other accounts may act as it: have an administrator run: revoke ${role} from ${friend}; and grant it again, after the start, to the accounts that serve requests.`,
  );
  expect(await holdsAnything(database, role)).toBe(false);
  await runSql(evils, `revoke ${role} from ${friend}`);
  expect(await migrateLogging(url)).toContain(
    `the serving role ${role} was created by another account; it can be granted by: ${evil}`,
  );
  await runSql(evils, `grant ${role} to ${friend}`);
  expect(await migrateLogging(url)).toEqual([]);
});

it('gets nothing while this account may not act as it', async () => {
  const { url, role, database, owner } = await create('');
  await runSql(cluster.url, `create role ${role} nologin`);
  expect(await refusal(url)).toBe(
    `The account of DATABASE_URL may not act as the serving role: have an administrator run: grant ${role} to ${owner};`,
  );
  expect(await holdsAnything(database, role)).toBe(false);
});

it('one that row level security stops to bind is named with its attribute at the next start', async () => {
  const gateway = await startGateway();
  await gateway.close();
  const role = servingRoleOf(gateway.databaseUrl);
  await runSql(gateway.databaseUrl, `alter role ${role} bypassrls`);
  await expect(startGateway({ databaseUrl: gateway.databaseUrl })).rejects.toThrow(
    /\(BYPASSRLS\): have an administrator/,
  );
});

it('one of a database whose name looks like a shortened one is its own', async () => {
  const long = `${randomBytes(20).toString('hex')}_longer_than_46`;
  const owner = await accounts.createAccount('createrole');
  const nameOf = async (database: string) => {
    await accounts.createEmpty(owner, database);
    await migrateLogging(accounts.urlOf(database, owner));
    const rows = await runSql<{ name: string }>(
      accounts.urlOf(database),
      `select r.rolname::text as name from pg_database d, aclexplode(datacl) a, pg_roles r
       where datname = current_database() and r.oid = a.grantee and r.rolname like 'customer%'`,
    );
    return rows[0]?.name ?? '';
  };
  const first = await nameOf(long);
  const second = await nameOf(first.replace('customer_gateway_', ''));
  expect([first, second]).toEqual(Array(2).fill(expect.stringMatching(/^customer_gateway_[0-9a-f]{32}$/)));
  expect(second).not.toBe(first);
});
