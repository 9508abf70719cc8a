// What the benchmarks share: a real PostgreSQL with fsync on, gateways as processes, and what they use of the machine.
import { readFileSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pino from 'pino';
import type { KeyPrefix } from '../../src/access/key.ts';
import { startEmbeddedPostgres } from '../../src/database/embedded.ts';
import { migrate } from '../../src/database/migrate.ts';
import { entities } from '../../src/entities.ts';
import { createKey, createOrganisation } from '../support/database.ts';
import { type GatewayProcess, startProcess } from '../support/process.ts';

/** Clock ticks a second in which Linux counts CPU time. */
const TICKS = 100;

export interface BenchGateway extends GatewayProcess {
  /** A key without a limit. */
  key: string;
  /** Milliseconds of CPU that the process has used. */
  cpu(): number;
  /** Megabytes that the process has in memory. */
  memory(): number;
}

/** Starts the database of a benchmark. */
export async function openBench() {
  const log = pino({ level: 'silent' });
  const dataDir = join(tmpdir(), `gateway-bench-${process.pid}`);
  await mkdir(dataDir, { mode: 0o755 });
  const postgres = await startEmbeddedPostgres({ dataDir, log });
  await migrate(postgres.url, entities, log);
  const organisationId = await createOrganisation(postgres.url);
  const makeKey = (prefix: KeyPrefix = 'PROD', limitPerMinute?: number) =>
    createKey(postgres.url, organisationId, { prefix, limitPerMinute });
  const gateways: BenchGateway[] = [];
  return {
    databaseUrl: postgres.url,
    organisationId,
    makeKey,
    async startGateway(environment: Record<string, string> = {}, program?: string): Promise<BenchGateway> {
      const started = await startProcess({ DATABASE_URL: postgres.url, LOG_LEVEL: 'info', ...environment }, program);
      const stat = (file: string) => readFileSync(`/proc/${started.child.pid}/${file}`, 'utf8');
      const gateway = {
        ...started,
        key: await makeKey('ROOT'),
        cpu() {
          const fields = stat('stat').split(') ')[1]?.split(' ') ?? [];
          return ((Number(fields[11]) + Number(fields[12])) * 1000) / TICKS;
        },
        memory: () => Number(/VmRSS:\s+(\d+)/.exec(stat('status'))?.[1]) / 1024,
      };
      gateways.push(gateway);
      return gateway;
    },
    async close() {
      await Promise.all(gateways.map((gateway) => gateway.stop()));
      await postgres.stop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}
