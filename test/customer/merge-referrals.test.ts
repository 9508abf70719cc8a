// Merging customers who were brought, or brought others.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectClean } from '../support/check.ts';
import { byReference, type Named } from '../support/customers.ts';
import { runSql } from '../support/database.ts';
import { startGateway, type TestGateway } from '../support/gateway.ts';
import { mergeCalls } from '../support/merging.ts';
import { mutate } from '../support/mutations.ts';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startGateway();
});
afterAll(async () => {
  await expectClean(gateway.databaseUrl);
  await gateway.close();
});

const { newCustomer, merge, preview, find } = mergeCalls(() => gateway);

describe('referrals of merged customers', () => {
  const refer = (by: Named, referrer: Named | null) =>
    runSql(
      gateway.databaseUrl,
      `insert into referral (organisation_id, customer_id, referrer_id)
       select c.organisation_id, c.id, r.id from customer c, customer r where c.cu_ref_no = $1 and r.cu_ref_no = $2`,
      [by.cuRefNo, referrer?.cuRefNo],
    );
  const referrerOf = async (of: Named) => (await find(byReference(of))).referral?.code ?? null;

  it('move: those whom the duplicate brought, and who brought it where that is blank', async () => {
    const [a, b, brought, referrer] = [
      await newCustomer(),
      await newCustomer(),
      await newCustomer(),
      await newCustomer(),
    ];
    await refer(brought, a);
    await refer(a, referrer);
    expect(await preview(byReference(b), byReference(a))).toMatchObject({
      movedReferralCount: 1,
      referral: { code: referrer.cuRefNo },
    });
    await mutate(gateway, 'deleteCustomer', { by: byReference(referrer), reason: 'x' });
    expect((await preview(byReference(b), byReference(a))).referral).toBeNull();
    await mutate(gateway, 'restoreCustomer', { by: byReference(referrer), reason: 'x' });
    await merge(byReference(b), byReference(a));
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
    await merge(byReference(b), byReference(a));
    for (const [of, referrer] of Object.entries(expected))
      expect(await referrerOf(all[of] as Named), of).toBe(referrer && all[referrer]?.cuRefNo);
    await expectClean(gateway.databaseUrl);
  });
});
