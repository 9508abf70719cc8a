// Every mutation that changes a customer, under an Idempotency-Key: done once however often it is sent, whole or not at all, and told as it was.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { randomAlphanumeric } from '../../src/random.ts';
import { expectClean } from '../support/check.ts';
import { type Named as Customer, createNamed } from '../support/customers.ts';
import { runSql } from '../support/database.ts';
import { type Answer, startGateway, type TestGateway } from '../support/gateway.ts';
import { mutate } from '../support/mutations.ts';

let gateway: TestGateway;
let second: TestGateway;
beforeAll(async () => {
  gateway = await startGateway();
  second = await startGateway({ databaseUrl: gateway.databaseUrl });
  await gateway.rest({ email: REFERRER });
});
afterAll(async () => {
  await expectClean(gateway.databaseUrl);
  await Promise.all([gateway.close(), second.close()]);
});

interface Named extends Customer {
  /** Of a subscription, where it has one. */
  externalId?: string;
}

const newCustomer = (): Promise<Named> => createNamed(gateway);

/** What stands of a customer, in its row and beside it. */
async function stateOf({ cuRefNo }: Named) {
  const [state] = await runSql<{ row: string; changes: number; ordinals: number[]; ledger: number }>(
    gateway.databaseUrl,
    `select to_jsonb(c)::text as row, c.change_count as changes,
       array(select ordinal from change_entry e where e.reference = c.cu_ref_no and e.subject = 'customer' order by e.id) as ordinals,
       (select count(*)::int from credit_entry e where e.customer_id = c.id) as ledger,
       (select array_agg(slug order by slug) from customer_group_membership m join customer_group g on g.id = m.group_id where m.customer_id = c.id) as groups,
       (select referrer_id from referral r where r.customer_id = c.id) as referrer
     from customer c where cu_ref_no = $1`,
    [cuRefNo],
  );
  return state as NonNullable<typeof state>;
}

const lose = (key: string) =>
  runSql(gateway.databaseUrl, 'update idempotency_key set answer = null where key = $1', [key]);
const keptUnder = (key: string) => runSql(gateway.databaseUrl, 'select from idempotency_key where key = $1', [key]);
const keyed = (key: string) => ({ headers: { 'idempotency-key': key }, key: gateway.key });
const replayed = ({ headers }: Answer) => headers.get('idempotent-replayed');
const codeOf = ({ body }: Answer): string | undefined => body.error?.code ?? body.errors?.[0].extensions.code;

/** Whoever brought others, and is not deleted. */
const REFERRER = 'referrer@example.com';

interface Changing {
  name: string;
  /** What is done with the customer before. */
  before?(customer: Named): Promise<unknown>;
  /** What it needs to be a change. */
  first?: string;
  /** Whether it changes a subscription. */
  bySubscription?: true;
  /** What names the customer; `by` its mailbox, unless told. */
  named?(customer: Named): object;
  /** Its input for a customer that nobody else has. */
  input(customer: Named): object;
  selection?: string;
}

const YEAR = { productSlug: 'year', orderNumber: '1' };
const SUBSCRIPTION =
  'subscription { externalId orderNumber orderHash autoRenew startsAt endsAt } customer { cuRefNo version }';

const byMailbox = ({ email }: Named) => ({ by: { email } });
const byReference = ({ cuRefNo }: Named) => ({ by: { cuRefNo } });
/** References of customers that are merged, by the mailboxes of those they are merged into. */
const duplicates = new Map<string, string>();

const graphqlMutations: Changing[] = [
  { name: 'updateCustomer', input: () => ({ firstName: 'Keyed', meta: { a: { b: 1 } } }) },
  { name: 'changeCustomerEmail', input: ({ email }) => ({ email: `new-${email}` }) },
  {
    name: 'adjustCustomerCredit',
    input: () => ({ amount: 7, description: 'test' }),
    selection: 'entry { transactionId amount balanceAfter createdAt } customer { cuRefNo creditBalance }',
  },
  { name: 'banCustomer', input: () => ({ reason: 'test' }) },
  { name: 'unbanCustomer', first: 'banCustomer', input: () => ({ reason: 'test' }) },
  { name: 'deleteCustomer', input: () => ({ reason: 'test' }) },
  { name: 'addCustomerToGroups', input: () => ({ groups: ['keyed', 'both'], createMissingGroups: true }) },
  {
    name: 'removeCustomerFromGroups',
    before: (customer) =>
      mutate(gateway, 'addCustomerToGroups', {
        by: { cuRefNo: customer.cuRefNo },
        groups: ['keyed', 'left'],
        createMissingGroups: true,
      }),
    input: () => ({ groups: ['left'] }),
  },
  { name: 'setCustomerReferral', input: () => ({ referrer: { email: REFERRER } }) },
  { name: 'restoreCustomer', named: byReference, first: 'deleteCustomer', input: () => ({ reason: 'test' }) },
  { name: 'eraseCustomer', named: byReference, input: () => ({ reason: 'test' }) },
  {
    name: 'mergeCustomers',
    named: ({ email }) => ({ survivor: { email } }),
    before: async ({ email }) => duplicates.set(email, (await newCustomer()).cuRefNo),
    input: ({ email }) => ({ duplicate: { cuRefNo: duplicates.get(email) ?? nobody.cuRefNo }, reason: 'test' }),
    selection: 'mergedCustomerId customer { cuRefNo email creditBalance version }',
  },
  { name: 'startCustomerSubscription', input: () => ({ ...YEAR, autoRenew: true }), selection: SUBSCRIPTION },
  {
    name: 'updateCustomerSubscription',
    bySubscription: true,
    input: () => ({ orderNumber: '2' }),
    selection: SUBSCRIPTION,
  },
  {
    name: 'endCustomerSubscription',
    bySubscription: true,
    input: () => ({ reason: 'test' }),
    selection: SUBSCRIPTION,
  },
];

interface Call {
  name: string;
  /** How it is refused where there is nobody to change. */
  missing: string;
  /** Entries of the change log that it writes, if not one. */
  entries?: number;
  /** Makes a customer that it is a change for. */
  prepare(): Promise<Named>;
  send(customer: Named, key: string, to?: TestGateway): Promise<Answer>;
}

function inputOf({ bySubscription, named = byMailbox, input }: Changing, customer: Named): object {
  const { externalId } = customer;
  return { ...(bySubscription ? { externalId } : named(customer)), ...input(customer) };
}

/** Makes a customer that a mutation is a change for. */
async function preparedFor({ first, before, bySubscription }: Changing): Promise<Named> {
  const customer = await newCustomer();
  const by = { cuRefNo: customer.cuRefNo };
  if (first) await mutate(gateway, first, { by, reason: 'before' });
  await before?.(customer);
  if (!bySubscription) return customer;
  const { payload } = await mutate(gateway, 'startCustomerSubscription', { by, ...YEAR }, SUBSCRIPTION);
  return { ...customer, externalId: payload.subscription.externalId };
}

/** Who brings whom. */
const referrers = new Map<string, string>();

const calls: Call[] = [
  ...graphqlMutations.map((mutation): Call => {
    const {
      name,
      bySubscription,
      selection = 'customer { cuRefNo email firstName ban version updatedAt groups { slug } referral { code } }',
    } = mutation;
    return {
      name,
      missing: bySubscription ? 'INTERNAL_VALIDATION_FAILED' : 'PUBLIC_CUSTOMER_DETAIL_NOT_PERMITTED',
      prepare: () => preparedFor(mutation),
      send: async (customer, key, to = gateway) =>
        (await mutate(to, name, inputOf(mutation, customer), selection, keyed(key))).answer,
    };
  }),
  {
    name: 'update-profile',
    missing: 'PUBLIC_CUSTOMER_DETAIL_NOT_PERMITTED',
    prepare: newCustomer,
    send: ({ email }, key, to = gateway) =>
      to.send('/api/v1/customer/update-profile', {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${gateway.key}`, ...keyed(key).headers },
        body: JSON.stringify({ email, name: 'Jan Keyed', city: 'Kladno' }),
      }),
  },
  {
    name: 'update-profile-all',
    missing: 'PUBLIC_CUSTOMER_DETAIL_NOT_PERMITTED',
    entries: 3,
    async prepare() {
      const customer = await newCustomer();
      referrers.set(customer.email, (await newCustomer()).cuRefNo);
      return customer;
    },
    send: ({ email }, key, to = gateway) =>
      to.send('/api/v1/customer/update-profile', {
        method: 'POST',
        headers: {
          'content-type': 'application/x-www-form-urlencoded',
          authorization: `Bearer ${gateway.key}`,
          ...keyed(key).headers,
        },
        body: `email=${email}&name=Jan+Keyed&groups[]=keyed&groups[]=form&referralId=${referrers.get(email) ?? ''}`,
      }),
  },
];
const nobody: Named = { email: 'nobody@example.com', cuRefNo: 'AAAAAAAAAAAAAAAA', externalId: 'AAAAAAAAAAAAAAAA' };
const isInLedger = ({ name }: Call) => name === 'adjustCustomerCredit';

describe.each(calls)('$name', (call) => {
  const { name, missing, prepare, send, entries = 1 } = call;
  const ordinalsAfter = ({ ordinals, changes }: Awaited<ReturnType<typeof stateOf>>) => [
    ...ordinals,
    ...Array.from({ length: entries }, (_, i) => changes + 1 + i),
  ];

  it('is done once however often it is sent, and told word for word', async () => {
    const customer = await prepare();
    const before = await stateOf(customer);
    const key = `often-${name}`;
    const first = await send(customer, key);
    expect([codeOf(first), replayed(first)]).toEqual([undefined, null]);
    const after = await stateOf(customer);
    const ordinals = ordinalsAfter(before);
    expect(after).toMatchObject({ changes: before.changes + entries, ordinals, ledger: isInLedger(call) ? 1 : 0 });
    for (let i = 0; i < 3; i++) {
      const again = await send(customer, key, i % 2 ? second : gateway);
      expect([again.text, replayed(again)]).toEqual([first.text, 'true']);
    }
    expect(await stateOf(customer)).toEqual(after);
  });

  it('twenty times at once over two processes is done once; the others hear that it runs, or what was done', async () => {
    const customer = await prepare();
    const before = await stateOf(customer);
    const key = `once-${name}`;
    const all = await Promise.all(Array.from({ length: 20 }, (_, i) => send(customer, key, i % 2 ? second : gateway)));
    const served = all.filter((answer) => !codeOf(answer));
    expect(served.length).toBeGreaterThan(0);
    for (const answer of all)
      if (codeOf(answer))
        expect([codeOf(answer), answer.headers.get('retry-after')]).toEqual(['INTERNAL_CONFLICT', '1']);
    const again = await send(customer, key);
    expect(new Set([...served, again].map(({ text }) => text)).size).toBe(1);
    expect(await stateOf(customer)).toMatchObject({
      changes: before.changes + entries,
      ordinals: ordinalsAfter(before),
      ledger: isInLedger(call) ? 1 : 0,
    });
  });

  it('that fails has done nothing, and its key is free', async () => {
    const key = `fails-${name}`;
    const failed = await send(nobody, key);
    expect(codeOf(failed)).toBe(missing);
    expect(await keptUnder(key)).toEqual([]);
    const other = await send(await prepare(), key);
    expect([codeOf(other), replayed(other)]).toEqual([undefined, null]);
  });

  it('is rendered from its outcome when its answer was lost', async () => {
    const customer = await prepare();
    const key = `lost-${name}`;
    const first = await send(customer, key);
    const after = await stateOf(customer);
    await lose(key);
    const again = await send(customer, key);
    expect([again.text, replayed(again)]).toEqual([first.text, 'true']);
    expect((await send(customer, key, second)).text).toBe(first.text);
    expect(await stateOf(customer)).toEqual(after);
  });

  it('of a customer that was deleted meanwhile is told as it was, also when its answer was lost', async () => {
    const customer = await prepare();
    const key = `gone-${name}`;
    const first = await send(customer, key);
    await mutate(gateway, 'deleteCustomer', { by: { cuRefNo: customer.cuRefNo }, reason: 'meanwhile' });
    expect((await send(customer, key)).text).toBe(first.text);
    await lose(key);
    const again = await send(customer, key);
    expect([again.text, replayed(again)]).toEqual([first.text, 'true']);
  });
});

/** The input of a mutation as the text of a document has it. */
const literal = (value: unknown): string =>
  Array.isArray(value)
    ? `[${value.map(literal)}]`
    : typeof value === 'object' && value
      ? `{ ${Object.entries(value).map(([member, of]) => `${member}: ${literal(of)}`)} }`
      : JSON.stringify(value);
const field = (alias: string, name: string, input: object, selection = 'customer { cuRefNo }') =>
  `${alias}: ${name}(input: ${literal(input)}) { ${selection} }`;

describe('a document of several mutations', () => {
  it.each(graphqlMutations)('is not done at all when the field after $name fails', async (mutation) => {
    const { name } = mutation;
    const customer = await preparedFor(mutation);
    const other = await newCustomer();
    const before = [await stateOf(customer), await stateOf(other)];
    const done = field('a', name, inputOf(mutation, customer));
    const failing = [
      field('b', 'banCustomer', { by: { cuRefNo: nobody.cuRefNo } }),
      // This one fails in the database.
      field('b', 'changeCustomerEmail', { by: { cuRefNo: other.cuRefNo }, email: (await newCustomer()).email }),
    ];
    for (const [i, wrong] of failing.entries()) {
      const key = `whole-${name}-${i}`;
      const { body } = await gateway.graphql(`mutation { ${done} ${wrong} }`, {}, keyed(key));
      expect([body.data, body.errors.map(({ path }: { path: string[] }) => path)]).toEqual([null, [['b']]]);
      expect(await keptUnder(key)).toEqual([]);
      expect([await stateOf(customer), await stateOf(other)]).toEqual(before);
    }
    const { body } = await gateway.graphql(`mutation { ${done} }`, {}, keyed(`whole-${name}-0`));
    expect(body.errors).toBeUndefined();
    const { changes, ordinals } = await stateOf(customer);
    expect(ordinals).toEqual(Array.from({ length: changes }, (_, i) => i + 1));
  });

  it('changes one customer several times, in the order of its fields', async () => {
    const customer = await newCustomer();
    const by = { email: customer.email };
    const entry = 'entry { transactionId amount balanceAfter } customer { creditBalance }';
    const query = `mutation {
      ${field('a', 'adjustCustomerCredit', { by, amount: 10, description: 'first' }, entry)}
      ${field('b', 'adjustCustomerCredit', { by, amount: -4, description: 'second' }, entry)}
      ${field('c', 'updateCustomer', { by, firstName: 'Keyed' }, 'customer { firstName creditBalance version }')}
    }`;
    const first = await gateway.graphql(query, {}, keyed('three'));
    expect(first.body.data).toMatchObject({
      a: { entry: { amount: 10, balanceAfter: 10 } },
      b: { entry: { amount: -4, balanceAfter: 6 } },
      c: { customer: { firstName: 'Keyed', creditBalance: 6, version: 2 } },
    });
    expect(await stateOf(customer)).toMatchObject({ changes: 3, ordinals: [1, 2, 3], ledger: 2 });
    const again = await gateway.graphql(query, {}, keyed('three'));
    expect([again.text, replayed(again)]).toEqual([first.text, 'true']);
    await lose('three');
    const { a, b, c } = (await gateway.graphql(query, {}, keyed('three'))).body.data;
    expect([a.entry, b.entry, c]).toEqual([first.body.data.a.entry, first.body.data.b.entry, first.body.data.c]);
    expect(await stateOf(customer)).toMatchObject({ changes: 3, ordinals: [1, 2, 3], ledger: 2 });
  });

  it('that deletes and restores a customer is done and told like any other', async () => {
    const customer = await newCustomer();
    const { cuRefNo } = customer;
    const query = `mutation {
      ${field('a', 'banCustomer', { by: { cuRefNo } }, 'customer { ban }')}
      ${field('b', 'deleteCustomer', { by: { cuRefNo }, reason: 'x' })}
      ${field('c', 'restoreCustomer', { by: { cuRefNo }, reason: 'x' }, 'customer { ban }')}
    }`;
    const first = await gateway.graphql(query, {}, keyed('restored'));
    expect(first.body.data).toEqual({
      a: { customer: { ban: true } },
      b: { customer: { cuRefNo } },
      c: { customer: { ban: true } },
    });
    await lose('restored');
    expect((await gateway.graphql(query, {}, keyed('restored'))).text).toBe(first.text);
    expect(await stateOf(customer)).toMatchObject({ changes: 3, ordinals: [1, 2, 3] });
  });

  it('that creates and deletes a customer is told alike when its answer was lost', async () => {
    const email = 'created-and-deleted@example.com';
    const query = `mutation {
      ${field('a', 'createCustomer', { email }, 'newAccount customer { cuRefNo email }')}
      ${field('b', 'deleteCustomer', { by: { email }, reason: 'x' })}
    }`;
    const first = await gateway.graphql(query, {}, keyed('created-and-deleted'));
    expect(first.body).toMatchObject({ data: { a: { newAccount: true, customer: { email } } } });
    await lose('created-and-deleted');
    expect((await gateway.graphql(query, {}, keyed('created-and-deleted'))).text).toBe(first.text);
  });
});

it('that names nobody by what no reference can be is refused like one that names nobody', async () => {
  const { cuRefNo } = await newCustomer();
  const query = `mutation { ${field('a', 'banCustomer', { by: { cuRefNo } })} ${field('b', 'banCustomer', { by: { cuRefNo: 'x\u0000' } })} }`;
  const { body } = await gateway.graphql(query, {}, keyed('nul'));
  expect([body.data, body.errors[0].extensions.code]).toEqual([null, 'PUBLIC_CUSTOMER_DETAIL_NOT_PERMITTED']);
});

describe('credit', () => {
  it('under two keys with one transaction id is one entry', async () => {
    const customer = await newCustomer();
    const transactionId = randomAlphanumeric(16);
    const input = { by: { email: customer.email }, amount: 7, description: 'test', transactionId };
    const send = (key: string, to = gateway) =>
      mutate(to, 'adjustCustomerCredit', input, 'entry { transactionId balanceAfter createdAt }', keyed(key));
    const all = await Promise.all([send('id-a'), send('id-b', second), send('id-c')]);
    const later = await send('id-d');
    expect(later.payload.entry).toMatchObject({ transactionId, balanceAfter: 7 });
    for (const { payload } of all) expect(payload).toEqual(later.payload);
    expect(replayed(later.answer)).toBeNull();
    expect(await stateOf(customer)).toMatchObject({ changes: 1, ordinals: [1], ledger: 1 });
  });

  it('under a key is an entry of its own beside the same call without one', async () => {
    const customer = await newCustomer();
    const input = { by: { email: customer.email }, amount: 7, description: 'test' };
    const [a, b] = await Promise.all([
      mutate(gateway, 'adjustCustomerCredit', input, 'entry { transactionId }', keyed('own')),
      mutate(gateway, 'adjustCustomerCredit', input, 'entry { transactionId }'),
    ]);
    expect(a.payload.entry.transactionId).not.toBe(b.payload.entry.transactionId);
    expect(await stateOf(customer)).toMatchObject({ changes: 2, ordinals: [1, 2], ledger: 2 });
  });

  it('moves between two customers in both directions at once', async () => {
    const [one, other] = [await newCustomer(), await newCustomer()];
    const transfer = (from: { cuRefNo: string }, to: { cuRefNo: string }) =>
      `mutation {
        ${field('a', 'adjustCustomerCredit', { by: { cuRefNo: from.cuRefNo }, amount: -1, description: 'x' })}
        ${field('b', 'adjustCustomerCredit', { by: { cuRefNo: to.cuRefNo }, amount: 1, description: 'x' })}
      }`;
    const all = await Promise.all(
      Array.from({ length: 32 }, (_, i) =>
        (i % 4 < 2 ? gateway : second).graphql(
          i % 2 ? transfer(one, other) : transfer(other, one),
          {},
          keyed(`move-${i}`),
        ),
      ),
    );
    expect(all.map(({ body }) => body.errors)).toEqual(all.map(() => undefined));
    expect(await stateOf(one)).toMatchObject({ ledger: 32, changes: 32 });
  });

  it('moves between two customers in both directions at once, however they are named', async () => {
    const [one, other] = [await newCustomer(), await newCustomer()];
    const byReference = ({ cuRefNo }: Named) => ({ cuRefNo });
    const byEmail = ({ email }: Named) => ({ email });
    const transfer = (from: object, to: object) =>
      `mutation {
        ${field('a', 'adjustCustomerCredit', { by: from, amount: -1, description: 'x' })}
        ${field('b', 'adjustCustomerCredit', { by: to, amount: 1, description: 'x' })}
      }`;
    const deadlocks = async () => {
      const [row] = await runSql<{ count: number }>(
        gateway.databaseUrl,
        'select deadlocks::int as count from pg_stat_database where datname = current_database()',
      );
      return row?.count;
    };
    const before = await deadlocks();
    const all = await Promise.all(
      Array.from({ length: 24 }, (_, i) =>
        (i % 4 < 2 ? gateway : second).graphql(
          i % 2
            ? transfer(byReference(one), byReference(other))
            : transfer(byEmail(other), i % 3 ? byEmail(one) : byReference(one)),
          {},
          keyed(`named-${i}`),
        ),
      ),
    );
    expect(all.map(({ body }) => body.errors)).toEqual(all.map(() => undefined));
    expect(await stateOf(one)).toMatchObject({ ledger: 24, changes: 24 });
    expect(await deadlocks()).toBe(before);
  });
});
