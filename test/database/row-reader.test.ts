// Rows are read as `pg` reads them, also when PostgreSQL does not describe them again.
import type pg from 'pg';
import pino from 'pino';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Database, openDatabase } from '../../src/database/open.ts';
import { parseDatabaseUrl } from '../../src/database-url.ts';
import { entities } from '../../src/entities.ts';
import { createDatabase, runSql, servingRoleOf } from '../support/database.ts';

let url: string;
let database: Database;
beforeAll(async () => {
  url = await createDatabase();
  database = openDatabase({ connection: parseDatabaseUrl(url), entities, log: pino({ level: 'silent' }), poolSize: 1 });
});
afterAll(() => database.close());

const values = [
  `null::text`,
  `''`,
  `'žluťoučký 𝒳'`,
  `true`,
  `7::smallint`,
  `-7`,
  `9007199254740993::bigint`,
  `1.5::numeric`,
  `0.1::float8`,
  `'NaN'::float8`,
  `timestamptz '2026-11-30 12:00:00.123+00'`,
  `'infinity'::timestamptz`,
  `date '2026-11-30'`,
  `'{"a": [1, null, "\\u017e"]}'::json`,
  `'{"a": 1}'::jsonb`,
  `'null'::jsonb`,
  `array['a', null, 'b"c']`,
  `array[1, 2]`,
  `array[]::text[]`,
  `inet '2001:db8::1'`,
  `'\\x00ff'::bytea`,
  `interval '1 day'`,
  `gen_random_uuid() is null`,
];
const columns = values.map((value, i) => `${value} as "c${i}"`).join(', ');

/** What `pg` by itself makes of the rows of a query, on the same pool. */
async function plainly(text: string) {
  const pool: pg.Pool = await database.orm.em.getConnection().getNativeClient();
  return (await pool.query(text)).rows;
}

it.each([
  { name: 'rows', text: `select ${columns} from generate_series(1, 3)` },
  { name: 'no row', text: `select ${columns} where false` },
  { name: 'two columns of one name', text: `select 1 as a, 2 as a` },
  { name: 'two of one name, the last of them null', text: `select 1 as a, null::int as a` },
  { name: 'no column', text: `select from generate_series(1, 2)` },
  { name: 'a name like a part of an object', text: `select 1 as "toString", 2 as "constructor"` },
])('gives $name as pg does, each time that the statement runs', async ({ text }) => {
  const expected = await plainly(text);
  for (const name of ['read_as_pg', undefined]) {
    const statement = { name: name && `${name}_${text.length}`, text };
    for (let i = 0; i < 3; i++) expect(await database.run(statement, [])).toEqual(expected);
  }
});

it('reads what a table has become since the statement was prepared', async () => {
  const role = servingRoleOf(url);
  await runSql(url, `create table changing (a int, b text); grant select on changing to ${role}`);
  await runSql(url, `insert into changing values (1, 'x')`);
  const statement = { name: 'of_changing', text: 'select * from changing' };
  for (let i = 0; i < 2; i++) expect(await database.run(statement, [])).toEqual([{ a: 1, b: 'x' }]);
  await runSql(url, `alter table changing alter a type text, drop b, add c jsonb default '{"d": 1}'`);
  for (let i = 0; i < 3; i++) expect(await database.run(statement, [])).toEqual([{ a: '1', c: { d: 1 } }]);
});

it('goes on after a statement that failed, under the same name', async () => {
  const statement = { name: 'divides', text: 'select 6 / $1::int as quotient' };
  for (let i = 0; i < 3; i++) {
    expect(await database.run(statement, [2])).toEqual([{ quotient: 3 }]);
    await expect(database.run(statement, [0])).rejects.toThrow('division by zero');
    await expect(database.run({ name: 'wrong', text: 'select nothing_known' }, [])).rejects.toThrow();
  }
});
