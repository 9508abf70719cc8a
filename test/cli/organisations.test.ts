// Organisations in the hands of operators, by command.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { runCommandHere } from '../support/command.ts';
import { runSql } from '../support/database.ts';
import { startGateway, type TestGateway } from '../support/gateway.ts';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startGateway();
});
afterAll(() => gateway.close());

const organisations = (...words: string[]) =>
  runCommandHere('organisations', words, { DATABASE_URL: gateway.databaseUrl });
const author = expect.stringMatching(/^command:.+/);

it('makes and lists organisations, and writes both into the trail', async () => {
  const made = await organisations('create', '--slug', 'acme-2', '--name', 'Acme  s.r.o.', '--json');
  expect(JSON.parse(made.stdout)).toEqual({ slug: 'acme-2', name: 'Acme s.r.o.', createdAt: expect.any(String) });
  const listed = JSON.parse((await organisations('list', '--json')).stdout);
  expect(listed.organisations.map((each: { slug: string }) => each.slug)).toEqual(expect.arrayContaining(['acme-2']));
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

it('gives an organisation another name, once, and says what is wrong with one', async () => {
  await organisations('create', '--slug', 'before', '--name', 'Before');
  for (let i = 0; i < 2; i++) {
    const renamed = await organisations('rename', 'before', '--name', ' After ', '--json');
    expect(JSON.parse(renamed.stdout)).toMatchObject({ slug: 'before', name: 'After' });
  }
  const trail = `
    select e.action, v.before, v.after from change_entry e left join change_value v on v.entry_id = e.id
    where e.reference = 'before' order by e.id`;
  expect(await runSql(gateway.databaseUrl, trail)).toEqual([
    { action: 'created', before: null, after: null },
    { action: 'renamed', before: 'Before', after: 'After' },
  ]);
  for (const [words, code, message] of [
    [['rename', 'before', '--name', ' '], 1, '--name must not be empty'],
    [['rename', 'nobody', '--name', 'x'], 1, 'There is no organisation "nobody"'],
    [['rename', 'before'], 2, '--name'],
    [['renam', 'before'], 2, 'Did you mean rename?'],
  ] as const) {
    const result = await organisations(...words);
    expect([result.code, result.stdout, result.stderr]).toEqual([code, '', expect.stringContaining(message)]);
  }
});
