// A PostgreSQL of a test's own, for what would disturb the databases of other tests.
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import pino from 'pino';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../../src/embedded-postgres/server.ts';
import { makeDataFolder } from './data-folder.ts';

export interface TestCluster extends EmbeddedPostgres {
  dataDir: string;
  /** Runs statements as an operator would in psql, each as its own, also where new sessions are read-only. */
  run(...statements: string[]): Promise<void>;
  /** Stops it and removes what it kept. */
  remove(): Promise<void>;
}

/**
 * Starts a cluster with a migrated database. Commits are confirmed as they are by default.
 *
 * @param dataDir - an empty folder, which stays; one that is made and removed unless told
 */
export async function startCluster(
  dataDir = join(tmpdir(), `gateway-cluster-${process.pid}`),
  settings: readonly string[] = [],
): Promise<TestCluster> {
  const log = pino({ level: 'silent' });
  await makeDataFolder(dataDir);
  const postgres = await startEmbeddedPostgres({ dataDir, log, settings: ['fsync=off', ...settings] });
  return {
    ...postgres,
    dataDir,
    async run(...statements) {
      const client = new pg.Client({
        connectionString: postgres.url,
        options: '-c default_transaction_read_only=off -c synchronous_commit=local',
      });
      await client.connect();
      for (const statement of statements) await client.query(statement);
      await client.end();
    },
    async remove() {
      await postgres.stop();
      await rm(dataDir, { recursive: true, force: true }).catch(() => {});
    },
  };
}
