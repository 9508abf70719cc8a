// Lists of customers while customers come and go: pages, and what two processes tell of the same moment.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { rest } from '../../support/apis.ts';
import { createDatabase, createKey } from '../../support/database.ts';
import { startGateway, type TestGateway } from '../../support/gateway.ts';
import { seededRandom } from '../../support/random.ts';

const WRITES = Number(process.env.GATEWAY_TEST_WRITES ?? 100);

let gateway: TestGateway;
let other: TestGateway;
let key: string;
beforeAll(async () => {
  const databaseUrl = await createDatabase();
  gateway = await startGateway({ databaseUrl });
  other = await startGateway({ databaseUrl });
  key = await createKey(databaseUrl, gateway.organisationId, { prefix: 'ROOT' });
});
afterAll(() => Promise.all([gateway.close(), other.close()]));

const update = (email: string, lastName: string) =>
  gateway.graphql(
    'mutation ($input: UpdateCustomerInput!) { updateCustomer(input: $input) { customer { cuRefNo } } }',
    { input: { by: { email }, lastName } },
    { key },
  );
const remove = (email: string) =>
  gateway.graphql(
    'mutation ($input: DeleteCustomerInput!) { deleteCustomer(input: $input) { customer { cuRefNo } } }',
    { input: { by: { email }, reason: 'It is no longer needed.' } },
    { key },
  );

const PAGE = `query ($search: String, $orderBy: CustomerOrder, $first: Int, $after: String, $last: Int, $before: String) {
  customers(search: $search, orderBy: $orderBy, first: $first, after: $after, last: $last, before: $before) {
    edges { node { email } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
  }
}`;

/** Reads a whole list by pages; `between` is done after each. */
async function whole(asked: object, isForward: boolean, between: () => Promise<unknown>): Promise<string[]> {
  const found: string[] = [];
  let bounds: object = isForward ? { first: 7 } : { last: 7 };
  for (;;) {
    const { body } = await gateway.graphql(PAGE, { ...asked, ...bounds }, { key });
    expect(body.errors).toBeUndefined();
    const { edges, pageInfo } = body.data.customers;
    const emails = edges.map(({ node }: { node: { email: string } }) => node.email);
    found.push(...(isForward ? emails : emails.toReversed()));
    if (!(isForward ? pageInfo.hasNextPage : pageInfo.hasPreviousPage)) return found;
    bounds = isForward ? { first: 7, after: pageInfo.endCursor } : { last: 7, before: pageInfo.startCursor };
    await between();
  }
}

describe('pages between which customers come and go', () => {
  const names = ['Novák', 'Nowak', 'Müller', 'Yılmaz', 'Nguyễn', 'Zeman'];
  const lists = [
    {},
    ...['CREATED_AT', 'LAST_SEEN_AT', 'NAME', 'CREDIT'].flatMap((field) =>
      ['ASC', 'DESC'].map((direction) => ({ orderBy: { field, direction } })),
    ),
  ].flatMap((order) => [order, { ...order, search: 'stays' }]);

  beforeAll(async () => {
    for (let n = 0; n < 40; n++) {
      await rest.create(gateway, { email: `stays${n}@example.com` }, { key });
      await update(`stays${n}@example.com`, names[n % names.length] ?? '');
    }
  }, 60_000);

  it.each(lists.map((asked) => [JSON.stringify(asked), asked] as const))(
    'have none twice, and all who were there throughout: %s',
    async (_, asked) => {
      const next = seededRandom(JSON.stringify(asked).length);
      let n = 0;
      const comeAndGo = async () => {
        n += 1;
        const email = `stays-not${n}@example.com`;
        await rest.create(gateway, { email }, { key });
        await update(email, names[Math.floor(next() * names.length)] ?? '');
        if (n > 1) await remove(`stays-not${n - 1}@example.com`);
      };
      for (const isForward of [true, false]) {
        const found = await whole(asked, isForward, comeAndGo);
        expect(found.length).toBe(new Set(found).size);
        const stayed = found.filter((email) => /^stays\d/.test(email));
        expect(stayed.toSorted()).toEqual(Array.from({ length: 40 }, (__, i) => `stays${i}@example.com`).toSorted());
      }
    },
    60_000,
  );
});

describe('a write', () => {
  it(`is found by the next query, of whichever process: ${WRITES} times`, async () => {
    const find = (process: TestGateway, search: string) =>
      process.graphql(
        'query ($search: String) { customers(search: $search) { totalCount edges { node { email } } } }',
        {
          search,
        },
        { key },
      );
    for (let n = 0; n < WRITES; n++) {
      const [writer, reader] = n % 2 ? [gateway, other] : [other, gateway];
      const email = `written${n}x@example.com`;
      await rest.create(writer, { email }, { key });
      const { body } = await find(reader, `written${n}x`);
      expect(body.data?.customers).toEqual({ totalCount: 1, edges: [{ node: { email } }] });
    }
  }, 120_000);
});
