// Ready means that a create would succeed now: each fault of the database is told, ends by itself, and is asked for once a second at most.
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { PROBE_NAME } from '../../src/database/readiness/write-probe.ts';
import { chooseAccount } from '../../src/embedded-postgres/account.ts';
import { clusterIn } from '../../src/embedded-postgres/folder.ts';
import { rest } from '../support/apis.ts';
import { startCluster, type TestCluster } from '../support/cluster.ts';
import { runSql, servingRoleOf } from '../support/database.ts';
import { startGateway, type TestGateway } from '../support/gateway.ts';
import { fillOrganisation } from '../support/organisation.ts';
import { openProxy } from '../support/proxy.ts';

/** Words that belong to the inside: hosts, SQL, names of tables, libraries. */
const INSIDE = /127\.0\.0\.1|localhost|select|insert|customer|api_key|gateway_|pg|sqlstate|timeout expired|econn/i;

let cluster: TestCluster;
let gateway: TestGateway;
beforeAll(async () => {
  cluster = await startCluster();
});
afterAll(() => cluster.remove());
beforeEach(async () => {
  gateway = await startGateway({ databaseUrl: cluster.url, operationTimeout: 1_500 });
});
afterEach(() => gateway.close());

let emails = 0;
const create = () => rest.create(gateway, { email: `customer${++emails}@example.com` });
const health = async () => {
  const { status, body, text } = await gateway.send('/health/ready');
  return { status, word: body.status, database: body.database, text };
};
const told = () =>
  gateway.log.filter(({ msg }) => /^(not ready|ready again)/.test(String(msg))).map(({ msg }) => String(msg));
const inDatabase = 'current_database()';
const dropConnections = `select pg_terminate_backend(pid) from pg_stat_activity where datname = ${inDatabase} and pid <> pg_backend_pid()`;
const alterDatabase = (what: string) =>
  `do $$ begin execute format('alter database %I ${what}', ${inDatabase}); end $$`;

/** A session that holds a lock until told. */
async function holding(statement: string) {
  const client = new pg.Client({ connectionString: cluster.url });
  await client.connect();
  await client.query('begin');
  await client.query(statement);
  return client;
}

interface Fault {
  name: string;
  says: string;
  begin: () => Promise<unknown>;
  end: () => Promise<unknown>;
}

let holder: pg.Client;
const locked = (table: string): Fault => ({
  name: `a locked table: ${table}`,
  says: 'keeps a table locked',
  begin: async () => (holder = await holding(`lock table ${table} in access exclusive mode`)),
  end: () => holder.end(),
});
const setting = (name: string, value: string, fault: Omit<Fault, 'begin' | 'end'>): Fault => ({
  ...fault,
  begin: () => cluster.run(`alter system set ${name} = '${value}'`, 'select pg_reload_conf()'),
  end: () => cluster.run(`alter system reset ${name}`, 'select pg_reload_conf()'),
});

const faults: Fault[] = [
  setting('default_transaction_read_only', 'on', { name: 'read-only by a setting', says: 'is read-only' }),
  {
    name: 'read-only for new connections, by its operator',
    says: 'is read-only',
    begin: () => cluster.run(alterDatabase('set default_transaction_read_only = on'), dropConnections),
    end: () => cluster.run(alterDatabase('reset default_transaction_read_only'), dropConnections),
  },
  setting('synchronous_standby_names', 'nobody', {
    name: 'a synchronous standby that is gone',
    says: 'does not confirm writes in time',
  }),
  locked('customer'),
  locked('customer_ip'),
  {
    name: 'a right that is gone',
    says: 'does not let the gateway do its work',
    begin: () => cluster.run(`revoke insert on customer from ${servingRoleOf(cluster.url)}`),
    end: () => cluster.run(`grant insert on customer to ${servingRoleOf(cluster.url)}`),
  },
  {
    name: 'a table of another shape',
    says: 'refuses writes',
    begin: () => cluster.run('alter table customer rename column company_name to other_name'),
    end: () => cluster.run('alter table customer rename column other_name to company_name'),
  },
];

describe.each(faults)('$name', ({ says, begin, end }) => {
  it('is told within seconds while creates fail, and its end without anybody who calls', async () => {
    expect((await create()).newAccount).toBe(true);
    expect(await health()).toMatchObject({ status: 200, word: 'ready', database: 'ok' });
    await begin();
    try {
      await expect.poll(health, { timeout: 4_000, interval: 100 }).toMatchObject({
        status: 503,
        word: 'database unavailable',
        database: says,
      });
      // Not before: a setting takes a moment to reach the sessions that there are.
      expect((await create()).answer.status).toBeGreaterThanOrEqual(500);
      expect((await health()).text.replace(/"database unavailable"/, '')).not.toMatch(INSIDE);
      expect((await gateway.send('/health/live')).status).toBe(200);
    } finally {
      await end();
    }
    await expect
      .poll(told, { timeout: 5_000 })
      .toEqual([`not ready: the database ${says}`, 'ready again: the database accepts writes']);
    expect(await health()).toMatchObject({ status: 200, word: 'ready', database: 'ok' });
    expect((await create()).newAccount).toBe(true);
  });
});

it('a standby is not ready, and is when it is promoted', async () => {
  const standby = await startCluster(join(cluster.dataDir, 'standby'));
  const folder = clusterIn(standby.dataDir);
  const url = new URL(standby.url);
  await gateway.close();
  gateway = await startGateway({ databaseUrl: standby.url });
  await standby.stop();
  await expect.poll(health, { timeout: 4_000 }).toMatchObject({ status: 503, database: 'cannot be reached' });
  await writeFile(join(folder, 'standby.signal'), '', { mode: 0o644 });
  const program = (await import(`@embedded-postgres/${process.platform}-${process.arch}`)).postgres;
  const account = chooseAccount(standby.dataDir, { cluster: folder, program });
  const options = ['-h', '127.0.0.1', '-k', '', '-N', '200'];
  const server = account.spawn(program, ['-D', folder, '-p', url.port, ...options], { stdio: 'ignore' });
  await expect.poll(health, { timeout: 10_000 }).toMatchObject({ status: 503, database: 'is read-only' });
  expect((await create()).code).toBe('INTERNAL_SERVICE_UNAVAILABLE');
  await runSql(standby.url, 'select pg_promote()');
  await expect.poll(told, { timeout: 5_000 }).toHaveLength(2);
  expect(await health()).toMatchObject({ status: 200, database: 'ok' });
  expect((await create()).newAccount).toBe(true);
  await gateway.close();
  server.kill('SIGINT');
  await once(server, 'exit');
  gateway = await startGateway({ databaseUrl: cluster.url });
});

it.each(['cut', 'silence'] as const)('a network that is gone is told, and its end: %s', async (failure) => {
  const proxy = await openProxy(cluster.url);
  await gateway.close();
  gateway = await startGateway({ databaseUrl: proxy.url });
  expect((await health()).status).toBe(200);
  await proxy[failure]();
  await expect.poll(health, { timeout: 4_000 }).toMatchObject({ status: 503, database: 'cannot be reached' });
  await proxy.cut();
  await proxy.mend();
  await expect.poll(told, { timeout: 5_000 }).toHaveLength(2);
  expect((await health()).status).toBe(200);
  await gateway.close();
  await proxy.close();
  gateway = await startGateway({ databaseUrl: cluster.url });
});

describe('what is no reason', () => {
  it('writes that a rule of the data refuses', async () => {
    await cluster.run(
      `create function refuse() returns trigger language plpgsql as $$ begin raise sqlstate '23514'; end $$`,
      'create trigger refuse before insert on customer for each row execute function refuse()',
    );
    for (let i = 0; i < 5; i++) {
      expect((await create()).answer.status).toBe(500);
      expect((await health()).status).toBe(200);
      await sleep(300);
    }
    await cluster.run('drop trigger refuse on customer', 'drop function refuse');
    expect(told()).toEqual([]);
  });

  it('one customer that somebody holds', async () => {
    await create();
    const email = `customer${emails}@example.com`;
    const client = await holding(`select from customer where email = '${email}' for update`);
    const waiting = Array.from({ length: 5 }, (_, i) => rest.create(gateway, { email, companyName: `Company ${i}` }));
    for (let i = 0; i < 10; i++) {
      expect((await health()).status).toBe(200);
      await sleep(200);
    }
    expect(new Set((await Promise.all(waiting)).map(({ answer }) => answer.status))).toEqual(new Set([503]));
    expect((await create()).newAccount).toBe(true);
    await client.end();
    expect(told()).toEqual([]);
  });

  it('a limit for temporary files', async () => {
    await cluster.run(`alter system set temp_file_limit = '0'`, 'select pg_reload_conf()');
    await sleep(1_200);
    expect(await health()).toMatchObject({ status: 200, database: 'ok' });
    await cluster.run('alter system reset temp_file_limit', 'select pg_reload_conf()');
  });
});

it('calls that keep all connections are no reason for a moment, and one when others waited in vain', async () => {
  await gateway.close();
  gateway = await startGateway({ databaseUrl: cluster.url, operationTimeout: 7_000 });
  await fillOrganisation(cluster.url, gateway.organisationId, `busy${gateway.organisationId}x`, 1);
  await cluster.run(
    `create function slowly() returns boolean language plpgsql volatile as $$ begin perform pg_sleep(30); return true; end $$`,
    'create policy slow on customer_group as restrictive for select using ((select slowly()))',
  );
  const slow = Array.from({ length: 12 }, () =>
    gateway.graphql('{ customerGroups(first: 1) { edges { node { slug } } } }'),
  );
  await sleep(500);
  expect((await health()).status).toBe(200);
  const failed = create();
  await expect.poll(health, { timeout: 6_000, interval: 200 }).toMatchObject({
    status: 503,
    database: 'is kept busy by calls, no connection comes free',
  });
  expect((await failed).code).toBe('INTERNAL_SERVICE_UNAVAILABLE');
  await Promise.all(slow);
  await cluster.run('drop policy slow on customer_group', 'drop function slowly');
  await expect.poll(told, { timeout: 6_000 }).toHaveLength(2);
  expect((await create()).newAccount).toBe(true);
});

it('a question that was on its way when a call failed does not say that all is well', async () => {
  await fillOrganisation(cluster.url, gateway.organisationId, `room${gateway.organisationId}x`, 1);
  await cluster.run(
    `create function full_disk() returns boolean language plpgsql volatile as $$ begin raise 'no room' using errcode = '53100'; end $$`,
    'create policy full_disk on customer_group as restrictive for select using ((select full_disk()))',
  );
  const holder = await holding('lock table customer_ip in access exclusive mode');
  const asked = health();
  const waiting = `select from pg_stat_activity where application_name = $1 and wait_event_type = 'Lock'`;
  await expect.poll(() => runSql(cluster.url, waiting, [PROBE_NAME]), { interval: 10 }).toHaveLength(1);
  const { body } = await gateway.graphql('{ customerGroups(first: 1) { edges { node { slug } } } }');
  await holder.end();
  await cluster.run('drop policy full_disk on customer_group', 'drop function full_disk()');
  expect(body.errors).toHaveLength(1);
  expect(await asked).toMatchObject({ status: 503, database: 'has no room on its disk' });
  await expect
    .poll(told, { timeout: 6_000 })
    .toEqual(['not ready: the database has no room on its disk', 'ready again: the database accepts writes']);
  expect(await health()).toMatchObject({ status: 200 });
});

describe('however many ask', () => {
  const sessions = async () => {
    const text = 'select sessions::int from pg_stat_database where datname = $1';
    const url = new URL(cluster.url);
    const name = url.pathname.slice(1);
    // Not of the database whose sessions are counted.
    url.pathname = '/postgres';
    return (await runSql<{ sessions: number }>(url.href, text, [name]))[0]?.sessions ?? 0;
  };

  it('the database is asked once a second', async () => {
    await create();
    await sleep(1_000);
    const before = await sessions();
    const startedAt = performance.now();
    const lane = async () => {
      for (let asked = 0; asked < 3 || performance.now() - startedAt < 3_000; asked += 1)
        expect((await health()).status).toBe(200);
    };
    await Promise.all(Array.from({ length: 200 }, lane));
    const seconds = (performance.now() - startedAt) / 1_000;
    await sleep(1_200);
    // Of 600 who asked at least.
    expect((await sessions()) - before).toBeLessThanOrEqual(Math.ceil(seconds) + 1);
  });

  it('a question that hangs is one, is ended on the server, and its end is no answer', async () => {
    await create();
    await cluster.run(`alter system set synchronous_standby_names = 'nobody'`, 'select pg_reload_conf()');
    const text = `select pid from pg_stat_activity where application_name = $1 and query like 'commit /*%' and state = 'active'`;
    const seen = new Set<number>();
    const until = performance.now() + 14_000;
    let most = 0;
    const look = async () => {
      while (performance.now() < until) {
        const found = await runSql<{ pid: number }>(cluster.url, text, [PROBE_NAME]);
        most = Math.max(most, found.length);
        for (const { pid } of found) seen.add(pid);
        await sleep(50);
      }
    };
    const ask = async () => {
      while (performance.now() < until) {
        expect((await Promise.all(Array.from({ length: 100 }, health))).map(({ status }) => status)).toEqual(
          Array.from({ length: 100 }, () => 503),
        );
        await sleep(500);
      }
    };
    await Promise.all([look(), ask()]);
    expect([most, seen.size]).toEqual([1, 2]);
    await cluster.run('alter system reset synchronous_standby_names', 'select pg_reload_conf()');
    await expect.poll(told, { timeout: 5_000 }).toHaveLength(2);
  });

  it('a gateway that ends leaves no question behind', async () => {
    await cluster.run(`alter system set synchronous_standby_names = 'nobody'`, 'select pg_reload_conf()');
    expect((await health()).status).toBe(503);
    await gateway.close();
    const text = 'select from pg_stat_activity where application_name = $1';
    await expect.poll(() => runSql(cluster.url, text, [PROBE_NAME]), { timeout: 3_000 }).toEqual([]);
    await cluster.run('alter system reset synchronous_standby_names', 'select pg_reload_conf()');
    gateway = await startGateway({ databaseUrl: cluster.url });
  });
});

it('is not ready while blanks cannot be filled in, which creates do too', async () => {
  const role = servingRoleOf(cluster.url);
  await cluster.run(`revoke insert on change_entry from ${role}`);
  await expect.poll(async () => (await health()).status, { timeout: 10_000 }).toBe(503);
  await cluster.run(`grant insert on change_entry to ${role}`);
  await expect.poll(async () => (await health()).status, { timeout: 10_000 }).toBe(200);
});
