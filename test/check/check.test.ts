// What the tables promise: nothing is found where nothing is wrong, and each row that breaks a promise is named.
import { randomBytes } from 'node:crypto';
import pino from 'pino';
import { beforeAll, describe, expect, it } from 'vitest';
import { invariantsOf } from '../../src/check/check.ts';
import { withOwner } from '../../src/database/open.ts';
import { parseDatabaseUrl } from '../../src/database-url.ts';
import { seedDemo } from '../../src/demo/data.ts';
import { entities } from '../../src/entities.ts';
import { expectClean, findingsOf, makeFilled } from '../support/check.ts';
import { createDatabase, createOrganisation, runSql } from '../support/database.ts';
import { spoilt } from '../support/spoilt.ts';

const log = pino({ level: 'silent' });

describe('a database in which nothing is wrong', () => {
  it('is clean while it is empty', async () => {
    await expectClean(await createDatabase());
  });

  it('is clean in demo mode', async () => {
    const url = await createDatabase();
    await withOwner({ connection: parseDatabaseUrl(url), entities, log }, seedDemo);
    await expectClean(url);
  });

  it('is clean with organisations of several batches', async () => {
    await expectClean(await makeFilled(1_200));
  });

  it('is clean where the values of an entry were erased, and where an entry is about all customers', async () => {
    const url = await makeFilled();
    await runSql(
      url,
      `delete from change_value where entry_id in (select id from change_entry where ordinal in (2, 4) and organisation_id = 1);
       update customer set banned_at = now(), deleted_at = now() where organisation_id = 1;
       insert into change_entry (organisation_id, subject, reference, action, actor) values (1, 'customer', '*', 'x', 'x')`,
    );
    await expectClean(url);
  });
});

/** A database without what would refuse spoilt rows: as an interrupted restore leaves it. */
let unguarded: string;
beforeAll(async () => {
  unguarded = await makeFilled();
  await runSql(
    unguarded,
    `do $$ declare c record; begin
       for c in
         select conrelid::regclass as relation, conname from pg_constraint
         where contype in ('c', 'u') and connamespace = 'public'::regnamespace
       loop
         execute format('alter table %s drop constraint %I', c.relation, c.conname);
       end loop; end $$;
     drop index customer_email_unique; drop index customer_group_slug_undeleted`,
  );
});

async function copyOf(original: string): Promise<string> {
  const url = new URL(original);
  const template = url.pathname.slice(1);
  url.pathname = '/postgres';
  const name = `test_${randomBytes(8).toString('hex')}`;
  await runSql(url.href, `create database ${name} template ${template}`);
  url.pathname = `/${name}`;
  return url.href;
}

describe('one spoilt row', () => {
  it.each(spoilt)('breaks %s, and nothing else: %s', async (invariant, sql, subject, detail) => {
    const url = await copyOf(unguarded);
    await runSql(url, `set session_replication_role = replica; ${sql}`);
    const found = (await findingsOf(url)).filter(({ invariant: name }) => name !== 'constraints' && name !== 'indexes');
    expect(found).toEqual([
      {
        invariant,
        organisation: 'one',
        subject: expect.stringMatching(subject),
        detail: typeof detail === 'string' ? detail : expect.stringMatching(detail),
      },
    ]);
    expect(JSON.stringify(found)).not.toContain('@');
  });
});

describe('the tables themselves', () => {
  const cases: [what: string, sql: string, finding: object][] = [
    [
      'a check that was not validated',
      `alter table customer drop constraint customer_phone_form;
       alter table customer add constraint customer_phone_form check (true) not valid`,
      {
        invariant: 'constraints',
        subject: 'table customer',
        detail: 'constraint customer_phone_form was not validated',
      },
    ],
    [
      'a foreign key that is missing',
      'alter table referral drop constraint referral_organisation_id_referrer_id_foreign',
      {
        invariant: 'constraints',
        subject: 'table referral',
        detail: 'constraint referral_organisation_id_referrer_id_foreign is missing',
      },
    ],
    [
      'a trigger that is switched off',
      'alter table api_key disable trigger announce',
      { invariant: 'constraints', subject: 'table api_key', detail: 'trigger announce is switched off' },
    ],
    [
      'a unique index that is missing',
      'drop index customer_email_unique',
      { invariant: 'indexes', subject: 'table customer', detail: 'unique index customer_email_unique is missing' },
    ],
    [
      'an index that is not valid',
      `update pg_index set indisvalid = false where indexrelid = 'credit_entry_by_customer'::regclass`,
      { invariant: 'indexes', subject: 'table credit_entry', detail: 'index credit_entry_by_customer is not valid' },
    ],
    [
      'row level security that is off',
      'alter table referral disable row level security',
      { invariant: 'row_level_security', subject: 'table referral', detail: 'row level security is off' },
    ],
    [
      'a policy that is missing',
      'drop policy organisation_wall on credit_entry',
      { invariant: 'row_level_security', subject: 'table credit_entry', detail: 'has no policy' },
    ],
  ];
  it.each(cases)('%s is found, also for one organisation', async (_, sql, finding) => {
    const url = await createDatabase();
    await createOrganisation(url, 'one');
    await runSql(url, sql);
    expect(await findingsOf(url, 'one')).toEqual([{ organisation: null, ...finding }]);
  });

  it('foreign keys that are switched off are found', async () => {
    const url = await createDatabase();
    await runSql(url, 'alter table referral disable trigger all');
    const details = (await findingsOf(url)).map((finding) => 'detail' in finding && finding.detail);
    expect(details.sort()).toEqual(
      ['customer_id', 'referrer_id', '']
        .map((column) => `constraint referral_organisation_id_${column && `${column}_`}foreign is switched off`)
        .sort(),
    );
  });
});

it('every check that a table declares has a row here that breaks it', async () => {
  const tested = new Set(spoilt.map(([invariant]) => invariant));
  const names = await withOwner({ connection: parseDatabaseUrl(unguarded), entities, log }, async ({ orm }) => {
    const { rows, batches, whole } = invariantsOf(orm);
    return [...rows, ...batches, ...whole].map(({ name }) => name);
  });
  const others = ['constraints', 'indexes', 'row_level_security'];
  const ofOrganisations = /_organisation_id_foreign$|^organisation_slug_unique$|^api_key_.*_unique$/;
  expect(names.filter((name) => ![...tested, ...others].includes(name) && !ofOrganisations.test(name))).toEqual([]);
});

it('rows of an organisation that does not exist are named, with what they lead to', async () => {
  const url = await copyOf(unguarded);
  await runSql(
    url,
    `set session_replication_role = replica;
     insert into customer_group (organisation_id, name, slug) values (99, 'x', 'lost'), (99, 'y', 'lost');
     update api_key set organisation_id = 98, fingerprint = 'PRODabcd', digest = repeat('f', 64);
     insert into organisation (slug, name) values ('two', 'x')`,
  );
  const found = await findingsOf(url);
  const at = { organisation: 'with the id 99', subject: 'group lost' };
  const missing = { detail: 'its organisation does not exist' };
  const key = { organisation: 'with the id 98', subject: 'API key PRODabcd' };
  const inOrder = (list: object[]) => list.map((finding) => JSON.stringify(finding)).sort();
  const rows = found.filter(({ invariant }) => invariant !== 'constraints' && invariant !== 'indexes');
  expect(inOrder(rows)).toEqual(
    inOrder([
      {
        invariant: 'organisation_slug_unique',
        organisation: 'two',
        subject: 'organisation with the id 3',
        detail: 'has the same slug as organisation with the id 2',
      },
      { invariant: 'api_key_digest_unique', ...key, detail: 'has the same digest as API key PRODabcd' },
      { invariant: 'api_key_fingerprint_unique', ...key, detail: 'has the same fingerprint as API key PRODabcd' },
      { invariant: 'customer_group_slug_undeleted', ...at, detail: 'has the same slug as group lost' },
      { invariant: 'api_key_organisation_id_foreign', ...key, ...missing },
      { invariant: 'api_key_organisation_id_foreign', ...key, ...missing },
      { invariant: 'customer_group_organisation_id_foreign', ...at, ...missing },
      { invariant: 'customer_group_organisation_id_foreign', ...at, ...missing },
    ]),
  );
});
