// The databases that commands find, and how they say that one is of no use to them.
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCommand, runCommandHere } from '../support/command.ts';
import { makeDataFolder } from '../support/data-folder.ts';
import { createDatabase, runSql, servingRoleOf } from '../support/database.ts';
import { startGateway, type TestGateway } from '../support/gateway.ts';
import { startProcess, temporaryFolder } from '../support/process.ts';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startGateway();
});
afterAll(() => gateway.close());

const organisations = (...words: string[]) =>
  runCommandHere('organisations', words, { DATABASE_URL: gateway.databaseUrl });
/** The name of a command, and its words. */
type Command = [name: 'keys' | 'organisations' | 'customers', ...words: string[]];

it('says so when its account does not own the tables', async () => {
  await runSql(
    gateway.databaseUrl,
    `create role no_owner login password 'x' in role ${servingRoleOf(gateway.databaseUrl)}`,
  );
  const url = new URL(gateway.databaseUrl);
  [url.username, url.password] = ['no_owner', 'x'];
  const fingerprint = gateway.key.slice(0, 8);
  const commands: Command[] = [
    ['organisations', 'create', '--slug', 'x', '--name', 'x'],
    ['organisations', 'list'],
    ['keys', 'list'],
    ['keys', 'show', fingerprint],
    ['keys', 'deactivate', fingerprint],
    ['customers', 'check-emails'],
  ];
  for (const [name, ...words] of commands) {
    expect(await runCommandHere(name, words, { DATABASE_URL: url.href })).toEqual({
      code: 1,
      stdout: '',
      stderr: 'DATABASE_URL must name the owner of the tables: this account may not do that.\n',
    });
  }
  await runSql(gateway.databaseUrl, 'drop role no_owner');
});

it('says so when the database is away', async () => {
  const away = await runCommand('keys', ['list'], { DATABASE_URL: 'postgres://x:secret@127.0.0.1:1/x' });
  expect([away.code, away.stdout]).toEqual([1, '']);
  expect(away.stderr).toBe(
    'The database of DATABASE_URL cannot be used: nothing listens at 127.0.0.1:1 (ECONNREFUSED).\n',
  );
});

it('says so when a table is locked, or statement_timeout is too short', async () => {
  const why = 'The database of DATABASE_URL cannot be used: a statement';
  const cancelled = `${why} was cancelled: a table is locked, or statement_timeout is too short.\n`;
  const { host } = new URL(gateway.databaseUrl);
  const unanswered = `${why} was not answered in time: a table is locked, or the server at ${host} does not answer.\n`;
  const holder = new pg.Client({ connectionString: gateway.databaseUrl });
  await holder.connect();
  try {
    await holder.query('begin; lock table organisation');
    const environment = { DATABASE_URL: gateway.databaseUrl };
    const [list, create] = await Promise.all([
      runCommand('organisations', ['list'], environment),
      runCommand('organisations', ['create', '--slug', 'y', '--name', 'y'], environment),
    ]);
    expect(list).toEqual({ code: 1, stdout: '', stderr: unanswered });
    expect(create).toEqual({ code: 1, stdout: '', stderr: cancelled });
    await holder.query('rollback; begin; lock table migration');
    expect(await organisations('list')).toEqual({ code: 1, stdout: '', stderr: cancelled });
    const impatient = { DATABASE_URL: `${gateway.databaseUrl}?options=-c%20statement_timeout=200` };
    expect(await runCommand('organisations', ['list'], impatient)).toEqual({ code: 1, stdout: '', stderr: cancelled });
  } finally {
    await holder.end();
  }
});

describe("a database that is not the gateway's, or not in shape", () => {
  const relations = (url: string) =>
    runSql<{ name: string }>(
      url,
      `select relname::text as name from pg_class where relnamespace = 'public'::regnamespace order by 1`,
    );
  const role = (url: string) => runSql(url, 'select from pg_roles where rolname = $1', [servingRoleOf(url)]);

  const reading: Command[] = [['organisations', 'list']];
  const making: Command[] = [['keys', 'create', '--organisation', 'x', '--prefix', 'PROD', '--name', 'x']];
  it.each<[string, string, Command[]]>([
    ['nothing in it', 'drop schema public cascade; create schema public', [...reading, ...making]],
    [
      'tables of another application',
      'drop schema public cascade; create schema public; create table migration (id int); create table customer (id int)',
      [...reading, ...making],
    ],
    [
      'a migration to run',
      `delete from migration where name like '0006%'`,
      [
        ...reading,
        ...making,
        ['keys', 'list'],
        ['keys', 'show', 'PRODzzzz'],
        ['organisations', 'create', '--slug', 'x', '--name', 'x'],
        ['customers', 'check-emails'],
      ],
    ],
  ])('is left as it is: one with %s', async (_, spoil, commands) => {
    const url = await createDatabase();
    await runSql(url, `${spoil}; grant connect on database ${new URL(url).pathname.slice(1)} to public`);
    await runSql(url, `drop owned by ${servingRoleOf(url)}; drop role ${servingRoleOf(url)}`);
    const before = await relations(url);
    for (const [name, ...words] of commands) {
      expect(await runCommandHere(name, words, { DATABASE_URL: url })).toEqual({
        code: 1,
        stdout: '',
        stderr: 'The database has not been migrated: start the gateway or run "npm run migrate".\n',
      });
    }
    expect([await relations(url), await role(url)]).toEqual([before, []]);
    expect(await runSql(url, `select has_database_privilege('public', current_database(), 'connect') as open`)).toEqual(
      [{ open: true }],
    );
  });
});

describe('demo mode', () => {
  it('is found through DATA_DIR, whether a gateway runs there or not', async () => {
    const folder = await temporaryFolder();
    const environment = { DATA_DIR: `${folder.path}/data` };
    await makeDataFolder(environment.DATA_DIR);
    const create = async () => {
      const words = ['create', '--organisation', 'demo', '--prefix', 'DEV_', '--name', 'x', '--json'];
      const { code, stdout, stderr } = await runCommand('keys', words, environment);
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      return JSON.parse(stdout) as { key: string; fingerprint: string };
    };
    const before = await create();
    const running = await startProcess(environment);
    const during = await create();
    for (const { key } of [before, during]) {
      const answer = await fetch(`${running.url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${key}` },
        body: JSON.stringify({ query: '{ customers(first: 1) { edges { cursor } } }' }),
      });
      expect(await answer.json()).toHaveProperty('data.customers.edges.length', 1);
    }
    expect(await running.stop()).toBe(0);
    const listed = await runCommand('keys', ['list', '--json'], environment);
    // The sample key, that of the examples, and these two.
    expect(JSON.parse(listed.stdout).keys).toHaveLength(4);
    // Several at once, with and without a gateway that starts among them.
    const lists = () => Promise.all([1, 2, 3].map(() => runCommand('keys', ['list', '--json'], environment)));
    for (const { code } of await lists()) expect(code).toBe(0);
    const [again, together] = await Promise.all([startProcess(environment), lists()]);
    for (const { code } of together) expect(code).toBe(0);
    expect(await again.stop()).toBe(0);
    await folder.remove();
  }, 120_000);
});
