// Nothing of one organisation reaches another: not through the doors, and not when a query forgets to ask for its own.
import { randomBytes } from 'node:crypto';
import pg from 'pg';
import pino from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDatabase, SERVING_ROLE } from '../src/database/orm.ts';
import { entities } from '../src/entities.ts';
import { createKey, createOrganisation, runSql } from './support/database.ts';
import { startGateway, type TestGateway } from './support/gateway.ts';
import { fillOrganisation } from './support/organisation.ts';
import { startProcess } from './support/process.ts';

const ATTEMPTS = 2_000;
let gateway: TestGateway;
let ours: number;
let theirs: number;
let theirKey: string;
let theirRoot: string;
/** Everything by which something of ours could be named or recognised. */
let secrets: string[];

beforeAll(async () => {
  gateway = await startGateway();
  ours = gateway.organisationId;
  theirs = await createOrganisation(gateway.databaseUrl);
  theirKey = await createKey(gateway.databaseUrl, theirs);
  theirRoot = await createKey(gateway.databaseUrl, theirs, { prefix: 'ROOT' });
  await fillOrganisation(gateway.databaseUrl, ours, 'ours', 40);
  await fillOrganisation(gateway.databaseUrl, theirs, 'theirs', 40);
  const rows = await runSql<{ secret: string }>(
    gateway.databaseUrl,
    `select cu_ref_no as secret from customer where organisation_id = $1
     union select email from customer where organisation_id = $1
     union select external_id from subscription where organisation_id = $1
     union select slug from customer_group where organisation_id = $1
     union select fingerprint from api_key where organisation_id = $1`,
    [ours],
  );
  secrets = rows.map(({ secret }) => secret);
});
afterAll(() => gateway.close());

const everything = `id cuRefNo email firstName groups { name slug } meta
  referral { code email customer { cuRefNo email groups { slug } referral { code } } }
  runningSubscriptions { externalId orderNumber orderHash }`;
const base64 = (text: string) => Buffer.from(text).toString('base64');
const base64url = (text: string) => Buffer.from(text).toString('base64url');

/** The many ways to ask for something of ours, each with one of our secrets in it. */
const ways: ((secret: string, i: number) => { query: string; variables?: object; root?: boolean })[] = [
  (secret) => ({
    query: `query ($r: String!) { customer(by: { cuRefNo: $r }) { ${everything} } }`,
    variables: { r: secret },
  }),
  (secret) => ({
    query: `query ($e: String!) { customer(by: { email: $e }) { ${everything} } }`,
    variables: { e: `${secret}`.includes('@') ? secret : `${secret}@example.com` },
  }),
  (secret) => ({
    query: `query ($id: ID!) { node(id: $id) { id ... on Customer { ${everything} } } }`,
    variables: { id: base64(`Customer:${secret}`) },
  }),
  (_, i) => ({
    query: `query ($id: ID!) { node(id: $id) { id ... on Customer { ${everything} } } }`,
    variables: { id: base64(`Customer:${i % 100}`) },
  }),
  (secret) => ({
    query: `query ($c: String!) { customers(first: 100, after: $c) { edges { node { ${everything} } } } }`,
    variables: { c: base64url(`customer:${secret}`) },
  }),
  (secret) => ({
    query: `query ($c: String!) { customers(last: 100, before: $c) { edges { node { ${everything} } } } }`,
    variables: { c: base64url(`customer:${secret}`) },
  }),
  (_, i) => ({
    query: `query ($n: Int!) { customers(first: $n) { edges { cursor node { ${everything} } } } }`,
    variables: { n: i % 100 },
  }),
  (secret) => ({
    query: `{ a: customer(by: { cuRefNo: "${secret.slice(0, 16)}" }) { ${everything} } b: node(id: "${base64(`CustomerGroup:${secret}`)}") { id } }`,
  }),
  (secret) => ({
    query: 'query ($f: String!) { apiKey(fingerprint: $f) { fingerprint name history { author } } }',
    variables: { f: secret },
    root: true,
  }),
  (secret) => ({
    query: 'mutation ($f: String!) { deactivateApiKey(fingerprint: $f) { fingerprint name } }',
    variables: { f: secret },
    root: true,
  }),
  (secret) => ({
    query: 'query ($c: String!) { apiKeys(first: 50, after: $c) { edges { node { fingerprint name } } } }',
    variables: { c: base64url(`apiKey:${secret}`) },
    root: true,
  }),
  () => ({ query: '{ apiKeys(first: 50) { edges { node { fingerprint history { reason } } } } }', root: true }),
];

/** Attempts to reach what is ours with their keys; says how much of it was seen. */
async function attempt(at: TestGateway, attempts: number): Promise<number> {
  let hits = 0;
  for (let start = 0; start < attempts; start += 20) {
    const answers = await Promise.all(
      Array.from({ length: 20 }, async (_, offset) => {
        const i = start + offset;
        const secret = secrets[(i * 31) % secrets.length] as string;
        const { query, variables, root } = (ways[i % ways.length] as (typeof ways)[number])(secret, i);
        return at.graphql(query, variables, { key: root ? theirRoot : theirKey });
      }),
    );
    for (const { body, status } of answers) {
      expect(status).toBeLessThan(500);
      const shown = JSON.stringify(body.data ?? {});
      hits += secrets.filter((secret) => shown.includes(secret)).length;
    }
  }
  const touched = 'select * from api_key where organisation_id = $1 and not active';
  expect(await runSql(at.databaseUrl, touched, [ours])).toEqual([]);
  return hits;
}

it(`${ATTEMPTS} attempts with another organisation's key reach nothing`, async () => {
  expect(await attempt(gateway, ATTEMPTS)).toBe(0);
});

it('neither do they without row level security: each query asks for its own', async () => {
  const log = pino({ level: 'silent' });
  const database = openDatabase({ url: gateway.databaseUrl, entities, log, asOwner: true, wall: false });
  const unwalled = await startGateway({ databaseUrl: gateway.databaseUrl, parts: { database } });
  expect(await attempt(unwalled, 600)).toBe(0);
  const [our] = await runSql<{ cu_ref_no: string; email: string }>(
    gateway.databaseUrl,
    'select cu_ref_no, email from customer where organisation_id = $1 limit 1',
    [ours],
  );
  const crossed = await unwalled.graphql(
    'query ($c: String!) { customers(after: $c) { edges { cursor } } }',
    { c: base64url(`customer:${our?.cu_ref_no}`) },
    { key: theirKey },
  );
  expect(crossed.body.errors[0].extensions.fields).toEqual([{ path: 'after', message: expect.any(String) }]);
  const made = await unwalled.rest({ email: our?.email }, { key: theirKey });
  expect(made.body).toMatchObject({ newAccount: true });
  expect(made.body.cuRefNo).not.toBe(our?.cu_ref_no);
  await unwalled.close();
});

it('the same attempts with our own key do reach it', async () => {
  let hits = 0;
  for (let i = 0; i < ways.length * 4; i++) {
    const secret = secrets[i % secrets.length] as string;
    const { query, variables, root } = (ways[i % ways.length] as (typeof ways)[number])(secret, i);
    if (root) continue;
    const { body } = await gateway.graphql(query, variables);
    if (secrets.some((each) => JSON.stringify(body.data ?? {}).includes(each))) hits += 1;
  }
  expect(hits).toBeGreaterThan(10);
});

describe('row level security', () => {
  const tables = async () =>
    runSql<{ name: string; owned: boolean }>(
      gateway.databaseUrl,
      `select c.relname as name, exists (select from pg_attribute a where a.attrelid = c.oid and a.attname = 'organisation_id') as owned
       from pg_class c where c.relnamespace = 'public'::regnamespace and c.relkind = 'r' order by 1`,
    );

  it('is on for every table, and binds the role that serves, which owns none', async () => {
    const names = await tables();
    expect(names.length).toBeGreaterThan(10);
    const open = await runSql(gateway.databaseUrl, `set role ${SERVING_ROLE}`).then(() =>
      runSql<{ name: string }>(
        gateway.databaseUrl,
        `select c.relname as name from pg_class c join pg_roles r on r.rolname = '${SERVING_ROLE}'
         where c.relnamespace = 'public'::regnamespace and c.relkind = 'r'
           and (not c.relrowsecurity or c.relowner = r.oid or r.rolbypassrls or r.rolsuper)`,
      ),
    );
    expect(open).toEqual([]);
  });

  it('serves requests through that role', async () => {
    const database = openDatabase({ url: gateway.databaseUrl, entities, log: pino({ level: 'silent' }) });
    const who = { name: 'who', text: 'select current_user::text as name' };
    expect(await database.run(who, [])).toEqual([{ name: SERVING_ROLE }]);
    expect(await database.of(ours).run(who, [])).toEqual([{ name: SERVING_ROLE }]);
    expect(await database.of(ours).em.execute('select current_user::text as name')).toEqual([{ name: SERVING_ROLE }]);
    await database.close();
  });

  it('leaves a query that forgets its organisation with the rows of its own, and one for none with no row', async () => {
    const database = openDatabase({ url: gateway.databaseUrl, entities, log: pino({ level: 'silent' }) });
    for (const { name, owned } of await tables()) {
      if (!owned) continue;
      const all = { name: `all_${name}`, text: `select organisation_id from ${name}` };
      const [{ count }] = (await runSql<{ count: string }>(
        gateway.databaseUrl,
        `select count(*) from ${name} where organisation_id = $1`,
        [theirs],
      )) as [{ count: string }];
      const seen = await database.of(theirs).run<{ organisation_id: number }>(all, []);
      expect([name, seen.length]).toEqual([name, Number(count)]);
      expect(seen.every((row) => row.organisation_id === theirs)).toBe(true);
      const byOrm: { organisation_id: number }[] = await database.of(theirs).em.execute(all.text);
      expect(byOrm.map((row) => row.organisation_id)).toEqual(seen.map((row) => row.organisation_id));
      expect(await database.run(all, [])).toEqual([]);
    }
    const organisations = { name: 'all_organisations', text: 'select id from organisation' };
    expect(await database.of(theirs).run(organisations, [])).toEqual([{ id: theirs }]);
    expect(await database.run(organisations, [])).toEqual([]);
    await database.close();
  });

  it("refuses to write, change or delete what is another organisation's", async () => {
    const database = openDatabase({ url: gateway.databaseUrl, entities, log: pino({ level: 'silent' }) });
    const their = database.of(theirs);
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
    const trail = { name: 'trail', text: `update audit_entry set author = 'nobody'` };
    await expect(their.run(trail, [])).rejects.toThrow(/permission denied/);
    await database.close();
  });

  it('holds for one statement: the next on the same connection sees nothing of it', async () => {
    const pool = new pg.Pool({ connectionString: gateway.databaseUrl, max: 1 });
    await pool.query(`set role ${SERVING_ROLE}`);
    const client = await pool.connect();
    await client.query('begin');
    await client.query(`select set_config('gateway.organisation', $1, true)`, [String(ours)]);
    expect((await client.query('select 1 from customer')).rowCount).toBeGreaterThan(0);
    await client.query('commit');
    expect((await client.query('select 1 from customer')).rowCount).toBe(0);
    client.release();
    await pool.end();
    const database = openDatabase({ url: gateway.databaseUrl, entities, log: pino({ level: 'silent' }) });
    const setting = { name: 'setting', text: `select current_setting('gateway.organisation', true) as organisation` };
    expect(await database.of(ours).run(setting, [])).toEqual([{ organisation: String(ours) }]);
    const others = await Promise.all(
      Array.from({ length: 30 }, () => database.run<{ organisation: string }>(setting, [])),
    );
    expect(new Set(others.flat().map(({ organisation }) => organisation ?? ''))).toEqual(new Set(['']));
    await database.close();
  });

  it('keeps organisations apart when their statements share the connections', async () => {
    const database = openDatabase({ url: gateway.databaseUrl, entities, log: pino({ level: 'silent' }) });
    const all = { name: 'all', text: 'select distinct organisation_id from customer' };
    const results = await Promise.all(
      Array.from({ length: 400 }, async (_, i) => {
        const own = i % 2 === 0 ? ours : theirs;
        const fails = { name: 'fails', text: 'select 1 / $1::int' };
        if (i % 7 === 0)
          await database
            .of(own)
            .run(fails, [0])
            .catch(() => {});
        return [own, await database.of(own).run(all, [])];
      }),
    );
    for (const [own, rows] of results) expect(rows).toEqual([{ organisation_id: own }]);
    await database.close();
  });

  it('is looked at before the gateway serves: a wall with a hole stops the start', async () => {
    const holed = await startGateway();
    await holed.close();
    await runSql(holed.databaseUrl, 'alter table customer disable row level security');
    await expect(startGateway({ databaseUrl: holed.databaseUrl })).rejects.toThrow(
      'row level security does not bind: customer',
    );
  });
});

it('serves with an account that owns nothing', async () => {
  const name = `serving_${randomBytes(4).toString('hex')}`;
  await runSql(gateway.databaseUrl, `create role ${name} login password 'x' in role ${SERVING_ROLE}`);
  const url = new URL(gateway.databaseUrl);
  url.username = name;
  url.password = 'x';
  const key = await createKey(gateway.databaseUrl, ours);
  const process = await startProcess({ DATABASE_URL: url.href });
  const answer = await fetch(`${process.url}/api/v1/customer/create?apiKey=${key}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ email: 'serving@example.com' }),
  });
  expect(await answer.json()).toMatchObject({ success: true, newAccount: true });
  await process.stop();
  await runSql(gateway.databaseUrl, `drop role ${name}`);
});
