// The command `check`: what it prints, how it ends, and that it may run beside traffic.
import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { clientOptions, parseDatabaseUrl } from '../../src/database-url.ts';
import { findingsOf, makeFilled } from '../support/check.ts';
import { runCommand, runCommandHere } from '../support/command.ts';
import { runSql } from '../support/database.ts';

let url: string;
beforeAll(async () => {
  url = await makeFilled();
});

const check = (...words: string[]) => runCommandHere('check', words, { DATABASE_URL: url });

describe('the command check', () => {
  it('says that nothing is wrong, and changes nothing', async () => {
    const entries = () => runSql(url, 'select count(*) from change_entry');
    const before = await entries();
    expect(await check()).toEqual({ code: 0, stdout: 'Nothing is wrong.\n', stderr: '' });
    expect(await check('--json', '--organisation', 'two')).toEqual({
      code: 0,
      stdout: '{"findings":[]}\n',
      stderr: '',
    });
    expect(await entries()).toEqual(before);
  });

  it('explains itself, and tells what is wrong from what could not be told', async () => {
    const { code, stdout } = await check('--help');
    expect({ code, stdout }).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/--organisation[\s\S]*--json[\s\S]* 3 instead of 1/),
    });
    expect(await check('--organisation', 'nobody')).toEqual({
      code: 3,
      stdout: '',
      stderr: 'INTERNAL_VALIDATION_FAILED: There is no organisation "nobody".\n',
    });
    expect(await check('--all')).toMatchObject({ code: 2, stdout: '' });
    const nowhere = await runCommand('check', [], { DATABASE_URL: 'postgres://a:b@localhost:1/x' });
    expect(nowhere).toMatchObject({ code: 3, stdout: '' });
    const never = join(tmpdir(), `never-${randomUUID()}`);
    expect(await runCommand('check', [], { DATA_DIR: never })).toEqual({
      code: 3,
      stdout: '',
      stderr: expect.stringContaining(`There is no database in DATA_DIR (${never})`),
    });
    expect(existsSync(never)).toBe(false);
  });
});

it('says what is checked', async () => {
  const { code, stdout } = await check('--list');
  expect(code).toBe(0);
  expect(stdout).toContain('credit_balance: the credit balance of a customer is the sum of its ledger\n');
  const { invariants } = JSON.parse((await check('--list', '--json')).stdout);
  expect(invariants).toHaveLength(stdout.trimEnd().split('\n').length);
});

describe('the command check where something is wrong', () => {
  const references: Record<string, string> = {};
  beforeAll(async () => {
    const rows = await runSql<{ slug: string; reference: string }>(
      url,
      `with spoilt as (select organisation_id, min(id) as id from customer group by organisation_id)
       update customer c set credit_balance = 5 + o.id from spoilt s, organisation o
       where c.id = s.id and o.id = c.organisation_id returning o.slug, c.cu_ref_no as reference`,
    );
    await runSql(
      url,
      `delete from change_value where field = 'creditBalance' and entry_id in (select id from change_entry where ordinal = 3)`,
    );
    for (const { slug, reference } of rows) references[slug] = reference;
  });
  afterAll(() => runSql(url, 'update customer set credit_balance = 7'));

  const lineOf = (slug: string, balance: number) =>
    `organisation ${slug}: customer ${references[slug]}: credit balance is ${balance}, the ledger adds up to 7\n`;

  it('prints a line for each finding', async () => {
    const { code, stdout, stderr } = await check();
    expect({ code, stderr }).toEqual({ code: 1, stderr: '1 finding.\n' });
    // The balance of the other one happens to be right.
    expect(stdout).toBe(lineOf('one', 6));
  });

  it('looks at one organisation alone', async () => {
    await runSql(url, `update customer set credit_balance = 8 where cu_ref_no = $1`, [references.two]);
    expect(await check('--organisation', 'two')).toEqual({ code: 1, stdout: lineOf('two', 8), stderr: '1 finding.\n' });
    expect(await check()).toEqual({ code: 1, stdout: lineOf('one', 6) + lineOf('two', 8), stderr: '2 findings.\n' });
  });

  it('prints one JSON object', async () => {
    const { code, stdout, stderr } = await check('--json', '--organisation', 'one');
    expect({ code, stderr }).toEqual({ code: 1, stderr: '' });
    expect(JSON.parse(stdout)).toEqual({
      findings: [
        {
          invariant: 'credit_balance',
          organisation: 'one',
          subject: `customer ${references.one}`,
          detail: 'credit balance is 6, the ledger adds up to 7',
        },
      ],
    });
  });
});

it('lists a thousand findings of a kind, and says how many more there are', async () => {
  const many = await makeFilled(750);
  await runSql(
    many,
    `drop index customer_group_slug_undeleted;
     update customer set version = 0;
     update credit_entry set balance_after = balance_after + 1;
     delete from change_value;
     insert into customer_group (organisation_id, name, slug) select 1, 'x', 'same' from generate_series(1, 1500)`,
  );
  const { code, stdout, stderr } = await runCommand('check', [], { DATABASE_URL: many });
  expect({ code, stderr }).toEqual({ code: 1, stderr: '7,500 findings.\n' });
  const lines = stdout.trimEnd().split('\n');
  expect(lines.filter((line) => line.includes(': version is 0'))).toHaveLength(1_000);
  expect(lines.filter((line) => line.includes(': balance after it is'))).toHaveLength(1_000);
  expect(lines.filter((line) => line.includes(': has the same slug'))).toHaveLength(1_000);
  expect(lines.slice(-3).sort()).toEqual([
    'credit_balance_after: 3,500 more are not listed',
    'customer_group_slug_undeleted: 499 more are not listed',
    'customer_version: 500 more are not listed',
  ]);
});

it('gives no false alarm beside ledgers that are written, mailboxes that change hands, and referrals that turn round', async () => {
  const busy = await makeFilled(400);
  const until = performance.now() + 4_000;
  const clients = await Promise.all(
    [0, 1, 2].map(async () => {
      const client = new pg.Client(clientOptions(parseDatabaseUrl(busy)));
      await client.connect();
      return client;
    }),
  );
  const change = `
    with c as (
      select organisation_id, id from customer order by random() limit 1
    ), locked as (
      update customer k set credit_balance = credit_balance + 1, change_count = change_count + 1, updated_at = clock_timestamp()
      from c where k.organisation_id = c.organisation_id and k.id = c.id returning k.*
    ), ledger as (
      insert into credit_entry (organisation_id, customer_id, transaction_id, amount, balance_after, description, author)
      select organisation_id, id, substr(md5(random()::text), 1, 16), 1, credit_balance, 'x', 'x' from locked
    ), entry as (
      insert into change_entry (organisation_id, subject, reference, action, actor, fields, ordinal)
      select organisation_id, 'customer', cu_ref_no, 'x', 'x', '{creditBalance}', change_count from locked returning *
    )
    insert into change_value (organisation_id, entry_id, field, before, after)
    select e.organisation_id, e.id, 'creditBalance', to_jsonb(credit_balance - 1), to_jsonb(credit_balance) from entry e, locked`;
  const [first, last] = await runSql<{ id: string }>(
    busy,
    `insert into customer (organisation_id, cu_ref_no) values (1, 'firstFirstFirst1'), (1, 'lastLastLastLas1') returning id`,
  );
  const handOver = `
    begin;
    update customer set email = null, canonical_email = null where id = ANY;
    update customer set email = 'a@example.com', canonical_email = 'a@example.com' where id = OTHER;
    delete from referral where customer_id = ANY;
    insert into referral (organisation_id, customer_id, referrer_id) values (1, OTHER, ANY);
    commit`;
  const turns = [
    [first, last],
    [last, first],
  ].map(([any, other]) => handOver.replaceAll('ANY', any?.id ?? '').replaceAll('OTHER', other?.id ?? ''));
  let written = 0;
  const writers = clients.map(async (client, i) => {
    while (performance.now() < until) {
      await client.query(i === 0 ? (turns[written % 2] as string) : change);
      if (i === 0) written += 1;
    }
    await client.end();
  });
  let rounds = 0;
  for (; performance.now() < until; rounds++) expect(await findingsOf(busy)).toEqual([]);
  await Promise.all(writers);
  expect(written).toBeGreaterThan(50);
  expect(rounds).toBeGreaterThan(1);
  expect(await findingsOf(busy)).toEqual([]);
});
