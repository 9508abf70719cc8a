// The audit trail of the version before becomes the change log, and what processes of that version still write goes there too.
import pino from 'pino';
import { beforeEach, expect, it } from 'vitest';
import { migrate } from '../../src/database/migrate.ts';
import { migrations } from '../../src/database/migrations/index.ts';
import { parseDatabaseUrl } from '../../src/database-url.ts';
import { entities } from '../../src/entities.ts';
import { createDatabase, createKey, createOrganisation, runSql, servingRoleOf } from '../support/database.ts';
import { startGateway } from '../support/gateway.ts';

const NAME = '0007-change-log';
const OLD_ENTRIES = 2_500;

let url: string;
let organisations: number[];
const run = () =>
  migrate(parseDatabaseUrl(url), entities, pino({ level: 'silent' }), {
    list: migrations.filter(({ name }) => name <= NAME),
  });
/** Writes an entry as the version before does. */
const writeOld = (action: string, as = 'current_user') =>
  runSql(
    url,
    `begin; select set_config('role', ${as}, true), set_config('gateway.organisation', '${organisations[0]}', true);
     insert into audit_entry (organisation_id, subject, reference, action, reason, author)
     values (${organisations[0]}, 'api_key', 'PRODlate', '${action}', 'why', 'key:ROOTabcd');
     commit`,
  );
const read = (table: string, actor: string) =>
  runSql<{ row: string }>(
    url,
    `select concat_ws(' ', organisation_id, id, subject, reference, action, reason, ${actor}, created_at) as row
     from ${table} order by organisation_id, id`,
  ).then((rows) => rows.map(({ row }) => row));

beforeEach(async () => {
  url = await createDatabase();
  await runSql(
    url,
    `drop table change_value, change_entry; drop trigger log on audit_entry; drop function log_audit_entry();
     delete from migration where name >= '${NAME}'`,
  );
  organisations = [await createOrganisation(url), await createOrganisation(url)];
  await runSql(
    url,
    `insert into audit_entry (organisation_id, subject, reference, action, reason, author, created_at)
     select case when n % 3 = 0 then ${organisations[0]} else ${organisations[1]} end, 'api_key', 'PROD' || lpad(n::text, 4, '0'), 'created',
       case when n % 2 = 0 then 'why' end, 'command:alice', timestamptz '2026-01-01' + n * interval '1 second'
     from generate_series(1, ${OLD_ENTRIES}) n`,
  );
});

it('keeps every entry, also when it is run again', async () => {
  const before = await read('audit_entry', 'author');
  expect(before).toHaveLength(OLD_ENTRIES);
  expect(await run()).toEqual([NAME]);
  expect(await read('change_entry', 'actor')).toEqual(before);
  // As after an interruption.
  await runSql(url, `delete from migration where name = '${NAME}'; delete from change_entry where id % 7 = 0`);
  expect(await run()).toEqual([NAME]);
  expect(await read('change_entry', 'actor')).toEqual(before);
});

it('takes over what a process of the version before writes meanwhile, once, and after the rest', async () => {
  await run();
  await writeOld('first', `'${servingRoleOf(url)}'`);
  await writeOld('second');
  await runSql(url, `delete from migration where name = '${NAME}'`);
  await run();
  const late = await runSql(
    url,
    `select action, actor, reason, request_id, fields from change_entry where reference = 'PRODlate' order by id`,
  );
  const common = { actor: 'key:ROOTabcd', reason: 'why', request_id: null, fields: [] };
  expect(late).toEqual([
    { ...common, action: 'first' },
    { ...common, action: 'second' },
  ]);
  expect(await read('change_entry', 'actor')).toHaveLength(OLD_ENTRIES + 2);
});

it('is read by the APIs, the old entries before the new ones', async () => {
  await run();
  const [organisation] = organisations as [number];
  const gateway = await startGateway({ databaseUrl: url });
  const key = await createKey(url, organisation, { prefix: 'ROOT' });
  const fingerprint = (await createKey(url, organisation)).slice(0, 8);
  await runSql(url, `update change_entry set reference = $1 where reference = 'PROD0003'`, [fingerprint]);
  await gateway.graphql(
    'mutation ($f: String!) { deactivateApiKey(input: { fingerprint: $f }) { apiKey { active } } }',
    { f: fingerprint },
    { key },
  );
  const { body } = await gateway.graphql(
    'query ($f: String!) { apiKey(fingerprint: $f) { history { action author } } }',
    { f: fingerprint },
    { key },
  );
  expect(body.data.apiKey.history).toMatchObject([
    { action: 'created', author: 'command:alice' },
    { action: 'deactivated', author: `key:${key.slice(0, 8)}` },
    { action: 'shown' },
  ]);
  await gateway.close();
});

it('runs nothing of an account that may serve as the owner of the tables', async () => {
  await run();
  const serving = servingRoleOf(url);
  const [{ count: before } = { count: -1 }] = await runSql<{ count: number }>(
    url,
    'select count(*)::int as count from change_entry',
  );
  await runSql(
    url,
    `begin; set local role ${serving}; select set_config('gateway.organisation', '${organisations[0]}', true);
     create temp table change_entry (like public.change_entry) on commit drop;
     grant all on change_entry to public;
     insert into audit_entry (organisation_id, subject, reference, action, author)
     values (${organisations[0]}, 'api_key', 'PRODtrap', 'created', 'key:ROOTabcd');
     do $$ begin
       if exists (select from pg_temp.change_entry) then raise 'the entry went into the trap'; end if;
     end $$;
     commit`,
  );
  expect(await runSql(url, 'select count(*)::int as count from change_entry')).toEqual([{ count: before + 1 }]);
});

it('makes the tables of its own schema, also where another gateway has its own further on in the search path', async () => {
  await run();
  await runSql(url, 'create schema b; create table b.migration (like public.migration including all)');
  const second = `${url}?options=-c%20search_path%3Db,public`;
  await migrate(parseDatabaseUrl(second), entities, pino({ level: 'silent' }));
  expect(
    await runSql(url, `select schemaname::text as schema from pg_tables where tablename = 'change_entry' order by 1`),
  ).toEqual([{ schema: 'b' }, { schema: 'public' }]);
  expect(await runSql(url, `select from pg_trigger where tgname = 'log'`)).toHaveLength(2);
});

it('belongs to whoever the audit trail belongs to', async () => {
  const group = `group_${url.slice(-8)}`;
  await runSql(
    url,
    `create role ${group}; grant create on schema public to ${group}; alter table audit_entry owner to ${group}`,
  );
  await run();
  const owners = await runSql(
    url,
    `select distinct pg_get_userbyid(owner) as owner from (
       select relowner as owner from pg_class where relname in ('change_entry', 'change_value', 'change_entry_id_seq')
       union all select proowner from pg_proc where proname = 'log_audit_entry'
     ) made`,
  );
  expect(owners).toEqual([{ owner: group }]);
  await writeOld('first');
  expect(await read('change_entry', 'actor')).toHaveLength(OLD_ENTRIES + 1);
});

it('stays with the account that migrates, where the owner of the audit trail may not be given anything', async () => {
  const group = `group_${url.slice(-8)}`;
  const account = `account_${url.slice(-8)}`;
  await runSql(
    url,
    `create role ${group}; create role ${account} login password 'x';
     do $$ begin execute format('grant %I to ${account}', current_user); end $$;
     grant ${group} to ${account}; grant create on schema public to ${account};
     alter table audit_entry owner to ${group}`,
  );
  const { host, pathname } = new URL(url);
  const made = await migrate(
    parseDatabaseUrl(`postgres://${account}:x@${host}${pathname}`),
    entities,
    pino({ level: 'silent' }),
  );
  expect(made).toContain(NAME);
  expect(
    await runSql(url, `select pg_get_userbyid(relowner) as owner from pg_class where relname = 'change_entry'`),
  ).toEqual([{ owner: account }]);
  await writeOld('first', `'${servingRoleOf(url)}'`);
  expect(await read('change_entry', 'actor')).toHaveLength(OLD_ENTRIES + 1);
});
