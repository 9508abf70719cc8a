// Lists of customers beside PostGraphile and bare `pg`, in an organisation of half a million: `npm run bench:searches:peers`.
import { mkdtemp, open, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { createKey, runSql } from '../../support/database.ts';
import { startProcess } from '../../support/process.ts';
import { installPeers, startPeer } from '../programs.ts';
import { fixed, type Promised, promises, surroundings, table } from '../report.ts';
import { takeTurns } from '../rounds.ts';
import { median } from '../support.ts';
import { type Measured, runWrk } from '../wrk.ts';
import { openMillion } from './million.ts';
import {
  type Dialect,
  floorDialect,
  gatewayDialect,
  graphileIndexedDialect,
  graphileOwnDialect,
  PAGE,
  type Question,
  scriptOf,
  WORD,
} from './peer-questions.ts';

const RARE_WORDS = 200;
const CHECKED_WORDS = 10;
/** What others do in the database may take so long to end. */
const QUIET_WITHIN = 30_000;
const GATEWAY = 'gateway';
const GRAPHILE_OWN = 'PostGraphile, its own operators';
const GRAPHILE_INDEXED = "PostGraphile, the gateway's column and order";
const FLOOR = 'bare pg';

/** A server that runs. */
interface Contender extends Dialect {
  name: string;
  url: string;
}

const { values } = parseArgs({
  options: {
    folder: { type: 'string', default: join(tmpdir(), 'gateway-million') },
    database: { type: 'string' },
    rounds: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '4' },
    connections: { type: 'string', default: '8' },
  },
});
const [rounds, seconds, connections] = [values.rounds, values.seconds, values.connections].map(Number) as [
  number,
  number,
  number,
];

/** The lists that are asked for; who is rare to find is spread over all ages. */
async function questionsOf(url: string, organisationId: number): Promise<Question[]> {
  const rows = await runSql<{ word: string }>(
    url,
    `select split_part(search_text, ' ', -1) as word from (
       select fold_for_search(split_part(email, '@', 1)) as search_text from (
         select email, row_number() over (order by id) as n, count(*) over () as total from customer
         where organisation_id = $1 and deleted_at is null and merged_into is null and email ~ '^[a-z0-9.]{8,}@'
       ) c where n % (total / $2) = 0 limit $2
     ) c`,
    [organisationId, RARE_WORDS],
  );
  return [
    { name: 'search, common', kind: 'search', words: ['novak'] },
    { name: 'search, rare', kind: 'search', words: rows.map(({ word }) => word) },
    { name: '3 filters, by name', kind: 'filtered', words: [''] },
  ];
}

/** Starts everybody, each as a process of its own. */
async function startAll(url: string, organisationId: number) {
  await installPeers();
  await runSql(url, await readFile(new URL('../peers/functions-search.sql', import.meta.url), 'utf8'));
  const folder = await mkdtemp(join(tmpdir(), 'gateway-bench-'));
  const log = await open(join(folder, 'gateway.log'), 'w');
  const key = await createKey(url, organisationId, { prefix: 'ROOT' });
  const gateway = await startProcess({ DATABASE_URL: url, NODE_ENV: 'production' }, undefined, log.fd);
  const environment = { DATABASE_URL: url, ORGANISATION: String(organisationId) };
  const graphile = await startPeer('postgraphile-search.js', environment);
  const floor = await startPeer('floor-search.js', environment);
  const contenders: Contender[] = [
    { name: GATEWAY, url: gateway.url, ...gatewayDialect(key) },
    { name: GRAPHILE_OWN, url: graphile.url, ...graphileOwnDialect(organisationId) },
    { name: GRAPHILE_INDEXED, url: graphile.url, ...graphileIndexedDialect(organisationId) },
    { name: FLOOR, url: floor.url, ...floorDialect },
  ];
  async function stop() {
    await Promise.all([gateway.stop(), graphile.stop(), floor.stop()]);
    await log.close();
    await rm(folder, { recursive: true });
  }
  return { contenders, stop };
}

/** Asks once; the references of the answer, and the milliseconds it took. */
async function askOnce({ name, url, ask, read }: Contender, kind: Question['kind'], word: string) {
  const { method, path, headers, body } = ask(kind);
  const startedAt = performance.now();
  const answer = await fetch(url + path.replace(WORD, word), { method, headers, body: body?.replaceAll(WORD, word) });
  const text = await answer.text();
  if (answer.status !== 200 || text.includes('"errors"')) throw new Error(`${name}: ${answer.status} ${text}`);
  return { references: read(JSON.parse(text) as never), took: performance.now() - startedAt };
}

/**
 * Checks that all give the same lists.
 *
 * @returns what those give who cannot be compared
 * @throws Error where a list is another than the gateway's
 */
async function check(contenders: Contender[], { name, kind, words }: Question): Promise<string[]> {
  const [gateway, ...others] = contenders as [Contender, ...Contender[]];
  const told = new Map<string, { same: number; all: number }>();
  for (const word of words.slice(0, CHECKED_WORDS)) {
    const { references: ours } = await askOnce(gateway, kind, word);
    if (ours.length === 0) throw new Error(`nobody is found by ${word}`);
    for (const other of others) {
      const { references: theirs } = await askOnce(other, kind, word);
      const isEqual = ours.join() === theirs.join();
      if (!isEqual && (other.isComparable || theirs.length !== ours.length))
        throw new Error(`${name} ${word}: ${other.name} gives ${theirs.join()}, the gateway ${ours.join()}`);
      if (other.isComparable) continue;
      const { same, all } = told.get(other.name) ?? { same: 0, all: 0 };
      const common = theirs.filter((reference) => ours.includes(reference)).length;
      told.set(other.name, { same: same + common, all: all + ours.length });
    }
  }
  return [...told].map(([who, { same, all }]) => `${name}: ${same} of ${all} customers of "${who}" are the gateway's.`);
}

/** Waits until the database does nothing for anybody: what nobody waits for any more goes on there. */
async function quiet(url: string): Promise<void> {
  const text = `select count(*)::int as busy from pg_stat_activity
    where datname = current_database() and state = 'active' and backend_type = 'client backend' and pid <> pg_backend_pid()`;
  for (const until = performance.now() + QUIET_WITHIN; performance.now() < until; await sleep(100)) {
    const [row] = await runSql<{ busy: number }>(url, text);
    if (!row?.busy) return;
  }
}

/** Measures all with one question, in turns; whoever is slow gets longer rounds, so that some requests end in each. */
async function measure(url: string, contenders: Contender[], { kind, words }: Question): Promise<Measured[][]> {
  const durations = new Map<string, number>();
  const load = async (contender: Contender, turn: number, duration: number) => {
    await quiet(url);
    const script = scriptOf(contender.ask(kind), words, turn * 37);
    return runWrk(contender.url, { connections, seconds: duration, script });
  };
  for (const contender of contenders) {
    const { took } = await askOnce(contender, kind, words[0] as string);
    const duration = Math.max(seconds, Math.ceil((took * connections * 2) / 1_000));
    durations.set(contender.name, duration);
    await load(contender, 0, duration);
  }
  return takeTurns(contenders.length, rounds, (which, turn) => {
    const contender = contenders[which] as Contender;
    return load(contender, turn, durations.get(contender.name) ?? seconds);
  });
}

/** The gateway's rate through another's: the median of the rounds. */
const ratioOf = (ours: Measured[] = [], theirs: Measured[] = []) =>
  median(ours.map(({ rate }, turn) => rate / (theirs[turn]?.rate ?? 0)));

async function run(url: string): Promise<void> {
  const [organisation] = await runSql<{ id: number }>(url, `select id from organisation where slug = 'population-1'`);
  if (!organisation) throw new Error('the database has no population');
  const questions = await questionsOf(url, organisation.id);
  const { contenders, stop } = await startAll(url, organisation.id);
  const rows: (string | number)[][] = [];
  const promised: Promised[] = [];
  const notes: string[] = [];
  try {
    for (const question of questions) {
      notes.push(...(await check(contenders, question)));
      const results = await measure(url, contenders, question);
      for (const [i, { name }] of contenders.entries()) {
        const of = (field: keyof Measured) => median((results[i] ?? []).map((round) => round[field]));
        const ratio = ratioOf(results[0], results[i]);
        rows.push([
          question.name,
          name,
          fixed(of('rate'), 1),
          fixed(of('p50'), 1),
          fixed(of('p99'), 1),
          fixed(ratio, 2),
        ]);
        console.log(rows.at(-1)?.join('  '));
        if (name === GATEWAY) continue;
        const least = name === FLOOR ? 0.5 : 1.5;
        const must = `${least} ×`;
        promised.push({ what: `${question.name}: ${name}`, must, aim: must, measured: ratio, atLeast: least });
      }
    }
  } finally {
    await stop();
  }
  const head = ['question', 'contender', 'requests/s', 'p50 ms', 'p99 ms', 'gateway ÷ it'];
  const conditions = `${rounds} rounds of ${seconds} s in turns, ${connections} connections, pages of ${PAGE}; medians.`;
  console.log(['', surroundings(), conditions, table(head, rows), ...notes, promises(promised)].join('\n\n'));
}

if (values.database) await run(values.database);
else {
  const million = await openMillion(values.folder);
  await run(million.url).finally(() => million.stop());
}
