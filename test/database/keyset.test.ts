// Pages by keyset: from either end every row comes once and in order, whatever becomes of the others; and a deep page costs what the first one costs.
import pg from 'pg';
import pino from 'pino';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { keysetPages, type Page, type PositionOf, type SortColumn } from '../../src/database/keyset.ts';
import { type Database, openDatabase } from '../../src/database/open.ts';
import { clientOptions, parseDatabaseUrl } from '../../src/database-url.ts';
import { entities } from '../../src/entities.ts';
import { createDatabase } from '../support/database.ts';
import { type Dice, diceOf } from '../support/generated/dice.ts';

const ROWS = 120;
const reference = { sql: 't.reference', type: 'text' } as const;

/** Lists of the same rows; each has its index. */
const lists = {
  age: { sort: [{ sql: 't.id', type: 'bigint' }], direction: 'desc' },
  name: { sort: [{ sql: 't.name', type: 'text', ifNull: `''` }, reference], direction: 'asc' },
  namesFromTheEnd: { sort: [{ sql: 't.name', type: 'text', ifNull: `''` }, reference], direction: 'desc' },
  credit: { sort: [{ sql: 't.credit', type: 'integer' }, reference], direction: 'desc' },
  seen: { sort: [{ sql: 't.seen_at', type: 'timestamptz', ifNull: `'-infinity'` }, reference], direction: 'desc' },
  address: {
    sort: [{ sql: 't.address', type: 'inet' }, { sql: 't.credit', type: 'integer' }, reference],
    direction: 'asc',
  },
} as const satisfies Record<string, { sort: readonly SortColumn[]; direction: 'asc' | 'desc' }>;

type Name = keyof typeof lists;
const names = Object.keys(lists) as Name[];
const ifNullOf = ({ sql, ifNull }: SortColumn) => (ifNull === undefined ? sql : `coalesce(${sql}, ${ifNull})`);

interface Row {
  id: string;
  name: string | null;
  credit: number;
  seen_at: Date | null;
  address: string;
  reference: string;
}

const columns = 't.id, t.name, t.credit, t.seen_at, host(t.address) as address, t.reference';
const tenant = 7;

function pagesOf(name: Name) {
  const { sort, direction } = lists[name] as { sort: readonly SortColumn[]; direction: 'asc' | 'desc' };
  return keysetPages({
    name,
    sort,
    direction,
    parameters: 1,
    text: ({ condition, order, limit }) =>
      `select ${columns} from things t where t.tenant = $1${condition} order by ${order} limit ${limit}`,
  });
}

const pages = Object.fromEntries(names.map((name) => [name, pagesOf(name)])) as Record<
  Name,
  ReturnType<typeof pagesOf>
>;

/** Where a row stands in a list. */
function positionOf(name: Name, row: Row): PositionOf<readonly SortColumn[]> {
  return lists[name].sort.map(({ sql }) => row[sql.slice('t.'.length) as keyof Row]) as never;
}

let client: pg.Client;
let database: Database;
beforeAll(async () => {
  const connection = parseDatabaseUrl(await createDatabase());
  client = new pg.Client(clientOptions(connection));
  await client.connect();
  const indexes = names.map((name) => {
    const { sort } = lists[name];
    return `create index on things (tenant, ${sort.map((column) => `(${ifNullOf(column).replaceAll('t.', '')})`).join(', ')});`;
  });
  await client.query(
    `create table things (tenant int, id bigserial, name text, credit int not null, seen_at timestamptz(3), address inet not null,
       reference text not null);
     ${indexes.join('\n')}`,
  );
  const log = pino({ level: 'silent' });
  const options = { asOwner: true, rowLevelSecurity: false };
  database = openDatabase({ connection, entities, log, ...options });
});
afterAll(() => Promise.all([database.close(), client.end()]));

let made = 0;
const nameOf = (dice: Dice) =>
  dice.pick([
    null,
    null,
    '',
    ' ',
    'Novák',
    'novak',
    'NOVÁK',
    'Žák',
    "O'Neil",
    'a b',
    'a',
    '𐍈',
    '%',
    '\u200d',
    'z'.repeat(300),
  ]);
const seenOf = (dice: Dice) =>
  dice.pick([null, '1999-12-31T23:59:59.999Z', '2026-01-01T00:00:00.000Z', '2026-01-01T00:00:00.001Z']);

async function insert(dice: Dice): Promise<void> {
  made += 1;
  const address = dice.pick([
    '1.1.2.9',
    '1.1.2.10',
    '1.1.2.100',
    '9.1.1.1',
    '10.1.1.1',
    '::1',
    '2001:db8::9',
    '2001:db8::10',
  ]);
  await client.query(
    'insert into things (tenant, name, credit, seen_at, address, reference) values ($1, $2, $3, $4, $5, $6)',
    [
      // Somebody else's rows lie between ours.
      dice.chance(0.8) ? tenant : tenant + 1,
      nameOf(dice),
      dice.pick([-(2 ** 31), -5, 0, 0, 0, 7, 2 ** 31 - 1]),
      seenOf(dice),
      address,
      `r${made.toString(36)}${dice.below(9)}`,
    ],
  );
}

beforeEach(async () => {
  await client.query('truncate things');
  const dice = diceOf(1);
  for (let i = 0; i < ROWS; i++) await insert(dice);
});

const read = (name: Name, page: Page<PositionOf<readonly SortColumn[]>>) =>
  database.run<Row>(...pages[name](page, [tenant]));

/** All of a list, sorted by PostgreSQL alone. */
async function whole(name: Name): Promise<Row[]> {
  const { sort, direction } = lists[name];
  const order = sort.map((column) => `${ifNullOf(column)} ${direction}`).join(', ');
  return (await client.query<Row>(`select ${columns} from things t where t.tenant = $1 order by ${order}`, [tenant]))
    .rows;
}

/** Reads a list page by page, as a caller does who knows nothing but the last row. */
async function walk(name: Name, inverted: boolean, between?: (dice: Dice) => Promise<void>): Promise<Row[]> {
  const dice = diceOf(2);
  const seen: Row[] = [];
  for (let last: Row | undefined; ; ) {
    const limit = 1 + dice.below(9);
    const place = last && positionOf(name, last);
    const rows = await read(name, inverted ? { before: place, limit, inverted } : { after: place, limit });
    seen.push(...rows);
    last = rows.at(-1);
    if (rows.length < limit) return seen;
    await between?.(dice);
  }
}

const referencesOf = (rows: Row[]) => rows.map((row) => row.reference);

describe.each(names)('the list by %s', (name) => {
  it('is whole and in order, from either end', async () => {
    const expected = referencesOf(await whole(name));
    expect(expected.length).toBeGreaterThan(80);
    expect(referencesOf(await walk(name, false))).toEqual(expected);
    expect(referencesOf(await walk(name, true))).toEqual(expected.toReversed());
    expect(referencesOf(await read(name, {}))).toEqual(expected);
  });

  it('gives what stands between two rows, from either end', async () => {
    const rows = await whole(name);
    const dice = diceOf(3);
    for (let i = 0; i < 20; i++) {
      const [from, to] = [dice.below(rows.length), dice.below(rows.length)];
      const bounds = { after: positionOf(name, rows[from] as Row), before: positionOf(name, rows[to] as Row) };
      const between = referencesOf(rows.slice(from + 1, Math.max(from + 1, to)));
      expect(referencesOf(await read(name, { ...bounds, limit: 5 }))).toEqual(between.slice(0, 5));
      const fromTheEnd = referencesOf(await read(name, { ...bounds, limit: 5, inverted: true }));
      expect(fromTheEnd).toEqual(between.toReversed().slice(0, 5));
    }
  });

  it.each([false, true])(
    'gives each row once that stays, while others come, go and move (from the end: %s)',
    async (inverted) => {
      const before = await whole(name);
      const touched = new Set<string>();
      const walked = await walk(name, inverted, async (dice) => {
        await insert(dice);
        const gone = dice.pick(before).reference;
        touched.add(gone);
        // Also the very row that the next page begins after.
        if (dice.chance(0.5)) await client.query('delete from things where reference = $1', [gone]);
        else {
          const values = [gone, nameOf(dice), seenOf(dice), dice.below(9)];
          await client.query('update things set name = $2, seen_at = $3, credit = $4 where reference = $1', values);
        }
      });
      const staying = referencesOf(before).filter((each) => !touched.has(each));
      const seen = referencesOf(walked).filter((each) => staying.includes(each));
      expect(staying.length).toBeGreaterThan(20);
      expect(seen).toEqual(inverted ? staying.toReversed() : staying);
    },
  );

  it('is read from an index, and from nowhere but where the page begins', async () => {
    const rows = await whole(name);
    const deep = positionOf(name, rows[60] as Row);
    for (const page of [{ after: deep }, { before: deep, inverted: true }, { after: deep, before: deep }]) {
      const [{ text }, values] = pages[name]({ ...page, limit: 3 }, [tenant]);
      const plan = await planOf(text, values);
      expect(plan, plan).toMatch(/Index Cond: .*tenant = .*[<>]/);
      expect(plan, plan).not.toMatch(/Sort|Filter|Seq Scan/);
    }
  });
});

/** The plan of a statement for whatever values, under the settings of calls. */
async function planOf(text: string, values: readonly unknown[]): Promise<string> {
  const literals = values.map((value) =>
    value === null ? 'null' : `'${value instanceof Date ? value.toISOString() : String(value).replaceAll("'", "''")}'`,
  );
  const script = `set enable_seqscan = off; set enable_bitmapscan = off; set plan_cache_mode = force_generic_plan;
    prepare page as ${text}; explain (costs off) execute page(${literals.join(', ')})`;
  const results = (await client.query(script)) as unknown as pg.QueryResult<Record<string, string>>[];
  await client.query('deallocate page');
  return (results.at(-1)?.rows ?? []).map((row) => row['QUERY PLAN']).join('\n');
}

it('has names that PostgreSQL keeps whole', () => {
  const named = (name: string) => () =>
    keysetPages({ name, sort: [{ sql: 'id', type: 'bigint' }], direction: 'asc', parameters: 0, text: () => '' });
  const room = 63 - '_inverted_after_before'.length;
  expect(named('x'.repeat(room))).not.toThrow();
  expect(named('x'.repeat(room + 1))).toThrow('too long');
});

it('has one statement for each kind of page', () => {
  const place = [1] as const;
  const all: Page<PositionOf<readonly SortColumn[]>>[] = [false, true].flatMap((inverted) => [
    { inverted },
    { inverted, after: place },
    { inverted, before: place },
    { inverted, after: place, before: place },
  ]);
  const kinds = all.map((page) => pages.age(page, [])[0]);
  expect(new Set(kinds.map(({ name }) => name)).size).toBe(8);
  expect(new Set(kinds.map(({ text }) => text)).size).toBe(8);
  for (const [i, page] of all.entries()) expect(pages.age({ ...page, limit: 9 }, [])[0]).toBe(kinds[i]);
});
