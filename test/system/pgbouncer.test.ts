// The gateway behind PgBouncer, which hands out connections by transaction: what one call has set must not meet another.
import pg from 'pg';
import pino from 'pino';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { openDatabase } from '../../src/database/open.ts';
import { parseDatabaseUrl } from '../../src/database-url.ts';
import { entities } from '../../src/entities.ts';
import {
  createDatabase,
  createKey,
  createOrganisation,
  noteRoles,
  runSql,
  servingRoleOf,
} from '../support/database.ts';
import { type PgBouncer, type PgBouncerSettings, startPgBouncer } from '../support/pgbouncer.ts';
import { freePort, type GatewayProcess, spawnGateway, startProcess } from '../support/process.ts';

const LANES = 12;
const CALLS = 60;
const ADVISORY_LOCKS = `
  select pid from pg_locks
  where locktype = 'advisory' and database = (select oid from pg_database where datname = current_database())`;

let direct: string;
let pooler: PgBouncer | undefined;
let gateways: GatewayProcess[] = [];
beforeAll(async () => {
  direct = await createDatabase();
});
afterEach(async () => {
  await Promise.all(gateways.map((gateway) => gateway.stop()));
  gateways = [];
  await pooler?.stop();
  pooler = undefined;
});

async function startGateways(count: number, settings: PgBouncerSettings, environment: Record<string, string> = {}) {
  pooler = await startPgBouncer(direct, settings);
  const { url } = pooler;
  gateways = await Promise.all(
    Array.from({ length: count }, () => startProcess({ DATABASE_URL: url, REVERSE_DNS: 'off', ...environment })),
  );
  return gateways;
}

async function create(gateway: GatewayProcess, key: string, email: string) {
  const answer = await fetch(`${gateway.url}/api/v1/customer/create`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${key}` },
    body: JSON.stringify({ email }),
  });
  return { status: answer.status, ...((await answer.json()) as { cuRefNo?: string; code?: string }) };
}

async function find(gateway: GatewayProcess, key: string, cuRefNo: string) {
  const answer = await fetch(`${gateway.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${key}` },
    body: JSON.stringify({
      query: `{ customer(by: { cuRefNo: "${cuRefNo}" }) { cuRefNo } customers(first: 50) { edges { node { cuRefNo } } } }`,
    }),
  });
  const { data } = (await answer.json()) as {
    data?: { customer: object | null; customers: { edges: { node: { cuRefNo: string } }[] } };
  };
  return data;
}

/** An organisation, its key, and the customers that it has made. */
interface Tenant {
  name: string;
  key: string;
  references: string[];
}

/** Calls that failed, and how often something of another organisation was seen. */
interface Found {
  failed: unknown[];
  crossed: number;
}

/** Makes a customer of one organisation, and looks for those of another. */
async function createAndLookAcross(gateway: GatewayProcess, own: Tenant, other: Tenant, email: string, found: Found) {
  const created = await create(gateway, own.key, email);
  if (created.status === 200 && created.cuRefNo) own.references.push(created.cuRefNo);
  else found.failed.push(created);
  const wanted = other.references.at(-1);
  if (!wanted) return;
  const seen = await find(gateway, own.key, wanted);
  if (!seen) found.failed.push('find');
  if (seen?.customer !== null) found.crossed += 1;
  const theirs = new Set(other.references);
  found.crossed += seen?.customers.edges.filter(({ node }) => theirs.has(node.cuRefNo)).length ?? 0;
}

describe('by transaction, with prepared statements', () => {
  it('keeps organisations apart, runs nothing as the owner, and fails nothing', async () => {
    const two = await startGateways(2, { size: 6 }, { DATABASE_DIRECT_URL: direct });
    const organisations = await Promise.all(
      ['one', 'two'].map(async (name): Promise<Tenant> => {
        const id = await createOrganisation(direct, name);
        return { name, key: await createKey(direct, id), references: [] };
      }),
    );
    await noteRoles(direct);
    const found: Found = { failed: [], crossed: 0 };
    await Promise.all(
      Array.from({ length: LANES }, async (_, lane) => {
        for (let i = 0; i < CALLS; i++) {
          const [own, other] = i % 3 === 0 ? organisations.toReversed() : organisations;
          if (!own || !other) return;
          const email = `${own.name}-${lane}-${i % 7}@example.com`;
          await createAndLookAcross(two[(lane + i) % 2] as GatewayProcess, own, other, email, found);
        }
      }),
    );
    expect(found).toEqual({ failed: [], crossed: 0 });
    expect(await runSql(direct, 'select distinct role from seen')).toEqual([{ role: servingRoleOf(direct) }]);
  });

  it('refuses a revoked key within a second, with notifications past the pooler and without', async () => {
    const organisation = await createOrganisation(direct);
    const ways: Record<string, string>[] = [{ DATABASE_DIRECT_URL: direct }, {}];
    for (const environment of ways) {
      const [gateway] = (await startGateways(1, { size: 4 }, environment)) as [GatewayProcess];
      const key = await createKey(direct, organisation);
      for (let i = 0; i < 20; i++)
        expect(await create(gateway, key, `revoked${i}@example.com`)).toMatchObject({ status: 200 });
      await runSql(direct, 'update api_key set active = false where fingerprint = $1', [key.slice(0, 8)]);
      await new Promise((resolve) => setTimeout(resolve, 1_000));
      expect(await create(gateway, key, 'revoked@example.com')).toMatchObject({ status: 404 });
      await gateway.stop();
      await pooler?.stop();
    }
  });

  it('starts on a new database, and again', async () => {
    const empty = await createDatabase();
    await runSql(empty, 'drop schema public cascade; create schema public');
    pooler = await startPgBouncer(empty);
    for (let start = 1; start <= 2; start++) {
      // Two at once, neither of which may keep the lock.
      const both = await Promise.all([1, 2].map(() => startProcess({ DATABASE_URL: pooler?.url ?? '' })));
      await Promise.all(both.map((gateway) => gateway.stop()));
    }
    expect(await runSql(empty, ADVISORY_LOCKS)).toEqual([]);
  });

  it('does not mind what other clients of the pooler leave in its sessions', async () => {
    const [gateway] = (await startGateways(1, { size: 2 }, { DATABASE_DIRECT_URL: direct })) as [GatewayProcess];
    const key = await createKey(direct, await createOrganisation(direct));
    for (const setting of ["search_path = ''", 'row_security = off', "datestyle = 'German'", 'role = pg_monitor']) {
      const left = Array.from({ length: 4 }, () => runSql(pooler?.url ?? '', `set ${setting}; select pg_sleep(0.2)`));
      await Promise.all(left);
      for (let i = 0; i < 8; i++)
        expect(await create(gateway, key, `left${i}@example.com`), setting).toMatchObject({ status: 200 });
    }
  });

  it('migrates in its own schema, whatever other clients leave in the sessions', async () => {
    const behind = await createDatabase();
    await runSql(
      behind,
      `drop table change_value, change_entry; drop trigger log on audit_entry; drop function log_audit_entry();
       delete from migration where name >= '0007-change-log'; create schema elsewhere`,
    );
    pooler = await startPgBouncer(behind, { size: 4 });
    const { url } = pooler;
    const leave =
      'set search_path = elsewhere, public; set default_transaction_isolation = serializable; select pg_sleep(0.2)';
    await Promise.all(Array.from({ length: 8 }, () => runSql(url, leave)));
    const gateway = await startProcess({ DATABASE_URL: url });
    await gateway.stop();
    const tables = `select schemaname::text as schema, tableowner = current_user as own from pg_tables where tablename = 'change_entry'`;
    expect(await runSql(behind, tables)).toEqual([{ schema: 'public', own: true }]);
  });

  it('serves on when the shape of a column changes, and after statements that the database refuses', async () => {
    const [gateway] = (await startGateways(1, { size: 4 }, { DATABASE_DIRECT_URL: direct })) as [GatewayProcess];
    const key = await createKey(direct, await createOrganisation(direct));
    const statuses = async () => {
      const answers = await Promise.all(
        Array.from({ length: 10 }, (_, i) => create(gateway, key, `shape${i}@example.com`)),
      );
      return new Set(answers.map(({ status }) => status));
    };
    for (const length of [300, 301]) {
      expect(await statuses()).toEqual(new Set([200]));
      await runSql(direct, `alter table customer alter column company_registration_number type varchar(${length})`);
    }
    expect(await statuses()).toEqual(new Set([200]));
    await runSql(direct, 'alter table customer rename column company_registration_number to name_of_company');
    for (let round = 0; round < 3; round++) expect(await statuses()).toEqual(new Set([500]));
    await runSql(direct, 'alter table customer rename column name_of_company to company_registration_number');
    expect(await statuses()).toEqual(new Set([200]));
  });
});

it.each([
  ['keeps no prepared statements', { preparedStatements: 0 }],
  ['hands out connections by statement', { mode: 'statement' }],
] as const)('stops the start where the pooler %s', async (_, settings) => {
  pooler = await startPgBouncer(direct, settings);
  const gateway = spawnGateway({
    DATABASE_URL: pooler.url,
    DATABASE_DIRECT_URL: direct,
    PORT: String(await freePort()),
  });
  expect(await gateway.ended).toBe(1);
  expect(gateway.output()).toMatch(/^The pooler that DATABASE_URL leads to cannot be used: [^\n]+\.\n$/);
});

it('needs nothing where the pooler hands out sessions', async () => {
  const [gateway] = (await startGateways(1, { mode: 'session', preparedStatements: 0 })) as [GatewayProcess];
  const key = await createKey(direct, await createOrganisation(direct));
  expect(await create(gateway, key, 'session@example.com')).toMatchObject({ status: 200 });
});

it('is refused where it hands out sessions in which statements of others are left', async () => {
  pooler = await startPgBouncer(direct, { mode: 'session', more: 'server_reset_query =' });
  const gateway = spawnGateway({ DATABASE_URL: pooler.url, PORT: String(await freePort()) });
  expect(await gateway.ended).toBe(1);
  expect(gateway.output()).toMatch(/^The pooler [^\n]+ server_reset_query = DISCARD ALL\), [^\n]+\n$/);
});

describe('what is not the way it hands out connections', () => {
  const taken: [what: string, settings: PgBouncerSettings, occupy: string][] = [
    ['has no connection left', { more: 'max_client_conn = 2' }, 'select'],
    ['has a full pool', { size: 1, more: 'query_wait_timeout = 1' }, 'begin'],
  ];
  it.each(taken)('is waited for: a pooler that %s', async (_, settings, occupy) => {
    pooler = await startPgBouncer(direct, settings);
    const { url } = pooler;
    const others = [1, 2].map(() => new pg.Client({ connectionString: url }));
    const [first] = others as [pg.Client];
    for (const client of others) client.on('error', () => {});
    for (const client of others) await client.connect();
    await first.query(occupy);
    const port = String(await freePort());
    const gateway = spawnGateway({ DATABASE_URL: url, DATABASE_DIRECT_URL: direct, PORT: port, REVERSE_DNS: 'off' });
    const health = () =>
      fetch(`http://127.0.0.1:${port}/health/ready`).then(
        (answer) => answer.json() as Promise<object>,
        () => undefined,
      );
    await expect
      .poll(health, { timeout: 15_000 })
      .toMatchObject({ status: 'starting', database: 'takes no more connections' });
    for (const client of others) await client.end();
    if (settings.more?.startsWith('max')) {
      // A gateway that is ready holds more than two.
      await gateway.stop();
      return;
    }
    await expect.poll(health, { timeout: 20_000 }).toMatchObject({ status: 'ready' });
    expect(await gateway.stop()).toBe(0);
  });

  it('is waited for: a server that is away behind it', async () => {
    const { openProxy } = await import('../support/proxy.ts');
    const proxy = await openProxy(direct);
    pooler = await startPgBouncer(proxy.url, { more: 'server_login_retry = 1\nserver_connect_timeout = 1' });
    await proxy.cut();
    const port = String(await freePort());
    const gateway = spawnGateway({ DATABASE_URL: pooler.url, DATABASE_DIRECT_URL: direct, PORT: port });
    await expect
      .poll(gateway.output, { timeout: 15_000 })
      .toContain('the database could not be prepared; trying again');
    await proxy.mend();
    const status = () =>
      fetch(`http://127.0.0.1:${port}/health/ready`).then(
        (answer) => answer.status,
        () => 0,
      );
    await expect.poll(status, { timeout: 30_000 }).toBe(200);
    expect(await gateway.stop()).toBe(0);
    await proxy.close();
  });

  const faults: [what: string, spoil: (url: URL) => void, settings: PgBouncerSettings, why: RegExp][] = [
    [
      'a database that the server lacks',
      (url) => (url.pathname = '/nowhere'),
      { more: 'server_login_retry = 1' },
      /has no database named "nowhere"/,
    ],
    [
      'a database that the pooler lacks',
      (url) => (url.pathname = '/nowhere'),
      { databases: 'other' },
      /has no database named "nowhere"/,
    ],
    [
      'a password of the pooler that the server refuses',
      () => {},
      { password: 'wrong', more: 'server_login_retry = 1' },
      /refuses the user "gateway" or its password/,
    ],
    [
      'options that the pooler does not take',
      (url) => (url.search = '?options=-c%20work_mem=1MB'),
      {},
      /the pooler refuses the parameters of the URL \(unsupported startup parameter/,
    ],
  ];
  it.each(faults)('ends the start with its own sentence: %s', async (_, spoil, settings, why) => {
    pooler = await startPgBouncer(direct, settings);
    const url = new URL(pooler.url);
    spoil(url);
    const ways: Record<string, string>[] = [{ DATABASE_DIRECT_URL: direct }, {}];
    for (const environment of ways) {
      const gateway = spawnGateway({ DATABASE_URL: url.href, ...environment, PORT: String(await freePort()) });
      const stuck = setTimeout(() => gateway.child.kill('SIGKILL'), 20_000);
      const code = await gateway.ended;
      clearTimeout(stuck);
      const [sentence] = gateway.output().trim().split('\n').toReversed();
      expect([code, sentence]).toEqual([1, expect.stringMatching(why)]);
      expect(sentence).toMatch(/^The database of DATABASE_URL cannot be used: .+\.$/);
    }
  });
});

it('must lead to the database to which the direct way leads', async () => {
  const other = await createDatabase();
  pooler = await startPgBouncer(direct);
  const [here, there] = [direct, other].map((url) => JSON.stringify(new URL(url).pathname.slice(1)));
  const gateway = spawnGateway({
    DATABASE_URL: pooler.url,
    DATABASE_DIRECT_URL: other,
    PORT: String(await freePort()),
  });
  expect(await gateway.ended).toBe(1);
  expect(gateway.output()).toBe(
    `DATABASE_URL and DATABASE_DIRECT_URL must lead to the same database: one leads to ${here}, the other to ${there}.\n`,
  );
});

afterAll(() => pooler?.stop());

describe('what a connection was told at its beginning', () => {
  const log = pino({ level: 'silent' });

  it('decides over no role: a pooler may lead to a database of another name from now on', async () => {
    const [first, second] = [await createDatabase(), await createDatabase()];
    const organisationId = await createOrganisation(second);
    pooler = await startPgBouncer(first, { size: 2 });
    const database = openDatabase({ connection: parseDatabaseUrl(pooler.url), entities, log, poolSize: 1 });
    const who = {
      name: 'who_serves',
      text: 'select current_user::text as role, current_database()::text as database from (select count(*) from customer) c',
    };
    const ask = () => database.forOrganisation(organisationId).run(who, []);
    const nameOf = (url: string) => new URL(url).pathname.slice(1);
    expect(await ask()).toEqual([{ role: servingRoleOf(first), database: nameOf(first) }]);
    await pooler.leadTo(nameOf(second));
    await expect.poll(ask).toEqual([{ role: servingRoleOf(second), database: nameOf(second) }]);
    await database.close();
  });

  it('decides over no column: a session that comes later may have another type for it', async () => {
    pooler = await startPgBouncer(direct, { size: 1 });
    const database = openDatabase({
      connection: parseDatabaseUrl(pooler.url),
      entities,
      log,
      poolSize: 1,
      asOwner: true,
    });
    await runSql(direct, 'create table told (a int)');
    await runSql(direct, 'insert into told values (1)');
    const session = 'pg_backend_pid() as pid';
    const read = async () =>
      (
        await database.run<{ a: unknown; pid: number }>({ name: 'of_told', text: `select a, ${session} from told` }, [])
      )[0];
    const before = await read();
    expect(before?.a).toBe(1);
    await runSql(direct, `alter table told alter a type text using 'word'`);
    // The pooler lets a session go that nobody uses for two seconds.
    await expect
      .poll(async () => (await runSql(direct, 'select from pg_stat_activity where pid = $1', [before?.pid])).length)
      .toBe(0);
    for (let i = 0; i < 2; i++) expect((await read())?.a).toBe('word');
    await database.close();
  });
});
