// How much PostgreSQL reads for a page of a list: a deep one costs what the first one costs, in every order and from both ends.
import pg from 'pg';
import pino from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BARE } from '../../../src/customer/profile.ts';
import { CustomerList } from '../../../src/customer/search/list.ts';
import { sorts } from '../../../src/customer/search/sort.ts';
import { type Database, openDatabase } from '../../../src/database/open.ts';
import type { OrganisationDatabase } from '../../../src/database/organisation-database.ts';
import type { Statement } from '../../../src/database/statement.ts';
import { parseDatabaseUrl } from '../../../src/database-url.ts';
import { entities } from '../../../src/entities.ts';
import { createDatabase, runSql } from '../../support/database.ts';
import { populate } from '../../support/population/population.ts';

const LIMIT = 20;

let database: Database;
let tenant: OrganisationDatabase;
beforeAll(async () => {
  const databaseUrl = await createDatabase();
  const [largest] = await populate(databaseUrl, { total: 8_000, organisations: 3, seed: 7 });
  // Also an index that holds everything may then be read alone.
  await runSql(databaseUrl, 'vacuum analyze customer');
  const connection = parseDatabaseUrl(databaseUrl);
  database = openDatabase({ connection, entities, log: pino({ level: 'silent' }) });
  tenant = database.forOrganisation(largest?.id ?? 0);
}, 120_000);
afterAll(() => database.close());

interface PlanNode {
  'Relation Name'?: string;
  'Actual Rows': number;
  'Actual Loops': number;
  'Rows Removed by Filter'?: number;
  Plans?: PlanNode[];
}

/** Rows of the table that were looked at. */
function rowsRead(node: PlanNode): number {
  const own =
    node['Relation Name'] === 'customer'
      ? (node['Actual Rows'] + (node['Rows Removed by Filter'] ?? 0)) * node['Actual Loops']
      : 0;
  return (node.Plans ?? []).reduce((sum, plan) => sum + rowsRead(plan), own);
}

/** Explains a statement as the gateway runs it: planned once, for whatever values come. */
async function explain({ text }: Statement, values: readonly unknown[]): Promise<PlanNode> {
  const literals = values.map((value) =>
    value === null ? 'null' : pg.escapeLiteral(value instanceof Date ? value.toISOString() : String(value)),
  );
  return tenant.transaction(async (tx) => {
    await tx.run({ name: undefined, text: `prepare explained as ${text}` }, []);
    const { 'QUERY PLAN': plan } = await tx.one<{ 'QUERY PLAN': [{ Plan: PlanNode }] }>(
      { name: undefined, text: `explain (analyze, format json) execute explained (${literals.join(', ')})` },
      [],
    );
    await tx.run({ name: undefined, text: 'deallocate explained' }, []);
    return plan[0].Plan;
  });
}

/** A list, and what is read for its pages. */
function listOf(query: ConstructorParameters<typeof CustomerList>[1]) {
  const run: { statement: Statement; values: readonly unknown[] }[] = [];
  const watched: OrganisationDatabase = Object.create(tenant, {
    run: {
      value: (statement: Statement, values: readonly unknown[]) => {
        run.push({ statement, values });
        return tenant.run(statement, [...values]);
      },
    },
    map: { value: tenant.map.bind(tenant) },
    inListSlot: { value: tenant.inListSlot.bind(tenant) },
  });
  const list = new CustomerList({ database: watched }, query);
  return { list, run };
}

const orders = Object.keys(sorts).flatMap((field) =>
  (['ASC', 'DESC'] as const).map((direction) => ({ field: field as keyof typeof sorts, direction })),
);

it.each([undefined, ...orders])('is as much as the page holds: %j', async (order) => {
  const { list, run } = listOf({ order });
  const everybody = await list.page({}, BARE);
  expect(everybody.length).toBeGreaterThan(3_000);
  // Some way in, and also where nobody was seen yet.
  const middle = everybody[1_500]?.position;
  const near = everybody[order?.direction === 'ASC' ? 100 : everybody.length - 100]?.position;
  run.length = 0;
  const pages = [
    { limit: LIMIT },
    { limit: LIMIT, inverted: true },
    { limit: LIMIT, after: middle },
    { limit: LIMIT, before: middle, inverted: true },
    { limit: LIMIT, after: near },
    { limit: LIMIT, after: middle, before: near },
  ];
  for (const page of pages) await list.page(page, BARE);
  expect(run).toHaveLength(pages.length);
  const read = [];
  for (const { statement, values } of run) read.push(rowsRead(await explain(statement, values)));
  // Those that the order tells, and each by its key.
  expect(Math.max(...read)).toBeLessThanOrEqual(4 * LIMIT);
});

describe('a list that few belong to', () => {
  const namesOf = (run: readonly { statement: Statement }[]) =>
    run.map(({ statement: { text } }) => /search_customers|explain|offset 0\s+\) c\b|limit \d+/.exec(text)?.[0]);

  it.each([{ filter: { premium: true, ban: true } }, { words: ['zdenek', 'kucera'] }])(
    'is read in order once, and collected at once for a while: %j',
    async (query) => {
      const first = listOf(query);
      const rows = await first.list.page({ limit: LIMIT }, BARE);
      expect(namesOf(first.run)[0]).toMatch(/^limit/);
      const again = listOf(query);
      expect(await again.list.page({ limit: LIMIT }, BARE)).toEqual(rows);
      expect(namesOf(again.run).filter((name) => name?.startsWith('limit') || name === 'explain')).toEqual([]);
    },
  );

  it('is read in order beyond its first page', async () => {
    // The first by name are persons.
    const query = { filter: { kind: 'COMPANY', premium: true }, order: { field: 'NAME', direction: 'ASC' } } as const;
    const [first] = await listOf(query).list.page({ limit: 1 }, BARE);
    const { list, run } = listOf(query);
    await list.page({ limit: LIMIT, after: first?.position }, BARE);
    expect(namesOf(run)[0]).toMatch(/^limit/);
  });

  it('is not looked for any further when nobody has the words', async () => {
    await listOf({ words: ['zzyzx'] }).list.page({ limit: LIMIT }, BARE);
    const { list, run } = listOf({ words: ['zzyzx'] });
    expect(await list.page({ limit: LIMIT }, BARE)).toEqual([]);
    expect(namesOf(run)).toEqual(['search_customers']);
  });
});
