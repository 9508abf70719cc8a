// Customers created a second by `bulkCreateCustomers`, beside `createCustomer`: `npm run bench:bulk`. Every call makes new customers.
import { loadFor } from './load.ts';
import { fixed, table } from './report.ts';
import { openBench } from './support.ts';

const SECONDS = 5;
const WARM_UP = 3;
const SINGLE =
  'mutation ($input: CreateCustomerInput!) { createCustomer(input: $input) { result customer { cuRefNo } } }';
const BULK =
  'mutation ($input: BulkCreateCustomersInput!) { bulkCreateCustomers(input: $input) { rows { clientRef result error { code } customer { cuRefNo } } } }';

const bench = await openBench();
const { url, key } = await bench.startGateway();
let made = 0;
const customer = () => ({ email: `bulk${made++}@example.com`, companyName: 'Bulk' });

async function ask(query: string, input: object): Promise<Response> {
  const answer = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${key}` },
    body: JSON.stringify({ query, variables: { input } }),
  });
  const text = await answer.text();
  if (!text.startsWith('{"data"') || text.includes('"error":{')) throw new Error(text.slice(0, 500));
  return answer;
}

const single = () => ask(SINGLE, customer());
const bulk = (size: number) => () =>
  ask(BULK, { customers: Array.from({ length: size }, (_, i) => ({ clientRef: String(i), ...customer() })) });

const kinds: [name: string, rows: number, connections: number, call: () => Promise<Response>][] = [
  ['createCustomer', 1, 1, single],
  ['createCustomer', 1, 32, single],
  ...[1, 4].flatMap((connections) =>
    [1, 10, 100, 500].map((size) => ['bulkCreateCustomers', size, connections, bulk(size)] as (typeof kinds)[number]),
  ),
];

const measured: (string | number)[][] = [];
for (const [name, rows, connections, call] of kinds) {
  await loadFor(WARM_UP, connections, call);
  const { rate, p50, p99 } = await loadFor(SECONDS, connections, call);
  measured.push([name, rows, connections, fixed(rate, 1), fixed(rate * rows), p50 ?? '', p99 ?? '']);
}
console.log(table(['mutation', 'rows a call', 'connections', 'calls/s', 'rows/s', 'p50 ms', 'p99 ms'], measured));
await bench.close();
