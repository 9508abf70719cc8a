// Imports and exports: `npm run bench:transfer`, for a million rows unless told. Rows a second beside a bare COPY of the same customers into the same table,
// memory, SIGKILLs, and what callers of the gateway notice meanwhile.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream, readFileSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { stringify } from 'csv-stringify/sync';
import pg from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import pino from 'pino';
import { canonicalEmail } from '../../src/customer/email.ts';
import { migrate } from '../../src/database/migrate.ts';
import { clientOptions, parseDatabaseUrl } from '../../src/database-url.ts';
import { entities } from '../../src/entities.ts';
import { createOrganisation, runSql } from '../support/database.ts';
import { groupShares, type MadeUpCustomer, makeUpCustomer } from '../support/population/customer.ts';
import { copied, customerColumns } from '../support/population/population.ts';
import { create, load, loadFor } from './load.ts';
import { fixed, table } from './report.ts';
import { openBench } from './support.ts';

const ROWS = Number(process.argv[2] ?? 1_000_000);
const KILLS = 10;
const LANES = 32;
const PAGE = 1_000;
const SECONDS = 20;
const SEED = 21;

/** What a file says of a customer; the rest is its history. */
const {
  id: _,
  createdAt: __,
  lastSeenAt: ___,
  lastIp: ____,
  bannedAt: _____,
  deletedAt: ______,
  ...columns
} = customerColumns;
const names = Object.keys(columns) as (keyof typeof columns)[];

function* customers(): Generator<MadeUpCustomer> {
  for (let n = 0; n < ROWS; n++) yield makeUpCustomer(n, ROWS, SEED);
}

/** Every twentieth was brought by another one, who comes earlier or later. */
function referralOf(n: number): string {
  return n % 20 === 0 && ROWS > 40 ? makeUpCustomer((n * 7 + 13) % ROWS, ROWS, SEED).cuRefNo : '';
}

async function written(stream: NodeJS.WritableStream, text: string): Promise<void> {
  if (!stream.write(text)) await once(stream, 'drain');
}

async function makeFile(path: string): Promise<void> {
  const file = createWriteStream(path);
  file.write(`${[...names, 'ban', 'groups', 'referral'].join(',')}\n`);
  const rows: unknown[][] = [];
  const flush = async () => {
    await written(file, stringify(rows.splice(0), { cast: { boolean: String } }));
  };
  for (const customer of customers()) {
    const groups = customer.groups.map((position) => `group-${position}=Group ${position}`).join('|');
    const referral = referralOf(customer.id - 1);
    rows.push([
      ...names.map((name) => customer[name]),
      customer.bannedAt !== null,
      groups,
      referral === customer.cuRefNo ? '' : referral,
    ]);
    if (rows.length === PAGE) await flush();
  }
  await flush();
  file.end();
  await once(file, 'finish');
}

/** A bare COPY of the customers alone; the seconds that it takes. What is made ready for it is not counted. */
async function bareCopy(url: string, organisationId: number): Promise<number> {
  const client = new pg.Client(clientOptions(parseDatabaseUrl(url)));
  await client.connect();
  let seconds = 0;
  const lines: string[] = [];
  const stream = client.query(
    copyFrom(`copy customer (organisation_id, canonical_email, ${Object.values(columns).join(', ')}) from stdin`),
  );
  const flush = async () => {
    const startedAt = performance.now();
    await written(stream, lines.splice(0).join(''));
    seconds += (performance.now() - startedAt) / 1_000;
  };
  for (const customer of customers()) {
    const values = [
      organisationId,
      customer.email && canonicalEmail(customer.email),
      ...names.map((name) => customer[name]),
    ];
    lines.push(`${values.map(copied).join('\t')}\n`);
    if (lines.length === PAGE * 10) await flush();
  }
  await flush();
  const startedAt = performance.now();
  stream.end();
  await once(stream, 'finish');
  seconds += (performance.now() - startedAt) / 1_000;
  await client.end();
  return seconds;
}

interface Running {
  readonly child: ChildProcess;
  readonly ended: Promise<number>;
  /** Megabytes at most, as far as was looked. */
  peak(): number;
  output(): string;
}

function runImport(url: string, path: string, organisation: string, more: string[] = []): Running {
  // As `npm run import` has it.
  const words = ['--max-semi-space-size=8', 'src/cli/import.ts', path, '--organisation', organisation, ...more];
  const child = spawn(process.execPath, words, { env: { ...process.env, DATABASE_URL: url } });
  let peak = 0;
  let output = '';
  child.stdout.on('data', (chunk) => (output += chunk));
  child.stderr.on('data', (chunk) => (output += chunk));
  const look = setInterval(() => {
    try {
      peak = Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))?.[1]) / 1_024;
    } catch {}
  }, 200);
  const ended = once(child, 'close').then(([code]) => {
    clearInterval(look);
    return Number(code ?? -1);
  });
  return { child, ended, peak: () => peak, output: () => output };
}

async function exported(url: string, organisation: string, path: string): Promise<string> {
  const child = spawn(process.execPath, ['src/cli/export.ts', path, '--organisation', organisation], {
    env: { ...process.env, DATABASE_URL: url },
    stdio: 'ignore',
  });
  await once(child, 'close');
  return readFile(path, 'utf8');
}

const bench = await openBench();
const folder = await mkdtemp(join(tmpdir(), 'gateway-transfer-'));
const file = join(folder, 'customers.csv');
const databaseNamed = async (name: string) => {
  await runSql(bench.databaseUrl, `create database ${name}`);
  const url = new URL(bench.databaseUrl);
  url.pathname = `/${name}`;
  await migrate(parseDatabaseUrl(url.href), entities, pino({ level: 'silent' }));
  return url.href;
};
try {
  await makeFile(file);
  console.log(
    `${ROWS.toLocaleString('en')} rows, ${groupShares.length} groups, ${(readFileSync(file).length / 1e6).toFixed(0)} MB`,
  );

  const forCopy = await databaseNamed('for_copy');
  const copySeconds = await bareCopy(forCopy, await createOrganisation(forCopy, 'copy'));
  const copyRate = ROWS / copySeconds;
  console.log(`bare COPY: ${fixed(copyRate)} rows/s`);
  await runSql(bench.databaseUrl, 'checkpoint');

  const forImport = await databaseNamed('for_import');
  await createOrganisation(forImport, 'whole');
  const startedAt = performance.now();
  const whole = runImport(forImport, file, 'whole');
  const code = await whole.ended;
  const rate = (ROWS * 1_000) / (performance.now() - startedAt);
  console.log(whole.output());
  console.log(
    `import: exit code ${code}, ${fixed(rate)} rows/s, ratio to COPY ${(rate / copyRate).toFixed(2)}, at most ${fixed(whole.peak())} MB`,
  );

  await createOrganisation(forImport, 'killed');
  let kills = 0;
  for (;;) {
    const part = runImport(forImport, file, 'killed', kills > 0 ? ['--resume'] : []);
    const until = kills < KILLS ? ((ROWS / rate) * 1_000 * (0.5 + Math.random())) / KILLS : Number.POSITIVE_INFINITY;
    const killed = await Promise.race([part.ended, Number.isFinite(until) ? sleep(until, 'kill') : part.ended]);
    if (killed === 'kill') {
      part.child.kill('SIGKILL');
      await part.ended;
      kills += 1;
    } else {
      console.log(`killed ${kills} times, then exit code ${killed}`);
      console.log(part.output());
      break;
    }
  }
  const [one, other] = [
    await exported(forImport, 'whole', join(folder, 'whole.csv')),
    await exported(forImport, 'killed', join(folder, 'killed.csv')),
  ];
  const lines = (text: string) => text.split('\r\n');
  const [expected, found] = [new Set(lines(one)), lines(other)];
  const lost = expected.size - new Set(found.filter((line) => expected.has(line))).size;
  console.log(
    `rows lost ${lost}, doubled or different ${found.length - expected.size + lost}; byte-equal: ${one === other}`,
  );

  const gateway = await bench.startGateway();
  let made = 0;
  const call = () => create(gateway, gateway.key, `live${made++}@example.com`, { companyName: 'Live' });
  await loadFor(5, LANES, call);
  await createOrganisation(bench.databaseUrl, 'beside');
  const measured: (string | number)[][] = [];
  const without = await loadFor(SECONDS, LANES, call);
  const end = load(LANES, call);
  await sleep(2_000);
  const beside = runImport(bench.databaseUrl, file, 'beside');
  await sleep(SECONDS * 1_000);
  const during = await end();
  beside.child.kill('SIGKILL');
  await beside.ended;
  const [done] = await runSql<{ rows: string; seconds: number }>(
    bench.databaseUrl,
    `select rows, extract(epoch from updated_at - started_at)::float8 as seconds from import_run order by id desc limit 1`,
  );
  const after = await loadFor(SECONDS, LANES, call);
  for (const [name, { rate: calls, p50, p99, statuses }] of Object.entries({ without, during, after }))
    measured.push([name, fixed(calls), p50 ?? '', p99 ?? '', JSON.stringify(statuses)]);
  console.log(table(['import', 'calls/s', 'p50 ms', 'p99 ms', 'statuses'], measured));
  console.log(
    `p99 ratio ${(Number(during.p99) / Number(without.p99)).toFixed(2)}; meanwhile ${fixed(Number(done?.rows) / Number(done?.seconds))} rows/s were imported`,
  );
} finally {
  await rm(folder, { recursive: true, force: true });
  await bench.close();
}
