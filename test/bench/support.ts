// What the benchmarks share: a real PostgreSQL with fsync on, gateways as processes, and what they use of the machine.
import type { ChildProcess } from 'node:child_process';
import { openSync, readFileSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import pino from 'pino';
import type { KeyPrefix } from '../../src/api-key/key.ts';
import { migrate } from '../../src/database/migrate.ts';
import { parseDatabaseUrl } from '../../src/database-url.ts';
import { startEmbeddedPostgres } from '../../src/embedded-postgres/server.ts';
import { entities } from '../../src/entities.ts';
import { createKey, createOrganisation, runSql } from '../support/database.ts';
import { fillOrganisation } from '../support/organisation.ts';
import { type GatewayProcess, startProcess } from '../support/process.ts';

const CUSTOMERS = 20_000;
const LABEL = 'filled';
/** Clock ticks a second in which Linux counts CPU time. */
const TICKS = 100;

/** What a process uses of the machine. */
export interface Usage {
  /** Milliseconds of CPU that it has used. */
  cpu(): number;
  /** Megabytes that it has in memory. */
  memory(): number;
}

export interface BenchGateway extends GatewayProcess, Usage {
  /** A key without a limit. */
  key: string;
}

/** Looks at what a child process uses. */
export function processUsage({ pid }: ChildProcess): Usage {
  const status = () => readFileSync(`/proc/${pid}/status`, 'utf8');
  return {
    cpu: () => cpuOf(Number(pid)),
    memory: () => Number(/VmRSS:\s+(\d+)/.exec(status())?.[1]) / 1024,
  };
}

/** Milliseconds of CPU that a process has used, with the children it waited for; 0 when it is gone. */
function cpuOf(pid: number): number {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
    const ticks = fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0);
    return (ticks * 1000) / TICKS;
  } catch {
    return 0;
  }
}

/** Milliseconds of CPU that the whole machine has used. */
export const machineCpu = () =>
  cpus().reduce((sum, { times }) => sum + times.user + times.nice + times.sys + times.irq, 0);

/** The server of a data folder and the processes that it started. */
function databaseProcesses(dataDir: string): number[] {
  const [server] = readFileSync(join(dataDir, 'postgres', 'postmaster.pid'), 'utf8').split('\n');
  const children = readFileSync(`/proc/${server}/task/${server}/children`, 'utf8').trim().split(' ');
  return [Number(server), ...children.filter(Boolean).map(Number)];
}

/** Looks at what a child process and the children that it started use together. */
export function processTreeUsage({ pid }: ChildProcess): Usage {
  const all = () => {
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').filter(Boolean);
    return [String(pid), ...children].map((each) => processUsage({ pid: Number(each) } as ChildProcess));
  };
  return {
    cpu: () => all().reduce((sum, { cpu }) => sum + cpu(), 0),
    memory: () => all().reduce((sum, { memory }) => sum + memory(), 0),
  };
}

export type Bench = Awaited<ReturnType<typeof openBench>>;

/** Starts the database of a benchmark, with PostgreSQL's default settings. */
export async function openBench() {
  const log = pino({ level: 'silent' });
  const dataDir = join(tmpdir(), `gateway-bench-${process.pid}`);
  await mkdir(dataDir, { mode: 0o755 });
  const postgres = await startEmbeddedPostgres({ dataDir, log });
  await migrate(parseDatabaseUrl(postgres.url), entities, log);
  const organisationId = await createOrganisation(postgres.url);
  // A database that has been at work for a while: PostgreSQL knows how large its tables are.
  await fillOrganisation(postgres.url, organisationId, LABEL, CUSTOMERS);
  await runSql(postgres.url, 'vacuum analyze');
  // And it has written its log round once: files that are made anew stop all commits for a while each.
  await runSql(postgres.url, `create table filler as select repeat('x', 1000) from generate_series(1, 800000)`);
  await runSql(postgres.url, 'drop table filler');
  await runSql(postgres.url, 'checkpoint');
  const makeKey = (prefix: KeyPrefix = 'PROD', limitPerMinute?: number, organisation = organisationId) =>
    createKey(postgres.url, organisation, { prefix, limitPerMinute });
  const gateways: BenchGateway[] = [];
  return {
    databaseUrl: postgres.url,
    organisationId,
    /** E-mail addresses of the organisation's customers: this and a number from 1 on. */
    label: LABEL,
    makeKey,
    /** Milliseconds of CPU that PostgreSQL has used, all its processes together. */
    databaseCpu: () => databaseProcesses(dataDir).reduce((sum, pid) => sum + cpuOf(pid), 0),
    async startGateway(environment: Record<string, string> = {}, program?: string): Promise<BenchGateway> {
      // The log goes to a file, as in production; nobody's time is spent on reading it.
      const log = openSync(join(dataDir, `gateway-${gateways.length}.log`), 'w');
      const started = await startProcess({ DATABASE_URL: postgres.url, ...environment }, program, log);
      const gateway = { ...started, key: await makeKey('ROOT'), ...processUsage(started.child) };
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

export const median = (values: number[]) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] as number;
