// Groups and referral of `update-profile`, as old clients send them: in JSON, and in the forms that PHP and cURL write.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { runSql } from '../support/database.ts';
import { startGateway, type TestGateway } from '../support/gateway.ts';
import { changesOf, mutate } from '../support/mutations.ts';

let gateway: TestGateway;
let email: string;
let cuRefNo: string;
let referrer: string;
let count = 0;
beforeAll(async () => {
  gateway = await startGateway();
  referrer = (await gateway.rest({ email: 'referrer@example.com' })).body.cuRefNo;
});
afterAll(() => gateway.close());
beforeEach(async () => {
  count += 1;
  email = `joins${count}@example.com`;
  ({ cuRefNo } = (await gateway.rest({ email })).body);
});

const FORM = 'application/x-www-form-urlencoded';
const post = (body: BodyInit, type?: string, headers: Record<string, string> = {}) =>
  gateway.send('/api/v1/customer/update-profile', {
    method: 'POST',
    headers: { authorization: `Bearer ${gateway.key}`, ...(type && { 'content-type': type }), ...headers },
    body,
  });
const update = (members: object, headers?: Record<string, string>) =>
  post(JSON.stringify({ email, ...members }), 'application/json', headers);
const form = (members: string, headers?: Record<string, string>) => post(`email=${email}&${members}`, FORM, headers);
const parts = (...members: [name: string, value: string][]) => {
  const body = new FormData();
  for (const [name, value] of [['email', email], ...members] as [string, string][]) body.append(name, value);
  return post(body);
};
type Sent = Awaited<ReturnType<typeof post>>;
const told = ({ status, body }: Sent) =>
  status === 200 ? body.groups.map(({ slug }: { slug: string }) => slug) : status;
const fieldsOf = ({ status, body }: Sent) => [status, body.error?.code, body.error?.fields];
const invalid = (...problems: [path: string, message: string][]) => [
  422,
  'INTERNAL_VALIDATION_FAILED',
  problems.map(([path, message]) => ({ path, message })),
];
const SLUG_FORM = 'must be letters a to z, digits, and single hyphens or underscores between them';
const state = async () => {
  const [row] = await runSql<{ changes: number; groups: number }>(
    gateway.databaseUrl,
    `select change_count as changes, (select count(*)::int from customer_group) as groups from customer where cu_ref_no = $1`,
    [cuRefNo],
  );
  return row;
};

describe('groups', () => {
  it('are joined besides those that are there, made when new, and shown in the answer', async () => {
    await mutate(gateway, 'createCustomerGroup', { name: 'Personal Trainer', slug: 'trainer' }, 'group { slug }');
    expect((await update({ groups: ['trainer'] })).body.groups).toEqual([
      { name: 'Personal Trainer', slug: 'trainer' },
    ]);
    const answer = await update({ firstName: 'Jan', groups: ['fresh', ' VIP '] });
    expect(answer.body).toMatchObject({
      success: true,
      cuRefNo,
      email,
      firstName: 'Jan',
      groups: [
        { name: 'Personal Trainer', slug: 'trainer' },
        { name: 'fresh', slug: 'fresh' },
        { name: 'vip', slug: 'vip' },
      ],
    });
    expect(Object.keys(answer.body).slice(0, 4)).toEqual(['success', 'cuRefNo', 'email', 'creditBalance']);
    const actions = (await changesOf(gateway, { cuRefNo }, 'first: 3')).map(({ action }: { action: string }) => action);
    expect(actions).toEqual(['GROUPS_CHANGED', 'UPDATED', 'GROUPS_CHANGED']);
  });

  it.each<[string, () => Promise<Sent>]>([
    ['nothing', () => update({})],
    ['null', () => update({ groups: null })],
    ['an empty list', () => update({ groups: [] })],
    ['no text', () => update({ groups: '' })],
    ['groups= in a form', () => form('groups=')],
    ['groups[]= in a form', () => form('groups[]=&groups[]=+')],
    ['groups[]= in parts', () => parts(['groups[]', ''])],
  ])('stay as they are with %s', async (_, send) => {
    await update({ groups: ['stays'] });
    const before = await state();
    expect(told(await send())).toEqual(['stays']);
    expect(await state()).toEqual(before);
  });

  it.each<[string, string[]]>([
    ['groups=b&groups=a', ['a', 'b']],
    ['groups[]=b&groups[]=a', ['a', 'b']],
    ['groups%5B%5D=a&groups%5B%5D=b', ['a', 'b']],
    ['groups%5b0%5d=a&groups%5b1%5d=b', ['a', 'b']],
    ['groups[7]=b&groups[2]=a', ['a', 'b']],
    ['groups[2]=a&groups[]=b', ['a', 'b']],
    ['groups=a', ['a']],
    // What is no item of the list is another member, which nobody knows.
    ['groups[0=b&groups]=c&groups=a&[groups]=d&Groups[]=e&groups2[]=f', ['a']],
  ])('are read from a form: %s', async (members, slugs) => {
    const answer = await form(members);
    expect([answer.status, told(answer).toSorted()]).toEqual([200, slugs]);
  });

  it('are read from parts', async () => {
    expect(told(await parts(['groups[]', 'p1'], ['groups[]', 'p2']))).toEqual(['p1', 'p2']);
    expect(told(await parts(['groups[0]', 'p3'], ['groups[1]', 'p4']))).toHaveLength(4);
    expect(told(await parts(['groups', 'p5'], ['groups', 'p6']))).toHaveLength(6);
  });

  it('of a form are in the order of their places', async () => {
    // Errors tell the place in the list.
    expect(fieldsOf(await form('groups[9]=ok&groups[10]=!&groups[2]=fine'))).toEqual(invalid(['groups.2', SLUG_FORM]));
    expect(fieldsOf(await form('groups[]=ok&groups[]=&groups[]=fine'))).toEqual(
      invalid(['groups.1', 'must not be empty']),
    );
  });

  it.each<[string, () => Promise<Sent>, ...[path: string, message: string][]]>([
    ['a text in JSON', () => update({ groups: 'trainer' }), ['groups', 'must be a list']],
    ['a number', () => update({ groups: 5 }), ['groups', 'must be a list']],
    ['an object', () => update({ groups: { 0: 'a' } }), ['groups', 'must be a list']],
    ['true', () => update({ groups: true }), ['groups', 'must be a list']],
    ['a list of a number', () => update({ groups: ['a', 5] }), ['groups.1', 'must be a string']],
    ['a list of null', () => update({ groups: [null] }), ['groups.0', 'is required']],
    ['a list in a list', () => update({ groups: [['a']] }), ['groups.0', 'must be a string']],
    [
      'texts that are no slugs',
      () => update({ groups: ['ok', '', 'a b'] }),
      ['groups.1', 'must not be empty'],
      ['groups.2', SLUG_FORM],
    ],
    ['too many', () => update({ groups: Array(101).fill('a') }), ['groups', 'must have at most 100 items']],
    ['too many in a form', () => form('groups[]=a&'.repeat(1_000)), ['groups', 'must have at most 100 items']],
    ['names in a form', () => form('groups[foo]=x'), ['groups', 'must be a list']],
    ['names among places', () => form('groups[0]=x&groups[foo]=x&groups[foo]=y'), ['groups', 'must be a list']],
    ['lists in a list of a form', () => form('groups[0][1]=x'), ['groups', 'must be a list']],
    ['groups[][]', () => form('groups[][]=x'), ['groups', 'must be a list']],
    ['a negative place', () => form('groups[-1]=x'), ['groups', 'must be a list']],
    ['a place of many digits', () => form(`groups[${'9'.repeat(400)}]=x`), ['groups', 'must be a list']],
    ['names in parts', () => parts(['groups[foo]', 'x']), ['groups', 'must be a list']],
    ['commas', () => form('groups=a,b'), ['groups.0', SLUG_FORM]],
  ])('are refused: %s', async (_, send, ...problems) => {
    const before = await state();
    expect(fieldsOf(await send())).toEqual(invalid(...problems));
    expect(await state()).toEqual(before);
  });

  it.each([
    ['twice, as a list and not', () => form('groups=a&groups[]=b')],
    ['twice, not as a list and as one', () => form('groups[]=a&groups=b')],
    ['a place twice', () => form('groups[1]=a&groups[1]=b')],
    ['a place that was the next one', () => form('groups[]=a&groups[0]=b')],
    ['more than a thousand', () => form('groups[]=a&'.repeat(1_001))],
    ['more than a thousand in JSON', () => update({ groups: Array(1_001).fill('a') })],
    ['not percent-encoded', () => form('groups[]=%zz')],
    ['not UTF-8', () => form('groups[]=a&groups[]=%ff')],
    ['twice in parts', () => parts(['groups', 'a'], ['groups[]', 'b'])],
    ['twice in JSON', () => post(`{"email":"${email}","groups":["a"],"groups":["b"]}`, 'application/json')],
  ] as [string, () => Promise<Sent>][])('are malformed: %s', async (_, send) => {
    const { status, body } = await send();
    expect([status, body.error.code]).toEqual([400, 'INTERNAL_REQUEST_MALFORMED']);
  });

  it('leave a customer in at most 100', async () => {
    await update({ groups: Array.from({ length: 100 }, (_, i) => `full-${i}`) });
    const before = await state();
    expect(fieldsOf(await update({ firstName: 'Jan', groups: ['full-1', 'full-100'] }))).toEqual(
      invalid(['groups', 'must leave the customer in at most 100 groups']),
    );
    // Nor was anything else done.
    expect(await state()).toEqual(before);
  });
});

describe('referralId', () => {
  it('is set, kept where it is absent, and cleared by null or nothing', async () => {
    const referral = { code: referrer, email: 'referrer@example.com' };
    expect((await update({ referralId: referrer })).body.referral).toEqual(referral);
    expect((await update({ firstName: 'Jan' })).body.referral).toEqual(referral);
    expect((await update({ referralId: null })).body.referral).toBeUndefined();
    expect((await form(`referralId=${referrer}&groups[]=a`)).body).toMatchObject({ referral, groups: [{ slug: 'a' }] });
    expect((await form('referralId=')).body.referral).toBeUndefined();
    const changes = await changesOf(gateway, { cuRefNo }, 'first: 6');
    expect(changes.map(({ action }: { action: string }) => action)).toEqual([
      'REFERRAL_SET',
      'REFERRAL_SET',
      'GROUPS_CHANGED',
      'REFERRAL_SET',
      'UPDATED',
      'REFERRAL_SET',
    ]);
  });

  it('is refused where it is nobody, oneself, or closes a circle', async () => {
    const before = await state();
    for (const referralId of ['AAAAAAAAAAAAAAAA', 'x', 'referrer@example.com'])
      expect(fieldsOf(await update({ firstName: 'Jan', groups: ['unmade'], referralId }))).toEqual(
        invalid(['referralId', 'must be a customer of this organisation']),
      );
    expect(fieldsOf(await update({ referralId: cuRefNo }))).toEqual(
      invalid(['referralId', 'must be another customer']),
    );
    expect(fieldsOf(await update({ referralId: [referrer] }))).toEqual(invalid(['referralId', 'must be a string']));
    const other = (await gateway.rest({ email: `other-${email}` })).body.cuRefNo;
    await mutate(gateway, 'setCustomerReferral', { by: { cuRefNo: other }, referrer: { cuRefNo } });
    expect(fieldsOf(await update({ referralId: other }))).toEqual(
      invalid(['referralId', 'must not have been brought by this customer, neither directly nor by others']),
    );
    expect(await state()).toEqual(before);
  });
});

describe('with an answer that tells all that is wrong', () => {
  it.each([
    ['at once', {}],
    ['under an Idempotency-Key', { 'idempotency-key': 'wrong' }],
  ])('%s', async (_, headers) => {
    const byPath = (one: { path: string }, other: { path: string }) => one.path.localeCompare(other.path);
    const send = async (members: object) => {
      const { body } = await update(members, headers as Record<string, string>);
      return body.error.fields.toSorted(byPath).map(({ path, message }: Record<string, string>) => [path, message]);
    };
    // Texts that break rules.
    expect(
      await send({ email: 'x', phone: 'x', groups: ['a', '!'], referralId: 'x', firstName: 'x'.repeat(256) }),
    ).toEqual([
      ['email', 'must be a valid e-mail address'],
      ['firstName', 'must be at most 255 characters long'],
      ['groups.1', SLUG_FORM],
      ['phone', 'must be a valid phone number'],
    ]);
    // Other types, for which GraphQL's own coercion fails.
    expect(await send({ email: 5, groups: 'a', referralId: 7, city: false, country: 'XX' })).toEqual([
      ['city', 'must be a string'],
      ['country', 'must be an ISO 3166-1 alpha-2 country code such as CZ'],
      ['email', 'must be a string'],
      ['groups', 'must be a list'],
      ['referralId', 'must be a string'],
    ]);
    // Nothing is said of what was not sent.
    expect(await send({ email: 5 })).toEqual([['email', 'must be a string']]);
  });

  it('or that the customer is unknown, with all three alike', async () => {
    const { status, body } = await update({ email: 'nobody@example.com', groups: ['unmade'], referralId: referrer });
    expect([status, body.error.code]).toEqual([404, 'PUBLIC_CUSTOMER_DETAIL_NOT_PERMITTED']);
  });
});

describe('under an Idempotency-Key', () => {
  it('a form and JSON that mean the same are one request, and other groups are another', async () => {
    const headers = { 'idempotency-key': `same-${count}` };
    const first = await update({ groups: ['a', 'b'], referralId: referrer }, headers);
    expect(first.status).toBe(200);
    const again = await form(`groups[]=a&groups[]=b&referralId=${referrer}`, headers);
    expect([again.text, again.headers.get('idempotent-replayed')]).toEqual([first.text, 'true']);
    for (const members of [{}, { groups: ['a'] }, { groups: ['a', 'b'], referralId: null }])
      expect((await update(members, headers)).status).toBe(409);
  });

  it('groups that are nothing mean what their absence means', async () => {
    const headers = { 'idempotency-key': `absent-${count}` };
    const first = await update({ firstName: 'Jan' }, headers);
    const others = [{ groups: [] }, { groups: null }, { groups: '' }];
    for (const members of others)
      expect((await update({ firstName: 'Jan', ...members }, headers)).text).toBe(first.text);
  });
});

it('counts as one request', async () => {
  const send = async (members: object) => Number((await update(members)).headers.get('x-ratelimit-remaining'));
  const before = await send({});
  expect(await send({ groups: ['a'], referralId: referrer })).toBe(before - 1);
});
