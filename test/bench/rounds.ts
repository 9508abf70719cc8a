// Rounds of load on contenders, interleaved on one database, with correctness checked around them.
import { setTimeout as sleep } from 'node:timers/promises';
import { runSql } from '../support/database.ts';
import type { Contender } from './contenders.ts';
import { EMAIL, type Question, REFERENCE } from './questions.ts';
import { type Bench, machineCpu, median } from './support.ts';
import { type Expected, type Measured, runWrk } from './wrk.ts';

const PAGE = 50;
const EXISTING = 1_000;
const CHECKED = 200;

/** What is sent, and which e-mail address the nth request of a round names, in Lua. */
export interface Workload {
  name: string;
  question: Question;
  email(label: string): string;
  /** Share of the requests that make a customer. */
  fresh: number;
  /** How every answer must be, if each is to be looked at. */
  expected?: Expected;
}

const fresh = `'new' .. round .. '-' .. n .. '@example.com'`;
const existing = (label: string) => `'${label}' .. (1 + n % ${EXISTING}) .. '@example.com'`;

export const workloads: Workload[] = [
  { name: 'create new', question: 'create', email: () => fresh, fresh: 1 },
  { name: 'return existing', question: 'create', email: existing, fresh: 0 },
  {
    name: '9 existing to 1 new',
    question: 'create',
    email: (label) => `n % 10 == 0 and ${fresh} or ${existing(label)}`,
    fresh: 0.1,
  },
  { name: 'customer(by:)', question: 'customer', email: existing, fresh: 0 },
  { name: 'page of 50', question: 'page', email: existing, fresh: 0 },
];

/** One round of one contender. */
export interface Round extends Measured {
  /** Microseconds of CPU a request. */
  gateway: number;
  database: number;
  /** Processors that were busy, with whatever. */
  busy: number;
}

/** The medians of a contender's rounds. */
export interface Result extends Round {
  contender: string;
  workload: string;
  connections: number;
  /** Megabytes that the process has in memory afterwards. */
  memory: number;
}

let rounds = 0;

function scriptOf(contender: Contender, { question, email }: Workload): string {
  const { method, path, headers, body = '' } = contender.ask(question);
  const lua = (text: string) => {
    const parts = text.split(/@@(EMAIL|REFERENCE)@@/);
    return parts
      .map((part, i) => (i % 2 === 0 ? `[==[${part}]==]` : part === 'EMAIL' ? 'email' : 'reference'))
      .join(' .. ');
  };
  const constant = !`${path}${body}`.includes(EMAIL);
  const setting = ([name, value]: [string, string]) => `wrk.headers['${name}'] = ${lua(value)}`;
  const isOwn = (text: string) => text.includes(REFERENCE);
  const own = Object.entries(headers).filter(([, value]) => isOwn(value));
  const lines = [
    `local round, n = ${rounds++}, 0`,
    `wrk.method = '${method}'`,
    ...Object.entries(headers)
      .filter(([, value]) => !isOwn(value))
      .map(setting),
    'request = function()',
    '  n = n + 1',
    ...(constant ? [] : [`  local email = ${email(contender.label)}`]),
    ...(isOwn(body) || own.length > 0 ? [`  local reference = string.format('%06d%010d', round, n)`] : []),
    ...own.map((header) => `  ${setting(header)}`),
    `  return wrk.format(nil, ${lua(path)}, nil, ${body ? lua(body) : 'nil'})`,
    'end',
  ];
  return lines.join('\n');
}

/** Loads a contender for some seconds. */
export async function runRound(
  bench: Bench,
  contender: Contender,
  workload: Workload,
  load: { connections: number; seconds: number; processor?: number },
): Promise<Round> {
  const last = workload.fresh > 0 ? await settledLastOf(bench, contender) : '0';
  const [ofGateway, ofDatabase, ofMachine] = [contender.usage.cpu(), bench.databaseCpu(), machineCpu()];
  const measured = await runWrk(contender.url, {
    ...load,
    expected: workload.expected,
    script: scriptOf(contender, workload),
  });
  const gateway = ((contender.usage.cpu() - ofGateway) * 1_000) / measured.requests;
  const database = ((bench.databaseCpu() - ofDatabase) * 1_000) / measured.requests;
  const busy = (machineCpu() - ofMachine) / (load.seconds * 1_000);
  if (workload.fresh > 0) {
    // What was on its way when the load stopped is there too.
    await settledLastOf(bench, contender);
    const made = await customersOf(bench, contender, last);
    const answered = Math.floor(measured.requests * workload.fresh);
    if (made < answered || made > answered + load.connections + 1)
      throw new Error(`${contender.name} answered ${answered} new customers, and ${made} are there`);
  }
  return { ...measured, gateway, database, busy };
}

/** How many customers there are, or how many that are younger than one. */
async function customersOf(bench: Bench, { organisationId, table }: Contender, after = '0'): Promise<number> {
  const text = `select count(*)::int as count from ${table ?? 'customer'} where organisation_id = $1 and id > $2`;
  const [row] = await runSql<{ count: number }>(bench.databaseUrl, text, [organisationId, after]);
  return row?.count ?? 0;
}

/** The youngest customer when all that is on its way has arrived. */
async function settledLastOf(bench: Bench, { organisationId, table }: Contender): Promise<string> {
  const text = `select max(id) as last from ${table ?? 'customer'} where organisation_id = $1`;
  for (let before = ''; ; await sleep(50)) {
    const [row] = await runSql<{ last: string | null }>(bench.databaseUrl, text, [organisationId]);
    const last = row?.last ?? '0';
    if (last === before) return last;
    before = last;
  }
}

async function call(contender: Contender, question: Question, email: string) {
  const { method, path, headers, body } = contender.ask(question);
  const reference = String(rounds++).padStart(16, '0');
  const written = (text: string) => text.replaceAll(EMAIL, email).replaceAll(REFERENCE, reference);
  const answer = await fetch(contender.url + written(path), { method, headers, body: body && written(body) });
  const text = await answer.text();
  if (answer.status !== 200) throw new Error(`${contender.name}: ${answer.status} ${text}`);
  return contender.read(question, JSON.parse(text) as never);
}

/**
 * Checks that a contender answers rightly: new customers are as many as it says, existing ones come with what belongs
 * to them, a page is whole. It is asked only what it can answer.
 *
 * @throws Error telling what is wrong
 */
export async function checkContender(bench: Bench, contender: Contender): Promise<void> {
  const { name, label, groups = 3, questions = ['create', 'customer', 'page'] } = contender;
  const fail = (what: string): never => {
    throw new Error(`${name}: ${what}`);
  };
  const before = await customersOf(bench, contender);
  const mark = `check${rounds++}-`;
  const calls = Array.from({ length: CHECKED }, (_, i) => call(contender, 'create', `${mark}${i}@example.com`));
  const made = (await Promise.all(calls)).flat();
  if (new Set(made.map(({ cuRefNo }) => cuRefNo)).size !== CHECKED) fail('customers were mixed up');
  if (made.some(({ newAccount }) => newAccount === false)) fail('a new customer is said to be an old one');
  const rows = (await customersOf(bench, contender)) - before;
  if (rows !== CHECKED) fail(`${CHECKED} new customers were answered, and ${rows} are there`);
  for (let i = 0; i < 3; i++) {
    const [again] = await call(contender, 'create', `${mark}${i}@example.com`);
    if (again?.newAccount || again?.cuRefNo !== made[i]?.cuRefNo) fail('an old customer is not found again');
    const asked = questions.filter((question) => question !== 'page');
    const answers = await Promise.all(asked.map((each) => call(contender, each, `${label}${i + 2}@example.com`)));
    if (answers.some(([said]) => said?.groups.length !== groups)) fail('groups are missing');
    if (new Set(answers.map(([said]) => said?.cuRefNo)).size !== 1) fail('a customer has two references');
  }
  if (!questions.includes('page')) return;
  const page = await call(contender, 'page', '');
  if (page.length !== PAGE || new Set(page.map(({ cuRefNo }) => cuRefNo)).size !== PAGE) fail('the page is not whole');
}

/** How a contender is loaded. */
export interface Load {
  connections: number;
  seconds: number;
  rounds: number;
  /** The only processor on which the load runs. */
  processor?: number;
}

/** The rounds of several, which take turns: each starts as often as the others, so none is better off. */
export async function takeTurns<Of>(
  count: number,
  rounds: number,
  run: (which: number, turn: number) => Promise<Of>,
): Promise<Of[][]> {
  const results = Array.from({ length: count }, (): Of[] => []);
  for (let turn = 0; turn < rounds; turn++)
    for (let i = 0; i < count; i++) {
      const which = (i + turn) % count;
      results[which]?.push(await run(which, turn));
    }
  return results;
}

/** The median of each figure. */
export function medianRound(rounds: Round[]): Round {
  const middle = (field: keyof Round) => median(rounds.map((round) => round[field]));
  return {
    requests: middle('requests'),
    rate: middle('rate'),
    p50: middle('p50'),
    p99: middle('p99'),
    gateway: middle('gateway'),
    database: middle('database'),
    busy: middle('busy'),
  };
}

/** The medians of the rounds of several, which take turns. */
export async function interleave(...turns: Parameters<typeof takeTurns<Round>>): Promise<Round[]> {
  return (await takeTurns(...turns)).map(medianRound);
}

/** Measures contenders with one workload. */
export async function measure(
  bench: Bench,
  contenders: Contender[],
  workload: Workload,
  load: Load,
): Promise<Result[]> {
  const run = (which: number) => runRound(bench, contenders[which] as Contender, workload, load);
  for (const which of contenders.keys()) await run(which);
  const medians = await interleave(contenders.length, load.rounds, run);
  return contenders.map(({ name, usage }, i) => ({
    ...(medians[i] as Round),
    contender: name,
    workload: workload.name,
    connections: load.connections,
    memory: usage.memory(),
  }));
}
