// Calls that are sent in one statement: none is touched by what befalls another.
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { apis, rest } from '../support/apis.ts';
import { createKey, createOrganisation, runSql, statementsOf } from '../support/database.ts';
import { startGateway, type TestGateway } from '../support/gateway.ts';

const TIMEOUT = 2_000;

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startGateway({ operationTimeout: TIMEOUT });
  // What PostgreSQL refuses although every rule of the gateway lets it pass.
  await runSql(
    gateway.databaseUrl,
    `create function refuse() returns trigger language plpgsql as $$
     begin
       if new.email like 'refused%' then raise exception 'no' using errcode = substr(new.company_name, 1, 5); end if;
       return new;
     end $$`,
  );
  await runSql(
    gateway.databaseUrl,
    'create trigger refuse before insert or update on customer for each row execute function refuse()',
  );
});
afterAll(() => gateway.close());

const many = (count: number, email: (i: number) => string) =>
  Promise.all(Array.from({ length: count }, (_, i) => rest.create(gateway, { email: email(i) })));

it('many creates that arrive together are a few statements', async () => {
  await many(100, (i) => `warm${i}@example.com`);
  const sent = await statementsOf(() => many(100, (i) => `together${i}@example.com`));
  // Connections may be made meanwhile.
  expect(sent.filter((text) => text.includes('customer')).length).toBeLessThan(30);
});

it('so are look-ups', async () => {
  const query = 'query ($email: String!) { customer(by: { email: $email }) { email } }';
  const ask = (i: number) => gateway.graphql(query, { email: `together${i}@example.com` });
  await ask(0);
  let emails: string[] = [];
  const sent = await statementsOf(async () => {
    const answers = await Promise.all(Array.from({ length: 100 }, (_, i) => ask(i)));
    emails = answers.map(({ body }) => body.data.customer.email);
  });
  expect(sent.length).toBeLessThan(30);
  expect(emails).toEqual(Array.from({ length: 100 }, (_, i) => `together${i}@example.com`));
});

// An error of a value, of a constraint, of a rule of the database's own, and a deadlock.
describe.each(['22003', '23514', 'P0001', '40P01'])('a call that PostgreSQL refuses with %s', (state) => {
  it.each(apis)('fails alone among its neighbours: $name', async (api) => {
    const input = (i: number) => ({
      email: `${i % 10 === 5 ? 'refused' : 'fine'}${i}-${state}-${api.name}@example.com`,
      companyName: state,
    });
    const outcomes = await Promise.all(Array.from({ length: 60 }, (_, i) => api.create(gateway, input(i))));
    for (const [i, { code, newAccount }] of outcomes.entries()) {
      if (i % 10 === 5) expect(code).toBe('INTERNAL_SERVER_ERROR');
      else expect({ code, newAccount }).toEqual({ code: undefined, newAccount: true });
    }
    const [row] = await runSql<{ count: number }>(
      gateway.databaseUrl,
      'select count(*)::int from customer where company_name = $1 and email like $2',
      [state, `%-${api.name.toLowerCase()}@example.com`],
    );
    expect(row?.count).toBe(54);
  });
});

describe('a customer that somebody else holds', () => {
  let holder: pg.Client;
  beforeAll(async () => {
    await many(1, () => 'held@example.com');
    holder = new pg.Client({ connectionString: gateway.databaseUrl });
    await holder.connect();
    await holder.query('begin');
    await holder.query(`select from customer where email = 'held@example.com' for update`);
  });
  afterAll(() => holder.end());

  const touch = () => rest.create(gateway, { email: 'held@example.com', companyName: 'Late' });

  it('holds up only the call for it, which is told when its time is up', async () => {
    const waiting = touch();
    const others = await many(100, (i) => `beside${i}@example.com`);
    expect(others.every(({ newAccount }) => newAccount)).toBe(true);
    const again = touch();
    const more = await many(30, (i) => `beside-again${i}@example.com`);
    expect(more.every(({ newAccount }) => newAccount)).toBe(true);
    for (const { answer, code } of await Promise.all([waiting, again]))
      expect([answer.status, code]).toEqual([503, 'INTERNAL_SERVICE_UNAVAILABLE']);
  });

  it('is served when it is let go in time', async () => {
    const waiting = touch();
    await many(30, (i) => `before${i}@example.com`);
    await holder.query('commit');
    expect(await waiting).toMatchObject({ newAccount: false, profile: { companyName: 'Late' } });
  });
});

describe('a locked customer', () => {
  const waitingForLocks = () =>
    runSql<{ count: number }>(
      gateway.databaseUrl,
      `select count(*)::int as count from pg_stat_activity
       where datname = current_database() and wait_event_type = 'Lock' and query like '%with given%'`,
    );

  it('takes one slot, however many call for it; all others are served', async () => {
    await rest.create(gateway, { email: 'locked@example.com' });
    const holder = new pg.Client({ connectionString: gateway.databaseUrl });
    await holder.connect();
    await holder.query(`begin; select from customer where email = 'locked@example.com' for update`);
    const locked = Array.from({ length: 24 }, (_, i) =>
      rest.create(gateway, { email: 'locked@example.com', companyName: `C${i}` }),
    );
    for (let round = 0; round < 10; round++) {
      const others = Array.from({ length: 12 }, (_, i) =>
        rest.create(gateway, { email: `free${round}-${i}@example.com` }),
      );
      expect((await Promise.all(others)).map(({ newAccount }) => newAccount)).toEqual(others.map(() => true));
      expect((await waitingForLocks())[0]?.count).toBeLessThanOrEqual(1);
    }
    await holder.query('commit');
    await holder.end();
    const names = (await Promise.all(locked)).map(({ profile }) => profile?.companyName);
    expect(new Set(names).size).toBe(1);
  });

  it('fails its own callers alone, each when its time is up, and is served again', async () => {
    const email = 'stuck@example.com';
    await rest.create(gateway, { email });
    const holder = new pg.Client({ connectionString: gateway.databaseUrl });
    await holder.connect();
    await holder.query(`begin; select from customer where email = '${email}' for update`);
    const stuck = Array.from({ length: 12 }, (_, i) => rest.create(gateway, { email, companyName: `C${i}` }));
    const codes = (await Promise.all(stuck)).map(({ code }) => code);
    expect(new Set(codes)).toEqual(new Set(['INTERNAL_SERVICE_UNAVAILABLE']));
    expect(await rest.create(gateway, { email: 'beside@example.com' })).toMatchObject({ newAccount: true });
    await holder.query('rollback');
    await holder.end();
    expect(await rest.create(gateway, { email })).toMatchObject({ newAccount: false });
  });
});

describe.each([
  ['ten', undefined, 10],
  ['two, where there are two connections,', 2, 2],
] as const)('%s locked customers', (_, poolSize, count) => {
  it('leave connections to all others, and are served when they are let go', async () => {
    const crowded = await startGateway({ operationTimeout: 5_000, ...(poolSize && { poolSize }) });
    const other = await createKey(crowded.databaseUrl, await createOrganisation(crowded.databaseUrl));
    const emails = Array.from({ length: count }, (_, i) => `crowd${i}@example.com`);
    await Promise.all(emails.map((email) => rest.create(crowded, { email })));
    const holder = new pg.Client({ connectionString: crowded.databaseUrl });
    await holder.connect();
    await holder.query(`begin; select from customer where email like 'crowd%' for update`);
    const locked = emails.map((email) => rest.create(crowded, { email, companyName: 'Late' }));
    const page = '{ customers(first: 1) { edges { cursor } } }';
    for (let round = 0; round < 10; round++) {
      const answers = await Promise.all([
        ...Array.from({ length: 4 }, (_, i) => rest.create(crowded, { email: `in${round}-${i}@example.com` })),
        ...Array.from({ length: 4 }, (_, i) =>
          rest.create(crowded, { email: `in${round}-${i}@example.com` }, { key: other }),
        ),
      ]);
      expect(answers.map(({ newAccount }) => newAccount)).toEqual(answers.map(() => true));
      expect((await crowded.graphql(page, {}, { key: other })).body.errors).toBeUndefined();
    }
    await holder.query('commit');
    await holder.end();
    for (const { profile } of await Promise.all(locked)) expect(profile?.companyName).toBe('Late');
    await crowded.close();
  });
});

it('organisations never share a statement', async () => {
  const other = await createOrganisation(gateway.databaseUrl);
  const keys = [gateway.key, await createKey(gateway.databaseUrl, other)];
  await Promise.all(keys.map((key) => rest.create(gateway, { email: 'first@example.com' }, { key })));
  const calls = Array.from({ length: 100 }, (_, i) =>
    rest.create(
      gateway,
      { email: `same${i >> 1}@example.com`, companyName: `${i % 2}` },
      { key: keys[i % 2] as string },
    ),
  );
  for (const [i, { newAccount, profile }] of (await Promise.all(calls)).entries())
    expect([newAccount, profile?.companyName]).toEqual([true, `${i % 2}`]);
});

describe('calls for one mailbox that travel at the same time', () => {
  /** The first call keeps the statement busy; the others wait for the next. */
  async function together(inputs: Record<string, unknown>[]) {
    const [, ...outcomes] = await Promise.all(
      [{ email: 'busy@example.com' }, ...inputs].map((input) => rest.create(gateway, input)),
    );
    return outcomes;
  }

  it('make it once when they are equal', async () => {
    for (let round = 0; round < 10; round++) {
      const outcomes = await together(Array.from({ length: 20 }, () => ({ email: `equal${round}@example.com` })));
      expect(outcomes.filter(({ newAccount }) => newAccount)).toHaveLength(1);
      expect(new Set(outcomes.map(({ profile }) => profile?.cuRefNo)).size).toBe(1);
    }
  });

  it('each leave what they bring, whatever the others do not', async () => {
    for (let round = 0; round < 10; round++) {
      const email = `brings${round}@example.com`;
      await together([
        { email },
        { email, companyName: 'A' },
        { email, companyRegistrationNumber: '1' },
        { email, taxIdentificationNumber: 'CZ1' },
        { email, customerRealIp: '192.0.2.1' },
      ]);
      const [row] = await runSql(
        gateway.databaseUrl,
        `select company_name, company_registration_number, tax_identification_number, host(last_ip) as ip,
           (select count(*)::int from customer_ip i where i.customer_id = c.id) as seen from customer c where email = $1`,
        [email],
      );
      expect(row).toEqual({
        company_name: 'A',
        company_registration_number: '1',
        tax_identification_number: 'CZ1',
        ip: '192.0.2.1',
        seen: 1,
      });
    }
  });

  it('take their turns: the first value stays, other blanks are filled', async () => {
    const inputs = Array.from({ length: 40 }, (_, i) => ({
      email: i % 2 === 0 ? 'turns@gmail.com' : 't.u.r.n.s+x@gmail.com',
      ...(i % 4 < 2 ? { companyName: `C${i}` } : { companyRegistrationNumber: `R${i}` }),
    }));
    const outcomes = await Promise.all(inputs.map((input) => rest.create(gateway, input)));
    expect(outcomes.filter(({ newAccount }) => newAccount)).toHaveLength(1);
    const last = await rest.create(gateway, { email: 'turns@gmail.com' });
    const names = outcomes.map(({ profile }) => profile?.companyName).filter(Boolean);
    expect(new Set(names)).toEqual(new Set([last.profile?.companyName]));
  });
});

it('two gateways that make the same customers in opposite order wait for each other once, and none in a circle', async () => {
  await runSql(
    gateway.databaseUrl,
    `create function slow() returns trigger language plpgsql as $$ begin perform pg_sleep(0.003); return new; end $$;
     create trigger slow before insert on customer for each row when (new.email like 'order%') execute function slow()`,
  );
  const other = await startGateway({ databaseUrl: gateway.databaseUrl });
  const { key } = gateway;
  for (let round = 0; round < 5; round++) {
    const emails = Array.from({ length: 20 }, (_, i) => `order${round}-${i + 10}@example.com`);
    const call = (to: TestGateway) => (email: string) => rest.create(to, { email }, { key });
    let newAccounts = 0;
    const sent = await statementsOf(async () => {
      const outcomes = await Promise.all([
        ...['busy@example.com', ...emails].map(call(gateway)),
        ...['busy@example.com', ...emails.toReversed()].map(call(other)),
      ]);
      expect(outcomes.filter(({ code }) => code)).toEqual([]);
      newAccounts = outcomes.filter(({ newAccount }) => newAccount).length;
    });
    expect(newAccounts).toBe(emails.length);
    // Calls that wait in a circle are taken apart, and go one by one: of 42, twice as many statements.
    expect(sent.filter((text) => text.includes('with given')).length).toBeLessThan(30);
  }
  await other.close();
});
