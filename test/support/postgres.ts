// One embedded PostgreSQL for a run of the tests, with a migrated database to copy for each test file, and a data folder to copy.
import { mkdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pino from 'pino';
import type { TestProject } from 'vitest/node';
import { migrate } from '../../src/database/migrate.ts';
import { parseDatabaseUrl } from '../../src/database-url.ts';
import { startEmbeddedPostgres } from '../../src/embedded-postgres/server.ts';
import { entities } from '../../src/entities.ts';
import { copyFolder } from './data-folder.ts';
import { startPgBouncer } from './pgbouncer.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** The database that test files are copies of; on the server that they are made on. */
    templateUrl: string;
    /** The data folder of a PostgreSQL that has such a database and was stopped. */
    dataFolder: string;
    /** The same through a pooler, if there is one. */
    poolerUrl: string | undefined;
  }
}

export default async function startPostgres(project: TestProject) {
  const log = pino({ level: 'silent' });
  const dataDir = join(tmpdir(), `gateway-test-${process.pid}`);
  await mkdir(dataDir, { mode: 0o755 });
  // What is tested here is not that PostgreSQL survives a power cut.
  const options = { dataDir, log, settings: ['fsync=off', 'synchronous_commit=off'] };
  const first = await startEmbeddedPostgres(options);
  await migrate(parseDatabaseUrl(first.url), entities, log);
  await first.stop();
  const kept = join(dataDir, 'kept');
  await copyFolder(dataDir, kept);
  project.provide('dataFolder', kept);
  const postgres = await startEmbeddedPostgres(options);
  project.provide('templateUrl', postgres.url);
  // `npm run test:pooler`: the same tests with PgBouncer between the gateways and the database.
  const pooler = process.env.GATEWAY_TEST_POOLER ? await startPgBouncer(postgres.url) : undefined;
  project.provide('poolerUrl', pooler?.url);
  return async () => {
    await pooler?.stop();
    await postgres.stop();
    await rm(dataDir, { recursive: true, force: true });
  };
}
