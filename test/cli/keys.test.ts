// Keys in the hands of operators, by command.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { rest } from '../support/apis.ts';
import { runCommand, runCommandHere } from '../support/command.ts';
import { runSql } from '../support/database.ts';
import { startGateway, type TestGateway } from '../support/gateway.ts';

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

const keys = (...words: string[]) => runCommandHere('keys', words, { DATABASE_URL: gateway.databaseUrl });
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
    const words = ['create', '--organisation', slug, '--prefix', 'ROOT', '--name', 'once'];
    const { stdout, stderr, code } = await runCommand('keys', words, { DATABASE_URL: gateway.databaseUrl });
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
    ['a whole key, which is not shown again', ['show', `PROD${'x'.repeat(28)}`], 1, 'first eight characters'],
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
    expect(result.stderr).not.toContain('x'.repeat(28));
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

  it('tells when keys were last used, and how often today', async () => {
    const { fingerprint } = await inJson('create', '--organisation', slug, '--prefix', 'DEV_', '--name', 'used');
    expect(await inJson('show', fingerprint)).toMatchObject({ lastUsedAt: null, usedToday: 0 });
    await runSql(
      gateway.databaseUrl,
      'select note_api_key_use(array[id], array[7], array[0]) from api_key where fingerprint = $1',
      [fingerprint],
    );
    const used = { fingerprint, lastUsedAt: expect.stringMatching(/Z$/), usedToday: 7 };
    expect(await inJson('show', fingerprint)).toMatchObject(used);
    expect((await inJson('list')).keys).toContainEqual(expect.objectContaining(used));
    expect((await keys('list')).stdout).toMatch(/lastUsedAt=20\S+Z {2}usedToday=7\n/);
  });

  it('gives a key the lifetime of KEY_LIFETIME_DAYS, unless told', async () => {
    const environment = { DATABASE_URL: gateway.databaseUrl, KEY_LIFETIME_DAYS: '30' };
    const daysOf = async (...words: string[]) => {
      const { stdout } = await runCommandHere('keys', [...words, '--json'], environment);
      const { fingerprint, expiresAt } = JSON.parse(stdout);
      const days = expiresAt === null ? null : Math.round((Date.parse(expiresAt) - Date.now()) / 86_400_000);
      return { fingerprint, days };
    };
    const create = ['create', '--organisation', slug, '--prefix', 'DEV_', '--name', 'x'];
    const { fingerprint, days } = await daysOf(...create);
    expect(days).toBe(30);
    const never = await daysOf(...create, '--expires', 'never');
    expect(never.days).toBeNull();
    expect(await daysOf('rotate', never.fingerprint)).toMatchObject({ days: null });
    await daysOf('update', fingerprint, '--name', 'y');
    const rotated = await daysOf('rotate', fingerprint);
    expect(rotated.days).toBe(30);
    await daysOf('update', rotated.fingerprint, '--expires', 'never');
    expect(await daysOf('rotate', rotated.fingerprint)).toMatchObject({ days: null });
    const wrong = await runCommandHere('keys', create, { ...environment, KEY_LIFETIME_DAYS: 'never' });
    expect([wrong.code, wrong.stderr]).toEqual([1, expect.stringContaining('KEY_LIFETIME_DAYS must be')]);
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
});
