// Create or return: what the main job promises, through each API.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { apis, graphql, rest } from '../support/apis.ts';
import { createKey, createOrganisation, runSql } from '../support/database.ts';
import { startGateway, type TestGateway } from '../support/gateway.ts';

let gateway: TestGateway;
let addresses = 0;
const newEmail = () => `customer${++addresses}@example.com`;

beforeAll(async () => {
  gateway = await startGateway();
});
afterAll(() => gateway.close());

async function stored(email: string) {
  const [row] = await runSql<Record<string, unknown>>(gateway.databaseUrl, 'select * from customer where email = $1', [
    email,
  ]);
  return row;
}

describe.each(apis)('$name API', (api) => {
  it('makes a customer, then returns it', async () => {
    const input = { email: newEmail(), companyName: 'BizKitHub', companyRegistrationNumber: '05103118' };
    const first = await api.create(gateway, input);
    const second = await api.create(gateway, input);
    expect(first).toMatchObject({ newAccount: true, answer: { status: 200 } });
    expect(second).toMatchObject({ newAccount: false, answer: { status: 200 } });
    expect(first.profile?.cuRefNo).toMatch(/^[A-Za-z0-9]{16}$/);
    expect(second.profile).toEqual(first.profile);
  });

  it('stores what was sent, in its normal form', async () => {
    const email = newEmail();
    await api.create(gateway, {
      email: `  ${email.toUpperCase()} `,
      companyName: '  Novák \t &  dcera ',
      companyRegistrationNumber: ' 051 03 118 ',
      taxIdentificationNumber: 'cz 9609 040727',
      customerRealIp: '2001:4860:4860:0:0:0:0:8888',
    });
    expect(await stored(email)).toMatchObject({
      company_name: 'Novák & dcera',
      company_registration_number: '05103118',
      tax_identification_number: 'CZ9609040727',
    });
    const ips = await runSql(
      gateway.databaseUrl,
      'select host(address) as ip from customer_ip i join customer c on c.id = i.customer_id where email = $1',
      [email],
    );
    expect(ips).toEqual([{ ip: '2001:4860:4860::8888' }]);
  });

  it('fills company fields that the profile does not have, and never overwrites one', async () => {
    const email = newEmail();
    const first = await api.create(gateway, { email, companyName: 'First' });
    await api.create(gateway, { email, companyName: 'Second', companyRegistrationNumber: '1' });
    await api.create(gateway, { email, companyRegistrationNumber: '2', taxIdentificationNumber: '3' });
    expect(await stored(email)).toMatchObject({
      cu_ref_no: first.profile?.cuRefNo,
      company_name: 'First',
      company_registration_number: '1',
      tax_identification_number: '3',
      version: 3,
    });
  });

  it('answers with what it has just filled in', async () => {
    const email = newEmail();
    await api.create(gateway, { email });
    const { profile, newAccount } = await api.create(gateway, { email, companyName: 'Filled' });
    expect({ newAccount, companyName: profile?.companyName }).toEqual({ newAccount: false, companyName: 'Filled' });
  });

  it.each(['', null, '   ', undefined])('takes %j in an optional field as not given', async (nothing) => {
    const email = newEmail();
    const { profile } = await api.create(gateway, {
      email,
      companyName: nothing,
      companyRegistrationNumber: nothing,
      taxIdentificationNumber: nothing,
    });
    expect(profile).not.toHaveProperty('companyName');
    expect(await stored(email)).toMatchObject({
      company_name: null,
      company_registration_number: null,
      tax_identification_number: null,
    });
  });

  it('finds the customer by its mailbox, and shows the address that it has', async () => {
    const made = await api.create(gateway, { email: `jan.novak${api.name}@gmail.com` });
    const found = await api.create(gateway, { email: `Jan.No.Vak${api.name}+shop@googlemail.com` });
    expect(found).toMatchObject({ newAccount: false, profile: { cuRefNo: made.profile?.cuRefNo } });
    expect(await stored(`jan.novak${api.name.toLowerCase()}@gmail.com`)).toBeDefined();
  });

  it('keeps the same address in two organisations apart', async () => {
    const email = newEmail();
    const key = await createKey(gateway.databaseUrl, await createOrganisation(gateway.databaseUrl));
    const ours = await api.create(gateway, { email });
    const theirs = await api.create(gateway, { email }, { key });
    expect(theirs.newAccount).toBe(true);
    expect(theirs.profile?.cuRefNo).not.toBe(ours.profile?.cuRefNo);
  });

  it('returns a banned customer as banned', async () => {
    const email = newEmail();
    await api.create(gateway, { email });
    await runSql(gateway.databaseUrl, 'update customer set banned_at = now() where email = $1', [email]);
    expect(await api.create(gateway, { email })).toMatchObject({ newAccount: false, profile: { ban: true } });
  });

  it('does not find a deleted customer, whose address is free again', async () => {
    const email = newEmail();
    const first = await api.create(gateway, { email });
    await runSql(gateway.databaseUrl, 'update customer set deleted_at = now() where email = $1', [email]);
    const second = await api.create(gateway, { email });
    expect(second.newAccount).toBe(true);
    expect(second.profile?.cuRefNo).not.toBe(first.profile?.cuRefNo);
  });

  it('shows the whole profile of an existing customer', async () => {
    const email = newEmail();
    await api.create(gateway, { email, companyName: 'BizKitHub' });
    await api.create(gateway, { email: `referrer-${email}` });
    await runSql(
      gateway.databaseUrl,
      `with c as (
         update customer set credit_balance = -7, premium = true, phone = '+420 777123456', first_name = 'Jan', last_name = 'Barášek',
           meta = '{"a": {"b": [1]}}', custom_fields = '{"x": null}' where email = $1 returning *
       ), g as (
         insert into customer_group (organisation_id, name, slug) select organisation_id, 'Trainer ' || $1, $1 from c returning *
       ), m as (
         insert into customer_group_membership (organisation_id, customer_id, group_id) select c.organisation_id, c.id, g.id from c, g
       ), r as (
         insert into referral (organisation_id, customer_id, referrer_id)
         select c.organisation_id, c.id, o.id from c, customer o where o.email = 'referrer-' || $1
       )
       insert into subscription (organisation_id, customer_id, external_id, product_slug, product_code, order_number, order_hash,
         auto_renew, starts_at, ends_at)
       select organisation_id, id, substr(md5($1 || n), 1, 16), 'year', 'YEAR', n::text, md5($1), true,
         now() + make_interval(days => n - 2), now() + make_interval(days => n) from c, generate_series(0, 3) n`,
      [email],
    );
    const { profile, answer } = await api.create(gateway, { email });
    expect(profile).toMatchObject({
      creditBalance: -7,
      phone: '+420 777123456',
      firstName: 'Jan',
      lastName: 'Barášek',
      companyName: 'BizKitHub',
      premium: true,
      ban: false,
      groups: [{ name: `Trainer ${email}`, slug: email }],
      meta: { a: { b: [1] } },
      customFields: { x: null },
      referral: { code: expect.stringMatching(/^[A-Za-z0-9]{16}$/), email: `referrer-${email}` },
    });
    // Of four, one has ended and one has not begun.
    expect(profile?.runningSubscriptionList).toMatchObject([{ orderNumber: '1' }, { orderNumber: '2' }]);
    expect(answer.text).not.toContain('"id"');
  });
});

it('answers in the REST API with the members of the contract, in their order', async () => {
  const { answer } = await rest.create(gateway, { email: newEmail() });
  expect(answer.text).toMatch(
    /^\{"success":true,"newAccount":true,"cuRefNo":"[A-Za-z0-9]{16}","creditBalance":0,"premium":false,"ban":false,"groups":\[\],"meta":\{\},"customFields":\{\},"runningSubscriptionList":\[\]\}$/,
  );
  expect(answer.headers.get('content-type')).toBe('application/json; charset=utf-8');
});

it('is one customer whichever API it came through first', async () => {
  for (const [first, second] of [
    [rest, graphql],
    [graphql, rest],
  ] as const) {
    const email = newEmail();
    const made = await first.create(gateway, { email });
    const found = await second.create(gateway, { email });
    expect([made.newAccount, found.newAccount]).toEqual([true, false]);
    expect(found.profile).toEqual(made.profile);
  }
});

it('writes the history of addresses once a day and address', async () => {
  const email = newEmail();
  for (const customerRealIp of ['1.1.1.1', '1.1.1.1', '8.8.8.8', undefined, null, '', '1.1.1.1'])
    await rest.create(gateway, { email, customerRealIp });
  const rows = () =>
    runSql<{ ip: string }>(
      gateway.databaseUrl,
      'select host(address) as ip from customer_ip i join customer c on c.id = i.customer_id where email = $1 order by seen_at',
      [email],
    );
  expect((await rows()).map(({ ip }) => ip)).toEqual(['1.1.1.1', '8.8.8.8', '127.0.0.1']);
  await runSql(gateway.databaseUrl, `update customer_ip set seen_at = seen_at - interval '25 hours'`);
  await rest.create(gateway, { email, customerRealIp: '1.1.1.1' });
  expect(await rows()).toHaveLength(4);
});

it('reads a form as it reads JSON', async () => {
  const email = newEmail();
  const answer = await gateway.send(`/api/v1/customer/create?apiKey=${gateway.key}`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded; charset=UTF-8' },
    body: `email=${encodeURIComponent(email)}&companyName=Nov%C3%A1k+%26+dcera&customerRealIp=&extra[]=1&extra[]=2`,
  });
  expect(answer).toMatchObject({ status: 200, body: { newAccount: true, companyName: 'Novák & dcera' } });
});

it('ignores members that it does not know in the REST API, and refuses them in GraphQL', async () => {
  const input = { email: newEmail(), nickname: 'x', nested: { deep: [1] } };
  expect(await rest.create(gateway, input)).toMatchObject({ newAccount: true });
  expect(await graphql.create(gateway, input)).toMatchObject({ code: 'INTERNAL_VALIDATION_FAILED' });
});

it('goes on while a newer version adds columns to the tables', async () => {
  const key = await createKey(gateway.databaseUrl, gateway.organisationId);
  const input = { email: newEmail() };
  await rest.create(gateway, input, { key });
  for (const table of ['customer', 'api_key', 'idempotency_key'])
    await runSql(gateway.databaseUrl, `alter table ${table} add column later int`);
  for (const api of apis) expect(await api.create(gateway, input, { key })).toMatchObject({ newAccount: false });
  expect(
    (await gateway.graphql('{ customers(first: 1) { edges { node { email groups { slug } } } } }')).body.errors,
  ).toBeUndefined();
});
