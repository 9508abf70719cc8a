// The global ids of `node`: what is one, whose it is, and what is refused.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isReferenceOf } from '../../src/graphql/schema/global-id.ts';
import { schema } from '../../src/graphql/schema/schema.ts';
import { runSql } from '../support/database.ts';
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

  it('is known for every type that has one', () => {
    const node = schema.getType('Node') as Parameters<typeof schema.getPossibleTypes>[0];
    expect(schema.getPossibleTypes(node).map(({ name }) => name)).toEqual([...isReferenceOf.keys()]);
  });
});
