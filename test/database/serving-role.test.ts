// The role that serves requests, and who may connect: both belong to one database, whatever else is on its server.
import { randomBytes } from 'node:crypto';
import pino from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { migrate } from '../../src/database/migrate.ts';
import { parseDatabaseUrl } from '../../src/database-url.ts';
import { entities } from '../../src/entities.ts';
import { startCluster, type TestCluster } from '../support/cluster.ts';
import { runCommand } from '../support/command.ts';
import { createDatabase, createKey, createOrganisation, runSql, servingRoleOf } from '../support/database.ts';
import { type Accounts, accountsOf, migrateLogging } from '../support/database-accounts.ts';
import { startGateway } from '../support/gateway.ts';
import { startProcess } from '../support/process.ts';

/** A server of its own: roles are the whole server's. */
let cluster: TestCluster;
let accounts: Accounts;
beforeAll(async () => {
  cluster = await startCluster();
  accounts = accountsOf(cluster);
});
afterAll(() => cluster.remove());

const random = () => randomBytes(4).toString('hex');
const urlOf: Accounts['urlOf'] = (...words) => accounts.urlOf(...words);
const createAccount: Accounts['createAccount'] = (...words) => accounts.createAccount(...words);
const createEmpty: Accounts['createEmpty'] = (...words) => accounts.createEmpty(...words);

/** Migrates and serves; makes an organisation, a key and a customer, the first two as the account of a URL. */
async function serve(databaseUrl: string, ownerUrl = databaseUrl): Promise<unknown> {
  await migrateLogging(databaseUrl);
  const gateway = await startGateway({ databaseUrl: ownerUrl, servingUrl: databaseUrl });
  const answer = await gateway.rest({ email: 'account@example.com', customerRealIp: '1.1.1.1' });
  await gateway.close();
  return answer.body;
}

/** The same by the programs that an operator starts. */
async function serveByPrograms(databaseUrl: string): Promise<unknown> {
  const started = await startProcess({ DATABASE_URL: databaseUrl });
  const environment = { DATABASE_URL: databaseUrl };
  const slug = `org-${random()}`;
  await runCommand('organisations', ['create', '--slug', slug, '--name', 'First'], environment);
  const words = ['create', '--organisation', slug, '--prefix', 'PROD', '--name', 'x', '--json'];
  const { key } = JSON.parse((await runCommand('keys', words, environment)).stdout);
  const answer = await fetch(`${started.url}/api/v1/customer/create?apiKey=${key}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ email: 'account@example.com', customerRealIp: '1.1.1.1' }),
  });
  expect(await started.stop()).toBe(0);
  return answer.json();
}

/** What a start says that does not succeed. */
async function refusal(databaseUrl: string): Promise<string> {
  const error: unknown = await startProcess({ DATABASE_URL: databaseUrl }).then(
    (started) => started.stop(),
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(Error);
  const printed = (error as Error).message.replace('the gateway ended: ', '').trimEnd();
  // Not what the log says of a migration that takes a while, before the sentence or after it.
  const lines = printed.split('\n').filter((line) => !line.startsWith('{'));
  return lines.join('\n');
}

/** What becomes of a statement of an account. */
const attempt = (url: string, text: string) =>
  runSql(url, text).then(
    () => 'done',
    (error: Error) => error.message,
  );

describe('an account that is no superuser', () => {
  it('migrates and serves when it may make roles, also a second time', async () => {
    const owner = await createAccount('createrole');
    const url = urlOf(await createEmpty(owner), owner);
    expect(await serveByPrograms(url)).toMatchObject({ newAccount: true });
    expect(await serveByPrograms(url)).toMatchObject({ newAccount: true });
  });

  it('migrates and serves where another account made the role of version 0.1.0', async () => {
    expect(await runSql(cluster.url, `select from pg_roles where rolname = 'customer_gateway'`)).toHaveLength(1);
    const owner = await createAccount('createrole');
    const database = await createEmpty(owner);
    expect(await serve(urlOf(database, owner))).toMatchObject({ newAccount: true });
    expect(
      await runSql(urlOf(database), `select has_table_privilege('customer_gateway', 'customer', 'select') as may`),
    ).toEqual([{ may: false }]);
  });

  it('migrates and serves when an administrator made the role and granted it', async () => {
    const owner = await createAccount();
    const database = await createEmpty(owner);
    const role = servingRoleOf(urlOf(database));
    const said = await refusal(urlOf(database, owner));
    const commands = `create role ${role} nologin; grant ${role} to ${owner};`;
    expect(said).toBe(
      `The database has no role ${role} to serve requests as, and this account may not create it: run "npm run migrate" as the owner of the tables with CREATEROLE, or have an administrator run: ${commands}`,
    );
    await runSql(cluster.url, commands);
    expect(await serve(urlOf(database, owner))).toMatchObject({ newAccount: true });
  });

  it('serves when it owns nothing', async () => {
    const owner = await createAccount('createrole');
    const database = await createEmpty(owner);
    const member = await createAccount();
    const [own, serving] = [urlOf(database, owner), urlOf(database, member)];
    await serve(own);
    // Not even connect: the server says so.
    expect(await refusal(serving)).toBe(
      `The database of DATABASE_URL cannot be used: the user "${member}" may not connect to the database "${database}" (it lacks the privilege CONNECT).`,
    );
    await runSql(cluster.url, `grant connect on database ${database} to ${member}`);
    expect(await refusal(serving)).toBe(
      `The account of DATABASE_URL may not act as the serving role: have an administrator run: grant ${servingRoleOf(own)} to ${member};`,
    );
    await runSql(cluster.url, `revoke connect on database ${database} from ${member}`);
    await runSql(cluster.url, `grant ${servingRoleOf(own)} to ${member}`);
    expect(await serve(serving, own)).toMatchObject({ newAccount: true });
  });

  it('serves when it owns nothing and inherits nothing: the next start of the owner lets it connect', async () => {
    const owner = await createAccount('createrole');
    const [own, member] = [urlOf(await createEmpty(owner), owner), await createAccount('noinherit')];
    await serve(own);
    await runSql(cluster.url, `grant ${servingRoleOf(own)} to ${member}`);
    const serving = urlOf(new URL(own).pathname.slice(1), member);
    expect(await refusal(serving)).toMatch(/lacks the privilege CONNECT/);
    await migrateLogging(own);
    expect(await serve(serving, own)).toMatchObject({ newAccount: true });
  });
});

describe('the role of another database on the server', () => {
  it('neither connects here nor reads customers, nor does that of version 0.1.0', async () => {
    const owner = await createAccount('createrole');
    const [here, there] = [await createEmpty(owner), await createEmpty(owner)];
    for (const database of [here, there]) await serve(urlOf(database, owner));
    for (const role of [servingRoleOf(urlOf(there)), 'customer_gateway']) {
      const member = await createAccount(`in role ${role}`);
      expect(await attempt(urlOf(here, member), 'select')).toMatch(/permission denied for database/);
      await runSql(cluster.url, `grant connect on database ${here} to ${member}`);
      expect(await attempt(urlOf(here, member), 'select from customer')).toMatch(/permission denied for table/);
      expect(await attempt(urlOf(here, member), `set role ${servingRoleOf(urlOf(here))}`)).toMatch(/permission denied/);
    }
  });

  it.each(['A shop of "ours"', 'čeština', 'n'.repeat(46), 'n'.repeat(47), 'ř'.repeat(31)])(
    'has another name: %s',
    async (name) => {
      const owner = await createAccount('createrole');
      const database = await createEmpty(owner, name);
      expect(await serve(urlOf(database, owner))).toMatchObject({ newAccount: true });
      const rows = await runSql<{ name: string }>(
        urlOf(database),
        `select r.rolname::text as name from pg_database d, aclexplode(datacl) a, pg_roles r
       where datname = current_database() and r.oid = a.grantee and a.privilege_type = 'CONNECT' and r.rolname like 'customer%'`,
      );
      expect(rows).toHaveLength(1);
      expect(rows[0]?.name).toMatch(
        Buffer.byteLength(name) > 46 ? /^customer_gateway_[0-9a-f]{32}$/ : /^customer_gateway_/,
      );
    },
  );
});

describe('who may connect', () => {
  const publicMay = async (url: string) =>
    (
      await runSql<{ may: boolean }>(
        url,
        `select has_database_privilege('public', current_database(), 'connect') as may`,
      )
    )[0]?.may;

  it('is not everybody, unless an operator decides otherwise', async () => {
    const owner = await createAccount('createrole');
    const database = await createEmpty(owner);
    const url = urlOf(database, owner);
    await serve(url);
    expect(await publicMay(url)).toBe(false);
    await runSql(url, `grant connect on database ${database} to public`);
    await serve(url);
    expect(await publicMay(url)).toBe(true);
  });

  it('is left alone by an account that does not own the database', async () => {
    const owner = await createAccount('createrole');
    const database = `shop_${random()}`;
    await runSql(cluster.url, `create database ${database}`);
    await runSql(urlOf(database), `grant create on schema public to ${owner}`);
    await expect(serve(urlOf(database, owner))).rejects.toThrow(
      'The database needs extensions of PostgreSQL that this account cannot make. An administrator can, in this database: create extension btree_gin; create extension pg_trgm; create extension unaccent;',
    );
    for (const name of ['btree_gin', 'pg_trgm', 'unaccent']) await runSql(urlOf(database), `create extension ${name}`);
    expect(await serve(urlOf(database, owner))).toMatchObject({ newAccount: true });
    expect(await publicMay(urlOf(database))).toBe(true);
  });

  it('is, after an update from version 0.1.0, also whoever serves by its role', async () => {
    // A copy has the default, as databases of that version have.
    const url = await createDatabase();
    await createOrganisation(url);
    await runSql(url, `update pg_database set datacl = null where datname = current_database()`);
    await runSql(url, `delete from migration where name >= '0005'`);
    await migrate(parseDatabaseUrl(url), entities, pino({ level: 'silent' }));
    expect(await publicMay(url)).toBe(false);
    const [row] = await runSql(
      url,
      `select has_database_privilege('customer_gateway', current_database(), 'connect') as may`,
    );
    expect(row).toEqual({ may: true });
  });
});

describe('a restore onto a server without the role', () => {
  const dropRole = (url: string) => {
    const role = servingRoleOf(url);
    return runSql(
      url,
      `drop owned by ${role}; drop role ${role}; grant execute on function find_api_key(text) to public`,
    );
  };

  it('serves: the role is made again', async () => {
    const gateway = await startGateway();
    await gateway.close();
    const url = gateway.databaseUrl;
    await dropRole(url);
    await runSql(url, `update pg_database set datacl = null where datname = current_database()`);
    const again = await startGateway({ databaseUrl: url });
    expect((await again.rest({ email: 'restored@example.com' })).body).toMatchObject({ newAccount: true });
    await again.close();
    const [row] = await runSql(
      url,
      `select has_function_privilege('public', 'find_api_key(text)', 'execute') as look_up, has_database_privilege('public', current_database(), 'connect') as connect`,
    );
    expect(row).toEqual({ look_up: false, connect: false });
  });

  it('ends the start with one sentence where the account may not make it', async () => {
    const owner = await createAccount('createrole');
    const database = await createEmpty(owner);
    const url = urlOf(database, owner);
    await serve(url);
    await dropRole(urlOf(database));
    await runSql(cluster.url, `alter role ${owner} nocreaterole`);
    expect(await refusal(url)).toMatch(/^The database has no role customer_gateway_shop_[^\n]+;$/);
  });

  it('completes what was restored without privileges', async () => {
    const url = await createDatabase();
    await runSql(url, `revoke all on customer, customer_ip from ${servingRoleOf(url)}`);
    const gateway = await startGateway({ databaseUrl: url });
    expect((await gateway.rest({ email: 'x@example.com' })).status).toBe(200);
    await gateway.close();
  });
});

it('is missed while a gateway runs: it says not ready, and is again when the role is there', async () => {
  const gateway = await startGateway();
  const url = gateway.databaseUrl;
  const role = servingRoleOf(url);
  const key = await createKey(url, await createOrganisation(url));
  await runSql(url, `alter role ${role} rename to renamed_${random()}`);
  const renamed = (
    await runSql<{ name: string }>(url, `select rolname::text as name from pg_roles where rolname like 'renamed_%'`)
  )[0]?.name;
  const health = async () => (await gateway.send('/health/ready')).body;
  await expect.poll(health, { timeout: 4_000 }).toMatchObject({ database: 'does not let the gateway do its work' });
  await runSql(url, `alter role ${renamed} rename to ${role}`);
  await expect.poll(health, { timeout: 4_000 }).toMatchObject({ database: 'ok' });
  expect((await gateway.rest({ email: 'x@example.com' }, { key })).status).toBe(200);
  await gateway.close();
});
