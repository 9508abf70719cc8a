// Queries: one customer, pages of them, global ids; that nothing crosses organisations; how many statements they cost.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CREATE } from '../support/apis.ts';
import { createKey, createOrganisation, runSql, statementsOf } from '../support/database.ts';
import { startGateway, type TestGateway } from '../support/gateway.ts';
import { mutate } from '../support/mutations.ts';
import { fillOrganisation } from '../support/organisation.ts';

const COUNT = 120;
let gateway: TestGateway;
let otherKey: string;

const everything = `
  id cuRefNo email phone firstName lastName companyName companyRegistrationNumber taxIdentificationNumber creditBalance premium ban
  groups { name slug } meta customFields
  referral { code email firstName lastName customer { cuRefNo groups { slug } referral { code } } }
  runningSubscriptions { externalId productSlug productCode orderNumber orderHash autoRenew }
  createdAt updatedAt lastSeenAt`;
const page = `query ($first: Int, $last: Int, $after: String, $before: String) {
  customers(first: $first, last: $last, after: $after, before: $before) {
    edges { cursor node { ${everything} } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
  }
}`;

beforeAll(async () => {
  gateway = await startGateway();
  const other = await createOrganisation(gateway.databaseUrl);
  otherKey = await createKey(gateway.databaseUrl, other);
  for (const organisation of [gateway.organisationId, other]) {
    await fillOrganisation(gateway.databaseUrl, organisation, 'page', COUNT);
  }
});
afterAll(() => gateway.close());

type Edge = { cursor: string; node: { cuRefNo: string; email: string; id: string; groups: unknown[] } };

async function list(variables: object, key?: string) {
  const { body } = await gateway.graphql(page, variables, key ? { key } : {});
  return body.data?.customers as {
    edges: Edge[];
    pageInfo: { hasNextPage: boolean; hasPreviousPage: boolean; endCursor: string; startCursor: string };
  };
}

const one = async (by: object, key?: string) => {
  const { body } = await gateway.graphql(
    `query ($by: CustomerBy!) { customer(by: $by) { ${everything} } }`,
    { by },
    key ? { key } : {},
  );
  return body.data?.customer;
};

describe('customer(by:)', () => {
  it('finds by reference and by any spelling of the e-mail address', async () => {
    const byEmail = await one({ email: ' PAGE7@example.com' });
    expect(byEmail).toMatchObject({
      email: 'page7@example.com',
      referral: { email: 'page6@example.com', customer: { groups: { length: 3 } } },
    });
    expect(await one({ cuRefNo: byEmail.cuRefNo })).toEqual(byEmail);
    await gateway.rest({ email: 'so.me@gmail.com' });
    expect(await one({ email: 'some+x@googlemail.com' })).toMatchObject({ email: 'so.me@gmail.com' });
    await runSql(gateway.databaseUrl, `delete from customer where email = 'so.me@gmail.com'`);
  });

  it('answers null when there is none', async () => {
    expect(await one({ email: 'nobody@example.com' })).toBeNull();
    expect(await one({ cuRefNo: 'AAAAAAAAAAAAAAAA' })).toBeNull();
    expect(await one({ cuRefNo: 'short' })).toBeNull();
  });

  it('refuses an address that is none', async () => {
    const { body } = await gateway.graphql('{ customer(by: { email: "x" }) { email } }');
    expect(body.errors[0].extensions).toMatchObject({
      code: 'INTERNAL_VALIDATION_FAILED',
      fields: [{ path: 'email' }],
    });
  });

  it('does not find a deleted one, and leaves a deleted referrer out', async () => {
    const [gone, brought] = [await one({ email: 'page1@example.com' }), await one({ email: 'page2@example.com' })];
    expect(brought.referral.code).toBe(gone.cuRefNo);
    await runSql(gateway.databaseUrl, 'update customer set deleted_at = now() where cu_ref_no = $1', [gone.cuRefNo]);
    expect(await one({ cuRefNo: gone.cuRefNo })).toBeNull();
    expect((await one({ email: 'page2@example.com' })).referral).toBeNull();
    await runSql(gateway.databaseUrl, 'update customer set deleted_at = null where cu_ref_no = $1', [gone.cuRefNo]);
  });

  it('shows a contact without an e-mail address', async () => {
    const reference = 'PhoneOnly0000001';
    await runSql(
      gateway.databaseUrl,
      `insert into customer (organisation_id, cu_ref_no, phone) values ($1, $2, '+420 777123456')`,
      [gateway.organisationId, reference],
    );
    expect(await one({ cuRefNo: reference })).toMatchObject({ email: null, phone: '+420 777123456' });
    await runSql(gateway.databaseUrl, 'delete from customer where cu_ref_no = $1', [reference]);
  });
});

describe('customers', () => {
  it('gives every customer once, newest first, page by page', async () => {
    const seen: string[] = [];
    let after: string | undefined;
    for (let pages = 0; pages < 20; pages++) {
      const { edges, pageInfo } = await list({ first: 50, after });
      seen.push(...edges.map(({ node }) => node.email));
      after = pageInfo.endCursor;
      if (!pageInfo.hasNextPage) break;
    }
    expect(seen).toEqual(Array.from({ length: COUNT }, (_, i) => `page${COUNT - i}@example.com`));
  });

  it('goes backwards too', async () => {
    const { edges, pageInfo } = await list({ last: 2 });
    expect(edges.map(({ node }) => node.email)).toEqual(['page2@example.com', 'page1@example.com']);
    const before = await list({ last: 2, before: pageInfo.startCursor });
    expect(before.edges.map(({ node }) => node.email)).toEqual(['page4@example.com', 'page3@example.com']);
  });

  it('keeps its place when the customer of the cursor is deleted or a new one comes', async () => {
    const first = await list({ first: 2 });
    const [, second] = first.edges;
    await runSql(gateway.databaseUrl, 'update customer set deleted_at = now() where cu_ref_no = $1', [
      second?.node.cuRefNo,
    ]);
    const next = await list({ first: 1, after: second?.cursor });
    expect(next.edges[0]?.node.email).toBe(`page${COUNT - 2}@example.com`);
    await runSql(gateway.databaseUrl, 'update customer set deleted_at = null where cu_ref_no = $1', [
      second?.node.cuRefNo,
    ]);
  });

  it('gives 20 unless told', async () => expect((await list({})).edges).toHaveLength(20));
  it('gives none when none are asked for', async () => expect((await list({ first: 0 })).edges).toHaveLength(0));
});

describe('another organisation', () => {
  it('is reached by no id, cursor, reference or address', async () => {
    const ours = await list({ first: 50 });
    for (const { cursor, node } of ours.edges) {
      expect(await one({ cuRefNo: node.cuRefNo }, otherKey)).toBeNull();
      expect((await one({ email: node.email }, otherKey)).cuRefNo).not.toBe(node.cuRefNo);
      const found = await gateway.graphql(
        'query ($id: ID!) { node(id: $id) { id } }',
        { id: node.id },
        { key: otherKey },
      );
      expect(found.body.data.node).toBeNull();
      const crossed = await gateway.graphql(page, { first: 1, after: cursor }, { key: otherKey });
      expect(crossed.body.errors[0].extensions).toMatchObject({
        code: 'INTERNAL_VALIDATION_FAILED',
        fields: [{ path: 'after' }],
      });
    }
    const theirs = await list({ first: 100 }, otherKey);
    const references = new Set(ours.edges.map(({ node }) => node.cuRefNo));
    expect(theirs.edges.filter(({ node }) => references.has(node.cuRefNo))).toEqual([]);
  });
});

describe('node', () => {
  it('finds what a customer says is its id', async () => {
    const customer = await one({ email: 'page3@example.com' });
    const { body } = await gateway.graphql('query ($id: ID!) { node(id: $id) { id ... on Customer { email } } }', {
      id: customer.id,
    });
    expect(body.data.node).toEqual({ id: customer.id, email: 'page3@example.com' });
    expect(Buffer.from(customer.id, 'base64').toString()).toBe(`Customer:${customer.cuRefNo}`);
  });

  it('answers null for another type', async () => {
    const id = Buffer.from('CustomerGroup:1').toString('base64');
    const { body } = await gateway.graphql('query ($id: ID!) { node(id: $id) { id } }', { id });
    expect(body.data?.node ?? null).toBeNull();
    expect(JSON.stringify(body)).not.toContain('INTERNAL_SERVER_ERROR');
  });
});

describe('SQL statements', () => {
  const countOf = async (work: () => Promise<unknown>) => (await statementsOf(work)).length;

  it.each([
    ['meta', /\bmeta\b/, 'meta'],
    ['custom fields', /custom_fields/, 'customFields'],
    ['addresses', /postal_code/, 'address { postalCode }'],
    ['the values of changes', /change_value/, 'all: changes(first: 5) { edges { node { fields { before } } } }'],
  ])('read %s only where they are selected', async (_, column, selection) => {
    const email = 'read@example.com';
    await gateway.graphql(CREATE, { input: { email } });
    await mutate(gateway, 'updateCustomer', { by: { email }, firstName: String(Math.random()), meta: { a: 1 } });
    const plain = 'email changes(first: 5) { edges { node { action fields { name } } } }';
    const readBy = async (query: string) => {
      const texts = await statementsOf(async () => {
        expect((await gateway.graphql(query)).body.errors).toBeUndefined();
      });
      return texts.filter((text) => column.test(text)).length;
    };
    const ofTwo = (list: string, one: string) =>
      `{ customers(first: 5) { edges { node { ${list} } } } customer(by: { email: "${email}" }) { ${one} } }`;
    expect(await readBy(ofTwo(plain, plain))).toBe(0);
    expect(await readBy(ofTwo(plain, `${plain} ${selection}`))).toBe(1);
    expect(
      await readBy(ofTwo(`${plain} ...F @skip(if: true)`, plain).concat(` fragment F on Customer { ${selection} }`)),
    ).toBe(0);
    expect(await readBy(ofTwo(`${plain} ...F`, plain).concat(` fragment F on Customer { ${selection} }`))).toBe(1);
  });

  it('are a fixed handful for queries, however many customers are shown', async () => {
    const byEmail = `{ customer(by: { email: "page9@example.com" }) { email } }`;
    expect(await countOf(() => gateway.graphql(byEmail))).toBe(1);
    expect(await countOf(() => one({ email: 'page9@example.com' }))).toBeLessThanOrEqual(7);
    const of10 = await countOf(() => list({ first: 10 }));
    const of50 = await countOf(() => list({ first: 50 }));
    expect(of50).toBe(of10);
    expect(of50).toBeLessThanOrEqual(7);
    const plain =
      '{ customers(first: 50) { edges { node { groups { slug } referral { code } runningSubscriptions { externalId } } } } }';
    expect(await countOf(() => gateway.graphql(plain))).toBe(1);
  });

  it('are one for createCustomer through either API, for a new customer where the last calls made some, and for an existing one where they did not, whatever is shown of it', async () => {
    const input = { email: 'page9@example.com', customerRealIp: '1.1.1.1' };
    for (let i = 0; i < 8; i++) await gateway.rest({ email: `warm${i}@example.com` });
    expect(await countOf(() => gateway.rest({ email: 'count1@example.com' }))).toBe(1);
    expect(await countOf(() => gateway.graphql(CREATE, { input: { email: 'count2@example.com' } }))).toBe(1);
    for (let i = 0; i < 8; i++) await gateway.rest(input);
    expect(await countOf(() => gateway.rest(input))).toBe(1);
    expect(await countOf(() => gateway.graphql(CREATE, { input }))).toBe(1);
  });

  it('are three at most where createCustomer meets what it does not expect', async () => {
    for (let i = 0; i < 8; i++) await gateway.rest({ email: 'page9@example.com' });
    expect(await countOf(() => gateway.rest({ email: 'unexpected@example.com' }))).toBe(2);
    expect(await countOf(() => gateway.rest({ email: 'unexpected@example.com', customerRealIp: '2.2.2.2' }))).toBe(2);
    for (let i = 0; i < 8; i++) await gateway.rest({ email: `expected${i}@example.com` });
    expect(await countOf(() => gateway.rest({ email: 'unexpected@example.com' }))).toBe(2);
    expect(await countOf(() => gateway.rest({ email: 'unexpected@example.com', customerRealIp: '3.3.3.3' }))).toBe(3);
  });
});
