// The plain cases of create or return, which take a small statement each, do what the whole statement does: in whatever order they are tried.
import pg from 'pg';
import pino from 'pino';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createOrReturnCustomer } from '../../src/customer/create.ts';
import { createCustomerInput } from '../../src/customer/input.ts';
import { Newcomers } from '../../src/customer/newcomers.ts';
import { type Database, openDatabase } from '../../src/database/open.ts';
import { parseDatabaseUrl } from '../../src/database-url.ts';
import { entities } from '../../src/entities.ts';
import { contextOf } from '../support/context.ts';
import { createDatabase, createOrganisation, runSql } from '../support/database.ts';
import { type Dice, diceOf } from '../support/generated/dice.ts';

const MAILBOXES = 6;
const STEPS = 120;

let url: string;
let database: Database;
beforeAll(async () => {
  url = await createDatabase();
  database = openDatabase({ connection: parseDatabaseUrl(url), entities, log: pino({ level: 'silent' }) });
});
afterAll(() => database.close());

/** Guesses the same each time. */
class Fixed extends Newcomers {
  readonly #likely: boolean;

  constructor(likely: boolean) {
    super();
    this.#likely = likely;
  }

  override areLikely(): boolean {
    return this.#likely;
  }
}

type Input = Parameters<typeof createOrReturnCustomer>[1];
/** What is done in one step, in each organisation. */
type Step = { create: Input[] } | { sql: string };

const emailOf = (mailbox: number) => `plain${mailbox}@example.com`;

function inputOf(dice: Dice, mailbox: number): Input {
  const some = (values: string[]) => dice.pick([undefined, undefined, ...values]);
  return createCustomerInput.parse({
    email: emailOf(mailbox),
    companyName: some(['One', 'Two']),
    companyRegistrationNumber: some(['1', '2']),
    taxIdentificationNumber: some(['CZ1']),
    customerRealIp: some(['1.1.1.1', '2.2.2.2', '2001:db8::1']),
  });
}

const named = (mailbox: number) =>
  `organisation_id = $1 and canonical_email = '${emailOf(mailbox)}' and deleted_at is null`;

const idOf = (mailbox: number) => `(select id from customer where ${named(mailbox)} and merged_into is null)`;
const isNoSurvivor = `not exists (
  select from customer m where m.organisation_id = customer.organisation_id and m.merged_into = customer.id)`;

function stepOf(dice: Dice): Step {
  const mailbox = dice.below(MAILBOXES);
  const even = mailbox - (mailbox % 2);
  const survivor = idOf(even);
  const steps: Step[] = [
    { create: [inputOf(dice, mailbox)] },
    // None of these leads where another does: which of two calls comes first would be left to chance.
    { create: [0, 2, 4].map((each) => inputOf(dice, each)) },
    {
      sql: `update customer set deleted_at = now() where ${named(mailbox)} and merged_into is null and ${isNoSurvivor}`,
    },
    { sql: `update customer set last_seen_at = last_seen_at - interval '25 hours' where ${named(mailbox)}` },
    {
      sql: `update customer_ip set seen_at = seen_at - interval '25 hours'
        where organisation_id = $1 and customer_id = ${idOf(mailbox)}`,
    },
    { sql: `delete from customer_ip where organisation_id = $1 and customer_id = ${idOf(mailbox)}` },
    {
      sql: `update customer set merged_into = ${survivor}, credit_balance = 0
        where ${named(even + 1)} and merged_into is null and ${survivor} is not null and ${isNoSurvivor}`,
    },
  ];
  return dice.pick([...Array.from({ length: 4 }, () => steps.slice(0, 2)).flat(), ...steps]);
}

async function run(organisationId: number, step: Step, newcomers: Newcomers | undefined) {
  if ('sql' in step) {
    await runSql(url, step.sql, [organisationId]);
    return [];
  }
  const created = step.create.map((input) =>
    createOrReturnCustomer({ ...contextOf(database, organisationId), newcomers }, input),
  );
  return (await Promise.all(created)).map(({ newAccount, filledFields, customer, relatedRecords }) => ({
    newAccount,
    filledFields,
    relatedRecords,
    ...Object.fromEntries(Object.entries(customer).filter(([, value]) => !(value instanceof Date))),
    ...{ id: 0, organisation: 0, organisationId: 0, cuRefNo: '', survivor: 0 },
  }));
}

/** What is stored of an organisation, but for what differs from one to the other. */
const stored = (organisationId: number) =>
  runSql(
    url,
    `select c.email, c.company_name, c.company_registration_number, c.tax_identification_number, c.last_ip, c.address_changes, c.version,
       c.change_count, c.created_by, c.creation_request_id, c.deleted_at is null as there, c.merged_into is not null as merged,
       c.last_seen_at > now() - interval '1 hour' as seen,
       (select array_agg(i.address order by i.seen_at > now() - interval '1 hour', i.address) from customer_ip i
        where i.organisation_id = c.organisation_id and i.customer_id = c.id) as addresses
     from customer c where c.organisation_id = $1 order by c.email, c.id`,
    [organisationId],
  );

it.each([
  { name: 'whoever is guessed to be there', newcomers: () => new Fixed(false) },
  { name: 'whoever is guessed to be new', newcomers: () => new Fixed(true) },
  { name: 'what the calls before did', newcomers: () => new Newcomers() },
])('does the same by the small statements: $name', async ({ newcomers }) => {
  for (const seed of [1, 2, 3]) {
    const dice = diceOf(seed);
    const [whole, plain] = [await createOrganisation(url), await createOrganisation(url)];
    const guesses = newcomers();
    for (let i = 0; i < STEPS; i++) {
      const step = stepOf(dice);
      const expected = await run(whole, step, undefined);
      expect(await run(plain, step, guesses), JSON.stringify({ seed, i, step })).toEqual(expected);
    }
    expect(await stored(plain)).toEqual(await stored(whole));
  }
});

it('lets one of many who race for a mailbox make the customer', async () => {
  const organisationId = await createOrganisation(url);
  for (let round = 0; round < 10; round++) {
    const email = `race${round}@example.com`;
    const calls = Array.from({ length: 20 }, (_, i) =>
      createOrReturnCustomer(
        { ...contextOf(database, organisationId), newcomers: new Fixed(i % 2 === 0) },
        createCustomerInput.parse({ email, companyName: `Company ${i % 3}` }),
      ),
    );
    const results = await Promise.all(calls);
    expect(results.filter(({ newAccount }) => newAccount)).toHaveLength(1);
    expect(new Set(results.map(({ customer }) => customer.cuRefNo)).size).toBe(1);
  }
});

it('tells one of equal calls that wait together that it made the customer', async () => {
  const organisationId = await createOrganisation(url);
  const make = (email: string) =>
    createOrReturnCustomer(
      { ...contextOf(database, organisationId), newcomers: new Fixed(true) },
      createCustomerInput.parse({ email }),
    );
  // The first goes at once; the others are sent in one statement.
  const [, ...equal] = await Promise.all(
    ['first', 'equal', 'equal', 'equal'].map((name) => make(`${name}@example.com`)),
  );
  expect(equal.map(({ newAccount }) => newAccount)).toEqual([true, false, false]);
});

it('guesses by what the last calls did', () => {
  const newcomers = new Newcomers();
  expect(newcomers.areLikely(1)).toBe(false);
  for (let i = 0; i < 8; i++) newcomers.note(1, true);
  expect(newcomers.areLikely(1)).toBe(true);
  expect(newcomers.areLikely(2)).toBe(false);
  for (let i = 0; i < 8; i++) newcomers.note(1, false);
  expect(newcomers.areLikely(1)).toBe(false);
});

/** Makes the function that creates in an organisation, by a guess that everybody is new. */
const creatingIn = (organisationId: number) => (email: string) =>
  createOrReturnCustomer(
    { ...contextOf(database, organisationId), newcomers: new Fixed(true) },
    createCustomerInput.parse({ email }),
  );

it('returns whoever is there while others change them, and makes the rest beside', async () => {
  const create = creatingIn(await createOrganisation(url));
  await create('changing@example.com');
  const other = new pg.Client({ connectionString: url });
  await other.connect();
  try {
    await other.query(`begin; update customer set premium = true where email = 'changing@example.com'`);
    const emails = ['changing', ...Array.from({ length: 20 }, (_, i) => `beside${i}`)].map(
      (name) => `${name}@example.com`,
    );
    const results = await Promise.all(emails.map(create));
    expect(results.map(({ newAccount }) => newAccount)).toEqual(emails.map((_, i) => i > 0));
  } finally {
    await other.end();
  }
});

it('draws another reference where the one that it drew is taken', async () => {
  const organisationId = await createOrganisation(url);
  // The first two that are drawn for one of these mailboxes are those of a customer who is there.
  await runSql(url, `create sequence drawn`);
  await runSql(
    url,
    `create function draw_taken() returns trigger language plpgsql as $$
     begin
       if new.email like 'taken%' and nextval('drawn') <= 2 then
         new.cu_ref_no := (select cu_ref_no from customer where organisation_id = new.organisation_id and email = 'holder@example.com');
       end if;
       return new;
     end $$`,
  );
  await runSql(url, 'grant usage on sequence drawn to public');
  await runSql(url, 'create trigger draw_taken before insert on customer for each row execute function draw_taken()');
  const create = creatingIn(organisationId);
  const holder = await create('holder@example.com');
  const results = await Promise.all(Array.from({ length: 5 }, (_, i) => create(`taken${i}@example.com`)));
  const references = [holder, ...results].map(({ customer }) => customer.cuRefNo);
  expect(new Set(references).size).toBe(6);
  expect(results.every(({ newAccount }) => newAccount)).toBe(true);
});
