// The schema that holds the tables may have any name that the search path leads to, but one with a dot.
import pino from 'pino';
import { expect, it } from 'vitest';
import { ConfigError } from '../../src/config.ts';
import { migrate } from '../../src/database/migrate.ts';
import { openDatabase } from '../../src/database/open.ts';
import { assertRowLevelSecurity } from '../../src/database/row-level-security.ts';
import { parseDatabaseUrl } from '../../src/database-url.ts';
import { entities } from '../../src/entities.ts';
import { createDatabase, runSql } from '../support/database.ts';
import { startGateway } from '../support/gateway.ts';

const log = pino({ level: 'silent' });

/** The URL of a database with an empty schema first in its search path. */
async function withSchema(name: string): Promise<string> {
  const url = new URL(await createDatabase());
  const quoted = `"${name.replaceAll('"', '""')}"`;
  await runSql(
    url.href,
    `drop schema public cascade; create schema ${quoted};
     do $$ begin execute format('alter database %I set search_path = %s', current_database(), '${quoted}'); end $$`,
  );
  return url.href;
}

it.each(['Shop', 'a b', 'select', 'a"b', 'čeština'])('%s serves, also at the second start', async (name) => {
  const url = await withSchema(name);
  await migrate(parseDatabaseUrl(url), entities, log);
  for (const attempt of ['first', 'second']) {
    const gateway = await startGateway({ databaseUrl: url });
    expect((await gateway.rest({ email: `${attempt}@example.com` })).body).toMatchObject({ newAccount: true });
    await gateway.close();
  }
  expect(
    await runSql(url, 'select schemaname::text as name from pg_tables where tablename = $1', ['customer']),
  ).toEqual([{ name }]);
});

it('one with a dot is refused in one sentence, before anything is made', async () => {
  const url = await withSchema('a.b');
  const error: unknown = await migrate(parseDatabaseUrl(url), entities, log).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(ConfigError);
  expect((error as Error).message).toBe(
    'The database of DATABASE_URL cannot be used: the name of its schema a.b contains a dot: put another schema first in the search path.',
  );
  expect(await runSql(url, `select from pg_namespace where nspname like 'a%'`)).toHaveLength(1);
});

it('the start is refused where calls would not find the tables', async () => {
  const url = new URL(await createDatabase());
  await runSql(url.href, 'create schema elsewhere; grant usage on schema elsewhere to public');
  url.search = '?options=-c%20search_path%3Delsewhere';
  const database = openDatabase({ connection: parseDatabaseUrl(url.href), entities, log });
  const error: unknown = await assertRowLevelSecurity(database).catch((reason: unknown) => reason);
  await database.close();
  expect(error).toBeInstanceOf(ConfigError);
  expect((error as Error).message).toMatch(
    /^The serving role does not find the gateway's tables in the schema elsewhere of the search path: .*customer_ip/,
  );
});
