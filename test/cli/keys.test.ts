// Keys and organisations in the hands of operators, by command.
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { rest } from '../support/apis.ts';
import { runCommand } from '../support/command.ts';
import { makeDataFolder } from '../support/data-folder.ts';
import { createDatabase, runSql, servingRoleOf } from '../support/database.ts';
import { startGateway, type TestGateway } from '../support/gateway.ts';
import { startProcess, temporaryFolder } from '../support/process.ts';

let gateway: TestGateway;
let slug: string;
beforeAll(async () => {
  gateway = await startGateway();
  const [row] = await runSql<{ slug: string }>(gateway.databaseUrl, 'select slug from organisation where id = $1', [
    gateway.organisationId,
  ]);
  slug = row?.slug ?? '';
});
afterAll(() => gateway.close());

const keys = (...words: string[]) => runCommand('keys', words, { DATABASE_URL: gateway.databaseUrl });
const organisations = (...words: string[]) => runCommand('organisations', words, { DATABASE_URL: gateway.databaseUrl });
const inJson = async (...words: string[]) => {
  const { code, stdout, stderr } = await keys(...words, '--json');
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return JSON.parse(stdout);
};
const codeOf = async (key: string, email = 'keys@example.com') => (await rest.create(gateway, { email }, { key })).code;
const trail = async (reference: string) =>
  runSql<{ action: string; author: string; reason: string | null }>(
    gateway.databaseUrl,
    `select action, actor as author, reason from change_entry where subject = 'api_key' and reference = $1 order by id`,
    [reference],
  );
/** The name of a command, and its words. */
type Command = [name: 'keys' | 'organisations' | 'customers', ...words: string[]];

const author = expect.stringMatching(/^command:.+/);

describe('the command keys', () => {
  it('leads a key through its life, and the running gateway notices each step', async () => {
    const made = await inJson('create', '--organisation', slug, '--prefix', 'DEV_', '--name', ' My  key ');
    expect(made).toEqual({
      key: expect.stringMatching(/^DEV_[A-Za-z0-9]{28}$/),
      fingerprint: made.key.slice(0, 8),
      organisation: slug,
      prefix: 'DEV_',
      name: 'My key',
      limitPerMinute: 1_000,
      scopes: [],
      active: true,
      createdAt: expect.stringMatching(/Z$/),
      expiresAt: null,
      deletedAt: null,
    });
    const { key, fingerprint } = made;
    expect(await codeOf(key)).toBeUndefined();

    expect(await inJson('deactivate', fingerprint, '--reason', 'lost')).toMatchObject({ active: false });
    await expect.poll(() => codeOf(key), { timeout: 5_000 }).toBe('PUBLIC_API_KEY_IS_NOT_ACTIVE');
    expect(await inJson('activate', fingerprint)).toMatchObject({ active: true });
    await expect.poll(() => codeOf(key), { timeout: 5_000 }).toBeUndefined();

    const next = await inJson('rotate', fingerprint, '--grace', '2s');
    expect(next).toMatchObject({ name: 'My key', prefix: 'DEV_', expiresAt: null });
    expect(next.key).not.toBe(key);
    expect([await codeOf(key), await codeOf(next.key)]).toEqual([undefined, undefined]);
    await expect.poll(() => codeOf(key), { timeout: 4_000 }).toBe('PUBLIC_API_KEY_HAS_BEEN_EXPIRED');
    expect(await codeOf(next.key)).toBeUndefined();

    expect(await inJson('delete', next.fingerprint, '--yes')).toMatchObject({ deletedAt: expect.any(String) });
    await expect.poll(() => codeOf(next.key), { timeout: 5_000 }).toBe('PUBLIC_API_KEY_HAS_BEEN_DELETED');

    const shown = await inJson('show', fingerprint);
    expect(shown.history.map(({ action }: { action: string }) => action)).toEqual([
      'created',
      'deactivated',
      'activated',
      'rotated',
      'shown',
    ]);
    expect(await trail(fingerprint)).toMatchObject([
      { action: 'created', author },
      { action: 'deactivated', author, reason: 'lost' },
      { action: 'activated', author },
      { action: 'rotated', author, reason: `replaced by ${next.fingerprint}` },
      { action: 'shown', author },
    ]);
    expect(await trail(next.fingerprint)).toMatchObject([{ action: 'created' }, { action: 'deleted' }]);
  });

  it('restricts a key to scopes, a limit and a time', async () => {
    const { key } = await inJson(
      ...[
        'create',
        '--organisation',
        slug,
        '--prefix',
        'PROD',
        '--name',
        'x',
        '--scopes',
        'customer:read, customer:write',
      ],
      ...['--limit', '2', '--expires', '2099-01-01T00:00:00+01:00'],
    );
    const refused = await rest.create(gateway, { email: 'a@b.cz' }, { key });
    expect(refused).toMatchObject({ code: 'PUBLIC_API_KEY_SCOPE_NOT_ALLOWED', answer: { status: 403 } });
    expect(refused.answer.headers.get('x-ratelimit-limit')).toBe('2');
    const listed = await inJson('list', '--organisation', slug);
    expect(listed.keys).toContainEqual(
      expect.objectContaining({
        fingerprint: key.slice(0, 8),
        scopes: ['customer:read', 'customer:write'],
        limitPerMinute: 2,
        expiresAt: '2098-12-31T23:00:00.000Z',
      }),
    );
    expect(JSON.stringify(listed)).not.toContain(key);
  });

  it('prints a whole key once, on standard output alone, and keeps only its digest', async () => {
    const { stdout, stderr, code } = await keys('create', '--organisation', slug, '--prefix', 'ROOT', '--name', 'once');
    const key = /ROOT[A-Za-z0-9]{28}/.exec(stdout)?.[0] as string;
    expect([code, stderr, key?.length]).toEqual([0, '', 32]);
    const { stdout: listed } = await keys('list');
    expect(listed).toContain(key.slice(0, 8));
    expect(listed).not.toContain(key);
    for (const table of ['api_key', 'change_entry', 'idempotency_key'])
      expect(JSON.stringify(await runSql(gateway.databaseUrl, `select * from ${table}`))).not.toContain(key);
  });

  it.each([
    [
      'a value that breaks its rule',
      ['create', '--organisation', 'x', '--prefix', 'ABCD', '--name', ' '],
      1,
      '--prefix must be PROD, DEV_ or ROOT\n  --name must not be empty',
    ],
    [
      'a limit for ROOT',
      ['create', '--organisation', 'x', '--prefix', 'ROOT', '--name', 'x', '--limit', '5'],
      1,
      '--limit must not be set',
    ],
    [
      'scopes for ROOT',
      ['create', '--organisation', 'x', '--prefix', 'ROOT', '--name', 'x', '--scopes', 'customer:read'],
      1,
      '--scopes must not be set',
    ],
    [
      'an unknown scope',
      ['create', '--organisation', 'x', '--prefix', 'PROD', '--name', 'x', '--scopes', 'all'],
      1,
      '--scopes (item 1) must be one of customer:create',
    ],
    [
      'an end in the past',
      ['create', '--organisation', 'x', '--prefix', 'PROD', '--name', 'x', '--expires', '2020-01-01T00:00:00Z'],
      1,
      '--expires must be in the future',
    ],
    [
      'an end that is no moment',
      ['create', '--organisation', 'x', '--prefix', 'PROD', '--name', 'x', '--expires', 'tomorrow'],
      1,
      '--expires must be a date and time',
    ],
    [
      'an unknown organisation',
      ['create', '--organisation', 'nobody', '--prefix', 'PROD', '--name', 'x'],
      1,
      'There is no organisation "nobody"',
    ],
    ['an unknown key', ['show', 'PRODzzzz'], 1, 'There is no API key "PRODzzzz"'],
    ['what is no fingerprint', ['delete', "' or 1=1"], 1, 'There is no API key'],
    ['a time that is none', ['rotate', 'PRODzzzz', '--grace', 'soon'], 2, 'duration such as'],
    ['an option that is missing', ['create', '--prefix', 'PROD', '--name', 'x'], 2, '--organisation'],
    ['an unknown option', ['list', '--all'], 2, '--all'],
    ['an unknown command', ['burn'], 2, 'burn'],
    ['no command', [], 2, 'Usage: keys'],
  ])('refuses %s', async (_, words, code, message) => {
    const result = await keys(...(words as string[]));
    expect([result.code, result.stdout]).toEqual([code, '']);
    expect(result.stderr).toContain(message);
    expect(result.stderr).not.toMatch(/at .*\.(ts|js):\d+/);
  });

  it('changes what a key is called, may do, and for how long, and nothing that is not told', async () => {
    const { key, fingerprint } = await inJson('create', '--organisation', slug, '--prefix', 'PROD', '--name', 'Old');
    expect(
      await inJson('update', fingerprint, '--name', 'New', '--limit', '2', '--scopes', 'customer:read'),
    ).toMatchObject({
      ...{ name: 'New', limitPerMinute: 2, scopes: ['customer:read'], expiresAt: null },
    });
    await expect.poll(() => codeOf(key), { timeout: 5_000 }).toBe('PUBLIC_API_KEY_SCOPE_NOT_ALLOWED');
    const back = [
      '--limit',
      'default',
      '--scopes',
      'all',
      '--expires',
      '2099-01-01T00:00:00Z',
      '--reason',
      'bought more',
    ];
    expect(await inJson('update', fingerprint, ...back)).toMatchObject({
      ...{ name: 'New', limitPerMinute: 500_000, scopes: [], expiresAt: '2099-01-01T00:00:00.000Z' },
    });
    await expect.poll(() => codeOf(key), { timeout: 5_000 }).toBeUndefined();
    expect(await inJson('update', fingerprint, '--expires', 'never')).toMatchObject({ expiresAt: null });
    await inJson('update', fingerprint, '--name', 'New');
    expect(await trail(fingerprint)).toMatchObject([
      { action: 'created' },
      { action: 'updated' },
      { action: 'updated', reason: 'bought more' },
      { action: 'updated' },
    ]);
    const root = await inJson('create', '--organisation', slug, '--prefix', 'ROOT', '--name', 'x');
    const refused = await keys('update', root.fingerprint, '--limit', '5');
    expect([refused.code, refused.stderr]).toEqual([1, expect.stringContaining('--limit must not be set')]);
  });

  it('asks before it deletes a key, where somebody can answer', async () => {
    const { fingerprint } = await inJson('create', '--organisation', slug, '--prefix', 'DEV_', '--name', 'x');
    const { code, stdout, stderr } = await keys('delete', fingerprint);
    expect([code, stdout, stderr]).toEqual([2, '', expect.stringContaining('say --yes')]);
    expect(await inJson('show', fingerprint)).toMatchObject({ deletedAt: null });
  });

  it('prints failures as JSON too', async () => {
    for (const [words, code, exit] of [
      [['show', 'PRODzzzz'], 'INTERNAL_VALIDATION_FAILED', 1],
      [['list', '--all'], 'COMMAND_LINE', 2],
      [['create', '--organisation', slug, '--prefix', 'X', '--name', 'x'], 'INTERNAL_VALIDATION_FAILED', 1],
    ] as const) {
      const result = await keys(...words, '--json');
      expect([result.code, result.stderr, JSON.parse(result.stdout).error.code]).toEqual([exit, '', code]);
    }
    const away = await runCommand('keys', ['list', '--json'], { DATABASE_URL: 'postgres://x@127.0.0.1:1/x' });
    expect([away.code, away.stderr, JSON.parse(away.stdout).error.code]).toEqual([1, '', 'DATABASE']);
    const wrong = await runCommand('keys', ['list', '--json'], { DATABASE_URL: 'x' });
    expect([wrong.code, wrong.stderr, JSON.parse(wrong.stdout).error.code]).toEqual([1, '', 'CONFIGURATION']);
  });

  it('explains itself', async () => {
    const created = (await keys('create', '--help')).stdout;
    for (const text of ['customer:create', 'customer:write', 'npm run keys -- create --organisation'])
      expect(created).toContain(text);
    expect((await keys('--version')).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
    const { code, stdout } = await keys('--help');
    expect(code).toBe(0);
    for (const name of ['create', 'list', 'show', 'deactivate', 'activate', 'delete', 'rotate', 'Exit codes'])
      expect(stdout).toContain(name);
    expect((await keys('create', '--help')).stdout).toContain('--limit');
  });

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
      expect(await runCommand(name, words, { DATABASE_URL: url.href })).toEqual({
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
    const [list, create] = await Promise.all([
      organisations('list'),
      organisations('create', '--slug', 'y', '--name', 'y'),
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
      expect(await runCommand(name, words, { DATABASE_URL: url })).toEqual({
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

describe('the command organisations', () => {
  it('makes and lists organisations, and writes both into the trail', async () => {
    const made = await organisations('create', '--slug', 'acme-2', '--name', 'Acme  s.r.o.', '--json');
    expect(JSON.parse(made.stdout)).toEqual({ slug: 'acme-2', name: 'Acme s.r.o.', createdAt: expect.any(String) });
    const listed = JSON.parse((await organisations('list', '--json')).stdout);
    expect(listed.organisations.map((each: { slug: string }) => each.slug)).toEqual([slug, 'acme-2']);
    expect(await organisations('create', '--slug', 'acme-2', '--name', 'x')).toMatchObject({
      code: 1,
      stdout: '',
      stderr: expect.stringContaining('An organisation "acme-2" already exists'),
    });
    expect((await organisations('create', '--slug', 'Not a slug', '--name', 'x')).code).toBe(1);
    const entries = await runSql<{ action: string }>(
      gateway.databaseUrl,
      `select action, actor as author from change_entry where subject = 'organisation' and reference = 'acme-2' order by id`,
    );
    expect(entries).toMatchObject([
      { action: 'created', author },
      { action: 'listed', author },
    ]);
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
    expect(JSON.parse(listed.stdout).keys).toHaveLength(3);
    // Several at once, with and without a gateway that starts among them.
    const lists = () => Promise.all([1, 2, 3].map(() => runCommand('keys', ['list', '--json'], environment)));
    for (const { code } of await lists()) expect(code).toBe(0);
    const [again, together] = await Promise.all([startProcess(environment), lists()]);
    for (const { code } of together) expect(code).toBe(0);
    expect(await again.stop()).toBe(0);
    await folder.remove();
  });
});
