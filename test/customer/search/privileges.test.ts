// Searches in databases whose administrators give little: extensions in a schema of their own, and functions that nobody may execute unless told.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startCluster, type TestCluster } from '../../support/cluster.ts';
import { runSql } from '../../support/database.ts';
import { type Accounts, accountsOf, migrateLogging } from '../../support/database-accounts.ts';
import { startGateway } from '../../support/gateway.ts';

let cluster: TestCluster;
let accounts: Accounts;
beforeAll(async () => {
  cluster = await startCluster();
  accounts = accountsOf(cluster);
});
afterAll(() => cluster.remove());

let made = 0;
/** A database of an administrator's, and an account that may make tables in it. */
async function makeDatabase(): Promise<{ admin: string; url: string }> {
  made += 1;
  const owner = await accounts.createAccount('createrole');
  await runSql(cluster.url, `create database shop_${made}`);
  const admin = accounts.urlOf(`shop_${made}`);
  await runSql(admin, `grant create on schema public to ${owner}`);
  return { admin, url: accounts.urlOf(`shop_${made}`, owner) };
}

const extensions = ['btree_gin', 'pg_trgm', 'unaccent'];

/** Creates a customer with letters beyond ASCII, and finds it: by a walk, and by what is collected. */
async function findsNovak(url: string): Promise<unknown> {
  await migrateLogging(url);
  const gateway = await startGateway({ databaseUrl: url });
  const { status } = await gateway.rest({ email: 'novak@example.com', companyName: 'Novák a spol.' });
  const found = await gateway.graphql(
    '{ customers(search: "novák", first: 1) { totalCount edges { node { email } } } }',
  );
  const rest = await gateway.graphql('{ customers(search: "novák") { edges { node { email } } } }');
  await gateway.close();
  return [status, found.body.data?.customers, rest.body.data?.customers];
}
const edges = [{ node: { email: 'novak@example.com' } }];

describe('customers are written and found', () => {
  it('where only the owner of the tables may use the schema of the extensions', async () => {
    const { admin, url } = await makeDatabase();
    await runSql(admin, 'create schema extensions');
    await runSql(admin, `grant usage on schema extensions to ${new URL(url).username}`);
    for (const name of extensions) await runSql(admin, `create extension ${name} schema extensions`);
    expect(await findsNovak(url)).toEqual([200, { totalCount: 1, edges }, { edges }]);
  });

  it('where nobody may execute functions unless told', async () => {
    const { admin, url } = await makeDatabase();
    for (const name of extensions) await runSql(admin, `create extension ${name}`);
    await runSql(url, 'alter default privileges revoke execute on functions from public');
    expect(await findsNovak(url)).toEqual([200, { totalCount: 1, edges }, { edges }]);
  });
});

describe('a migration that cannot prepare searches', () => {
  it('says why, and leaves writing as it is, where the account may not use the schema of an extension', async () => {
    const { admin, url } = await makeDatabase();
    await runSql(admin, 'create schema extensions');
    for (const name of extensions) await runSql(admin, `create extension ${name} schema extensions`);
    await expect(migrateLogging(url)).rejects.toThrow(
      'The database cannot be searched. The account must be allowed to use the schema of the extension unaccent.',
    );
    const triggers = await runSql(
      admin,
      `select tgname from pg_trigger where tgrelid = 'customer'::regclass and tgname = 'search'`,
    );
    expect(triggers).toEqual([]);
  });
});
