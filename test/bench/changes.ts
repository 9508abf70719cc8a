// Mutations of customers beside the same work in bare `pg`.
import { runSql } from '../support/database.ts';
import type { Contender } from './contenders.ts';
import type { Effort } from './main.ts';
import { startPeer } from './programs.ts';
import { EMAIL, REFERENCE, type Template } from './questions.ts';
import { fixed, type Section, table } from './report.ts';
import { interleave, runRound, type Workload } from './rounds.ts';
import type { Bench } from './support.ts';

const CONNECTIONS = [1, 32];
const JSON_TYPE = { 'Content-Type': 'application/json' };

/** A change, as the gateway and as the floor are asked for it. */
interface Change {
  name: string;
  query: string;
  floor: string;
}

const by = `by: { email: $e }`;
const changes: Change[] = [
  {
    name: 'updateCustomer',
    query: `mutation ($e: String!, $r: String!) { updateCustomer(input: { ${by}, firstName: $r, meta: { last: $r } }) { customer { cuRefNo version firstName } } }`,
    floor: '/update',
  },
  {
    name: 'adjustCustomerCredit',
    query: `mutation ($e: String!) { adjustCustomerCredit(input: { ${by}, amount: 1, description: "bench" }) { entry { transactionId amount balanceAfter } customer { cuRefNo creditBalance } } }`,
    floor: '/credit',
  },
  {
    name: 'banCustomer and unbanCustomer',
    query: `mutation ($e: String!) { banCustomer(input: { ${by} }) { customer { cuRefNo ban } } unbanCustomer(input: { ${by} }) { customer { cuRefNo ban } } }`,
    floor: '/ban',
  },
];

const workload: Workload = {
  name: 'change',
  question: 'create',
  email: (label) => `'${label}' .. (1 + n % 1000) .. '@example.com'`,
  fresh: 0,
};

/** Measures each mutation, and what the same takes without a gateway. */
export async function measureChanges(bench: Bench, effort: Effort): Promise<Section> {
  const gateway = await bench.startGateway();
  const key = await bench.makeKey('PROD', 2_000_000_000);
  const peer = await startPeer('changes.js', {
    DATABASE_URL: bench.databaseUrl,
    ORGANISATION: String(bench.organisationId),
  });
  const rows: string[][] = [];
  try {
    for (const { name, query, floor } of changes) {
      const asked = (url: string, usage: Contender['usage'], template: Template): Contender => ({
        ...{ name, url, usage, organisationId: bench.organisationId, label: bench.label },
        ask: () => template,
        read: () => [],
      });
      const post = (path: string, body: object, headers = {}): Template => ({
        method: 'POST',
        path,
        headers: { ...JSON_TYPE, ...headers },
        body: JSON.stringify(body),
      });
      const contenders = [
        asked(
          gateway.url,
          gateway,
          post('/graphql', { query, variables: { e: EMAIL, r: `r${REFERENCE}` } }, { Authorization: `Bearer ${key}` }),
        ),
        asked(peer.url, peer, post(floor, { email: EMAIL, firstName: `r${REFERENCE}` })),
      ];
      for (const connections of CONNECTIONS) {
        console.log(`${name} at ${connections} connections`);
        const run = (which: number) =>
          runRound(bench, contenders[which] as Contender, workload, { connections, seconds: effort.seconds });
        for (const which of contenders.keys()) await run(which);
        const [ours, theirs] = await interleave(contenders.length, effort.rounds, run);
        if (!ours || !theirs) throw new Error('nothing was measured');
        rows.push([
          name,
          String(connections),
          fixed(ours.rate),
          fixed(theirs.rate),
          fixed(ours.rate / theirs.rate, 2),
          fixed(ours.p50, 2),
          fixed(theirs.p50, 2),
        ]);
      }
    }
    const [row] = await runSql<{ wrong: number }>(
      bench.databaseUrl,
      `select count(*)::int as wrong from customer c
       where credit_balance <> (select coalesce(sum(amount), 0) from credit_entry e where e.organisation_id = c.organisation_id and e.customer_id = c.id)`,
    );
    if (row?.wrong) throw new Error(`${row.wrong} balances are not the sum of their ledgers`);
  } finally {
    await peer.stop();
  }
  const head = ['', 'connections', 'requests/s', 'bare pg', 'to bare pg', 'p50 ms', 'bare pg'];
  return { title: 'Changes of customers', text: table(head, rows) };
}
