// Sends generated requests, as many as told, to a gateway in a process of its own, and prints what came of them.
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { startChildGateway } from '../support/child-gateway.ts';
import { type Offender, run } from '../support/generated/run.ts';
import { makeTenant } from '../support/generated/tenant.ts';

/** Longer than what the gateway keeps of its log before it writes it. */
const LOG_DELAY = 1_000;
const SHOWN = 10;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    from: { type: 'string', default: '0' },
    concurrency: { type: 'string', default: '16' },
  },
});
const requests = Number(positionals[0] ?? 10_000);
const from = Number(values.from);
const concurrency = Math.min(Number(values.concurrency), requests);
if (![requests, from, concurrency].every(Number.isSafeInteger)) {
  console.error('Usage: npm run test:generated -- [REQUESTS] [--from=NUMBER] [--concurrency=NUMBER]');
  process.exit(2);
}

const startedAt = performance.now();
const { result, errors } = await runAgainstChild();
const { answers, offenders } = result;
const seconds = (performance.now() - startedAt) / 1_000;

async function runAgainstChild() {
  const gateway = await startChildGateway({ TRUST_PROXY: '1' });
  try {
    const tenant = await makeTenant(gateway.databaseUrl, gateway.organisationId);
    const result = await run({ url: gateway.url, tenant, from, requests, concurrency });
    await sleep(LOG_DELAY);
    return { result, errors: gateway.errors() };
  } finally {
    await gateway.close();
  }
}

/** How often each thing is wrong; figures in it aside. */
function kindsOf(all: Offender[]): Record<string, number> {
  const kinds: Record<string, number> = {};
  for (const problem of all.flatMap(({ problems }) => problems.map((text) => text.replace(/in \d+$|of \d+/, '…'))))
    kinds[problem] = (kinds[problem] ?? 0) + 1;
  return kinds;
}

/** The first of each kind come first, so that no frequent one hides another. */
function varied(all: Offender[]): Offender[] {
  const seen = new Set<string>();
  const isNew = ({ problems }: Offender) => {
    const kind = Object.keys(kindsOf([{ problems } as Offender])).join();
    return !seen.has(kind) && seen.add(kind);
  };
  const firsts = all.filter(isNew);
  return [...firsts, ...all.filter((offender) => !firsts.includes(offender))].slice(0, SHOWN);
}

const faults = [...answers].filter(([name]) => Number(name.split(' ')[1]) >= 500);
const disagreements = offenders.filter(({ problems }) => problems.some((problem) => problem.includes('disagree')));
console.log(`${result.requests} requests in ${seconds.toFixed(0)} s, numbers from ${from} on, ${concurrency} at once`);
console.table(Object.fromEntries([...answers].toSorted(([one], [other]) => (one < other ? -1 : 1))));
console.log(`answers of 500 and above: ${faults.reduce((sum, [, times]) => sum + times, 0)}`);
console.log(`disagreements of the APIs: ${disagreements.length}`);
console.log(`errors in the log: ${errors.length}`);
console.log(`answers that are wrong: ${offenders.length}`);
console.table(kindsOf(offenders));
for (const offender of varied(offenders)) console.log(JSON.stringify(offender));
for (const error of errors.slice(0, SHOWN)) console.log(JSON.stringify(error));
if (offenders.length + errors.length > 0) process.exitCode = 1;
