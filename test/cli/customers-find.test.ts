// Customers found by command: narrowed, sorted and counted as lists of GraphQL are, for people and for programs.
import { stripVTControlCharacters } from 'node:util';
import stringWidth from 'string-width';
import { beforeAll, describe, expect, it } from 'vitest';
import { runCommandHere } from '../support/command.ts';
import { createDatabase, createOrganisation, runSql } from '../support/database.ts';
import { startGateway } from '../support/gateway.ts';

/** Customers of the organisation `many`: more than are counted. */
const MANY = 10_200;

let databaseUrl: string;
beforeAll(async () => {
  databaseUrl = await createDatabase();
  await (await startGateway({ databaseUrl })).close();
  await people(await createOrganisation(databaseUrl, 'acme'));
  await people(await createOrganisation(databaseUrl, 'other'));
  await crowd(await createOrganisation(databaseUrl, 'many'), MANY);
  await createOrganisation(databaseUrl, 'empty');
}, 60_000);

/** Four customers, named by the letter that their references begin with, and one that was deleted. */
async function people(organisationId: number): Promise<void> {
  await runSql(
    databaseUrl,
    `with c as (
       insert into customer (organisation_id, cu_ref_no, email, canonical_email, phone, first_name, last_name, company_name,
         credit_balance, premium, banned_at, created_at, last_seen_at, deleted_at)
       select $1::int, rpad(letter, 16, $1::text), email || '@example.com', email || '@example.com', phone, first, last, company,
         credit, premium, banned::timestamptz, created::timestamptz, seen::timestamptz, deleted::timestamptz
       from (values
         ('a', 'jan', '+420 777123456', 'Jan', 'Novák', null, 5, true, null, '2026-01-01T00:00Z', '2026-06-01T00:00Z', null),
         ('b', 'eva', null, 'Eva', 'Čapková', 'Acme', 0, false, '2026-02-02', '2026-02-01T00:00Z', null, null),
         ('c', 'info', null, null, null, 'Novák & syn', -7, false, null, '2026-02-28T23:59:59.999Z', '2026-05-01T12:00Z', null),
         ('d', null, '+44 2071838750', 'Zoe', null, null, 0, true, '2026-03-03', '2026-03-01T00:00Z', '2026-07-01T00:00Z', null),
         ('e', 'gone', null, 'Jan', 'Novák', null, 0, true, null, '2026-03-02T00:00Z', null, '2026-04-01')
       ) v (letter, email, phone, first, last, company, credit, premium, banned, created, seen, deleted)
       order by created returning id, cu_ref_no
     ), g as (
       insert into customer_group (organisation_id, name, slug) values ($1, 'VIP', 'vip'), ($1, 'Dealers', 'dealers')
       returning id, slug
     )
     insert into customer_group_membership (organisation_id, customer_id, group_id)
     select $1, c.id, g.id from c join g on (slug, left(cu_ref_no, 1)) in (('vip', 'a'), ('vip', 'b'), ('dealers', 'c'))`,
    [organisationId],
  );
}

/** Customers of whom each was made a minute after the one before. */
async function crowd(organisationId: number, count: number): Promise<void> {
  await runSql(
    databaseUrl,
    `insert into customer (organisation_id, cu_ref_no, email, canonical_email, created_at)
     select $1, 'many' || lpad(n::text, 12, '0'), 'n' || n || '@example.com', 'n' || n || '@example.com', timestamptz '2026-01-01' + n * interval '1 minute'
     from generate_series(1, $2::int) n order by n`,
    [organisationId, count],
  );
  await runSql(databaseUrl, 'analyze customer');
}

const find = (...words: string[]) => runCommandHere('customers', ['find', ...words], { DATABASE_URL: databaseUrl });
const inJson = async (...words: string[]) => {
  const { code, stdout, stderr } = await find(...words, '--json');
  expect([stderr, stdout.split('\n')]).toEqual(['', [expect.any(String), '']]);
  return { code, body: JSON.parse(stdout) };
};
/** The letters of those of acme who are found, in order. */
const lettersOf = async (...words: string[]) => {
  const { code, body } = await inJson('--organisation', 'acme', ...words);
  expect([code, body.error]).toEqual([0, undefined]);
  const references: string[] = body.customers.map(({ cuRefNo }: { cuRefNo: string }) => cuRefNo);
  expect(body).toMatchObject({ totalCount: references.length, estimatedCount: references.length });
  expect(new Set(references.map((reference) => reference.slice(1))).size).toBeLessThanOrEqual(1);
  return references.map((reference) => reference.charAt(0)).join('');
};

/** Does something as on a terminal so wide. */
async function onTerminal<Result>(columns: number, work: () => Promise<Result>): Promise<Result> {
  const { stdout } = process;
  const before = { isTTY: stdout.isTTY, columns: stdout.columns };
  Object.assign(stdout, { isTTY: true, columns });
  try {
    return await work();
  } finally {
    Object.assign(stdout, before);
  }
}

describe('customers find', () => {
  it.each([
    [[], 'dcba'],
    [['novak'], 'ca'],
    [['NOVÁK', 'jan'], 'a'],
    [['novak jan'], 'a'],
    [['777', '123', '456'], 'a'],
    [['+44 20 7183 8750'], 'd'],
    [[' '], 'dcba'],
    [['--premium'], 'da'],
    [['--no-premium'], 'cb'],
    [['--banned'], 'db'],
    [['--no-banned'], 'ca'],
    [['--credit', 'positive'], 'a'],
    [['--credit', 'zero'], 'db'],
    [['--credit', 'negative'], 'c'],
    [['--group', 'vip'], 'ba'],
    [['--group', 'dealers', '--group', ' VIP'], 'cba'],
    [['--group', 'nobodys'], ''],
    [['--no-groups'], 'd'],
    [['--kind', 'company'], 'c'],
    [['--kind', 'person'], 'dba'],
    [['--created-from', '2026-02-01'], 'dcb'],
    [['--created-from', '2026-02-01', '--created-to', '2026-03-01'], 'cb'],
    [['--created-to', '2026-02-01T00:00:00.001Z'], 'ba'],
    [['--created-from', '2026-02-01T01:00:00+01:00', '--created-to', '2026-02-02'], 'b'],
    [['--seen-from', '2026-06-01'], 'da'],
    [['--seen-from', '2026-05-01', '--seen-to', '2026-06-01'], 'c'],
    [['--seen-to', '2026-05-01T12:00:00Z'], ''],
    [['--reverse'], 'abcd'],
    [['--sort', 'created'], 'dcba'],
    [['--sort', 'created', '--reverse'], 'abcd'],
    [['--sort', 'seen'], 'dacb'],
    [['--sort', 'seen', '--reverse'], 'bcad'],
    [['--sort', 'name'], 'bacd'],
    [['--sort', 'name', '--reverse'], 'dcab'],
    [['--sort', 'credit'], 'adbc'],
    [['--sort', 'credit', '--reverse'], 'cbda'],
    [['novak', '--no-banned', '--premium', '--group', 'vip', '--kind', 'person', '--sort', 'name'], 'a'],
  ])('%j', async (words, letters) => {
    expect(await lettersOf(...words)).toBe(letters);
  });

  it('tells of each what show does without looking further', async () => {
    const { body } = await inJson('--organisation', 'acme', 'jan');
    const { cuRefNo } = body.customers[0];
    const shown = await runCommandHere('customers', ['show', cuRefNo, '--organisation', 'acme', '--json'], {
      DATABASE_URL: databaseUrl,
    });
    expect(JSON.parse(shown.stdout)).toMatchObject(body.customers[0]);
    expect(body).toEqual({
      customers: [
        {
          cuRefNo,
          ...{ email: 'jan@example.com', phone: '+420 777123456', firstName: 'Jan', lastName: 'Novák' },
          ...{ companyName: null, companyRegistrationNumber: null, taxIdentificationNumber: null },
          ...{ creditBalance: 5, premium: true, ban: false, version: 1 },
          ...{ createdAt: '2026-01-01T00:00:00.000Z', updatedAt: expect.any(String) },
          lastSeenAt: '2026-06-01T00:00:00.000Z',
        },
      ],
      totalCount: 1,
      estimatedCount: 1,
    });
  });

  it('finds only customers of its organisation, which it has to be told', async () => {
    const [own, others] = await Promise.all(
      ['acme', 'other'].map((slug) =>
        runSql<{ cu_ref_no: string }>(
          databaseUrl,
          `select c.cu_ref_no from customer c join organisation o on o.id = c.organisation_id
           where o.slug = $1 and c.deleted_at is null order by c.id desc`,
          [slug],
        ),
      ),
    );
    expect(own?.map(({ cu_ref_no }) => cu_ref_no)).not.toEqual(others?.map(({ cu_ref_no }) => cu_ref_no));
    for (const [slug, rows] of [
      ['acme', own],
      ['other', others],
    ] as const) {
      for (const words of [[], ['--limit', '1000'], ['--sort', 'created']]) {
        const { body } = await inJson('--organisation', slug, ...words);
        expect(body.customers.map(({ cuRefNo }: { cuRefNo: string }) => cuRefNo)).toEqual(
          rows?.map(({ cu_ref_no }) => cu_ref_no),
        );
      }
    }
    const untold = await find();
    expect([untold.code, untold.stdout, untold.stderr]).toEqual([1, '', expect.stringContaining('--organisation')]);
  });

  it('says that nobody was found', async () => {
    for (const words of [['nobody'], ['--organisation', 'empty'], ['--', '--premium']]) {
      const { code, stdout, stderr } = await find('--organisation', 'acme', ...words);
      expect([code, stdout, stderr]).toEqual([0, 'No customer was found.\n', '']);
    }
    const { code, body } = await inJson('--organisation', 'empty');
    expect([code, body]).toEqual([0, { customers: [], totalCount: 0, estimatedCount: 0 }]);
  });
});

describe('how many', () => {
  const numbersOf = (body: { customers: { cuRefNo: string }[] }) =>
    body.customers.map(({ cuRefNo }) => Number(cuRefNo.slice(4)));
  const newest = (count: number) => Array.from({ length: count }, (_, i) => MANY - i);

  it.each([[[]], [['--sort', 'created']], [['--sort', 'seen']], [['example.com', '--sort', 'credit']]])(
    'are listed is the limit, also beyond one page: %j',
    async (words) => {
      for (const count of [1, 100, 101, 250, 1_000]) {
        const { body } = await inJson('--organisation', 'many', '--limit', String(count), ...words);
        expect(numbersOf(body)).toEqual(newest(count));
      }
    },
  );

  it('are listed is 20 unless told', async () => {
    const { body } = await inJson('--organisation', 'many');
    expect(numbersOf(body)).toEqual(newest(20));
    expect(body).toMatchObject({ totalCount: null, estimatedCount: expect.any(Number) });
    expect(body.estimatedCount).toBeGreaterThan(10_000);
  });

  it('are left is said beside the list, where there are any', async () => {
    const many = ['--organisation', 'many', '--created-to'];
    const told = async (...words: string[]) => {
      const { code, stdout, stderr } = await find(...words);
      return [code, stdout.split('\n').length - 1, stderr];
    };
    expect(await told(...many, '2026-01-02')).toEqual([0, 20, '20 of 1,439 customers.\n']);
    expect(await told(...many, '2026-01-02', '--limit', '1000')).toEqual([0, 1_000, '1,000 of 1,439 customers.\n']);
    expect(await told(...many, '2026-01-01T00:05:01Z')).toEqual([0, 5, '']);
    expect(await told(...many, '2026-01-01T00:05:01Z', '--limit', '5')).toEqual([0, 5, '']);
    expect(await told(...many, '2026-01-01T00:05:01Z', '--limit', '4')).toEqual([0, 4, '4 of 5 customers.\n']);
    expect(await told('--organisation', 'many')).toEqual([
      0,
      20,
      expect.stringMatching(/^20 of about 1\d,000 customers\.\n$/),
    ]);
  });
});

describe('for people', () => {
  it('a customer is a line', async () => {
    const { stdout } = await find('--organisation', 'acme', 'jan');
    expect(stdout).toMatch(/^cuRefNo=a\d+ {2}email=jan@example\.com {2}phone=\+420 777123456 {2}firstName=Jan /);
    expect(stdout.split('\n')).toHaveLength(2);
  });

  it.each([
    [79, 'REFERENCE NAME EMAIL CREDIT STATE'],
    [80, 'REFERENCE NAME COMPANY EMAIL CREDIT STATE'],
    [120, 'REFERENCE NAME COMPANY EMAIL PHONE CREDIT STATE'],
  ])('customers are a table on a terminal of %i columns: %s', async (columns, titles) => {
    const { stdout, stderr } = await onTerminal(columns, () => find('--organisation', 'acme', '--limit', '3'));
    const [head = '', ...rows] = stripVTControlCharacters(stdout).trimEnd().split('\n');
    expect(head.replace(/ +/g, ' ')).toBe(titles);
    expect(rows).toHaveLength(3);
    expect(rows[0]).toMatch(/^d\d{15} {2}Zoe .+ banned,premium$/);
    for (const line of [head, ...rows]) expect(stringWidth(line)).toBeLessThanOrEqual(columns);
    expect(stderr).toBe('3 of 4 customers.\n');
  });
});

describe('what is wrong', () => {
  const moment = 'must be a date and time in the format of RFC 3339: 2027-01-31T12:00:00Z';
  it.each([
    ['--created-from', moment, ['--created-from', 'yesterday']],
    ['--created-from', moment, ['--created-from', '2026-02-30']],
    ['--created-to', moment, ['--created-to', '2026-1-1']],
    ['--seen-from', moment, ['--seen-from', '']],
    ['--seen-to', moment, ['--seen-to', '2026-01-01T00:00:00']],
    ['--seen-to', 'must be in the years 0001 to 9999 in UTC', ['--seen-to', '0000-01-01']],
    ['--created-to', 'must not be before from', ['--created-from', '2026-02-02', '--created-to', '2026-02-01']],
    ['--seen-to', 'must not be before from', ['--seen-from', '2026-02-02', '--seen-to', '2026-02-01']],
    ['--group (item 1)', 'must not be empty', ['--group', '']],
    [
      '--group (item 2)',
      'must be letters a to z, digits, and single hyphens or underscores between them',
      ['--group', 'vip', '--group', 'V I P'],
    ],
    ['--group', 'must have at most 100 items', Array.from({ length: 101 }, (_, i) => ['--group', `g${i}`]).flat()],
    ['[words...]', 'must be at most 200 characters long', ['x'.repeat(201)]],
    ['[words...]', 'must be at most 200 characters long', ['x'.repeat(150), 'y'.repeat(50)]],
    ['[words...]', 'must have at most 10 words', [...'abcdefghijk']],
    ['[words...]', 'must not contain control characters', ['a\u0000b']],
  ])('is told by the names of the command line: %s %s', async (path, message, words) => {
    const told = await find('--organisation', 'acme', ...words);
    expect([told.code, told.stdout]).toEqual([1, '']);
    expect(told.stderr).toMatch(/^INTERNAL_VALIDATION_FAILED: .+\n.+\n$/);
    expect(told.stderr).toContain(`\n  ${path} ${message}\n`);
    const { code, body } = await inJson('--organisation', 'acme', ...words);
    expect([code, body.error.code, body.error.fields]).toEqual([1, 'INTERNAL_VALIDATION_FAILED', [{ path, message }]]);
  });

  it('is all told at once', async () => {
    const { body } = await inJson(
      '--organisation',
      'acme',
      '\ud800',
      '--group',
      '!',
      '--created-from',
      'x',
      '--seen-to',
      'x',
    );
    expect(body.error.fields.map(({ path }: { path: string }) => path).toSorted()).toEqual(
      ['--created-from', '--group (item 1)', '--seen-to', '[words...]'].toSorted(),
    );
  });

  it.each([
    [['--group', 'vip', '--no-groups'], "option '--group <slug>' cannot be used with option '--no-groups'"],
    [['--no-groups', '--group', 'vip'], "option '--group <slug>' cannot be used with option '--no-groups'"],
    [['--credit', 'much'], 'Allowed choices are positive, zero, negative.'],
    [['--kind', 'ROBOT'], 'Allowed choices are company, person.'],
    [['--sort', 'toString'], 'Allowed choices are created, seen, name, credit.'],
    [['--sort'], 'argument missing'],
    [['--limit', '0'], 'Give a whole number from 1 to 1,000.'],
    [['--limit', '1001'], 'Give a whole number from 1 to 1,000.'],
    [['--limit', '1e2'], 'Give a whole number from 1 to 1,000.'],
    [['--limit', ''], 'Give a whole number from 1 to 1,000.'],
    [['--limit=-1'], 'Give a whole number from 1 to 1,000.'],
    [['--premum'], '(Did you mean --premium?)'],
    [['--no-group'], '(Did you mean --no-groups?)'],
  ])('is a mistake of the command line where it is one: %j', async (words, message) => {
    const { code, stdout, stderr } = await find('--organisation', 'acme', ...words);
    expect([code, stdout, stderr]).toEqual([2, '', expect.stringContaining(message)]);
    const json = await inJson('--organisation', 'acme', ...words);
    expect([json.code, json.body.error.code]).toEqual([2, 'COMMAND_LINE']);
  });

  it('is an organisation that there is not', async () => {
    const { code, body } = await inJson('--organisation', 'nobodys');
    expect([code, body.error.message]).toEqual([1, 'There is no organisation "nobodys".']);
  });
});
