// What the database does with the floor's own statement and nothing around it: `pgbench`.
import { execFile } from 'node:child_process';
import { globSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { runSql } from '../support/database.ts';
import { leftOut } from './builds.ts';
import type { Effort } from './main.ts';
import { whole } from './peers/statements.js';
import { fixed, type Section, table } from './report.ts';
import { takeTurns } from './rounds.ts';
import { type Bench, median } from './support.ts';

const run = promisify(execFile);
/** 10 are the connections of every floor. */
const CLIENTS = [1, 10, 32];
const EXISTING = 1_000;
/** Random numbers of at most sixteen digits: two are hardly ever the same. */
const MANY = '9000000000000000';

interface Script {
  name: string;
  /** An e-mail address in SQL, of the number `:n`. */
  email: string;
  numbers: string;
  isNew: boolean;
}

async function findProgram(): Promise<string | undefined> {
  for (const program of ['pgbench', ...globSync('/usr/lib/postgresql/*/bin/pgbench').toSorted().reverse()])
    if (await run(program, ['--version']).catch(() => undefined)) return program;
}

/** The floor's statement as `pgbench` sends it, prepared. */
function scriptOf(organisationId: number, { email, numbers }: Script): string {
  const values = [String(organisationId), `(${email})`, `'BizKitHub'`, `lpad(:r::text, 16, '0')`, `'1.1.1.1'`];
  const text = whole.createOrReturn.text.replace(/\$(\d)/g, (_, place) => values[place - 1] as string);
  return `\\set n random(1, ${numbers})\n\\set r random(1, ${MANY})\n${text.replace(/\s+/g, ' ')};\n`;
}

/** Measures the statement of the floor, sent by `pgbench` on the gateway's own tables. */
export async function measureCeiling(bench: Bench, effort: Effort): Promise<Section> {
  const title = "The database's own ceiling";
  const program = await findProgram();
  if (!program) return { title, text: leftOut([{ language: 'pgbench', missing: 'it is not installed' }]) };
  const scripts: Script[] = [
    { name: 'create new', email: `'bench' || :n::text || '@example.com'`, numbers: MANY, isNew: true },
    {
      name: 'return existing',
      email: `'${bench.label}' || :n::text || '@example.com'`,
      numbers: String(EXISTING),
      isNew: false,
    },
  ];
  const tries = scripts.flatMap((script) => CLIENTS.map((clients) => ({ script, clients })));
  const rates = await takeTurns(tries.length, effort.rounds, (which) => {
    const { script, clients } = tries[which] as (typeof tries)[number];
    return load(bench, program, script, clients, effort.seconds);
  });
  const rows = scripts.map(({ name }, i) => [
    name,
    ...CLIENTS.map((_, j) => fixed(median(rates[i * CLIENTS.length + j] as number[]))),
  ]);
  const head = ['transactions/s', ...CLIENTS.map((clients) => `${clients} ${clients === 1 ? 'client' : 'clients'}`)];
  return {
    title,
    text: `The statement of the floor, prepared, sent by \`pgbench\` on the gateway's own tables. There is no HTTP and no JSON.\n\n${table(head, rows)}`,
  };
}

/** Transactions a second. */
async function load(bench: Bench, program: string, script: Script, clients: number, seconds: number): Promise<number> {
  const file = join(tmpdir(), `gateway-bench-${process.pid}.sql`);
  await writeFile(file, scriptOf(bench.organisationId, script));
  const before = await customersOf(bench);
  const { stdout } = await run(program, [
    ...['-n', '-M', 'prepared', '-c', String(clients), '-T', String(seconds), '-f', file],
    bench.databaseUrl,
  ]);
  await rm(file);
  const made = (await customersOf(bench)) - before;
  const answered = Number(/actually processed: (\d+)/.exec(stdout)?.[1]);
  const failed = Number(/failed transactions: (\d+)/.exec(stdout)?.[1] ?? 0);
  if (failed > 0 || made !== (script.isNew ? answered : 0))
    throw new Error(`pgbench: ${answered} transactions, ${failed} failed, and ${made} new customers are there`);
  return Number(/tps = ([\d.]+)/.exec(stdout)?.[1]);
}

async function customersOf({ databaseUrl, organisationId }: Bench): Promise<number> {
  const text = 'select count(*)::int as count from customer where organisation_id = $1';
  const [row] = await runSql<{ count: number }>(databaseUrl, text, [organisationId]);
  return row?.count ?? 0;
}
