// Imports that end before their file does, and imports that others work beside.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFile, readFile, stat, writeFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { expect, it, vi } from 'vitest';
import { clientOptions, parseDatabaseUrl } from '../../../src/database-url.ts';
import { findingsOf } from '../../support/check.ts';
import { runCommand, runCommandHere } from '../../support/command.ts';
import { keyOf, useImporting } from '../../support/importing.ts';

const at = useImporting();

/** Rows of which each tenth is refused, each seventh names a customer for the second time, and each fifth another one as its referrer. */
function rowsOf(count: number): string[] {
  const reference = (n: number) => String(n).padStart(16, 'r');
  return Array.from({ length: count }, (_, n) => {
    if (n % 10 === 3) return `,bad${n},,,,`;
    if (n % 7 === 5) return `${reference(n)},c${n - 5}@example.com,,Second,,`;
    return `${reference(n)},c${n}@example.com,+420777${String(n).padStart(6, '0')},,${n % 3 === 0 ? n : ''},${n % 5 === 0 ? reference((n * 31 + 20) % count) : ''}`;
  });
}
const HEADER = 'cuRefNo,email,phone,firstName,creditBalance,referral';

function start(path: string, ...words: string[]): { child: ChildProcess; ended: Promise<number> } {
  const all = ['src/cli/import.ts', path, '--organisation', at.slug, ...words];
  const child = spawn(process.execPath, all, {
    env: { ...process.env, DATABASE_URL: at.url },
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  return { child, ended: once(child, 'close').then(([code, signal]) => code ?? signal) };
}

const rowsDone = async () => {
  const [run] = await at.transfer.sql<{ rows: string; finished: boolean }>(
    `select r.rows, r.finished_at is not null as finished from import_run r join organisation o on o.id = r.organisation_id
     where o.slug = $1 order by r.id desc limit 1`,
    [at.slug],
  );
  return { rows: Number(run?.rows ?? 0), finished: run?.finished ?? false };
};

it('an import that is killed goes on where it was: nothing is lost, nothing comes twice, nor does its report', async () => {
  const path = await at.transfer.file(`${HEADER}\n${rowsOf(8_000).join('\n')}\n`);
  const whole = await at.transfer.import(path, at.slug);
  const expected = await at.transfer.export(at.slug);
  at.slug = await at.transfer.organisation();
  const report = at.transfer.pathOf('killed.csv');
  for (let kills = 0, before = -1; ; kills++) {
    const run = start(path, '--report', report, '--resume');
    if (kills === 3) {
      expect(await run.ended).toBe(1);
      break;
    }
    await vi.waitFor(async () => expect((await rowsDone()).rows).toBeGreaterThan(before), {
      timeout: 30_000,
      interval: 5,
    });
    run.child.kill('SIGKILL');
    await run.ended;
    before = (await rowsDone()).rows;
  }
  expect(await at.transfer.export(at.slug)).toBe(expected);
  expect(await readFile(report, 'utf8')).toBe(whole.report);
  expect(whole.counts).toMatchObject({ rows: 8_000, refused: 800 });
  expect(await rowsDone()).toEqual({ rows: 8_000, finished: true });
  expect(await findingsOf(at.url)).toEqual([]);
});

it('goes on from standard input too, and is told when all was done', async () => {
  const text = `${HEADER}\n${rowsOf(3_000).join('\n')}\n`;
  const path = await at.transfer.file(text);
  const first = start('-');
  first.child.stdin?.write(text.slice(0, text.length - 20_000));
  await vi.waitFor(async () => expect((await rowsDone()).rows).toBe(2_000), { timeout: 30_000 });
  first.child.kill('SIGKILL');
  await first.ended;
  const second = start('-', '--resume');
  // In other pieces than before.
  second.child.stdin?.write(text.slice(0, 50_000));
  await sleep(500);
  second.child.stdin?.end(text.slice(50_000));
  expect(await second.ended).toBe(1);
  expect(await rowsDone()).toEqual({ rows: 3_000, finished: true });
  const third = await at.transfer.import(path, at.slug, '--resume');
  expect(third.stderr).toContain(
    'The last import of this file came to its end: only rows that were added since are imported',
  );
  await appendFile(path, ',last@example.com,,,,\n');
  expect((await at.transfer.import(path, at.slug, '--resume')).counts).toMatchObject({ rows: 3_001 });
});

it('ends after the step that it is in on SIGINT, and says how it is gone on with', async () => {
  const text = `${HEADER}\n${rowsOf(12_000).join('\n')}\n`;
  const path = await at.transfer.file(text);
  const all = ['src/cli/import.ts', path, '--organisation', at.slug];
  const child = spawn(process.execPath, all, { env: { ...process.env, DATABASE_URL: at.url } });
  let stderr = '';
  child.stderr.on('data', (chunk) => (stderr += chunk));
  await vi.waitFor(async () => expect((await rowsDone()).rows).toBeGreaterThan(0), { timeout: 30_000, interval: 5 });
  child.kill('SIGINT');
  const [code] = await once(child, 'close');
  expect(code).toBe(2);
  expect(stderr).toContain('The import was interrupted: --resume goes on where it was.');
  const { rows, finished } = await rowsDone();
  expect([rows % 1_000, rows < 12_000, finished]).toEqual([0, true, false]);
  expect((await at.transfer.import(path, at.slug, '--resume')).counts).toMatchObject({ rows: 12_000 });
  expect(await rowsDone()).toEqual({ rows: 12_000, finished: true });
});

it('a connection that is lost is no failure of the report', async () => {
  const path = await at.transfer.file(`${HEADER}\n${rowsOf(8_000).join('\n')}\n`);
  const all = ['src/cli/import.ts', path, '--organisation', at.slug, '--report', at.transfer.pathOf('lost.csv')];
  const child = spawn(process.execPath, all, { env: { ...process.env, DATABASE_URL: at.url } });
  let stderr = '';
  child.stderr.on('data', (chunk) => (stderr += chunk));
  await vi.waitFor(async () => expect((await rowsDone()).rows).toBeGreaterThan(0), { timeout: 30_000, interval: 5 });
  await at.transfer.sql(
    `select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()`,
  );
  expect(await once(child, 'close')).toEqual([2, null]);
  expect(stderr).not.toMatch(/report|fault in the gateway/);
  expect((await at.transfer.import(path, at.slug, '--resume')).counts).toMatchObject({ rows: 8_000 });
});

it('goes on with nothing but the same file, told the same', async () => {
  const rows = rowsOf(2_500);
  const path = await at.transfer.file(`${HEADER}\n${rows.join('\n')}\n`);
  const run = start(path);
  await vi.waitFor(async () => expect((await rowsDone()).rows).toBeGreaterThan(0), { timeout: 30_000, interval: 5 });
  run.child.kill('SIGKILL');
  await run.ended;
  expect(await at.transfer.import(path, at.slug, '--resume', '--update')).toMatchObject({
    code: 2,
    counts: { error: { message: expect.stringContaining('was told other options') } },
  });
  await at.transfer.sql('update import_run set digest = $1', ['0'.repeat(64)]);
  expect(await at.transfer.import(path, at.slug, '--resume')).toMatchObject({
    code: 2,
    counts: {
      error: { message: expect.stringContaining('rows that its last import has done: it was changed since') },
    },
  });
  const again = await at.transfer.import(path, at.slug);
  expect(again.stderr).toContain('--resume would have gone on with that');
  expect(again.counts).toMatchObject({ rows: 2_500 });
});

it('--resume imports a file anew whose last import came to its end, told otherwise', async () => {
  const path = await at.transfer.file('email,firstName\na@example.com,A\n');
  await at.transfer.import(path, at.slug);
  expect((await at.transfer.import(path, at.slug, '--resume')).counts).toMatchObject({ rows: 1, created: 1 });
  const { counts, stderr } = await at.transfer.import(path, at.slug, '--resume', '--update');
  expect(counts).toMatchObject({ rows: 1, created: 0, unchanged: 1 });
  expect(stderr).toContain('came to its end, with other options; it is imported from its beginning');
});

it('a second process that goes on with an import leaves the report of the first alone', async () => {
  const rows = Array.from({ length: 20_000 }, (_, i) => (i % 10 === 0 ? `bad${i},` : `row${i}@example.com,`));
  const path = await at.transfer.file(`email,firstName\n${rows.join('\n')}\n`);
  const report = at.transfer.pathOf('shared.csv');
  const words = ['--report', report];
  const first = start(path, ...words);
  await vi.waitFor(async () => expect((await rowsDone()).rows).toBeGreaterThan(0), { timeout: 30_000, interval: 5 });
  const others = [];
  for (let i = 0; i < 3; i++) others.push(await start(path, '--resume', ...words).ended);
  expect((await first.ended) === 1 || others.includes(1)).toBe(true);
  const text = await readFile(report, 'utf8');
  expect(text).not.toContain('\0');
  expect(new Set(text.match(/bad\d+/g)).size).toBe(2_000);
});

it('is not gone on with after a month, and what it has left is forgotten', async () => {
  const path = await at.transfer.file(`${HEADER}\n${rowsOf(9_000).join('\n')}\n`);
  const { child, ended } = start(path);
  await expect.poll(rowsDone).toMatchObject({ finished: false, rows: expect.toSatisfy((rows) => rows > 0) });
  child.kill('SIGKILL');
  await ended;
  const waiting = () =>
    at.transfer.sql('select from import_referral r join organisation o on o.id = r.organisation_id where o.slug = $1', [
      at.slug,
    ]);
  expect(await waiting()).not.toEqual([]);
  await at.transfer.sql(`update import_run set updated_at = now() - interval '31 days'`);
  const { stderr } = await at.transfer.import(await at.transfer.file('email\n'), at.slug, '--resume');
  expect(stderr).toContain('No import of this file was interrupted');
  expect(await waiting()).toEqual([]);
  const again = await at.transfer.import(path, at.slug, '--resume');
  expect(again.stderr).toContain('No import of this file was interrupted');
  expect(again.counts).toMatchObject({ rows: 9_000 });
});

it('is gone on with by one process alone', async () => {
  const path = await at.transfer.file(`${HEADER}\n${rowsOf(6_000).join('\n')}\n`);
  const first = start(path);
  await vi.waitFor(async () => expect((await rowsDone()).rows).toBeGreaterThan(0), { timeout: 30_000, interval: 5 });
  const second = start(path, '--resume');
  const codes = await Promise.all([first.ended, second.ended]);
  expect(codes.toSorted()).toEqual([1, 2]);
  expect(await rowsDone()).toEqual({ rows: 6_000, finished: true });
  const found = (await at.transfer.customers(at.slug)).map(({ email }) => email);
  expect(new Set(found).size).toBe(found.length);
});

it('two imports of the same customers, and callers who create them too, leave one of each', async () => {
  const key = await keyOf(at);
  const rows = Array.from({ length: 3_000 }, (_, n) => `c${n}@example.com,,${n % 2 === 0 ? 'vip' : 'new|vip'}`);
  const others = rows.map((text) => text.replace(',,', ',Name,')).toReversed();
  const files = [
    await at.transfer.file(`email,firstName,groups\n${rows.join('\n')}`),
    await at.transfer.file(`email,firstName,groups\n${others.join('\n')}`),
  ];
  const running = files.map((path) => start(path));
  let isDone = false;
  const calls: number[] = [];
  const calling = Array.from({ length: 4 }, async (_, lane) => {
    for (let n = lane; !isDone; n += 4) {
      const answer = await at.gateway.rest({ email: `c${(n * 7) % 3_000}@example.com`, companyName: 'Live' }, { key });
      calls.push(answer.status);
    }
  });
  expect(await Promise.all(running.map(({ ended }) => ended))).toEqual([0, 0]);
  isDone = true;
  await Promise.all(calling);
  expect(new Set(calls)).toEqual(new Set([200]));
  const customers = await at.transfer.customers(at.slug);
  expect(customers).toHaveLength(3_000);
  expect(customers.every(({ firstName }) => firstName === 'Name')).toBe(true);
  expect(await findingsOf(at.url)).toEqual([]);
});

it('two imports that wait for the same customer open its ledger once', async () => {
  await at.transfer.import(await at.transfer.file('email\na@example.com\n'), at.slug);
  const holder = new pg.Client(clientOptions(parseDatabaseUrl(at.url)));
  await holder.connect();
  await holder.query('begin');
  await holder.query(
    `select from customer c join organisation o on o.id = c.organisation_id where o.slug = $1 for update of c`,
    [at.slug],
  );
  const files = [1, 2].map((n) => at.transfer.file(`email,creditBalance,city\na@example.com,100,City ${n}\n`));
  const running = (await Promise.all(files)).map((path) => start(path));
  await vi.waitFor(
    async () => {
      const [row] = await at.transfer.sql<{ count: number }>(
        `select count(*)::int from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()`,
      );
      expect(row?.count).toBe(2);
    },
    { timeout: 30_000 },
  );
  await holder.query('commit');
  await holder.end();
  expect(await Promise.all(running.map(({ ended }) => ended))).toEqual([0, 0]);
  expect(await at.transfer.customers(at.slug)).toMatchObject([{ email: 'a@example.com', creditBalance: 100 }]);
});

it('two imports of the same phones leave one contact of each', async () => {
  const text = `phone,lastName\n${Array.from({ length: 1_500 }, (_, n) => `+420777${String(n).padStart(6, '0')},X`).join('\n')}`;
  const running = [start(await at.transfer.file(text)), start(await at.transfer.file(`${text}\n`))];
  expect(await Promise.all(running.map(({ ended }) => ended))).toEqual([0, 0]);
  expect(await at.transfer.customers(at.slug)).toHaveLength(1_500);
});

it('a report is gone on with also after a time without one', async () => {
  const path = await at.transfer.file(`${HEADER}\n${rowsOf(6_000).join('\n')}\n`);
  const report = at.transfer.pathOf('sometimes.csv');
  for (const [n, words] of [['--report', report], ['--resume'], ['--resume', '--report', report]].entries()) {
    const run = start(path, ...words);
    if (n === 2) {
      expect(await run.ended).toBe(1);
      break;
    }
    const { rows } = await rowsDone();
    await vi.waitFor(async () => expect((await rowsDone()).rows).toBeGreaterThan(rows), {
      timeout: 30_000,
      interval: 5,
    });
    run.child.kill('SIGKILL');
    await run.ended;
  }
  const [run] = await at.transfer.sql<{ report_bytes: string }>(
    'select report_bytes from import_run order by id desc limit 1',
  );
  expect((await readFile(report)).length).toBe(Number(run?.report_bytes));
  // The header, and what was refused in the first part and the last.
  expect((await readFile(report, 'utf8')).match(/refusedLine/g)).toHaveLength(1);
});

it('a report that was changed meanwhile is not written on, and stays as it is', async () => {
  const path = await at.transfer.file(`${HEADER}\n${rowsOf(6_000).join('\n')}\n`);
  const report = at.transfer.pathOf('mended.csv');
  const run = start(path, '--report', report);
  await vi.waitFor(async () => expect((await rowsDone()).rows).toBeGreaterThan(0), { timeout: 30_000, interval: 5 });
  run.child.kill('SIGKILL');
  await run.ended;
  const written = await readFile(report, 'utf8');
  const goOn = (text: string) =>
    writeFile(report, text).then(() =>
      runCommandHere('import', [path, '--organisation', at.slug, '--resume', '--report', report], {
        DATABASE_URL: at.url,
      }),
    );
  for (const mended of [written.replace(',bad3,,', ',good@example.com,,'), written.slice(0, 100), `x${written}`]) {
    const { code, stderr } = await goOn(mended);
    expect({ code, stderr }).toMatchObject({
      code: 2,
      stderr: expect.stringContaining(
        ' was changed since the import was interrupted, and is not written on: name another file',
      ),
    });
    expect(await readFile(report, 'utf8')).toBe(mended);
  }
  expect((await goOn(written)).code).toBe(1);
  expect(await rowsDone()).toEqual({ rows: 6_000, finished: true });
});

it('a trial that is interrupted says that nothing was stored', async () => {
  const path = await at.transfer.file(`${HEADER}\n${rowsOf(12_000).join('\n')}\n`);
  const all = [
    'src/cli/import.ts',
    path,
    '--organisation',
    at.slug,
    '--dry-run',
    '--report',
    at.transfer.pathOf('trial.csv'),
  ];
  const child = spawn(process.execPath, all, { env: { ...process.env, DATABASE_URL: at.url } });
  let stderr = '';
  child.stderr.on('data', (chunk) => (stderr += chunk));
  await vi.waitFor(async () => expect((await stat(at.transfer.pathOf('trial.csv'))).size).toBeGreaterThan(0), {
    timeout: 30_000,
    interval: 5,
  });
  child.kill('SIGINT');
  const [code] = await once(child, 'close');
  expect({ code, stderr }).toEqual({ code: 2, stderr: 'The trial was interrupted; nothing was stored.\n' });
});

it('referrals come to the same wherever a step ends, and a deleted customer gets none', async () => {
  const reference = (n: number) => String(n).padStart(16, 'r');
  const [a, b, last, gone] = [1, 2, 3, 4].map(reference);
  const filler = Array.from({ length: 4_000 }, (_, n) => `,filler${n}@example.com,`);
  const rows = [`${a},,${last}`, `${b},,`, `${a},,${b}`, `${gone},,${last}`, ...filler, `${last},,`];
  const text = `cuRefNo,email,referral\n${rows.join('\n')}\n`;
  const referrers = async () =>
    Object.fromEntries(
      (await at.transfer.customers(at.slug))
        .filter(({ email }) => email === undefined)
        .map(({ cuRefNo, referral }) => [cuRefNo, referral]),
    );
  const path = await at.transfer.file(text);
  await at.transfer.import(path, at.slug);
  expect(await referrers()).toMatchObject({ [a as string]: last, [gone as string]: last });
  at.slug = await at.transfer.organisation();
  await at.transfer.import(path, at.slug, '--update');
  expect(await referrers()).toMatchObject({ [a as string]: b, [gone as string]: last });
  at.slug = await at.transfer.organisation();
  const run = start('-', '--report', at.transfer.pathOf('gone.csv'));
  run.child.stdin?.write(text.slice(0, -30));
  await vi.waitFor(async () => expect((await rowsDone()).rows).toBeGreaterThan(0), { timeout: 30_000 });
  await at.transfer.sql(
    `update customer c set deleted_at = now() from organisation o where o.id = c.organisation_id and o.slug = $1 and cu_ref_no = $2`,
    [at.slug, gone],
  );
  run.child.stdin?.end(text.slice(-30));
  expect(await run.ended).toBe(1);
  expect(await readFile(at.transfer.pathOf('gone.csv'), 'utf8')).toContain(
    'is of a customer that was deleted meanwhile',
  );
});

it('the commands end with 2 where the import could not be done', async () => {
  const environment = { DATABASE_URL: at.url };
  const path = await at.transfer.file('email\na@example.com\n');
  const said = async (...words: string[]) => {
    const { code, stderr, stdout } = await runCommand('import', words, environment);
    return [code, stderr.trim() + stdout];
  };
  expect(await said(path)).toEqual([2, "error: required option '--organisation <slug>' not specified"]);
  expect(await said(path, '--organisation', 'nobody')).toEqual([
    2,
    'INTERNAL_VALIDATION_FAILED: There is no organisation "nobody".',
  ]);
  expect(await said(at.transfer.pathOf('none.csv'), '--organisation', at.slug)).toEqual([
    2,
    `The file ${at.transfer.pathOf('none.csv')} cannot be read: there is no such file or folder.`,
  ]);
  expect(await said(path, '--organisation', at.slug, '--report', '/nowhere/x.csv')).toEqual([
    2,
    'The report /nowhere/x.csv cannot be written: there is no such file or folder.',
  ]);
  expect(await said(path, '--organisation', at.slug, '--report', '/dev/null')).toEqual([
    2,
    'The report cannot be written: /dev/null is no file.',
  ]);
  expect(await said(path, '--organisation', at.slug, '--report', path)).toEqual([
    2,
    'The report would take the place of the file that is imported.',
  ]);
  expect(await readFile(path, 'utf8')).toBe('email\na@example.com\n');
  expect((await said(path, '--organisation', at.slug, '--delimiter', 'x'))[0]).toBe(2);
  expect(
    (await runCommand('import', [path, '--organisation', at.slug], { DATABASE_URL: 'postgres://a:b@127.0.0.1:1/x' }))
      .code,
  ).toBe(2);
  const plain = await runCommand('import', [path, '--organisation', at.slug], environment);
  expect(plain).toEqual({
    code: 0,
    stderr: '',
    stdout: expect.stringMatching(
      /^rows +1\ncreated +1\nchanged +0\nunchanged +0\nrefused +0\nwithoutReferral +0\nrequestId +import-\d+\n$/,
    ),
  });
});

it('refused rows are printed where there is no report', async () => {
  const path = at.transfer.pathOf('many-bad.csv');
  await writeFile(path, `email\n${Array.from({ length: 25 }, (_, i) => `bad${i}`).join('\n')}`);
  const { code, stderr } = await runCommand('import', [path, '--organisation', at.slug], { DATABASE_URL: at.url });
  expect(code).toBe(1);
  const lines = stderr.trim().split('\n');
  expect(lines).toHaveLength(21);
  expect(lines[0]).toBe('line 2: email must be a valid e-mail address');
  expect(lines[20]).toBe('5 more rows were refused, or went in without their referral; --report FILE has all of them.');
});
