// Merging: what belongs to the duplicate is the survivor's, and the duplicate's names lead to the survivor from then on.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectClean } from '../support/check.ts';
import { runSql } from '../support/database.ts';
import { startGateway, type TestGateway } from '../support/gateway.ts';
import { changesOf, mutate } from '../support/mutations.ts';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startGateway();
});
afterAll(async () => {
  await expectClean(gateway.databaseUrl);
  await gateway.close();
});

interface Named {
  email: string;
  cuRefNo: string;
}

let count = 0;
async function newCustomer(profile: object = {}): Promise<Named> {
  count += 1;
  const email = `merge${count}@example.com`;
  const { cuRefNo } = (await gateway.rest({ email })).body;
  if (Object.keys(profile).length > 0)
    expect((await mutate(gateway, 'updateCustomer', { by: { cuRefNo }, ...profile })).code).toBeUndefined();
  return { email, cuRefNo };
}

const PROFILE = `cuRefNo email phone firstName lastName companyName companyRegistrationNumber creditBalance premium ban version
  groups { slug } meta customFields referral { code } address { streetAddress city country } primaryLocale`;
const merge = (
  survivor: object,
  duplicate: object,
  reason = 'the same person',
  selection = `customer { ${PROFILE} }`,
) => mutate(gateway, 'mergeCustomers', { survivor, duplicate, reason }, selection);
const byRef = ({ cuRefNo }: Named) => ({ cuRefNo });
const byMail = ({ email }: Named) => ({ email });
async function find(by: object) {
  const { body } = await gateway.graphql(`query ($by: CustomerBy!) { customer(by: $by) { ${PROFILE} } }`, { by });
  return body.data.customer;
}
const credit = (by: object, amount: number, transactionId?: string) =>
  mutate(
    gateway,
    'adjustCustomerCredit',
    { by, amount, description: 'test', transactionId },
    'entry { transactionId amount balanceAfter } customer { cuRefNo creditBalance }',
  );
async function preview(survivor: object, duplicate: object) {
  const { body } = await gateway.graphql(
    `query ($s: CustomerBy!, $d: CustomerBy!) { mergeCustomersPreview(survivor: $s, duplicate: $d) {
       survivor { cuRefNo } duplicate { cuRefNo } filledFields conflicts { name survivor duplicate } movedGroups { slug } movedSubscriptions
       movedCredit movedReferralCount creditBalance premium ban referral { code } } }`,
    { s: survivor, d: duplicate },
  );
  return body.errors ? body.errors[0].extensions : body.data.mergeCustomersPreview;
}

describe('a merge', () => {
  it('fills blanks, adds states, moves credit, groups and subscriptions, and is told in both histories', async () => {
    const [survivor, duplicate] = [
      await newCustomer({
        firstName: 'Jan',
        companyName: 'First',
        meta: { a: 1, both: 'mine' },
        address: { city: 'Praha' },
      }),
      await newCustomer({
        firstName: 'Honza',
        lastName: 'Novák',
        companyName: 'First',
        phone: '+420 777 123 456',
        primaryLocale: 'cs',
        premium: true,
        meta: { b: 2, both: 'theirs' },
        address: { streetAddress: 'Dlouhá 1', city: 'Kladno' },
      }),
    ];
    await mutate(gateway, 'banCustomer', { by: byRef(duplicate) });
    await credit(byRef(survivor), 10);
    await credit(byRef(duplicate), -3);
    await mutate(gateway, 'addCustomerToGroups', { by: byRef(survivor), groups: ['one'], createMissingGroups: true });
    await mutate(gateway, 'addCustomerToGroups', {
      by: byRef(duplicate),
      groups: ['one', 'two'],
      createMissingGroups: true,
    });
    const told = await preview(byRef(survivor), byMail(duplicate));
    expect(told).toEqual({
      survivor: byRef(survivor),
      duplicate: byRef(duplicate),
      filledFields: ['phone', 'lastName', 'primaryLocale', 'meta.b'],
      conflicts: [
        { name: 'firstName', survivor: 'Jan', duplicate: 'Honza' },
        { name: 'address.streetAddress', survivor: null, duplicate: 'Dlouhá 1' },
        { name: 'address.city', survivor: 'Praha', duplicate: 'Kladno' },
        { name: 'meta.both', survivor: 'mine', duplicate: 'theirs' },
      ],
      movedGroups: [{ slug: 'two' }],
      movedSubscriptions: [],
      movedCredit: -3,
      movedReferralCount: 0,
      creditBalance: 7,
      premium: true,
      ban: true,
      referral: null,
    });
    const before = await find(byRef(survivor));
    const { payload } = await merge(byRef(survivor), byRef(duplicate));
    expect(payload.customer).toEqual({
      ...before,
      lastName: 'Novák',
      phone: '+420 777123456',
      primaryLocale: 'cs',
      premium: true,
      ban: true,
      creditBalance: 7,
      groups: [{ slug: 'one' }, { slug: 'two' }],
      meta: { a: 1, b: 2, both: 'mine' },
      version: before.version + 1,
    });
    const [latest] = await changesOf(gateway, byMail(survivor));
    expect(latest).toMatchObject({ action: 'MERGED', reason: 'the same person' });
    const fields = Object.fromEntries(latest.fields.map(({ name, ...values }: { name: string }) => [name, values]));
    expect(fields).toEqual({
      merged: { before: null, after: duplicate.cuRefNo },
      phone: { before: null, after: '+420 777123456' },
      lastName: { before: null, after: 'Novák' },
      primaryLocale: { before: null, after: 'cs' },
      premium: { before: false, after: true },
      ban: { before: false, after: true },
      creditBalance: { before: 10, after: 7 },
      groups: { before: ['one'], after: ['one', 'two'] },
      meta: { before: {}, after: { b: 2 } },
    });
    const logged = await runSql(
      gateway.databaseUrl,
      `select action, fields from change_entry where reference = $1 order by id desc limit 1`,
      [duplicate.cuRefNo],
    );
    expect(logged).toEqual([{ action: 'merged into', fields: ['mergedInto', 'creditBalance', 'groups'] }]);
  });

  it('leaves ledger and history of the duplicate to be read below the survivor', async () => {
    const [a, b, c] = [await newCustomer(), await newCustomer(), await newCustomer()];
    await mutate(gateway, 'banCustomer', { by: byRef(a), reason: 'fraud' });
    await credit(byRef(a), 30);
    await merge(byRef(b), byRef(a));
    await merge(byRef(c), byRef(b));
    const { body } = await gateway.graphql(
      `query ($by: CustomerBy!) { customer(by: $by) { mergedCustomers {
         cuRefNo email creditBalance mergedCustomers { cuRefNo }
         creditEntries(first: 5) { edges { node { amount } } } changes(first: 5) { edges { node { action reason } } } } } }`,
      { by: byMail(a) },
    );
    const [second, first] = body.data.customer.mergedCustomers;
    expect([second.cuRefNo, first.cuRefNo]).toEqual([b.cuRefNo, a.cuRefNo]);
    expect(first).toMatchObject({ email: a.email, creditBalance: 0, mergedCustomers: [] });
    expect(first.creditEntries.edges.map(({ node }: { node: { amount: number } }) => node.amount)).toEqual([-30, 30]);
    expect(first.changes.edges.map(({ node }: { node: object }) => node)).toEqual([
      { action: 'MERGED_INTO', reason: 'the same person' },
      { action: 'CREDIT_ADJUSTED', reason: 'test' },
      { action: 'BANNED', reason: 'fraud' },
      { action: 'CREATED', reason: null },
    ]);
  });

  it('leads by reference and mailbox to the survivor in every look-up, through chains too', async () => {
    const [a, b, c] = [await newCustomer(), await newCustomer(), await newCustomer()];
    await merge(byRef(b), byRef(a));
    await merge(byRef(c), byRef(b));
    for (const named of [a, b, c]) {
      for (const by of [byRef(named), byMail(named)]) {
        expect((await find(by)).cuRefNo).toBe(c.cuRefNo);
        expect((await credit(by, 1)).payload.customer.cuRefNo).toBe(c.cuRefNo);
        for (const [name, input] of Object.entries({
          updateCustomer: { firstName: `Name ${Math.random()}` },
          banCustomer: {},
          unbanCustomer: {},
          addCustomerToGroups: { groups: [`g${count}`], createMissingGroups: true },
          removeCustomerFromGroups: { groups: [`g${count}`] },
        }))
          expect((await mutate(gateway, name, { by, ...input })).payload?.customer.cuRefNo, name).toBe(c.cuRefNo);
      }
      expect((await gateway.rest({ email: named.email })).body).toMatchObject({
        newAccount: false,
        cuRefNo: c.cuRefNo,
      });
      expect((await gateway.rest({ email: named.email, companyName: 'Filled' })).body).toMatchObject({
        cuRefNo: c.cuRefNo,
        companyName: 'Filled',
      });
      const detail = await gateway.send(`/api/v1/customer/detail?cuRefNo=${named.cuRefNo}&apiKey=${gateway.key}`);
      expect(detail.body.cuRefNo).toBe(c.cuRefNo);
      const log = await gateway.send(`/api/v1/customer/credit-log?cuRefNo=${named.cuRefNo}&apiKey=${gateway.key}`);
      expect(log.body.items.length).toBeGreaterThan(0);
      const { body } = await gateway.graphql('query ($id: ID!) { node(id: $id) { ... on Customer { cuRefNo } } }', {
        id: Buffer.from(`Customer:${named.cuRefNo}`).toString('base64'),
      });
      expect(body.data.node).toEqual({ cuRefNo: c.cuRefNo });
      const restored = await mutate(gateway, 'restoreCustomer', { by: byRef(named), reason: 'x' });
      expect(restored.payload.customer.cuRefNo).toBe(c.cuRefNo);
    }
    expect((await find(byRef(c))).creditBalance).toBe(6);
    const { body } = await gateway.graphql('{ customers(first: 3) { edges { node { cuRefNo } } } }');
    expect(body.data.customers.edges[0].node).toEqual(byRef(c));
    expect(JSON.stringify(body)).not.toContain(b.cuRefNo);
  });

  it('is refused where one was merged before, by its reference or back', async () => {
    const [a, b, c] = [await newCustomer(), await newCustomer(), await newCustomer()];
    await merge(byRef(b), byRef(a));
    for (const [survivor, duplicate] of [
      [byRef(b), byRef(a)],
      [byRef(a), byRef(b)],
      [byRef(c), byRef(a)],
      [byRef(a), byRef(c)],
      [byRef(b), byMail(a)],
      // Else it would merge the survivor, whom nobody has named.
      [byRef(c), byMail(a)],
    ] as const) {
      const side = survivor.cuRefNo === a.cuRefNo ? 'survivor' : 'duplicate';
      const { code, message } = await merge(survivor, duplicate);
      expect([code, message]).toEqual([
        'INTERNAL_CONFLICT',
        `The customer named as ${side} was merged into another one.`,
      ]);
      expect((await preview(survivor, duplicate)).code).toBe('INTERNAL_CONFLICT');
    }
    expect((await merge(byMail(a), byMail(c))).payload.customer.cuRefNo).toBe(b.cuRefNo);
    expect((await find(byRef(c))).cuRefNo).toBe(b.cuRefNo);
  });

  it('is refused where a hundred are merged already, and of one who has brought more than ten thousand', async () => {
    const [a, b, referrer] = [await newCustomer(), await newCustomer(), await newCustomer()];
    await runSql(
      gateway.databaseUrl,
      `with s as (select organisation_id, id from customer where cu_ref_no = $1)
       insert into customer (organisation_id, cu_ref_no, merged_into) select s.organisation_id, lpad('merged' || n, 16, '0'), s.id from s, generate_series(1, 100) n`,
      [a.cuRefNo],
    );
    await runSql(
      gateway.databaseUrl,
      `with s as (select organisation_id, id from customer where cu_ref_no = $1), brought as (
         insert into customer (organisation_id, cu_ref_no) select organisation_id, lpad('brought' || n, 16, '0') from s, generate_series(1, 10001) n
         returning organisation_id, id
       ) insert into referral (organisation_id, customer_id, referrer_id) select b.organisation_id, b.id, s.id from brought b, s`,
      [referrer.cuRefNo],
    );
    const messages = async (survivor: Named, duplicate: Named) =>
      (await merge(byRef(survivor), byRef(duplicate))).fields?.map(({ message }) => message);
    expect(await messages(b, a)).toEqual([
      'must not make it more than 100 customers that are merged into the survivor',
    ]);
    expect(await messages(a, b)).toEqual([
      'must not make it more than 100 customers that are merged into the survivor',
    ]);
    expect(await messages(b, referrer)).toEqual([
      'must have brought at most 10000 customers: merge the other one into it',
    ]);
    expect((await merge(byRef(referrer), byRef(b))).code).toBeUndefined();
  });

  it('keeps the latest address of the two', async () => {
    const lastIpOf = async (by: object) =>
      (await gateway.graphql('query ($by: CustomerBy!) { customer(by: $by) { lastIp { address } } }', { by })).body.data
        .customer.lastIp;
    const [a, b, c] = [await newCustomer(), await newCustomer(), await newCustomer()];
    await gateway.rest({ email: a.email, customerRealIp: '3.3.3.3' });
    await merge(byRef(b), byRef(a));
    expect(await lastIpOf(byRef(b))).toEqual({ address: '3.3.3.3' });
    await gateway.rest({ email: c.email, customerRealIp: '4.4.4.4' });
    await merge(byRef(b), byRef(c));
    expect(await lastIpOf(byRef(b))).toEqual({ address: '4.4.4.4' });
  });

  it('is refused with oneself, with nobody, without a reason, and where the credit would leave 32 bits', async () => {
    const [a, b, c] = [await newCustomer(), await newCustomer(), await newCustomer()];
    const self = await merge(byRef(a), byMail(a));
    expect([self.code, self.fields]).toEqual([
      'INTERNAL_VALIDATION_FAILED',
      [{ path: 'duplicate', message: 'must be another customer than survivor' }],
    ]);
    for (const nobody of [{ cuRefNo: 'AAAAAAAAAAAAAAAA' }, { cuRefNo: '\u0000' }, { email: 'nobody@example.com' }]) {
      expect((await merge(byRef(a), nobody)).code).toBe('PUBLIC_CUSTOMER_DETAIL_NOT_PERMITTED');
      expect((await merge(nobody, byRef(a))).code).toBe('PUBLIC_CUSTOMER_DETAIL_NOT_PERMITTED');
    }
    expect((await merge(byRef(a), byRef(b), ' ')).fields).toEqual([{ path: 'reason', message: 'must not be empty' }]);
    await credit(byRef(a), 2_147_483_647);
    await credit(byRef(b), 1);
    await credit(byRef(c), -2_147_483_648);
    for (const [survivor, duplicate] of [
      [a, b],
      [b, c],
    ] as const) {
      const { code, fields } = await merge(byRef(survivor), byRef(duplicate));
      expect([code, fields]).toEqual([
        'INTERNAL_VALIDATION_FAILED',
        [{ path: 'duplicate', message: 'must leave the credit balance within 32 bits' }],
      ]);
      expect((await preview(byRef(survivor), byRef(duplicate))).fields).toEqual(fields);
    }
    expect((await merge(byRef(c), byRef(b))).payload.customer.creditBalance).toBe(-2_147_483_647);
  });

  it('keeps the meaning of a transaction id: sent again for the duplicate, it gives the entry of the first call', async () => {
    const [a, b, other] = [await newCustomer(), await newCustomer(), await newCustomer()];
    const transactionId = `Merge${String(count).padStart(11, '0')}`;
    await credit(byRef(a), 5, transactionId);
    await merge(byRef(b), byRef(a));
    for (const by of [byRef(a), byMail(a), byRef(b)])
      expect((await credit(by, 5, transactionId)).payload).toEqual({
        entry: { transactionId, amount: 5, balanceAfter: 5 },
        customer: { cuRefNo: b.cuRefNo, creditBalance: 5 },
      });
    expect((await credit(byRef(a), 6, transactionId)).code).toBe('INTERNAL_CONFLICT');
    expect((await credit(byRef(other), 5, transactionId)).code).toBe('INTERNAL_CONFLICT');
  });

  it('gives a survivor without an address that of the duplicate', async () => {
    const [a, b] = [await newCustomer(), await newCustomer()];
    await runSql(gateway.databaseUrl, 'update customer set email = null, canonical_email = null where cu_ref_no = $1', [
      a.cuRefNo,
    ]);
    expect((await preview(byRef(a), byRef(b))).filledFields).toEqual(['email']);
    expect((await merge(byRef(a), byRef(b))).payload.customer.email).toBe(b.email);
    expect((await find(byMail(b))).cuRefNo).toBe(a.cuRefNo);
  });
});

describe('a customer that another one was merged into', () => {
  it('is returned, noted and filled by whichever of its mailboxes is called, all of them at once', async () => {
    const [a, b] = [await newCustomer(), await newCustomer()];
    await merge(byRef(b), byRef(a));
    const calls = (more: (i: number) => object) =>
      Promise.all(Array.from({ length: 24 }, (_, i) => gateway.rest({ email: (i % 2 ? a : b).email, ...more(i) })));
    for (const { status, body } of [
      ...(await calls((i) => ({ customerRealIp: `7.7.7.${i}` }))),
      ...(await calls((i) => ({ companyName: `Company ${i}`, customerRealIp: `7.7.8.${i}` }))),
    ])
      expect([status, body.newAccount, body.cuRefNo]).toEqual([200, false, b.cuRefNo]);
    const actions = (await changesOf(gateway, byRef(b))).map(({ action }: { action: string }) => action);
    expect(actions).toEqual(['FILLED', 'MERGED', 'CREATED']);
    const [{ ips } = { ips: 0 }] = await runSql<{ ips: number }>(
      gateway.databaseUrl,
      'select count(*)::int as ips from customer_ip i join customer c on c.id = i.customer_id where c.cu_ref_no = $1',
      [b.cuRefNo],
    );
    expect(ips).toBeGreaterThan(1);
  });

  it('frees its mailboxes when it is deleted, and has them again when it is restored', async () => {
    const [a, b] = [await newCustomer(), await newCustomer()];
    await merge(byRef(b), byRef(a));
    await mutate(gateway, 'deleteCustomer', { by: byMail(a), reason: 'x' });
    for (const by of [byRef(a), byMail(a), byRef(b), byMail(b)]) expect(await find(by)).toBeNull();
    expect((await merge(byRef(await newCustomer()), byRef(a))).code).toBe('PUBLIC_CUSTOMER_DETAIL_NOT_PERMITTED');
    const restored = await mutate(gateway, 'restoreCustomer', { by: byRef(a), reason: 'x' });
    expect(restored.payload.customer.cuRefNo).toBe(b.cuRefNo);
    for (const by of [byRef(a), byMail(a), byRef(b), byMail(b)]) expect((await find(by)).cuRefNo).toBe(b.cuRefNo);
    await mutate(gateway, 'deleteCustomer', { by: byRef(b), reason: 'x' });
    expect((await gateway.rest({ email: a.email })).body.newAccount).toBe(true);
    expect((await mutate(gateway, 'restoreCustomer', { by: byRef(b), reason: 'x' })).code).toBe('INTERNAL_CONFLICT');
  });

  it('may take the address of that one, which nobody else may', async () => {
    const [a, b, other] = [await newCustomer(), await newCustomer(), await newCustomer()];
    await merge(byRef(b), byRef(a));
    expect((await mutate(gateway, 'changeCustomerEmail', { by: byRef(other), email: a.email })).code).toBe(
      'INTERNAL_CONFLICT',
    );
    const { payload } = await mutate(
      gateway,
      'changeCustomerEmail',
      { by: byMail(b), email: a.email },
      'customer { email }',
    );
    expect(payload.customer.email).toBe(a.email);
    expect((await find(byMail(a))).cuRefNo).toBe(b.cuRefNo);
    expect(await find(byMail(b))).toBeNull();
  });
});

describe('referrals of merged customers', () => {
  const refer = (by: Named, referrer: Named | null) =>
    runSql(
      gateway.databaseUrl,
      `insert into referral (organisation_id, customer_id, referrer_id)
       select c.organisation_id, c.id, r.id from customer c, customer r where c.cu_ref_no = $1 and r.cu_ref_no = $2`,
      [by.cuRefNo, referrer?.cuRefNo],
    );
  const referrerOf = async (of: Named) => (await find(byRef(of))).referral?.code ?? null;

  it('move: those whom the duplicate brought, and who brought it where that is blank', async () => {
    const [a, b, brought, referrer] = [
      await newCustomer(),
      await newCustomer(),
      await newCustomer(),
      await newCustomer(),
    ];
    await refer(brought, a);
    await refer(a, referrer);
    expect(await preview(byRef(b), byRef(a))).toMatchObject({
      movedReferralCount: 1,
      referral: { code: referrer.cuRefNo },
    });
    await mutate(gateway, 'deleteCustomer', { by: byRef(referrer), reason: 'x' });
    expect((await preview(byRef(b), byRef(a))).referral).toBeNull();
    await mutate(gateway, 'restoreCustomer', { by: byRef(referrer), reason: 'x' });
    await merge(byRef(b), byRef(a));
    expect([await referrerOf(brought), await referrerOf(b)]).toEqual([b.cuRefNo, referrer.cuRefNo]);
  });

  it.each([
    ['the survivor brought the duplicate', [['a', 'b']], { b: null }],
    ['the duplicate brought the survivor', [['b', 'a']], { b: null }],
    [
      'the survivor brought whoever brought the duplicate',
      [
        ['x', 'b'],
        ['a', 'x'],
      ],
      { b: null, x: 'b' },
    ],
    [
      'the duplicate brought whoever brought the survivor',
      [
        ['x', 'a'],
        ['b', 'x'],
      ],
      { b: null, x: 'b' },
    ],
    [
      'the duplicate brought the survivor, and was brought itself',
      [
        ['b', 'a'],
        ['a', 'x'],
      ],
      { b: 'x', x: null },
    ],
    [
      'both were brought',
      [
        ['b', 'x'],
        ['a', 'y'],
      ],
      { b: 'x' },
    ],
  ] as const)('close no circle where %s', async (_, links, expected) => {
    const [a, b, x, y] = [await newCustomer(), await newCustomer(), await newCustomer(), await newCustomer()];
    const all: Record<string, Named> = { a, b, x, y };
    for (const [of, referrer] of links) await refer(all[of] as Named, all[referrer] as Named);
    await merge(byRef(b), byRef(a));
    for (const [of, referrer] of Object.entries(expected))
      expect(await referrerOf(all[of] as Named), of).toBe(referrer && all[referrer]?.cuRefNo);
    await expectClean(gateway.databaseUrl);
  });
});
