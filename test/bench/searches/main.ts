// Lists of customers on a million of them: `npm run bench:searches`. How long each kind takes for the largest organisation and the smallest, and by
// which indexes PostgreSQL reads. `--folder` keeps the database from run to run, `--plans` prints the plans too.
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { createKey, runSql } from '../../support/database.ts';
import { startProcess } from '../../support/process.ts';
import { fixed, table } from '../report.ts';
import { type Question, questionsOf } from './kinds.ts';
import { openMillion } from './million.ts';

const { values } = parseArgs({
  options: {
    folder: { type: 'string', default: join(tmpdir(), 'gateway-bench-million') },
    database: { type: 'string' },
    calls: { type: 'string', default: '100' },
    only: { type: 'string', default: '' },
  },
});
const CALLS = Number(values.calls);
const WARM_UP = 10;
/** Milliseconds that a call may take at the 99th percentile; and how much longer a deep page than the first. */
const LONGEST = 50;

const million = values.database ? undefined : await openMillion(values.folder);
const databaseUrl = values.database ?? million?.url ?? '';
const organisations = await runSql<{ id: number; slug: string }>(
  databaseUrl,
  `select id, slug from organisation where slug in ('population-1', 'population-20') order by id`,
);
const gateway = await startProcess({ DATABASE_URL: databaseUrl, LOG_LEVEL: 'warn' });

/** Scans of the tables that lists read, by what they read: an index, or the table as a whole. */
async function scans(): Promise<Map<string, number>> {
  await runSql(databaseUrl, 'select pg_stat_force_next_flush()');
  const rows = await runSql<{ name: string; scans: number }>(
    databaseUrl,
    `select indexrelname as name, idx_scan::float8 as scans from pg_stat_user_indexes where relname like 'customer%'
     union all select 'SEQUENTIAL ' || relname, seq_scan::float8 from pg_stat_user_tables where relname = 'customer'`,
  );
  return new Map(rows.map(({ name, scans: count }) => [name, count]));
}

async function ask(key: string, { query, variables }: Question['call']): Promise<[milliseconds: number, body: never]> {
  const startedAt = performance.now();
  const answer = await fetch(`${gateway.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${key}` },
    body: JSON.stringify({ query, variables }),
  });
  const text = await answer.text();
  const took = performance.now() - startedAt;
  if (!text.startsWith('{"data"')) throw new Error(`${JSON.stringify(variables)}: ${text.slice(0, 500)}`);
  return [took, JSON.parse(text) as never];
}

const rows: (string | number)[][] = [];
for (const { id, slug } of organisations) {
  const key = await createKey(databaseUrl, id, { prefix: 'ROOT' });
  const first = new Map<string, number>();
  for (const question of await questionsOf(databaseUrl, id, (call) => ask(key, call).then(([, body]) => body))) {
    if (!question.name.includes(values.only)) continue;
    for (let i = 0; i < WARM_UP; i++) await ask(key, question.call);
    const before = await scans();
    const times: number[] = [];
    let said = '';
    for (let i = 0; i < CALLS; i++) {
      const [took, body] = await ask(key, question.call);
      times.push(took);
      said = question.told(body);
    }
    // PostgreSQL's sessions tell what they have read once a second.
    await new Promise((resolve) => setTimeout(resolve, 1_200));
    const after = await scans();
    const used = [...after].flatMap(([name, count]) => {
      const each = (count - (before.get(name) ?? 0)) / CALLS;
      return each >= 0.5 || (name.startsWith('SEQ') && each > 0) ? [`${name} ×${fixed(each)}`] : [];
    });
    times.sort((a, b) => a - b);
    const at = (share: number) => times[Math.min(CALLS - 1, Math.floor(share * CALLS))] ?? 0;
    const p50 = at(0.5);
    first.set(question.name, p50);
    const deep = question.deepOf === undefined ? '' : fixed(p50 / (first.get(question.deepOf) ?? p50), 2);
    const p99 = at(0.99);
    rows.push([
      slug,
      question.name,
      said,
      fixed(p50, 1),
      fixed(p99, 1) + (p99 > LONGEST ? ' **!**' : ''),
      deep,
      used.join(', '),
    ]);
    console.log(rows.at(-1)?.join(' | '));
  }
}
console.log(table(['organisation', 'list', 'gives', 'p50 ms', 'p99 ms', 'to page 1', 'reads a call'], rows));
await gateway.stop();
await million?.stop();
