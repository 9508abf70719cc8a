// A gateway as a process of its own on an embedded PostgreSQL of its own, for programs that run outside the tests.
import { closeSync, openSync, readFileSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pino from 'pino';
import { migrate } from '../../src/database/migrate.ts';
import { parseDatabaseUrl } from '../../src/database-url.ts';
import { startEmbeddedPostgres } from '../../src/embedded-postgres/server.ts';
import { entities } from '../../src/entities.ts';
import { createOrganisation } from './database.ts';
import { type GatewayProcess, startProcess } from './process.ts';

export interface ChildGateway extends GatewayProcess {
  databaseUrl: string;
  organisationId: number;
  /** Lines of its log of level error and above, so far. */
  errors(): Record<string, unknown>[];
  /** Ends gateway and database, and removes what they kept. */
  close(): Promise<void>;
}

/**
 * Starts a gateway with one organisation. The database does not wait for its disk.
 *
 * @param environment - of the gateway, besides the database
 */
export async function startChildGateway(environment: Record<string, string> = {}): Promise<ChildGateway> {
  const log = pino({ level: 'silent' });
  const dataDir = join(tmpdir(), `gateway-child-${process.pid}`);
  await mkdir(dataDir, { mode: 0o755 });
  const postgres = await startEmbeddedPostgres({ dataDir, log, settings: ['fsync=off', 'synchronous_commit=off'] });
  await migrate(parseDatabaseUrl(postgres.url), entities, log);
  const organisationId = await createOrganisation(postgres.url);
  const logPath = join(dataDir, 'gateway.log');
  const logFile = openSync(logPath, 'w');
  const gateway = await startProcess(
    { DATABASE_URL: postgres.url, REVERSE_DNS: 'off', ...environment },
    undefined,
    logFile,
  );
  // A program that fails must not leave it behind.
  process.once('exit', () => gateway.child.kill('SIGKILL'));
  return {
    ...gateway,
    databaseUrl: postgres.url,
    organisationId,
    errors: () => errorsIn(readFileSync(logPath, 'utf8')),
    async close() {
      await gateway.stop();
      closeSync(logFile);
      await postgres.stop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

function errorsIn(text: string): Record<string, unknown>[] {
  // Info lines are by far the most; only what may be an error is parsed.
  const suspects = text.split('\n').filter((line) => line !== '' && !/^\{"level":[1-4]0,/.test(line));
  return suspects.map((line) => (line.startsWith('{') ? JSON.parse(line) : { line }));
}
