// Merging: what belongs to the duplicate is the survivor's, and what cannot be merged is refused.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectClean } from '../support/check.ts';
import { byMailbox, byReference, type Named } from '../support/customers.ts';
import { runSql } from '../support/database.ts';
import { startGateway, type TestGateway } from '../support/gateway.ts';
import { mergeCalls } from '../support/merging.ts';
import { changesOf, mutate } from '../support/mutations.ts';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startGateway();
});
afterAll(async () => {
  await expectClean(gateway.databaseUrl);
  await gateway.close();
});

const { newCustomer, merge, preview, find, credit } = mergeCalls(() => gateway);

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
    await mutate(gateway, 'banCustomer', { by: byReference(duplicate) });
    await credit(byReference(survivor), 10);
    await credit(byReference(duplicate), -3);
    await mutate(gateway, 'addCustomerToGroups', {
      by: byReference(survivor),
      groups: ['one'],
      createMissingGroups: true,
    });
    await mutate(gateway, 'addCustomerToGroups', {
      by: byReference(duplicate),
      groups: ['one', 'two'],
      createMissingGroups: true,
    });
    const told = await preview(byReference(survivor), byMailbox(duplicate));
    expect(told).toEqual({
      survivor: byReference(survivor),
      duplicate: byReference(duplicate),
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
    const before = await find(byReference(survivor));
    const { payload } = await merge(byReference(survivor), byReference(duplicate));
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
    const [latest] = await changesOf(gateway, byMailbox(survivor));
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

  it('keeps the latest address of the two', async () => {
    const lastIpOf = async (by: object) =>
      (await gateway.graphql('query ($by: CustomerBy!) { customer(by: $by) { lastIp { address } } }', { by })).body.data
        .customer.lastIp;
    const [a, b, c] = [await newCustomer(), await newCustomer(), await newCustomer()];
    await gateway.rest({ email: a.email, customerRealIp: '3.3.3.3' });
    await merge(byReference(b), byReference(a));
    expect(await lastIpOf(byReference(b))).toEqual({ address: '3.3.3.3' });
    await gateway.rest({ email: c.email, customerRealIp: '4.4.4.4' });
    await merge(byReference(b), byReference(c));
    expect(await lastIpOf(byReference(b))).toEqual({ address: '4.4.4.4' });
  });

  it('keeps the meaning of a transaction id: sent again for the duplicate, it gives the entry of the first call', async () => {
    const [a, b, other] = [await newCustomer(), await newCustomer(), await newCustomer()];
    const transactionId = 'MergedTwiceSaidX';
    await credit(byReference(a), 5, transactionId);
    await merge(byReference(b), byReference(a));
    for (const by of [byReference(a), byMailbox(a), byReference(b)])
      expect((await credit(by, 5, transactionId)).payload).toEqual({
        entry: { transactionId, amount: 5, balanceAfter: 5 },
        customer: { cuRefNo: b.cuRefNo, creditBalance: 5 },
      });
    expect((await credit(byReference(a), 6, transactionId)).code).toBe('INTERNAL_CONFLICT');
    expect((await credit(byReference(other), 5, transactionId)).code).toBe('INTERNAL_CONFLICT');
  });

  it('gives a survivor without an address that of the duplicate', async () => {
    const [a, b] = [await newCustomer(), await newCustomer()];
    await runSql(gateway.databaseUrl, 'update customer set email = null, canonical_email = null where cu_ref_no = $1', [
      a.cuRefNo,
    ]);
    expect((await preview(byReference(a), byReference(b))).filledFields).toEqual(['email']);
    expect((await merge(byReference(a), byReference(b))).payload.customer.email).toBe(b.email);
    expect((await find(byMailbox(b))).cuRefNo).toBe(a.cuRefNo);
  });

  it('is refused where one was merged before, by its reference or back', async () => {
    const [a, b, c] = [await newCustomer(), await newCustomer(), await newCustomer()];
    await merge(byReference(b), byReference(a));
    for (const [survivor, duplicate] of [
      [byReference(b), byReference(a)],
      [byReference(a), byReference(b)],
      [byReference(c), byReference(a)],
      [byReference(a), byReference(c)],
      [byReference(b), byMailbox(a)],
      // Else it would merge the survivor, whom nobody has named.
      [byReference(c), byMailbox(a)],
    ] as const) {
      const side = survivor.cuRefNo === a.cuRefNo ? 'survivor' : 'duplicate';
      const { code, message } = await merge(survivor, duplicate);
      expect([code, message]).toEqual([
        'INTERNAL_CONFLICT',
        `The customer named as ${side} was merged into ${b.cuRefNo}.`,
      ]);
      expect((await preview(survivor, duplicate)).code).toBe('INTERNAL_CONFLICT');
    }
    expect((await merge(byMailbox(a), byMailbox(c))).payload.customer.cuRefNo).toBe(b.cuRefNo);
    expect((await find(byReference(c))).cuRefNo).toBe(b.cuRefNo);
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
      `insert into customer (organisation_id, cu_ref_no)
       select organisation_id, lpad('brought' || n, 16, '0') from customer, generate_series(1, 10001) n where cu_ref_no = $1`,
      [referrer.cuRefNo],
    );
    // Else each reference to one of them would be checked by reading all.
    await runSql(gateway.databaseUrl, 'analyze customer');
    await runSql(
      gateway.databaseUrl,
      `insert into referral (organisation_id, customer_id, referrer_id)
       select b.organisation_id, b.id, s.id from customer b, customer s where b.cu_ref_no like '%brought%' and s.cu_ref_no = $1`,
      [referrer.cuRefNo],
    );
    const messages = async (survivor: Named, duplicate: Named) =>
      (await merge(byReference(survivor), byReference(duplicate))).fields?.map(({ message }) => message);
    expect(await messages(b, a)).toEqual(['must leave at most 100 customers merged into the survivor']);
    expect(await messages(a, b)).toEqual(['must leave at most 100 customers merged into the survivor']);
    expect(await messages(b, referrer)).toEqual([
      'must have brought at most 10000 customers: merge the other one into it',
    ]);
    expect((await merge(byReference(referrer), byReference(b))).code).toBeUndefined();
  });

  it('is refused with oneself, with nobody, without a reason, and where the credit would leave 32 bits', async () => {
    const [a, b, c] = [await newCustomer(), await newCustomer(), await newCustomer()];
    const self = await merge(byReference(a), byMailbox(a));
    expect([self.code, self.fields]).toEqual([
      'INTERNAL_VALIDATION_FAILED',
      [{ path: 'duplicate', message: 'must be another customer than survivor' }],
    ]);
    for (const nobody of [{ cuRefNo: 'AAAAAAAAAAAAAAAA' }, { cuRefNo: '\u0000' }, { email: 'nobody@example.com' }]) {
      expect((await merge(byReference(a), nobody)).code).toBe('PUBLIC_CUSTOMER_DETAIL_NOT_PERMITTED');
      expect((await merge(nobody, byReference(a))).code).toBe('PUBLIC_CUSTOMER_DETAIL_NOT_PERMITTED');
    }
    expect((await merge(byReference(a), byReference(b), ' ')).fields).toEqual([
      { path: 'reason', message: 'must not be empty' },
    ]);
    await credit(byReference(a), 2_147_483_647);
    await credit(byReference(b), 1);
    await credit(byReference(c), -2_147_483_648);
    for (const [survivor, duplicate] of [
      [a, b],
      [b, c],
    ] as const) {
      const { code, fields } = await merge(byReference(survivor), byReference(duplicate));
      expect([code, fields]).toEqual([
        'INTERNAL_VALIDATION_FAILED',
        [{ path: 'duplicate', message: 'must leave the credit balance within 32 bits' }],
      ]);
      expect((await preview(byReference(survivor), byReference(duplicate))).fields).toEqual(fields);
    }
    expect((await merge(byReference(c), byReference(b))).payload.customer.creditBalance).toBe(-2_147_483_647);
  });
});
