// Erasing: nothing personal is left in any table, what has to stay stays, and what was told under an Idempotency-Key is not told again.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CustomerEntity } from '../../src/customer/customer.entity.ts';
import { objectNames } from '../../src/customer/details.ts';
import { personalTexts } from '../../src/customer/erase/personal.ts';
import { expectClean } from '../support/check.ts';
import type { Named } from '../support/customers.ts';
import { runSql } from '../support/database.ts';
import { textOfAllTables } from '../support/dump.ts';
import { type Answer, startGateway, type TestGateway } from '../support/gateway.ts';
import { changesOf, mutate } from '../support/mutations.ts';
import { fillWithPersonalData } from '../support/personal-data.ts';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startGateway();
});
afterAll(async () => {
  await expectClean(gateway.databaseUrl);
  await gateway.close();
});

let count = 0;
const mark = () => `secret${count}`;
async function newCustomer(): Promise<Named> {
  count += 1;
  const email = `${mark()}@example.com`;
  return { email, cuRefNo: (await gateway.rest({ email })).body.cuRefNo };
}

const keyed = (key: string) => ({ headers: { 'idempotency-key': key } });
const erase = ({ cuRefNo }: Named, reason = 'asked for it') =>
  mutate(
    gateway,
    'eraseCustomer',
    { by: { cuRefNo }, reason },
    'customer { cuRefNo email version newsletter meta lastIp { address } }',
  );
const codeOf = ({ body }: Answer): string | undefined => body.error?.code ?? body.errors?.[0].extensions.code;

function fill(customer: Named): Promise<string[]> {
  count += 1;
  return fillWithPersonalData(gateway, customer, mark());
}

const find = async (by: object) =>
  (
    await gateway.graphql('query ($by: CustomerBy!) { customer(by: $by) { cuRefNo email creditBalance version } }', {
      by,
    })
  ).body.data.customer;

describe('erasing', () => {
  it('leaves nothing of what was ever sent in any table, of the customer and of all that were merged into it', async () => {
    const [survivor, duplicate, chained] = [await newCustomer(), await newCustomer(), await newCustomer()];
    const texts = [...(await fill(chained)), ...(await fill(duplicate)), ...(await fill(survivor))];
    await mutate(gateway, 'mergeCustomers', {
      survivor: { cuRefNo: duplicate.cuRefNo },
      duplicate: { cuRefNo: chained.cuRefNo },
      reason: 'one',
    });
    await mutate(gateway, 'mergeCustomers', {
      survivor: { cuRefNo: survivor.cuRefNo },
      duplicate: { cuRefNo: duplicate.cuRefNo },
      reason: 'one',
    });
    const before = await textOfAllTables(gateway.databaseUrl);
    for (const text of texts.filter((sent) => !sent.startsWith('+'))) expect(before).toContain(text);
    const { payload, code } = await erase(duplicate);
    expect(code).toBeUndefined();
    expect(payload.customer).toMatchObject({
      cuRefNo: survivor.cuRefNo,
      email: null,
      newsletter: false,
      meta: {},
      lastIp: null,
    });
    const after = await textOfAllTables(gateway.databaseUrl);
    expect(texts.filter((text) => after.includes(text))).toEqual([]);
    for (const { email } of [survivor, duplicate, chained]) {
      expect(await find({ email })).toBeNull();
      expect((await gateway.rest({ email })).body.newAccount).toBe(true);
    }
    for (const { cuRefNo } of [survivor, duplicate, chained])
      expect((await find({ cuRefNo })).cuRefNo).toBe(survivor.cuRefNo);
  });

  it('is told in the change log by the names of the fields, without values; again is no change', async () => {
    const customer = await newCustomer();
    await fill(customer);
    const { version } = await find({ cuRefNo: customer.cuRefNo });
    expect((await erase(customer)).payload.customer.version).toBe(version + 1);
    const changes = await changesOf(gateway, { cuRefNo: customer.cuRefNo });
    expect(changes[0]).toMatchObject({
      action: 'ERASED',
      reason: 'asked for it',
      actor: `key:${gateway.key.slice(0, 8)}`,
    });
    const names = changes[0].fields.map(({ name }: { name: string }) => name);
    expect(names).toEqual([
      'email',
      'phone',
      'firstName',
      'lastName',
      'companyName',
      'companyRegistrationNumber',
      'taxIdentificationNumber',
      'primaryLocale',
      'address.streetAddress',
      'address.city',
      'address.cityPart',
      'address.stateRegion',
      'address.postalCode',
      'address.country',
      'lastIp',
      'newsletter',
      'meta',
      'customFields',
      'ipHistory',
      'changes',
    ]);
    for (const { fields } of changes)
      for (const { before, after } of fields) expect([before, after]).toEqual([null, null]);
    const again = await erase(customer, 'again');
    expect([again.code, again.payload.customer.version]).toEqual([undefined, version + 1]);
    expect(await changesOf(gateway, { cuRefNo: customer.cuRefNo })).toEqual(changes);
  });

  it('keeps reference, ledger and subscriptions, and what operators wrote', async () => {
    const customer = await newCustomer();
    const { cuRefNo } = customer;
    await mutate(
      gateway,
      'adjustCustomerCredit',
      { by: { cuRefNo }, amount: 5, description: 'written by hand' },
      'entry { amount }',
    );
    await mutate(gateway, 'banCustomer', { by: { cuRefNo }, reason: 'written too' });
    await runSql(
      gateway.databaseUrl,
      `insert into subscription (organisation_id, customer_id, external_id, product_slug, product_code, order_number, order_hash, auto_renew)
       select organisation_id, id, 'Abcdefghijklmno1', 'p', 'p', '1', repeat('a', 32), true from customer where cu_ref_no = $1`,
      [cuRefNo],
    );
    await erase(customer);
    const { body } = await gateway.graphql(
      `query ($r: String!) { customer(by: { cuRefNo: $r }) { creditBalance ban runningSubscriptions { externalId } creditEntries { edges { node { description } } }
         changes { edges { node { action reason } } } } }`,
      { r: cuRefNo },
    );
    expect(body.data.customer).toMatchObject({
      creditBalance: 5,
      ban: true,
      runningSubscriptions: [{ externalId: 'Abcdefghijklmno1' }],
      creditEntries: { edges: [{ node: { description: 'written by hand' } }] },
    });
    expect(body.data.customer.changes.edges.map(({ node }: { node: object }) => node)).toEqual([
      { action: 'ERASED', reason: 'asked for it' },
      { action: 'BANNED', reason: 'written too' },
      { action: 'CREDIT_ADJUSTED', reason: 'written by hand' },
      { action: 'CREATED', reason: null },
    ]);
  });

  it('is done of a deleted customer too, and needs a reason and a customer', async () => {
    const customer = await newCustomer();
    await mutate(gateway, 'deleteCustomer', { by: { cuRefNo: customer.cuRefNo }, reason: 'x' });
    expect((await erase(customer)).payload.customer).toMatchObject({ cuRefNo: customer.cuRefNo, email: null });
    expect(await textOfAllTables(gateway.databaseUrl)).not.toContain(customer.email);
    const restored = await mutate(
      gateway,
      'restoreCustomer',
      { by: { cuRefNo: customer.cuRefNo }, reason: 'x' },
      'customer { email }',
    );
    expect(restored.payload.customer.email).toBeNull();
    expect((await erase(customer, '')).fields).toEqual([{ path: 'reason', message: 'must not be empty' }]);
    expect((await erase({ ...customer, cuRefNo: 'AAAAAAAAAAAAAAAA' })).code).toBe(
      'PUBLIC_CUSTOMER_DETAIL_NOT_PERMITTED',
    );
  });

  it('leaves no address that a call brings at the same moment', async () => {
    for (let round = 0; round < 15; round++) {
      const customer = await newCustomer();
      await Promise.all([
        erase(customer),
        ...Array.from({ length: 6 }, (_, i) =>
          gateway.rest({ email: customer.email, customerRealIp: `6.6.${round}.${i}` }),
        ),
      ]);
    }
    const left = await runSql(
      gateway.databaseUrl,
      `select c.last_ip, i.address from customer c left join customer_ip i on i.organisation_id = c.organisation_id and i.customer_id = c.id
       where c.erased_at is not null and (c.last_ip is not null or i.address is not null)`,
    );
    expect(left).toEqual([]);
  });

  it('knows of every column of a customer whether it is personal', () => {
    const stays = [
      'organisationId',
      'organisation',
      'id',
      'cuRefNo',
      'creditBalance',
      'premium',
      'version',
      'createdAt',
      'updatedAt',
      'lastSeenAt',
      'bannedAt',
      'deletedAt',
      'createdBy',
      'creationRequestId',
      'mergedInto',
      'survivor',
      'erasedAt',
      'changeCount',
    ];
    // The last is made by a trigger, of what is personal.
    const set = ['newsletter', 'addressChanges', 'searchText'];
    expect([...personalTexts, ...objectNames, ...set, ...stays].toSorted()).toEqual(
      Object.keys(CustomerEntity.meta.properties).toSorted(),
    );
  });
});

describe('what was told under an Idempotency-Key before', () => {
  const profile = 'customer { cuRefNo email firstName }';

  it('is not told again, nor done again', async () => {
    const customer = await newCustomer();
    const { email, cuRefNo } = customer;
    const create = () => gateway.rest({ email: `${mark()}@example.com` }, keyed(`create-${mark()}`));
    const update = () =>
      mutate(gateway, 'updateCustomer', { by: { cuRefNo }, firstName: mark() }, profile, keyed(`update-${mark()}`));
    const credit = () =>
      mutate(
        gateway,
        'adjustCustomerCredit',
        { by: { cuRefNo }, amount: 5, description: 'x' },
        'entry { amount } customer { email }',
        keyed(`credit-${mark()}`),
      );
    for (const call of [create, async () => (await update()).answer, async () => (await credit()).answer]) {
      expect(codeOf(await call())).toBeUndefined();
      expect((await call()).headers.get('idempotent-replayed')).toBe('true');
    }
    await erase(customer);
    const state = await find({ cuRefNo });
    for (const answer of [await create(), (await update()).answer, (await credit()).answer]) {
      expect(codeOf(answer)).toBe('INTERNAL_CONFLICT');
      expect(answer.text).toContain('who was erased');
      expect(answer.text).not.toContain(email);
    }
    expect(await find({ cuRefNo })).toEqual(state);
    const kept = await runSql(
      gateway.databaseUrl,
      'select distinct outcome, answer, customers from idempotency_key where key like $1',
      [`%-${mark()}`],
    );
    expect(kept).toEqual([{ outcome: {}, answer: null, customers: [] }]);
    // Claimed: another request under the key is refused as another one.
    expect(codeOf(await gateway.rest({ email: 'another@example.com' }, keyed(`create-${mark()}`)))).toBe(
      'INTERNAL_CONFLICT',
    );
  });

  it('is not told where it names the customer in passing: as who brought another', async () => {
    const [referrer, customer] = [await newCustomer(), await newCustomer()];
    await runSql(
      gateway.databaseUrl,
      `insert into referral (organisation_id, customer_id, referrer_id)
       select c.organisation_id, c.id, r.id from customer c, customer r where c.cu_ref_no = $1 and r.cu_ref_no = $2`,
      [customer.cuRefNo, referrer.cuRefNo],
    );
    for (const selection of ['referral { email }', 'referral { customer { email } }']) {
      const ban = () =>
        mutate(
          gateway,
          'banCustomer',
          { by: { cuRefNo: customer.cuRefNo } },
          `customer { ${selection} }`,
          keyed(`${mark()}${selection.length}`),
        );
      expect((await ban()).answer.text).toContain(referrer.email);
    }
    expect(await textOfAllTables(gateway.databaseUrl)).toContain(referrer.email);
    await erase(referrer);
    expect(await textOfAllTables(gateway.databaseUrl)).not.toContain(referrer.email);
  });

  it('is not told where a version kept it that did not note of whom it tells', async () => {
    const customer = await newCustomer();
    const update = () =>
      mutate(
        gateway,
        'updateCustomer',
        { by: { cuRefNo: customer.cuRefNo }, firstName: mark() },
        profile,
        keyed(`unnoted-${mark()}`),
      );
    await update();
    await runSql(gateway.databaseUrl, 'update idempotency_key set customers = null where key = $1', [
      `unnoted-${mark()}`,
    ]);
    await erase(customer);
    const { answer } = await update();
    expect([codeOf(answer), answer.text.includes(customer.email)]).toEqual(['INTERNAL_CONFLICT', false]);
    expect(await textOfAllTables(gateway.databaseUrl)).not.toContain(customer.email);
  });

  it('is found by an index, whatever the settings of the transaction are', async () => {
    const [{ config } = { config: '' }] = await runSql<{ config: string }>(
      gateway.databaseUrl,
      `select proconfig::text as config from pg_proc where proname = 'erase_kept_answers'`,
    );
    for (const setting of ['enable_bitmapscan=on', 'enable_seqscan=off']) expect(config).toContain(setting);
  });

  it('of the version before is gone too', async () => {
    const customer = await newCustomer();
    await runSql(
      gateway.databaseUrl,
      `insert into idempotency_key (organisation_id, key, request_digest, status, content_type, body)
       values ($1, 'old-reference', 'd', 200, 'application/json', convert_to($2, 'UTF8')), ($1, 'old-email', 'd', 200, 'application/json', convert_to($3, 'UTF8')),
         ($1, 'old-longer', 'd', 200, 'application/json', convert_to($4, 'UTF8'))`,
      [
        gateway.organisationId,
        `{"cuRefNo":"${customer.cuRefNo}","firstName":"old"}`,
        `{"email":"${customer.email}"}`,
        `{"email":"x${customer.email}"}`,
      ],
    );
    await erase(customer);
    const rows = await runSql(
      gateway.databaseUrl,
      `select key, octet_length(body) as length from idempotency_key where key like 'old-%' order by key`,
    );
    expect(rows).toEqual([
      { key: 'old-email', length: 0 },
      { key: 'old-longer', length: customer.email.length + 13 },
      { key: 'old-reference', length: 0 },
    ]);
  });

  it("stays where it is another organisation's", async () => {
    const customer = await newCustomer();
    await runSql(
      gateway.databaseUrl,
      `with o as (insert into organisation (slug, name) values ('elsewhere', 'Elsewhere') returning id)
       insert into idempotency_key (organisation_id, key, request_digest, meaning_digest, outcome, answer, customers)
       select id, 'theirs', 'd', 'd', '{}', '{}', array[$1] from o`,
      [customer.cuRefNo],
    );
    await erase(customer);
    expect(await runSql(gateway.databaseUrl, `select answer from idempotency_key where key = 'theirs'`)).toEqual([
      { answer: '{}' },
    ]);
  });
});
