// A database with a million customers, on a PostgreSQL of its own: made once, and kept in a folder from run to run.
import { mkdir } from 'node:fs/promises';
import pino from 'pino';
import { migrate } from '../../../src/database/migrate.ts';
import { migrations } from '../../../src/database/migrations/index.ts';
import { parseDatabaseUrl } from '../../../src/database-url.ts';
import { startEmbeddedPostgres } from '../../../src/embedded-postgres/server.ts';
import { entities } from '../../../src/entities.ts';
import { runSql } from '../../support/database.ts';
import { MILLION, type PopulatedOrganisation, populate } from '../../support/population/population.ts';

/** The last migration that knows nothing of searches. */
const BEFORE = '0012';

export interface Million {
  readonly url: string;
  /** The largest first. */
  readonly organisations: readonly PopulatedOrganisation[];
  stop(): Promise<void>;
}

async function bytesOf(url: string): Promise<number> {
  const [row] = await runSql<{ bytes: number }>(url, `select pg_total_relation_size('customer')::float8 as bytes`);
  return (row?.bytes ?? 0) / MILLION.total;
}

/** Fills the database as a version before has it, then migrates it. */
async function fill(url: string): Promise<void> {
  const log = pino({ level: 'warn' });
  const connection = parseDatabaseUrl(url);
  const list = migrations.filter(({ name }) => name.slice(0, 4) <= BEFORE);
  // The role that serves requests is completed by the last migration alone.
  await migrate(connection, entities, log, { list }).catch(() => {});
  let startedAt = performance.now();
  const tell = (what: string) => {
    console.log(`${what}: ${((performance.now() - startedAt) / 1_000).toFixed(0)} s`);
    startedAt = performance.now();
  };
  await populate(url, MILLION);
  tell('A million customers made');
  console.log(`Bytes a customer with all indexes, before: ${(await bytesOf(url)).toFixed(0)}`);
  await migrate(connection, entities, log);
  tell('Migrated');
  console.log(`Bytes a customer right after the migration: ${(await bytesOf(url)).toFixed(0)}`);
  await runSql(url, 'vacuum analyze customer');
  tell('Vacuumed');
}

/** @param folder - where it is kept */
export async function openMillion(folder: string): Promise<Million> {
  await mkdir(folder, { recursive: true, mode: 0o755 });
  const postgres = await startEmbeddedPostgres({
    dataDir: folder,
    log: pino({ level: 'silent' }),
    // As an operator sets it who has so many customers: the table and its indexes fit into it.
    settings: ['autovacuum=off', 'min_wal_size=1GB', 'max_wal_size=4GB', 'shared_buffers=1GB'],
  });
  const [made] = await runSql<{ made: boolean }>(
    postgres.url,
    `select to_regclass('customer_by_credit') is not null as made`,
  );
  if (!made?.made) await fill(postgres.url);
  const organisations = await runSql<PopulatedOrganisation>(
    postgres.url,
    `select o.id, o.slug, count(*)::int as customers from organisation o join customer c on c.organisation_id = o.id
     where o.slug like 'population-%' group by o.id order by count(*) desc`,
  );
  return { url: postgres.url, organisations, stop: () => postgres.stop() };
}
