// Groups of customers: made, changed, listed, deleted; who joins and leaves them; and all of that at once, over two gateways.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { expectClean } from '../support/check.ts';
import { createKey, createOrganisation, runSql, statementsOf } from '../support/database.ts';
import { startGateway, type TestGateway } from '../support/gateway.ts';
import { changesOf, mutate } from '../support/mutations.ts';

let gateway: TestGateway;
let second: TestGateway;
let email: string;
let cuRefNo: string;
let count = 0;
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
  email = `groups${count}@example.com`;
  ({ cuRefNo } = (await gateway.rest({ email })).body);
});

const by = () => ({ cuRefNo });
const SHOWN = 'group { name slug customerCount }';
const create = (input: object, to = gateway) => mutate(to, 'createCustomerGroup', input, SHOWN, { key: gateway.key });
const change = (input: object) => mutate(gateway, 'updateCustomerGroup', input, SHOWN);
const remove = (slug: string, members = {}, to = gateway) =>
  mutate(to, 'deleteCustomerGroup', { slug, ...members }, SHOWN, { key: gateway.key });
const GROUPS = 'customer { cuRefNo version groups { name slug } }';
const add = (groups: unknown, members: object = {}, to = gateway) =>
  mutate(to, 'addCustomerToGroups', { by: by(), groups, ...members }, GROUPS, { key: gateway.key });
const leave = (groups: unknown) => mutate(gateway, 'removeCustomerFromGroups', { by: by(), groups }, GROUPS);
const slugsIn = ({ payload }: { payload: { customer: { groups: { slug: string }[] } } }) =>
  payload.customer.groups.map(({ slug }) => slug).toSorted();
const slugsOf = async (reference = cuRefNo): Promise<string[]> => {
  const { body } = await gateway.graphql(`{ customer(by: { cuRefNo: "${reference}" }) { groups { slug } } }`);
  return body.data.customer.groups.map(({ slug }: { slug: string }) => slug).toSorted();
};
/** What the change log says of a group. */
const historyOf = (slug: string) =>
  runSql(
    gateway.databaseUrl,
    `select action, actor, reason from change_entry where subject = 'customer_group' and reference = $1 order by id`,
    [slug],
  );
const VALIDATION = 'INTERNAL_VALIDATION_FAILED';
const UNKNOWN = 'must be the slug of a group of this organisation';
const actor = () => `key:${gateway.key.slice(0, 8)}`;

describe('createCustomerGroup', () => {
  it('makes a group with the slug that is told, or one made of the name', async () => {
    expect((await create({ name: ' Personal  Trainer ', slug: ' Trainer_1 ' })).payload.group).toEqual({
      name: 'Personal Trainer',
      slug: 'trainer_1',
      customerCount: 0,
    });
    expect((await create({ name: 'VIP zákazníci (Łódź) & spol.' })).payload.group.slug).toBe('vip-zakaznici-lodz-spol');
    expect((await create({ name: `${'x'.repeat(70)} y` })).payload.group.slug).toBe('x'.repeat(63));
    expect(await historyOf('trainer_1')).toEqual([{ action: 'created', actor: actor(), reason: null }]);
  });

  it('refuses a slug that is taken, but not for another organisation', async () => {
    await create({ name: 'Taken' });
    const theirs = await createKey(gateway.databaseUrl, await createOrganisation(gateway.databaseUrl));
    const made = await mutate(gateway, 'createCustomerGroup', { name: 'Taken' }, SHOWN, { key: theirs });
    expect(made.payload.group).toEqual({ name: 'Taken', slug: 'taken', customerCount: 0 });
    for (const input of [{ name: 'TAKEN' }, { name: 'Other', slug: 'taken' }]) {
      const { code, message } = await create(input);
      expect([code, message]).toEqual([
        'INTERNAL_CONFLICT',
        expect.stringMatching(/^Another group has the slug "[a-z-]+"\.$/),
      ]);
    }
    expect(await historyOf('taken')).toHaveLength(2);
  });

  it.each([
    [{ name: '  ' }, 'name', 'must not be empty'],
    [{ name: 'x'.repeat(256) }, 'name', 'must be at most 255 characters long'],
    [{ name: '日本' }, 'slug', 'is required where the name has no letters a to z and no digits'],
    [{ name: 'a', slug: '' }, 'slug', 'must not be empty'],
    [{ name: 'a', slug: 'x'.repeat(64) }, 'slug', 'must be at most 63 characters long'],
    ...['a b', '-a', 'a--b', 'á', 'a/b', 'a\u0000'].map((slug) => [
      { name: 'a', slug },
      'slug',
      slug === 'a\u0000'
        ? 'must not contain control characters'
        : 'must be letters a to z, digits, and single hyphens or underscores between them',
    ]),
  ] as [object, string, string][])('refuses %j', async (input, path, message) => {
    const { code, fields } = await create(input);
    expect([code, fields]).toEqual([VALIDATION, [{ path, message }]]);
  });

  it('many at once over two gateways: one makes it', async () => {
    const all = await Promise.all(
      Array.from({ length: 20 }, (_, i) => create({ name: 'Contested' }, i % 2 ? second : gateway)),
    );
    expect(all.filter(({ payload }) => payload)).toHaveLength(1);
    expect(all.filter(({ code }) => code === 'INTERNAL_CONFLICT')).toHaveLength(19);
  });
});

describe('updateCustomerGroup', () => {
  it('changes name and slug, and its customers stay', async () => {
    await create({ name: 'Before' });
    await add(['before']);
    const { payload } = await change({ slug: 'before', name: 'After', newSlug: 'after' });
    expect(payload.group).toEqual({ name: 'After', slug: 'after', customerCount: 1 });
    expect(await slugsOf()).toEqual(['after']);
    expect((await change({ slug: 'before', name: 'x' })).fields).toEqual([{ path: 'slug', message: UNKNOWN }]);
    expect(await historyOf('before')).toMatchObject([{ action: 'created' }, { action: 'updated' }]);
  });

  it('writes nothing where nothing differs', async () => {
    await create({ name: 'Same' });
    for (const input of [{}, { name: 'Same' }, { newSlug: 'same', name: null }])
      expect((await change({ slug: 'same', ...input })).payload.group.name).toBe('Same');
    expect(await historyOf('same')).toHaveLength(1);
  });

  it('refuses a slug that is taken, and one that is unknown', async () => {
    await create({ name: 'First' });
    await create({ name: 'Other' });
    expect((await change({ slug: 'first', newSlug: 'other' })).code).toBe('INTERNAL_CONFLICT');
    const unknown = await change({ slug: 'unknown', name: 'x' });
    expect([unknown.code, unknown.fields]).toEqual([VALIDATION, [{ path: 'slug', message: UNKNOWN }]]);
  });
});

describe('deleteCustomerGroup', () => {
  it('is refused while customers belong to it, unless it is forced', async () => {
    await create({ name: 'Full' });
    await add(['full']);
    const refused = await remove('full');
    expect([refused.code, refused.message]).toEqual(['INTERNAL_CONFLICT', 'Customers belong to this group.']);
    expect(await slugsOf()).toEqual(['full']);
    const { payload } = await remove('full', { force: true, reason: 'why' });
    // Nobody belongs to it any more, also before background work has taken the memberships away.
    expect(payload.group).toEqual({ name: 'Full', slug: 'full', customerCount: 0 });
    expect(await slugsOf()).toEqual([]);
    expect(await historyOf('full')).toMatchObject([
      { action: 'created' },
      { action: 'deleted', actor: actor(), reason: 'why' },
    ]);
  });

  it('is counted anew in each field of a document', async () => {
    await create({ name: 'Counted' });
    await add(['counted']);
    const { body } = await gateway.graphql(`mutation {
      a: updateCustomerGroup(input: { slug: "counted", name: "x" }) { group { customerCount } }
      b: deleteCustomerGroup(input: { slug: "counted", force: true }) { group { customerCount } }
    }`);
    expect(body.data).toEqual({ a: { group: { customerCount: 1 } }, b: { group: { customerCount: 0 } } });
  });

  it('counts no customer that was deleted', async () => {
    await create({ name: 'Left' });
    await add(['left']);
    await mutate(gateway, 'deleteCustomer', { by: by(), reason: 'why' });
    expect((await remove('left')).code).toBeUndefined();
  });

  it('frees the slug at once: a group of the same name has no customers', async () => {
    await create({ name: 'Again' });
    await add(['again']);
    await remove('again', { force: true });
    expect((await create({ name: 'Again' })).payload.group.customerCount).toBe(0);
    expect(await slugsOf()).toEqual([]);
    expect((await remove('again')).payload.group.slug).toBe('again');
    const unknown = await remove('again');
    expect([unknown.code, unknown.fields]).toEqual([VALIDATION, [{ path: 'slug', message: UNKNOWN }]]);
  });
});

describe('addCustomerToGroups and removeCustomerFromGroups', () => {
  it('change what differs, write it down, and leave the version', async () => {
    for (const name of ['Aa', 'Bb', 'Cc']) await create({ name });
    expect(slugsIn(await add(['aa', 'bb']))).toEqual(['aa', 'bb']);
    expect(slugsIn(await add(['BB', 'cc', 'cc']))).toEqual(['aa', 'bb', 'cc']);
    expect(slugsIn(await add(['aa']))).toEqual(['aa', 'bb', 'cc']);
    const left = await leave(['aa', 'aa', 'bb']);
    expect(slugsIn(left)).toEqual(['cc']);
    expect(left.payload.customer.version).toBe(1);
    expect(slugsIn(await leave(['aa']))).toEqual(['cc']);
    const changes = await changesOf(gateway, by(), 'first: 3');
    const ofGroups = (before: string[], after: string[]) => ({
      action: 'GROUPS_CHANGED',
      actor: actor(),
      fields: [{ name: 'groups', before, after }],
    });
    expect(changes).toMatchObject([
      ofGroups(['aa', 'bb', 'cc'], ['cc']),
      ofGroups(['aa', 'bb'], ['aa', 'bb', 'cc']),
      ofGroups([], ['aa', 'bb']),
    ]);
  });

  it('refuses what is unknown at its place in the list, and changes nothing', async () => {
    await create({ name: 'Known' });
    const groups = ['known', 'known', 'nope', 'known', 'nope'];
    for (const attempt of [add, leave]) {
      const { code, fields } = await attempt(groups);
      expect([code, fields]).toEqual([
        VALIDATION,
        [2, 4].map((place) => ({ path: `groups.${place}`, message: UNKNOWN })),
      ]);
    }
    expect(await slugsOf()).toEqual([]);
  });

  it.each<[unknown, { path: string; message: string }[]]>([
    [[], [{ path: 'groups', message: 'must not be empty' }]],
    [Array(101).fill('!'), [{ path: 'groups', message: 'must have at most 100 items' }]],
    [
      ['', 'a b', 'ok'],
      [
        { path: 'groups.0', message: 'must not be empty' },
        { path: 'groups.1', message: 'must be letters a to z, digits, and single hyphens or underscores between them' },
      ],
    ],
  ])('refuse %j', async (groups, problems) => {
    const { code, fields } = await add(groups, { createMissingGroups: true });
    expect([code, fields]).toEqual([VALIDATION, problems]);
  });

  it('make missing groups where that is asked for, named by their slugs', async () => {
    await create({ name: 'There', slug: 'there-1' });
    const { payload } = await add(['new-1', 'there-1', 'new-2', 'new-1'], { createMissingGroups: true });
    expect(payload.customer.groups).toEqual([
      { name: 'There', slug: 'there-1' },
      { name: 'new-1', slug: 'new-1' },
      { name: 'new-2', slug: 'new-2' },
    ]);
    expect(await historyOf('new-1')).toEqual([{ action: 'created', actor: actor(), reason: null }]);
    expect(await historyOf('there-1')).toHaveLength(1);
  });

  it('leave a customer in at most 100 groups, and make none for one that has too many', async () => {
    const slugs = Array.from({ length: 100 }, (_, i) => `many-${i}`);
    expect((await add(slugs, { createMissingGroups: true })).payload.customer.groups).toHaveLength(100);
    expect((await add(slugs.slice(50))).code).toBeUndefined();
    const { code, fields } = await add(['many-0', 'one-more'], { createMissingGroups: true });
    expect([code, fields]).toEqual([
      VALIDATION,
      [{ path: 'groups', message: 'must leave the customer in at most 100 groups' }],
    ]);
    expect(await historyOf('one-more')).toEqual([]);
    expect((await leave(['many-0'])).code).toBeUndefined();
    expect((await add(['one-more'], { createMissingGroups: true })).code).toBeUndefined();
    expect(await slugsOf()).toHaveLength(100);
  });

  it('permit no customer that is unknown, deleted or of others', async () => {
    await create({ name: 'Mine' });
    const theirs = await createKey(gateway.databaseUrl, await createOrganisation(gateway.databaseUrl));
    const as = (key: string, reference: string) =>
      mutate(gateway, 'addCustomerToGroups', { by: { cuRefNo: reference }, groups: ['mine'] }, GROUPS, { key });
    expect((await as(theirs, cuRefNo)).code).toBe('PUBLIC_CUSTOMER_DETAIL_NOT_PERMITTED');
    expect((await as(gateway.key, 'AAAAAAAAAAAAAAAA')).code).toBe('PUBLIC_CUSTOMER_DETAIL_NOT_PERMITTED');
    await mutate(gateway, 'deleteCustomer', { by: by(), reason: 'why' });
    expect((await add(['mine'])).code).toBe('PUBLIC_CUSTOMER_DETAIL_NOT_PERMITTED');
  });
});

describe('customerGroups', () => {
  it('lists an organisation’s groups by slug, in pages, with how many customers belong to each', async () => {
    const key = await createKey(gateway.databaseUrl, await createOrganisation(gateway.databaseUrl));
    const ask = (query: string) => gateway.graphql(query, {}, { key });
    const { cuRefNo: theirs } = (await gateway.rest({ email: 'lists@example.com' }, { key })).body;
    const slugs = Array.from({ length: 120 }, (_, i) => `list-${String(i).padStart(3, '0')}`);
    for (const groups of [slugs.slice(20), slugs.slice(0, 20)]) {
      const input = { by: { cuRefNo: theirs }, groups, createMissingGroups: true };
      await mutate(gateway, 'addCustomerToGroups', input, 'customer { cuRefNo }', { key });
      const { code } = await mutate(gateway, 'removeCustomerFromGroups', { by: input.by, groups }, GROUPS, { key });
      expect(code).toBeUndefined();
    }
    await mutate(gateway, 'addCustomerToGroups', { by: { cuRefNo: theirs }, groups: ['list-001'] }, GROUPS, { key });
    await mutate(gateway, 'deleteCustomerGroup', { slug: 'list-003' }, SHOWN, { key });
    const left = slugs.filter((slug) => slug !== 'list-003');
    const page = (args: string) =>
      `{ customerGroups(${args}) { edges { cursor node { slug customerCount } } pageInfo { hasNextPage endCursor } } }`;
    const first = (await ask(page('first: 100'))).body.data.customerGroups;
    const second = (await ask(page(`first: 100, after: "${first.pageInfo.endCursor}"`))).body.data.customerGroups;
    const nodes = [...first.edges, ...second.edges].map(({ node }) => node);
    expect(nodes).toEqual(left.map((slug) => ({ slug, customerCount: slug === 'list-001' ? 1 : 0 })));
    expect([first.pageInfo.hasNextPage, second.pageInfo.hasNextPage]).toEqual([true, false]);
    const last = (await ask(page('last: 2'))).body.data.customerGroups;
    expect(last.edges.map(({ node }: { node: { slug: string } }) => node.slug)).toEqual(left.slice(-2));
    const bad = await ask(page('after: "x"'));
    expect(bad.body.errors[0].extensions).toMatchObject({ code: VALIDATION, fields: [{ path: 'after' }] });
    // A count reads many rows: a page of them is several requests.
    const priced = await gateway.graphql(page('first: 100'), {}, { key, headers: { 'x-graphql-cost': '1' } });
    expect(priced.body.extensions.cost.requests).toBe(3);
  });

  it('counts by one statement, however many groups a page has', async () => {
    await add(
      Array.from({ length: 100 }, (_, i) => `counted-${i}`),
      { createMissingGroups: true },
    );
    const sent = await statementsOf(async () => {
      const { body } = await gateway.graphql('{ customerGroups(first: 100) { edges { node { customerCount } } } }');
      expect(body.data.customerGroups.edges).toHaveLength(100);
    });
    expect(sent.filter((text) => text.includes('customer_group'))).toHaveLength(2);
  });
});
