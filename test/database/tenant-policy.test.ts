// Nothing of one organisation reaches another, and nothing of it is changed: not through the APIs, and not when either of the two walls is missing.
import pg from 'pg';
import { afterEach, expect, it, vi } from 'vitest';
import { schema } from '../../src/graphql/schema/schema.ts';
import { endpoints } from '../../src/rest/endpoints/index.ts';
import { type Crossing, crossings, type Targets } from '../support/crossings.ts';
import { mutations } from '../support/customer-mutations.ts';
import { createKey, createOrganisation, runSql } from '../support/database.ts';
import { type Answer, startGateway, type TestGateway } from '../support/gateway.ts';
import { fillOrganisation } from '../support/organisation.ts';

/** Customers of each organisation. */
const CUSTOMERS = 40;
/** Customers of theirs whom attempts name by their addresses. */
const NAMED = 30;
/** Stands in whatever text is ours. */
const MARK = 'ours-alone';

/** A gateway with two organisations. */
interface World {
  gateway: TestGateway;
  theirKey: string;
  theirRoot: string;
  /** Everything by which something of ours could be named or recognised. */
  secrets: string[];
  targets(i: number): Targets;
}

afterEach(() => {
  vi.restoreAllMocks();
});

async function makeWorld(): Promise<World> {
  const gateway = await startGateway();
  const { databaseUrl: url, organisationId: ours } = gateway;
  const theirs = await createOrganisation(url);
  const theirKey = await createKey(url, theirs);
  const theirRoot = await createKey(url, theirs, { prefix: 'ROOT' });
  await fillOrganisation(url, ours, 'ours', CUSTOMERS);
  await fillOrganisation(url, theirs, 'theirs', CUSTOMERS);
  await changeOurs(gateway);
  const column = async (name: string, rows: string, organisationId = ours) => {
    const text = `select ${name} as value from ${rows}`.replace('where', 'where organisation_id = $1 and');
    return (await runSql<{ value: string }>(url, text, [organisationId])).map(({ value }) => value);
  };
  const references = await column('cu_ref_no', 'customer where deleted_at is null order by id');
  const deleted = await column('cu_ref_no', 'customer where deleted_at is not null');
  const emails = await column('email', 'customer where deleted_at is null order by id');
  const transactions = await column('transaction_id', 'credit_entry where true');
  const subscriptions = await column('external_id', 'subscription where true');
  const own = await column('cu_ref_no', 'customer where true order by id', theirs);
  const slugs = await column('slug', 'customer_group where true');
  // The second halves are taken for what is theirs.
  const half = Math.floor(emails.length / 2);
  const [freeEmails, freeTransactions] = [emails.splice(half), transactions.splice(6)];
  const secrets = [
    ...references,
    ...deleted,
    ...emails,
    ...transactions,
    ...subscriptions,
    ...slugs,
    ...(await column('fingerprint', 'api_key where true')),
    ...(await column('request_id', 'change_entry where true')),
    MARK,
  ];
  expect([deleted.length, freeTransactions.length, secrets.length > 120]).toEqual([2, 6, true]);
  const pick = <Item>(items: Item[], i: number) => items[(i * 31) % items.length] as Item;
  return {
    gateway,
    theirKey,
    theirRoot,
    secrets,
    targets: (i) => ({
      secret: pick(secrets, i),
      cuRefNo: pick(references, i),
      deleted: pick(deleted, i),
      email: pick(emails, i),
      freeEmail: pick(freeEmails, i),
      transactionId: pick(transactions, i),
      externalId: pick(subscriptions, i),
      freeTransactionId: pick(freeTransactions, i),
      idempotencyKey: `key-${MARK}`,
      groupSlug: pick(slugs, i),
      own: { cuRefNo: pick(own, i), email: `theirs${1 + (i % NAMED)}@example.com` },
      moving: pick(own.slice(NAMED), i),
    }),
  };
}

/** Does with customers of ours whatever can be done, so that every table holds something. */
async function changeOurs(gateway: TestGateway): Promise<void> {
  for (let i = 1; i <= 12; i++) {
    const email = `ours${i}@example.com`;
    const fields = [
      `updateCustomer(input: { by: { email: "${email}" }, firstName: "${MARK}", address: { city: "${MARK}" }, meta: { m: "${MARK}" }, customerRealIp: "2.2.2.${i}" }) { customer { cuRefNo } }`,
      `adjustCustomerCredit(input: { by: { email: "${email}" }, amount: 5, description: "${MARK}" }) { customer { cuRefNo } }`,
      `banCustomer(input: { by: { email: "${email}" }, reason: "${MARK}" }) { customer { cuRefNo } }`,
      ...(i > 10
        ? [`deleteCustomer(input: { by: { email: "${email}" }, reason: "${MARK}" }) { customer { cuRefNo } }`]
        : []),
    ];
    const query = `mutation { ${fields.map((field, n) => `f${n}: ${field}`).join(' ')} }`;
    const headers = { 'idempotency-key': i === 1 ? `key-${MARK}` : `key-${i}` };
    expect((await gateway.graphql(query, {}, { headers })).body.errors).toBeUndefined();
  }
}

/** What every row of an organisation is at the moment, by table. */
async function stateOf({ databaseUrl, organisationId }: TestGateway): Promise<Record<string, string>> {
  const tables = await runSql<{ name: string }>(
    databaseUrl,
    `select c.relname as name from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attname = 'organisation_id'
     where c.relnamespace = 'public'::regnamespace and c.relkind = 'r'
       -- What our own keys were used for is noted some seconds later.
       and c.relname <> 'api_key_use'`,
  );
  const states = tables.map(async ({ name }) => {
    const [row] = await runSql<{ state: string }>(
      databaseUrl,
      `select count(*) || ' ' || coalesce(md5(string_agg(t::text, ',' order by t::text)), '') as state from ${name} t where organisation_id = $1`,
      [organisationId],
    );
    return [name, row?.state ?? ''];
  });
  return Object.fromEntries(await Promise.all(states));
}

function send(
  at: TestGateway,
  { query, variables, path, body, headers = {}, root }: Crossing,
  world: World,
): Promise<Answer> {
  const key = root ? world.theirRoot : world.theirKey;
  if (query !== undefined) return at.graphql(query, variables, { key, headers });
  return at.send(path ?? '', {
    method: body ? 'POST' : 'GET',
    headers: { authorization: `Bearer ${key}`, ...(body && { 'content-type': 'application/json' }), ...headers },
    ...(body && { body: JSON.stringify(body) }),
  });
}

const codeOf = ({ body }: Answer): string | undefined => body.error?.code ?? body.errors?.[0]?.extensions.code;

/** What came of attempts to reach what is ours with their keys. */
interface Reached {
  /** How much of ours was seen. */
  hits: number;
  /** Tables of ours that are not what they were. */
  changed: string[];
  /** Attempts that were not refused as they should have been. */
  unrefused: string[];
}

async function attempt(at: TestGateway, world: World, attempts: number, isWhole = true): Promise<Reached> {
  const before = await stateOf(world.gateway);
  const reached: Reached = { hits: 0, changed: [], unrefused: [] };
  for (let start = 0; start < attempts; start += 20) {
    const tries = Array.from({ length: 20 }, async (_, offset) => {
      const i = start + offset;
      const crossing = (crossings[i % crossings.length] as (typeof crossings)[number])(world.targets(i), i);
      return { crossing, answer: await send(at, crossing, world) };
    });
    for (const { crossing, answer } of await Promise.all(tries)) {
      const told = `${crossing.query ?? crossing.path} ${JSON.stringify(crossing.variables ?? crossing.body)}`;
      if (isWhole) expect(codeOf(answer), told).not.toBe('INTERNAL_SERVER_ERROR');
      reached.hits += seenIn(answer, world);
      if (crossing.code !== undefined && codeOf(answer) !== crossing.code)
        reached.unrefused.push(`${codeOf(answer)}: ${told}`);
    }
  }
  const after = await stateOf(world.gateway);
  reached.changed = Object.keys(before).filter((table) => before[table] !== after[table]);
  return reached;
}

/** How much of ours an answer shows; an error may repeat what was sent. */
function seenIn({ body }: Answer, { secrets }: World): number {
  const shown = JSON.stringify(body.data ?? (body.error || body.errors ? {} : body));
  return secrets.filter((secret) => shown.includes(secret)).length;
}

const nothing: Reached = { hits: 0, changed: [], unrefused: [] };

/** Lets every row through to everybody: only what each statement asks for keeps organisations apart. */
async function openPolicies(url: string): Promise<void> {
  const tables = await runSql<{ name: string }>(
    url,
    `select relname as name from pg_class where relnamespace = 'public'::regnamespace and relkind = 'r'`,
  );
  const policies = tables.map(({ name }) => `create policy open on ${name} using (true) with check (true)`);
  await runSql(url, policies.join('; '));
}

/** Takes out of all statements that they ask for the rows of one organisation: only row level security keeps them apart. */
function forgetOrganisations(): { forgotten: Set<string> } {
  const query = pg.Client.prototype.query as (...given: unknown[]) => unknown;
  const forgotten = new Set<string>();
  vi.spyOn(pg.Client.prototype, 'query').mockImplementation(function (this: pg.Client, ...given: unknown[]) {
    const [sent] = given as [{ text?: string; name?: string } | string];
    if (typeof sent === 'object' && typeof sent.text === 'string' && sent.name) {
      const text = sent.text.replaceAll(/(\w+\.)?\borganisation_id = \$1\b/g, '$$1::int is not null');
      if (text !== sent.text) forgotten.add(sent.name);
      sent.text = text;
    }
    return query.apply(this, given);
  } as never);
  return { forgotten };
}

it('knows every mutation of a customer and every endpoint', () => {
  // Groups are tried by their slugs.
  const known = Object.keys(schema.getMutationType()?.getFields() ?? {}).filter((name) =>
    /Customer(?!Group$)/.test(name),
  );
  const creating = ['createCustomer', 'bulkCreateCustomers'];
  expect([...creating, ...Object.keys(mutations)].toSorted()).toEqual(known.toSorted());
  const paths = crossings.map((crossing) => crossing(noTargets, 0).path?.split('?')[0]);
  // Creates are tried by name, in `sameAddress`.
  const all = new Set([...paths, '/api/v1/customer/create']);
  for (const {
    paths: [path],
  } of endpoints)
    expect(all).toContain(path);
});

const noTargets: Targets = {
  secret: '',
  cuRefNo: '',
  deleted: '',
  email: '',
  freeEmail: '',
  transactionId: '',
  externalId: '',
  freeTransactionId: '',
  idempotencyKey: '',
  groupSlug: '',
  moving: '-',
  own: { cuRefNo: '', email: '' },
};

it("2,000 attempts with another organisation's key reach nothing, and change nothing", async () => {
  const world = await makeWorld();
  expect(await attempt(world.gateway, world, 2_000)).toEqual(nothing);
  await sameAddress(world.gateway, world);
  await world.gateway.close();
});

it('neither do they without row level security: each query asks for its own', async () => {
  const world = await makeWorld();
  await openPolicies(world.gateway.databaseUrl);
  expect(await attempt(world.gateway, world, 600)).toEqual(nothing);
  await sameAddress(world.gateway, world);
  await world.gateway.close();
});

it('neither do they when no statement asks for its own: row level security keeps them apart', async () => {
  const world = await makeWorld();
  const { forgotten } = forgetOrganisations();
  const forgetful = await startGateway({ databaseUrl: world.gateway.databaseUrl });
  expect(await attempt(forgetful, world, 600)).toEqual(nothing);
  for (const name of [
    'customer_set',
    'customer_by_cu_ref_no_undeleted_to_change',
    'customer_by_canonical_email_undeleted_to_change',
    'customer_by_cu_ref_no_to_change',
    'customer_changes',
    'customer_group_keep',
    'customer_group_lock',
    'customer_groups_change',
    'group_pages',
    'referral_set',
    'customer_credit_adjust',
    'customer_note_address',
    'credit_entry_position',
    'subscription_owner',
  ])
    expect(
      [...forgotten].some((each) => each.startsWith(name)),
      name,
    ).toBe(true);
  await sameAddress(forgetful, world);
  await forgetful.close();
  await world.gateway.close();
});

it('without both, the same attempts reach it and change it', async () => {
  const world = await makeWorld();
  await openPolicies(world.gateway.databaseUrl);
  forgetOrganisations();
  const open = await startGateway({ databaseUrl: world.gateway.databaseUrl });
  const { hits, changed, unrefused } = await attempt(open, world, crossings.length * 2, false);
  expect(hits).toBeGreaterThan(100);
  expect(unrefused.length).toBeGreaterThan(20);
  expect(changed).toEqual(expect.arrayContaining(['customer']));
  await open.close();
  await world.gateway.close();
});

/** An address, a transaction id and an Idempotency-Key that are ours are as good as new to them. */
async function sameAddress(at: TestGateway, world: World): Promise<void> {
  const { theirKey: key } = world;
  const before = await stateOf(world.gateway);
  const { email, freeTransactionId: transactionId } = world.targets(3);
  const headers = { 'idempotency-key': `key-${MARK}` };
  const made = await at.rest({ email, companyName: 'Mine' }, { key, headers });
  expect(made.body, made.text).toMatchObject({ newAccount: true, companyName: 'Mine', creditBalance: 0, ban: false });
  expect(world.secrets).not.toContain(made.body.cuRefNo);
  const input = { by: { email }, amount: 7, description: 'mine', transactionId };
  const { body } = await at.graphql(
    `mutation ($input: AdjustCustomerCreditInput!) { adjustCustomerCredit(input: $input) {
      entry { amount balanceAfter description } customer { cuRefNo creditBalance } } }`,
    { input },
    { key },
  );
  // It may be taken by then, by a customer of theirs.
  if (body.errors) expect(body.errors[0].extensions.code).toBe('INTERNAL_CONFLICT');
  else expect(body.data.adjustCustomerCredit.customer.cuRefNo).toBe(made.body.cuRefNo);
  expect(JSON.stringify(body)).not.toContain(MARK);
  expect(await stateOf(world.gateway)).toEqual(before);
}
