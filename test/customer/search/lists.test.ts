// Lists of customers against a model in memory: every combination of filters, a search and a sort, in pages of both directions.
import pino from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BARE } from '../../../src/customer/profile.ts';
import { customerFilter } from '../../../src/customer/search/filter.ts';
import { CustomerList } from '../../../src/customer/search/list.ts';
import { searchInput } from '../../../src/customer/search/terms.ts';
import { openDatabase } from '../../../src/database/open.ts';
import { parseDatabaseUrl } from '../../../src/database-url.ts';
import { entities } from '../../../src/entities.ts';
import { createDatabase, createKey } from '../../support/database.ts';
import { startGateway, type TestGateway } from '../../support/gateway.ts';
import type { MadeUpCustomer } from '../../support/population/customer.ts';
import { type ListQuery, listed } from '../../support/population/model.ts';
import { everybody, populate } from '../../support/population/population.ts';
import { seededRandom } from '../../support/random.ts';

const TRAITS = { total: 4_000, organisations: 3, seed: 7 };
const COMBINATIONS = Number(process.env.GATEWAY_TEST_COMBINATIONS ?? 250);

let gateway: TestGateway;
/** Those of the largest organisation. */
const customers: MadeUpCustomer[] = [];
let key: string;
let organisationId: number;

beforeAll(async () => {
  const databaseUrl = await createDatabase();
  const [largest] = await populate(databaseUrl, TRAITS);
  for (const [position, customer] of everybody(TRAITS)) if (position === 0) customers.push(customer);
  organisationId = largest?.id ?? 0;
  gateway = await startGateway({ databaseUrl });
  key = await createKey(databaseUrl, organisationId, { prefix: 'ROOT' });
}, 120_000);
afterAll(() => gateway.close());

const LIST = `query ($filter: CustomerFilter, $search: String, $orderBy: CustomerOrder, $first: Int, $after: String, $last: Int, $before: String) {
  customers(filter: $filter, search: $search, orderBy: $orderBy, first: $first, after: $after, last: $last, before: $before) {
    totalCount edges { cursor node { cuRefNo } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
  }
}`;

interface ListPage {
  totalCount: number | null;
  edges: { cursor: string; node: { cuRefNo: string } }[];
  pageInfo: { hasNextPage: boolean; hasPreviousPage: boolean; startCursor: string | null; endCursor: string | null };
}

async function pageOf(query: ListQuery, page: object): Promise<ListPage> {
  const { body } = await gateway.graphql(LIST, { ...query, ...page }, { key });
  if (body.errors) throw new Error(`${JSON.stringify(query)}: ${JSON.stringify(body.errors)}`);
  return body.data.customers;
}
const referencesOf = ({ edges }: ListPage) => edges.map(({ node }) => node.cuRefNo);

/** Draws queries: the same seed gives the same ones. */
function drawQuery(next: () => number): ListQuery {
  const below = (limit: number) => Math.floor(next() * limit);
  const of = <Item>(items: readonly Item[]): Item => items[below(items.length)] as Item;
  const day = () => new Date(Date.UTC(2020, 0, 1) + below(2_600) * 86_400_000).toISOString();
  const span = () => {
    const [from, to] = [day(), day()].toSorted() as [string, string];
    return of([{ from }, { to }, { from, to: `${Number(to.slice(0, 4)) + 1}${to.slice(4)}` }]);
  };
  const filters: (() => ListQuery['filter'])[] = [
    () => ({ premium: next() < 0.7 }),
    () => ({ ban: next() < 0.7 }),
    () => ({ credit: of(['POSITIVE', 'ZERO', 'NEGATIVE']) }),
    () => ({ groups: of([{ anyOf: ['group-1', `group-${2 + below(10)}`] }, { anyOf: ['group-5'] }, { none: true }]) }),
    () => ({ createdAt: span() }),
    () => ({ lastSeenAt: span() }),
    () => ({ kind: of(['COMPANY', 'PERSON']) }),
  ];
  const word = () => {
    const { firstName, lastName, companyName, email, phone } = of(customers);
    const text = of([firstName, lastName, lastName, companyName, email, phone].filter((part) => part != null)) ?? '';
    // A part of a number is several words unless it is long enough to be one.
    const plain = (of([text.toLowerCase(), text.toUpperCase(), text]).split(' ').at(-1) ?? '').replaceAll('+', '');
    const length = of([1, 2, 3, 4, 6, 10, 40]);
    const start = length < 3 ? 0 : below(Math.max(1, plain.length - length));
    return plain.slice(start, start + length);
  };
  const search = next() < 0.75 ? Array.from({ length: 1 + below(2) }, word).join(' ') : undefined;
  const field = of([undefined, 'CREATED_AT', 'LAST_SEEN_AT', 'NAME', 'NAME', 'CREDIT'] as const);
  const chosen = [of(filters), of(filters)].slice(below(3));
  return {
    ...(chosen.length > 0 && { filter: Object.assign({}, ...chosen.map((filter) => filter())) }),
    ...(search && { search }),
    ...(field && { orderBy: { field, direction: of(['ASC', 'DESC'] as const) } }),
  };
}

const isWritten = (text: string | null | undefined): text is string => text != null && !text.includes('null');

describe('a search', () => {
  it('finds everybody by what they are, as it is written', async () => {
    const next = seededRandom(22);
    const listedOnes = customers.filter(({ deletedAt }) => deletedAt == null);
    for (let n = 0; n < COMBINATIONS; n++) {
      const customer = listedOnes[Math.floor(next() * listedOnes.length)] as MadeUpCustomer;
      const { cuRefNo, firstName, lastName, companyName, email, phone } = customer;
      const name = `${firstName ?? ''} ${lastName ?? ''}`;
      for (const search of [name, companyName, email, phone, `${lastName}, ${firstName} ${phone}`].filter(isWritten)) {
        const { totalCount, edges } = await pageOf({ search }, { first: 100 });
        const isShown = edges.some(({ node }) => node.cuRefNo === cuRefNo);
        expect(isShown || (totalCount ?? 0) > 100, search).toBe(true);
      }
    }
  }, 240_000);
});

describe('a list', () => {
  it(`is that of a model in memory, for ${COMBINATIONS} combinations of filters, a search and a sort`, async () => {
    const next = seededRandom(20);
    let found = 0;
    for (let n = 0; n < COMBINATIONS; n++) {
      const query = drawQuery(next);
      const expected = listed(customers, query);
      const size = 1 + Math.floor(next() * 40);
      const first = await pageOf(query, { first: size });
      expect([referencesOf(first), first.totalCount], JSON.stringify(query)).toEqual([
        expected.slice(0, size),
        expected.length,
      ]);
      const last = await pageOf(query, { last: size });
      expect(referencesOf(last), JSON.stringify(query)).toEqual(expected.slice(-size));
      if (first.pageInfo.hasNextPage) {
        const second = await pageOf(query, { first: size, after: first.pageInfo.endCursor });
        expect(referencesOf(second), JSON.stringify(query)).toEqual(expected.slice(size, 2 * size));
        const back = await pageOf(query, { last: size, before: second.pageInfo.startCursor });
        expect(referencesOf(back), JSON.stringify(query)).toEqual(expected.slice(0, size));
      }
      expect(first.pageInfo.hasNextPage).toBe(expected.length > size);
      if (expected.length > 0) found += 1;
    }
    expect(found).toBeGreaterThan(COMBINATIONS / 2);
  }, 240_000);

  it('is the same however little is read at once, and however early it is given up to count or to collect', async () => {
    const limits = { forShortWords: 10, first: 5, perRow: 2, most: 60, counted: 30, sample: 50 };
    const next = seededRandom(21);
    const open = openDatabase({
      connection: parseDatabaseUrl(gateway.databaseUrl),
      entities,
      log: pino({ level: 'silent' }),
    });
    for (let n = 0; n < COMBINATIONS; n++) {
      const query = drawQuery(next);
      const expected = listed(customers, query);
      const filter = customerFilter.nullish().parse(toDates(query.filter)) ?? undefined;
      const words = searchInput.parse(query.search ?? '');
      const asked = { filter, words, order: query.orderBy };
      const list = new CustomerList({ database: open.forOrganisation(organisationId) }, asked, limits);
      const page = { limit: 7, inverted: n % 2 === 1 };
      const rows = (await list.page(page, BARE)).map(({ customer }) => customer.cuRefNo);
      expect(rows, JSON.stringify(query)).toEqual((page.inverted ? expected.toReversed() : expected).slice(0, 7));
      expect(await list.count(), JSON.stringify(query)).toBe(expected.length > 30 ? null : expected.length);
      expect(Math.min(await list.estimate(), 31), JSON.stringify(query)).toBe(Math.min(expected.length, 31));
    }
    await open.close();
  }, 240_000);

  it.each([
    { lastSeenAt: { from: '2021-01-01T00:00:00Z' } },
    { lastSeenAt: { to: '2024-01-01T00:00:00Z' } },
    { lastSeenAt: { from: '2020-06-01T00:00:00Z', to: '2030-01-01T00:00:00Z' } },
    { lastSeenAt: { from: '2023-01-01T00:00:00Z', to: '2024-01-01T00:00:00Z' } },
    { createdAt: { from: '2022-01-01T00:00:00Z' } },
    { createdAt: { from: '2021-01-01T00:00:00Z', to: '2023-01-01T00:00:00Z' } },
    { premium: false },
    { ban: false },
    { credit: 'POSITIVE' },
    { credit: 'ZERO' },
    { kind: 'COMPANY' },
    { kind: 'PERSON' },
    { groups: { anyOf: ['group-1'] } },
    { groups: { none: true } },
  ] as const)('is estimated by what PostgreSQL knows: %j', async (filter) => {
    const open = openDatabase({
      connection: parseDatabaseUrl(gateway.databaseUrl),
      entities,
      log: pino({ level: 'silent' }),
    });
    const expected = listed(customers, { filter: filter as ListQuery['filter'] }).length;
    expect(expected).toBeGreaterThan(100);
    const limits = { forShortWords: 10, first: 5, perRow: 2, most: 60, counted: 1, sample: 50 };
    const asked = { filter: customerFilter.parse(toDates(filter as ListQuery['filter'])) };
    const estimate = await new CustomerList(
      { database: open.forOrganisation(organisationId) },
      asked,
      limits,
    ).estimate();
    await open.close();
    expect(estimate).toBeGreaterThan(expected * 0.7);
    expect(estimate).toBeLessThan(expected * 1.4);
  });
});

/** The moments of a filter as GraphQL reads them. */
function toDates(filter: ListQuery['filter']): unknown {
  const read = (_: string, value: unknown) =>
    typeof value === 'string' && /^\d{4}-\d\d-\d\dT/.test(value) ? new Date(value) : value;
  return filter && JSON.parse(JSON.stringify(filter), read);
}
