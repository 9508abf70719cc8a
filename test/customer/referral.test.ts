// Who brought which customer: set, cleared, refused; and no circle, whoever tries at once over two gateways.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { expectClean } from '../support/check.ts';
import { createKey, createOrganisation, runSql } from '../support/database.ts';
import { startGateway, type TestGateway } from '../support/gateway.ts';
import { changesOf, mutate } from '../support/mutations.ts';
import { circlesOf, deadlocksIn, makeRing, raceToCloseCircle } from '../support/referral-race.ts';

let gateway: TestGateway;
let second: TestGateway;
let count = 0;
let customers: string[];
beforeAll(async () => {
  gateway = await startGateway();
  second = await startGateway({ databaseUrl: gateway.databaseUrl });
});
afterAll(async () => {
  await expectClean(gateway.databaseUrl);
  await Promise.all([gateway.close(), second.close()]);
});
beforeEach(async () => {
  count += 1;
  customers = await Promise.all(
    ['a', 'b', 'c'].map(async (name) => (await gateway.rest({ email: `${name}${count}@example.com` })).body.cuRefNo),
  );
});

const SHOWN = 'customer { version referral { code email } }';
const set = (customer: string | undefined, referrer: object | null | undefined, members = {}, key = gateway.key) =>
  mutate(gateway, 'setCustomerReferral', { by: { cuRefNo: customer }, referrer, ...members }, SHOWN, { key });
const VALIDATION = 'INTERNAL_VALIDATION_FAILED';
const refused = ({ code, fields }: Awaited<ReturnType<typeof set>>) => [code, fields];
const atReferrer = (message: string) => [VALIDATION, [{ path: 'referrer', message }]];
const UNKNOWN = atReferrer('must be a customer of this organisation');
const CIRCLE = atReferrer('must not have been brought by this customer, neither directly nor by others');

it('is set, set again, and cleared, each time in the change log and the version', async () => {
  const [a, b, c] = customers;
  expect((await set(a, { cuRefNo: b })).payload.customer).toEqual({
    version: 2,
    referral: { code: b, email: `b${count}@example.com` },
  });
  expect((await set(a, { email: `C${count}@example.com` }, { version: 2 })).payload.customer).toMatchObject({
    version: 3,
    referral: { code: c },
  });
  expect((await set(a, null)).payload.customer).toEqual({ version: 4, referral: null });
  const entry = (before: unknown, after: unknown) => ({
    action: 'REFERRAL_SET',
    fields: [{ name: 'referral', before, after }],
  });
  expect(await changesOf(gateway, { cuRefNo: a }, 'first: 3')).toMatchObject([
    entry(c, null),
    entry(b, c),
    entry(null, b),
  ]);
});

it('that is so already is no change', async () => {
  const [a, b] = customers;
  expect((await set(a, null)).payload.customer).toEqual({ version: 1, referral: null });
  await set(a, { cuRefNo: b });
  expect((await set(a, { email: `b${count}@example.com` })).payload.customer.version).toBe(2);
  expect(await changesOf(gateway, { cuRefNo: a })).toHaveLength(2);
});

describe('is refused', () => {
  it('for oneself, by whatever name, and for a circle of any length', async () => {
    const [a, b, c] = customers;
    const oneself = atReferrer('must be another customer');
    expect(refused(await set(a, { cuRefNo: a }))).toEqual(oneself);
    expect(refused(await set(a, { email: `a${count}@example.com` }))).toEqual(oneself);
    await set(a, { cuRefNo: b });
    expect(refused(await set(b, { cuRefNo: a }))).toEqual(CIRCLE);
    await set(b, { cuRefNo: c });
    expect(refused(await set(c, { cuRefNo: a }))).toEqual(CIRCLE);
    // Whoever is deleted is still in between.
    await mutate(gateway, 'deleteCustomer', { by: { cuRefNo: b }, reason: 'why' });
    expect(refused(await set(c, { cuRefNo: a }))).toEqual(CIRCLE);
  });

  it('for a referrer whom the organisation does not have', async () => {
    const [a, b] = customers;
    const theirs = await createKey(gateway.databaseUrl, await createOrganisation(gateway.databaseUrl));
    const other = (await gateway.rest({ email: 'theirs@example.com' }, { key: theirs })).body.cuRefNo;
    await mutate(gateway, 'deleteCustomer', { by: { cuRefNo: b }, reason: 'why' });
    for (const cuRefNo of [other, b, 'AAAAAAAAAAAAAAAA', 'x', ''])
      expect(refused(await set(a, { cuRefNo }))).toEqual(UNKNOWN);
    expect(refused(await set(a, { email: 'theirs@example.com' }))).toEqual(UNKNOWN);
    expect((await set(a, null, {}, theirs)).code).toBe('PUBLIC_CUSTOMER_DETAIL_NOT_PERMITTED');
  });

  it('without a referrer, for one that cannot be read, and for a stale version', async () => {
    const [a, b] = customers;
    expect(refused(await set(a, undefined))).toEqual(atReferrer('is required'));
    const bad = await set(a, { email: 'x' });
    expect(refused(bad)).toEqual([VALIDATION, [{ path: 'referrer.email', message: 'must be a valid e-mail address' }]]);
    expect((await set(a, { cuRefNo: b }, { version: 2 })).code).toBe('INTERNAL_CONFLICT');
    expect((await set('AAAAAAAAAAAAAAAA', { cuRefNo: b })).code).toBe('PUBLIC_CUSTOMER_DETAIL_NOT_PERMITTED');
    expect((await set(a, null)).payload.customer.version).toBe(1);
  });

  it('below a thousand others, since more are not looked at', async () => {
    const [a, b] = customers;
    await runSql(
      gateway.databaseUrl,
      `with made as (
         insert into customer (organisation_id, cu_ref_no, email, canonical_email)
         select $1, r, r, r from (select 'chain' || lpad(n::text, 11, '0') as r from generate_series(1, 1001) n) u returning id
       )
       insert into referral (organisation_id, customer_id, referrer_id)
       select $1, id, lag from (select id, lag(id) over (order by id) as lag from made) l where lag is not null`,
      [gateway.organisationId],
    );
    const at = (place: number) => ({ cuRefNo: `chain${String(place).padStart(11, '0')}` });
    expect((await set(a, at(1_000))).code).toBeUndefined();
    expect(refused(await set(b, at(1_001)))).toEqual(atReferrer('must have at most 1000 referrers above it'));
    expect(refused(await set(at(1).cuRefNo, at(1_000)))).toEqual(CIRCLE);
  });
});

it('to a customer who is deleted at the same moment is set before, or refused', async () => {
  for (let round = 0; round < 20; round++) {
    const [one, other] = await makeRing(gateway, 2, `deleted${round}`);
    const [setting, deleting] = await Promise.all([
      set(one, { cuRefNo: other }),
      mutate(second, 'deleteCustomer', { by: { cuRefNo: other }, reason: 'why' }, undefined, { key: gateway.key }),
    ]);
    expect(deleting.code).toBeUndefined();
    if (setting.code) expect(refused(setting)).toEqual(UNKNOWN);
  }
});

it('closes no circle, however many try at once over two gateways', async () => {
  const before = await deadlocksIn(gateway.databaseUrl);
  for (let attempt = 0; attempt < 25; attempt++) {
    const ring = await makeRing(gateway, 8, `ring${attempt}`);
    const outcomes = await raceToCloseCircle([gateway, second], gateway.key, ring);
    expect(outcomes.filter((code) => code === undefined).length).toBeGreaterThan(0);
    for (const code of outcomes) expect([undefined, VALIDATION]).toContain(code);
  }
  expect(await circlesOf(gateway.databaseUrl)).toBe(0);
  expect(await deadlocksIn(gateway.databaseUrl)).toBe(before);
});

it('waits in no circle with what changes the same customers in one transaction, over two gateways', async () => {
  const before = await deadlocksIn(gateway.databaseUrl);
  for (let attempt = 0; attempt < 15; attempt++) {
    const ring = await makeRing(gateway, 4, `mixed${attempt}`);
    const named = (reference: string | undefined) => `by: { cuRefNo: "${reference}" }`;
    const documents = ring.map((one, i) => {
      const other = ring[(i + 1) % ring.length];
      return `mutation {
        a: updateCustomer(input: { ${named(one)}, firstName: "${attempt}-${i}" }) { customer { cuRefNo } }
        b: setCustomerReferral(input: { ${named(one)}, referrer: null }) { customer { cuRefNo } }
        c: updateCustomer(input: { ${named(other)}, firstName: "${attempt}-${i}" }) { customer { cuRefNo } }
      }`;
    });
    const profile = (i: number, to: TestGateway) =>
      to.send('/api/v1/customer/update-profile', {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${gateway.key}` },
        body: JSON.stringify({
          email: `mixed${attempt}-${i}@example.com`,
          name: `R ${i}`,
          referralId: '',
          groups: ['m'],
        }),
      });
    const answers = await Promise.all([
      ...documents.map((query, i) =>
        (i % 2 ? gateway : second).graphql(
          query,
          {},
          {
            key: gateway.key,
            headers: { 'idempotency-key': `mixed-${attempt}-${i}` },
          },
        ),
      ),
      ...ring.map((_, i) => profile(i, i % 2 ? second : gateway)),
      ...ring.map((one, i) => set(one, { cuRefNo: ring[(i + 1) % ring.length] }).then(({ answer }) => answer)),
    ]);
    for (const { status, text } of answers)
      expect([status, text]).toEqual([200, expect.not.stringContaining('"status":500')]);
  }
  expect(await circlesOf(gateway.databaseUrl)).toBe(0);
  expect(await deadlocksIn(gateway.databaseUrl)).toBe(before);
});
