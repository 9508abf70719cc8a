// What holds for requests is set for each transaction: nothing that a session, an account or a database keeps decides over it.
import type pg from 'pg';
import pino from 'pino';
import { describe, expect, it } from 'vitest';
import { openDatabase } from '../../src/database/open.ts';
import { parseDatabaseUrl } from '../../src/database-url.ts';
import { entities } from '../../src/entities.ts';
import { rest } from '../support/apis.ts';
import { createDatabase, createKey, createOrganisation, runSql } from '../support/database.ts';
import { startGateway, type TestGateway } from '../support/gateway.ts';

async function withGateway(databaseUrl: string, work: (gateway: TestGateway) => Promise<void>): Promise<void> {
  const gateway = await startGateway({ databaseUrl });
  try {
    await work(gateway);
  } finally {
    await gateway.close();
  }
}

it('leaves nothing in the session but what it has from its beginning', async () => {
  const databaseUrl = await createDatabase();
  const organisationId = await createOrganisation(databaseUrl);
  const log = pino({ level: 'silent' });
  const database = openDatabase({ connection: parseDatabaseUrl(databaseUrl), entities, log, poolSize: 1 });
  const pool: pg.Pool = await database.orm.em.getConnection().getNativeClient();
  const kept = `
    select current_user = session_user as "isOwner", coalesce(current_setting('gateway.organisation', true), '') as organisation,
      (select json_agg(name) from pg_settings where source = 'session' and name not like 'gateway.%'
         and name not in ('search_path', 'row_security', 'DateStyle')) as settings`;
  for (const run of [
    () => database.forOrganisation(organisationId).run({ name: 'one', text: 'select 1' }, []),
    () => database.run({ name: 'one', text: 'select 1' }, []),
    () => database.forOrganisation(organisationId).run({ name: 'fails', text: 'select 1 / $1::int' }, [0]),
    () => database.forOrganisation(organisationId).transaction((tx) => tx.run({ name: 'one', text: 'select 1' }, [])),
    () => database.forOrganisation(organisationId).transaction(() => Promise.reject(new Error('given up'))),
    () => database.transaction((tx) => tx.run({ name: 'fails', text: 'select 1 / $1::int' }, [0])),
  ]) {
    await run().catch(() => {});
    expect((await pool.query(kept)).rows).toEqual([{ isOwner: true, organisation: '', settings: null }]);
  }
  await database.close();
});

describe('a setting of the database', () => {
  it.each([
    ['default_transaction_isolation', "'repeatable read'"],
    ['default_transaction_isolation', "'serializable'"],
    ['datestyle', "'German, DMY'"],
    ['row_security', 'off'],
    ['enable_indexscan', 'off'],
    ['lock_timeout', '1'],
  ])('fails no call: %s = %s', async (name, value) => {
    const databaseUrl = await createDatabase();
    await runSql(databaseUrl, `alter database ${new URL(databaseUrl).pathname.slice(1)} set ${name} = ${value}`);
    await withGateway(databaseUrl, async (gateway) => {
      const emails = Array.from({ length: 80 }, (_, i) => `setting${i % 10}@example.com`);
      const outcomes = await Promise.all(emails.map((email) => rest.create(gateway, { email }, { key: gateway.key })));
      expect(outcomes.filter(({ code }) => code)).toEqual([]);
      expect(outcomes.filter(({ newAccount }) => newAccount)).toHaveLength(10);
      const { body } = await gateway.graphql('{ customers(first: 1) { edges { node { createdAt } } } }');
      expect(body.data.customers.edges[0].node.createdAt).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
    });
  });
});

it('finds its tables in a schema that is named as the account', async () => {
  const databaseUrl = await createDatabase();
  const account = new URL(databaseUrl).username;
  await runSql(databaseUrl, `drop schema public cascade; create schema public; create schema ${account}`);
  await withMigrated(databaseUrl, async (gateway) => {
    expect((await gateway.rest({ email: 'own@example.com' })).status).toBe(200);
    expect((await gateway.graphql('{ customers(first: 1) { edges { node { email } } } }')).body.errors).toBeUndefined();
    expect((await gateway.send('/health/ready')).status).toBe(200);
  });
  expect(await runSql(databaseUrl, `select email from ${account}.customer`)).toEqual([{ email: 'own@example.com' }]);
});

/** A gateway on a database without tables: an organisation can be made only after its start. */
async function withMigrated(databaseUrl: string, work: (gateway: TestGateway) => Promise<void>): Promise<void> {
  const { migrate } = await import('../../src/database/migrate.ts');
  await migrate(parseDatabaseUrl(databaseUrl), entities, pino({ level: 'silent' }));
  await createKey(databaseUrl, await createOrganisation(databaseUrl));
  await withGateway(databaseUrl, work);
}
