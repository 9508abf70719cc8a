// The REST endpoints besides create, as old clients call them: detail, update-profile, credit-log, ping.
import pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createKey, createOrganisation } from '../support/database.ts';
import { startGateway, type TestGateway } from '../support/gateway.ts';
import { changesOf, mutate } from '../support/mutations.ts';

let gateway: TestGateway;
let email: string;
let cuRefNo: string;
let count = 0;
beforeAll(async () => {
  gateway = await startGateway({ operationTimeout: 2_000 });
});
afterAll(() => gateway.close());
beforeEach(async () => {
  count += 1;
  email = `rest${count}@example.com`;
  ({ cuRefNo } = (await gateway.rest({ email })).body);
});

const get = (path: string, key = gateway.key) => gateway.send(path, { headers: { authorization: `Bearer ${key}` } });
const post = (body: BodyInit, type = 'application/json', headers: Record<string, string> = {}) =>
  gateway.send('/api/v1/customer/update-profile', {
    method: 'POST',
    headers: { authorization: `Bearer ${gateway.key}`, ...(type && { 'content-type': type }), ...headers },
    body,
  });
const update = (members: object, headers?: Record<string, string>) =>
  post(JSON.stringify({ email, ...members }), 'application/json', headers);
const form = (members: Record<string, string>) =>
  post(new URLSearchParams({ email, ...members }).toString(), 'application/x-www-form-urlencoded');
const profile = async () =>
  (
    await gateway.graphql(
      `{ customer(by: { cuRefNo: "${cuRefNo}" }) { firstName lastName phone newsletter primaryLocale version
         address { streetAddress city cityPart stateRegion postalCode country } } }`,
    )
  ).body.data.customer;
const NOT_PERMITTED = { code: 'PUBLIC_CUSTOMER_DETAIL_NOT_PERMITTED' };

describe('GET /ping/v1', () => {
  it('answers a good key, whatever its scopes', async () => {
    const key = await createKey(gateway.databaseUrl, gateway.organisationId, { scopes: ['ip:read'] });
    const answer = await gateway.send(`/ping/v1?apiKey=${key}`);
    expect([answer.status, answer.text]).toEqual([200, '{"success":true}']);
    expect(answer.headers.get('x-ratelimit-remaining')).toMatch(/^\d+$/);
  });

  it.each([
    ['', 'PUBLIC_API_KEY_IS_EMPTY'],
    ['?apiKey=x', 'PUBLIC_API_KEY_IS_NOT_IN_VALID_FORMAT'],
    [`?apiKey=PROD${'x'.repeat(28)}`, 'PUBLIC_API_KEY_DOES_NOT_EXIST'],
  ])('%s is refused', async (search, code) => {
    const { status, body } = await gateway.send(`/ping/v1${search}`);
    expect([status, body.error.code]).toEqual([404, code]);
  });
});

describe('GET /api/v1/customer/detail', () => {
  it('is the profile of create, without newAccount and with the e-mail address, in order', async () => {
    const created = (await gateway.rest({ email, companyName: 'Firma' })).body;
    const { status, body, text } = await get(`/api/v1/customer/detail?cuRefNo=${cuRefNo}`);
    const { newAccount: _, ...rest } = created;
    expect([status, body]).toEqual([200, { ...rest, email }]);
    expect(Object.keys(JSON.parse(text)).slice(0, 4)).toEqual(['success', 'cuRefNo', 'email', 'creditBalance']);
  });

  it.each(['AAAAAAAAAAAAAAAA', 'x', 'x%00', '../..'])('does not permit %s', async (reference) => {
    const { status, body } = await get(`/api/v1/customer/detail?cuRefNo=${reference}`);
    expect([status, body.error]).toMatchObject([404, NOT_PERMITTED]);
  });

  it('needs a reference', async () => {
    for (const search of ['', '?cuRefNo=']) {
      const { status, body } = await get(`/api/v1/customer/detail${search}`);
      expect([status, body.error.fields]).toEqual([422, [{ path: 'cuRefNo', message: 'is required' }]]);
    }
  });

  it('does not permit customers of others, and deleted ones', async () => {
    const theirs = await createKey(gateway.databaseUrl, await createOrganisation(gateway.databaseUrl));
    expect((await get(`/api/v1/customer/detail?cuRefNo=${cuRefNo}`, theirs)).body.error).toMatchObject(NOT_PERMITTED);
    await mutate(gateway, 'deleteCustomer', { by: { cuRefNo }, reason: 'why' });
    expect((await get(`/api/v1/customer/detail?cuRefNo=${cuRefNo}`)).body.error).toMatchObject(NOT_PERMITTED);
  });
});

describe('POST /api/v1/customer/update-profile', () => {
  const ADDRESS = {
    streetAddress: 'Dlouhá 12',
    city: 'Praha',
    cityPart: 'Staré Město',
    stateRegion: 'Praha',
    postalCode: '110 00',
    country: 'CZ',
  };

  it('changes what is sent, and answers as detail does', async () => {
    const answer = await update({
      name: 'Jan Amos Komenský',
      phone: '777 123 456',
      ...ADDRESS,
      newsletter: true,
      primaryLocale: 'cs_CZ',
      identityId: { any: 'thing' },
    });
    expect(answer.status).toBe(200);
    expect(answer.body).toEqual((await get(`/api/v1/customer/detail?cuRefNo=${cuRefNo}`)).body);
    expect(await profile()).toEqual({
      firstName: 'Jan Amos',
      lastName: 'Komenský',
      phone: '+420 777123456',
      address: ADDRESS,
      newsletter: true,
      primaryLocale: 'cs-CZ',
      version: 2,
    });
    expect(await changesOf(gateway, { email }, 'first: 1')).toMatchObject([{ action: 'UPDATED' }]);
  });

  it.each<[string, object, [string | null, string | null]]>([
    ['a whole name', { name: ' Jan  Barášek ' }, ['Jan', 'Barášek']],
    ['a name of one word', { name: 'Plato' }, ['Plato', null]],
    ['an empty name', { name: '' }, [null, null]],
    ['blanks of all kinds', { name: 'Jan\u00a0Amos\u2003Komenský' }, ['Jan Amos', 'Komenský']],
    ['a whole name beside its parts', { name: 'No Body', firstName: 'Jan', lastName: 'Barášek' }, ['Jan', 'Barášek']],
    ['a whole name beside one part', { name: 'No Body', lastName: 'Barášek' }, ['Old', 'Barášek']],
    ['a whole name beside empty parts', { name: 'Jan Barášek', firstName: '', lastName: null }, ['Jan', 'Barášek']],
    ['the parts alone', { firstName: 'Jan', lastName: null }, ['Jan', null]],
  ])('reads %s', async (_, names, expected) => {
    await update({ firstName: 'Old', lastName: 'Name' });
    expect((await update(names)).status).toBe(200);
    const { firstName, lastName } = await profile();
    expect([firstName, lastName]).toEqual(expected);
  });

  it('leaves what is absent, and clears what is null or empty', async () => {
    await update({ phone: '+420777123456', ...ADDRESS, newsletter: true });
    await update({ phone: '', city: null, newsletter: null });
    expect(await profile()).toMatchObject({ phone: null, address: { city: null, country: 'CZ' }, newsletter: false });
  });

  it.each([
    ['1', true],
    ['true', true],
    ['on', true],
    ['0', false],
    ['false', false],
    ['', false],
  ])('reads newsletter=%s of a form', async (text, expected) => {
    await update({ newsletter: !expected });
    expect((await form({ newsletter: text, city: 'Brno' })).status).toBe(200);
    expect(await profile()).toMatchObject({ newsletter: expected, address: { city: 'Brno' } });
  });

  it('takes multipart forms, as PHP sends them', async () => {
    const body = new FormData();
    for (const [name, value] of Object.entries({ email, name: 'Jan Barášek', newsletter: '1' })) body.set(name, value);
    expect((await post(body, '')).status).toBe(200);
    expect(await profile()).toMatchObject({ firstName: 'Jan', newsletter: true });
  });

  it.each<[string, object, [path: string, message: string][]]>([
    ['no e-mail address', { email: undefined }, [['email', 'is required']]],
    ['null for it', { email: null }, [['email', 'is required']]],
    ['an e-mail address that is none', { email: 'x' }, [['email', 'must be a valid e-mail address']]],
    ['text for newsletter', { newsletter: '1' }, [['newsletter', 'must be true or false']]],
    ['a number for the name', { name: 5 }, [['name', 'must be a string']]],
    ['a long name', { name: `${'x'.repeat(256)} y` }, [['name', 'must be at most 255 characters long']]],
    [
      'two long names in one',
      { name: `${'x'.repeat(256)} ${'y'.repeat(256)}` },
      [['name', 'must be at most 255 characters long']],
    ],
    ['a long first name', { firstName: 'x'.repeat(256) }, [['firstName', 'must be at most 255 characters long']]],
    [
      'a phone number of no country',
      { phone: '777123456' },
      [['phone', 'must begin with + and the country code, such as +420 777123456, where the address has no country']],
    ],
    [
      'all of it',
      { city: 7, country: 'XX', phone: 'x', customerRealIp: '1.1', primaryLocale: [] },
      [
        ['phone', 'must be a valid phone number'],
        ['city', 'must be a string'],
        ['country', 'must be an ISO 3166-1 alpha-2 country code such as CZ'],
        ['primaryLocale', 'must be a string'],
        ['customerRealIp', 'must be an IPv4 or IPv6 address'],
      ],
    ],
  ])('refuses %s', async (_, members, fields) => {
    const { status, body } = await update(members);
    expect([status, body.error.code]).toEqual([422, 'INTERNAL_VALIDATION_FAILED']);
    const byPath = (one: { path: string }, other: { path: string }) => one.path.localeCompare(other.path);
    expect(body.error.fields.toSorted(byPath)).toEqual(
      fields.map(([path, message]) => ({ path, message })).toSorted(byPath),
    );
    expect((await profile()).version).toBe(1);
  });

  it('does not permit an unknown e-mail address', async () => {
    const { status, body } = await update({ email: 'nobody@example.com' });
    expect([status, body.error]).toMatchObject([404, NOT_PERMITTED]);
  });

  it('is one transaction: what cannot be answered is not done', async () => {
    const holder = new pg.Client({ connectionString: gateway.databaseUrl });
    await holder.connect();
    await holder.query('begin; lock table customer_group in access exclusive mode');
    const answer = await update({ name: 'Jan Barášek' });
    await holder.end();
    expect(answer.status).toBe(503);
    expect(await profile()).toMatchObject({ firstName: null, version: 1 });
    expect(await changesOf(gateway, { email })).toHaveLength(1);
  });

  it('is done once under an Idempotency-Key', async () => {
    const headers = { 'idempotency-key': `profile-${count}` };
    const first = await update({ name: 'Jan Barášek' }, headers);
    await update({ name: 'Petr Svoboda' });
    const again = await update({ name: 'Jan Barášek' }, headers);
    expect([again.text, again.headers.get('idempotent-replayed')]).toEqual([first.text, 'true']);
    expect((await profile()).firstName).toBe('Petr');
  });

  it('needs customer:write alone', async () => {
    const send = async (scopes: string[]) => {
      const key = await createKey(gateway.databaseUrl, gateway.organisationId, { scopes });
      return (await update({ name: 'Jan Barášek' }, { authorization: `Bearer ${key}` })).status;
    };
    expect([await send(['customer:write']), await send(['customer:read', 'customer:create'])]).toEqual([200, 403]);
  });
});

describe('GET /api/v1/customer/credit-log', () => {
  const adjust = (amount: number) =>
    mutate(
      gateway,
      'adjustCustomerCredit',
      { by: { cuRefNo }, amount, description: `of ${amount}` },
      'entry { transactionId createdAt }',
    );
  const log = (search = '') => get(`/api/v1/customer/credit-log?cuRefNo=${cuRefNo}${search}`);

  it('lists the ledger, newest first, and goes on after an id', async () => {
    const entries = [];
    for (const amount of [100, -30, 7]) entries.unshift({ amount, ...(await adjust(amount)).payload.entry });
    const [newest, second, oldest] = entries;
    const items = [newest, second, oldest].map(({ amount, transactionId: id, createdAt: insertedDate }, i) => ({
      id,
      amount,
      balance: [77, 70, 100][i],
      description: `of ${amount}`,
      insertedDate,
    }));
    expect((await log()).body).toEqual({ success: true, creditBalance: 77, items });
    expect((await log('&limit=2')).body.items).toEqual(items.slice(0, 2));
    expect((await log(`&limit=2&after=${second.transactionId}`)).body).toEqual({
      success: true,
      creditBalance: 77,
      items: items.slice(2),
    });
    expect((await log(`&after=${oldest.transactionId}`)).body.items).toEqual([]);
  });

  it('is empty for a customer without credit', async () => {
    expect((await log()).body).toEqual({ success: true, creditBalance: 0, items: [] });
  });

  it('shows one state: the balance is always that after the newest entry', async () => {
    let isOver = false;
    const writing = (async () => {
      for (let i = 1; i <= 60; i++) await adjust(i);
      isOver = true;
    })();
    while (!isOver) {
      const { body } = await log('&limit=1');
      expect(body.creditBalance).toBe(body.items[0]?.balance ?? 0);
    }
    await writing;
  });

  it.each([
    ['&limit=0', undefined],
    ['&limit=100', undefined],
    ['&limit=101', ['limit', 'must be at most 100']],
    ['&limit=-1', ['limit', 'must be at least 0']],
    ['&limit=x', ['limit', 'must be a whole number of 32 bits']],
    ['&after=x', ['after', 'must be the id of an entry of this ledger']],
    ['&after=AAAAAAAAAAAAAAAA', ['after', 'must be the id of an entry of this ledger']],
  ])('%s', async (search, problem) => {
    const { status, body } = await log(search);
    expect([status, body.error?.fields]).toEqual(
      problem ? [422, [{ path: problem[0], message: problem[1] }]] : [200, undefined],
    );
  });

  it('does not permit an unknown reference', async () => {
    const { status, body } = await get('/api/v1/customer/credit-log?cuRefNo=AAAAAAAAAAAAAAAA');
    expect([status, body.error]).toMatchObject([404, NOT_PERMITTED]);
  });
});
