// The global ids of `node`: what is one, whose it is, and what is refused.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isReferenceOf } from '../../src/graphql/schema/global-id.ts';
import { schema } from '../../src/graphql/schema/schema.ts';
import { createKey, runSql } from '../support/database.ts';
import { fieldsOf } from '../support/fields.ts';
import { startGateway, type TestGateway } from '../support/gateway.ts';
import { fillOrganisation } from '../support/organisation.ts';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startGateway();
  await fillOrganisation(gateway.databaseUrl, gateway.organisationId, 'v', 3);
});
afterAll(() => gateway.close());

const base64 = (text: string) => Buffer.from(text).toString('base64');

describe('an id of node', () => {
  it.each([
    ...['Query:1', 'String:1', 'constructor:1', '__proto__:1', 'Nothing:1', 'Customer', 'Customer:', 'Referral:1'].map(
      base64,
    ),
    base64('Customer:0123456789abcde'),
    base64('Customer:0123456789abcdef0'),
    base64('Customer:0123456789abcde\u0000'),
    base64('Customer:0123456789abcdef:x'),
    `${base64('Customer:0123456789abcdef')}=`,
    'x',
    '',
    '💥',
    'A'.repeat(50_000),
  ])('that this gateway does not give out is refused: %s', async (id) => {
    for (const [query, variables] of [
      [`{ node(id: ${JSON.stringify(id)}) { id } }`, undefined],
      ['query ($id: ID!) { node(id: $id) { id } }', { id }],
    ] as const) {
      expect(await fieldsOf(gateway, query, variables)).toEqual([
        { path: 'id', message: 'must be an id issued by this gateway' },
      ]);
    }
  });

  it('of nobody is null, and of somebody that one', async () => {
    const query = 'query ($id: ID!) { node(id: $id) { id } }';
    const nobody = await gateway.graphql(query, { id: base64('Customer:0123456789abcdef') });
    expect(nobody.body).toEqual({ data: { node: null } });
    const [row] = await runSql<{ cu_ref_no: string }>(gateway.databaseUrl, 'select cu_ref_no from customer limit 1');
    const id = base64(`Customer:${row?.cu_ref_no}`);
    expect((await gateway.graphql(query, { id })).body).toEqual({ data: { node: { id } } });
  });

  it('of a group, a subscription and a key is that one, and the key is shown to a ROOT key alone', async () => {
    const by = `by: { cuRefNo: "${(await runSql<{ ref: string }>(gateway.databaseUrl, 'select cu_ref_no as ref from customer limit 1'))[0]?.ref}" }`;
    const made = await gateway.graphql(`mutation {
      createCustomerGroup(input: { name: "Node", slug: "node" }) { group { id } }
      startCustomerSubscription(input: { ${by}, productSlug: "p", orderNumber: "1" }) { subscription { id externalId } customer { cuRefNo } }
    }`);
    const { createCustomerGroup, startCustomerSubscription } = made.body.data;
    const { id, externalId } = startCustomerSubscription.subscription;
    const find =
      'query ($id: ID!) { node(id: $id) { __typename id ... on CustomerGroup { slug } ... on CustomerSubscription { externalId } } }';
    const found = async (of: string, key = gateway.key) => (await gateway.graphql(find, { id: of }, { key })).body;
    expect(await found(createCustomerGroup.group.id)).toEqual({
      data: { node: { __typename: 'CustomerGroup', id: base64('CustomerGroup:node'), slug: 'node' } },
    });
    expect((await found(id)).data.node).toEqual({ __typename: 'CustomerSubscription', id, externalId });
    await gateway.graphql(`mutation { deleteCustomer(input: { ${by}, reason: "test" }) { customer { cuRefNo } } }`);
    expect(await found(id)).toEqual({ data: { node: null } });
    const key = base64(`ApiKey:${gateway.key.slice(0, 8)}`);
    const told = async (of: string) => {
      const { status, body } = await gateway.graphql(
        'query ($id: ID!) { node(id: $id) { id } viewer { key { prefix } } }',
        { id: of },
      );
      return [status, body.errors[0].extensions.code, body.data];
    };
    const hidden = [200, 'PUBLIC_API_KEY_SCOPE_NOT_ALLOWED', { node: null, viewer: { key: { prefix: 'PROD' } } }];
    // One that is there looks like one that is not.
    expect(await told(key)).toEqual(hidden);
    expect(await told(base64('ApiKey:PRODnone'))).toEqual(hidden);
    const root = await createKey(gateway.databaseUrl, gateway.organisationId, { prefix: 'ROOT' });
    expect((await found(key, root)).data.node).toEqual({ __typename: 'ApiKey', id: key });
    const named = await gateway.graphql('query ($id: ID!) { node(id: $id) { ... on ApiKey { fingerprint } } }', {
      id: key,
    });
    expect([named.status, named.body.errors[0].extensions.code]).toEqual([403, 'PUBLIC_API_KEY_SCOPE_NOT_ALLOWED']);
  });

  it('is known for every type that has one', () => {
    const node = schema.getType('Node') as Parameters<typeof schema.getPossibleTypes>[0];
    expect(schema.getPossibleTypes(node).map(({ name }) => name)).toEqual([...isReferenceOf.keys()]);
  });
});
